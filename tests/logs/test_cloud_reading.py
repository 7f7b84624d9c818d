"""Cloud Logging read by Google's own client from a server of ours: pages, filters, faults, and the place kept."""

import pytest

from bot.errors import LogsUnavailable
from bot.logs import Reading
from bot.logs.cloud import Query, Span
from bot.model.time import HOUR, MINUTE, SECOND
from tests.bench.logging_server import Fault
from tests.logs.cloud_bench import HOUR_LONG, PROJECT, START, Logged, entry, ids, logged

__all__ = ["logged"]

ALL = [f"id{number:06}" for number in range(2500)]


@pytest.fixture
def full(logged: Logged) -> Logged:
    """2,500 entries: three pages."""
    logged.server.add(PROJECT, [entry(number) for number in reversed(range(2500))])
    return logged


def test_pages_come_in_order_and_whole(full: Logged) -> None:
    """Three reads of at most 1,000 entries give all of them, oldest first, each behind the former's token."""
    assert full.ids() == ALL
    assert [asked.page_size for asked in full.server.asked] == [1000] * 3
    assert [bool(asked.token) for asked in full.server.asked] == [False, True, True]
    assert {asked.projects for asked in full.server.asked} == {(PROJECT,)}


def test_window_has_its_start_and_not_its_end(logged: Logged) -> None:
    """Of entries on both bounds the first is read and the last isn't, so that windows in a row share none."""
    times = ["2026-05-04T10:00:00Z", "2026-05-04T10:59:59.999999999Z", "2026-05-04T11:00:00Z"]
    logged.server.add(PROJECT, [entry(number, timestamp=stamp) for number, stamp in enumerate(times)])
    assert logged.ids() == ["id000000", "id000001"]


def test_filters_reach_the_server(logged: Logged) -> None:
    """Services, resource types, severity and the user's own filter each leave out what they should, OR or not."""
    labels = {"project_id": PROJECT, "service_name": "web"}
    logged.server.add(
        PROJECT,
        [
            entry(0),
            entry(1, resource={"type": "cloud_run_revision", "labels": labels}),
            entry(2, resource={"type": "gae_app", "labels": {"module_id": "api"}}),
            entry(3, severity="INFO"),
            entry(4, severity="DEFAULT", textPayload="Traceback (most recent call last):"),
            entry(5, severity="DEFAULT", textPayload="all is well"),
        ],
    )
    assert logged.ids(Query(services=("web",))) == ["id000001"]
    assert logged.ids(Query(services=("web", "api"), resource_types=("gae_app",))) == ["id000002"]
    assert logged.ids(Query(severity="WARNING")) == ["id000000", "id000001", "id000002"]
    assert logged.ids(Query(severity="WARNING", unlabelled=True)) == ["id000000", "id000001", "id000002", "id000004"]
    either = 'textPayload="line 1" OR textPayload="line 3" -- mine'
    assert logged.ids(Query(extra=either)) == ["id000001", "id000003"]
    assert logged.ids(Query(severity="ERROR", extra=either)) == ["id000001"]
    early = Span(START, START + 2 * SECOND)
    assert logged.ids(Query(extra=either), early) == ["id000001"]


def test_name_with_a_quote_stays_one_name(logged: Logged) -> None:
    """A service's name can't end its own string and add to the filter."""
    logged.server.add(PROJECT, [entry(0)])
    assert logged.ids(Query(services=('x" OR resource.labels.service_name="api',))) == []


def test_empty_page_with_a_token_is_not_the_end(full: Logged) -> None:
    """Reading goes on behind empty pages, at the start and in the middle."""
    full.server.faults = [Fault("EMPTY"), Fault("EMPTY")]
    assert full.ids() == ALL
    assert len(full.server.asked) == 5


def test_page_over_four_mebibytes(logged: Logged) -> None:
    """A page larger than gRPC's own limit of 4 MiB is read, not taken for a used-up quota."""
    logged.server.add(PROJECT, [entry(number, textPayload="x" * 60_000) for number in range(200)])
    assert len(logged.ids()) == 200
    assert len(logged.server.asked) == 1


@pytest.mark.parametrize("status", ["RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "UNAVAILABLE", "INTERNAL"])
def test_refused_read_is_sent_again_from_its_place(full: Logged, status: str) -> None:
    """After two pages, two refusals cost two pauses that grow and no entry; the same token is sent again."""
    source = full.source()
    records = source.records()
    read = [next(records) for _ in range(1001)]
    full.server.faults = [Fault(status), Fault(status)]
    assert ids(iter(read)) + ids(records) == ALL
    assert full.time.slept == [1.0, 2.0]
    assert len({asked.token for asked in full.server.asked[2:]}) == 1
    assert [told for told in full.told if "trying again in 2 s" in told]


def test_read_without_an_answer_is_given_up_in_time(full: Logged) -> None:
    """A server that never answers is left after the deadline, and asked again."""
    full.server.faults = [Fault("HANG")]
    assert full.ids(deadline=0.2) == ALL
    assert full.time.slept == [1.0]


def test_lost_place_goes_on_from_the_last_time(logged: Logged) -> None:
    """Where a token is refused, reading starts anew at the newest instant read; nothing of it is given twice."""
    same = "2026-05-04T10:10:00.5Z"
    rows = [
        entry(number, timestamp=same if 995 <= number < 1010 else f"2026-05-04T10:{20 * (number > 1000):02}:01Z")
        for number in range(1500)
    ]
    logged.server.add(PROJECT, rows)
    source = logged.source()
    records = source.records()
    read = [next(records)]
    logged.server.faults = [Fault("INVALID_ARGUMENT", "page_token is expired")]
    assert ids(iter(read)) + ids(records) == ALL[:1500]
    assert logged.server.asked[-1].filter.startswith('timestamp>="2026-05-04T10:10:00.500000000Z"')


def test_quota_is_kept(logged: Logged) -> None:
    """100 pages are read under the quota of 60 a minute without one refusal, and pauses are told of."""
    logged.server.add(PROJECT, [entry(0)])
    logged.server.quota = 60
    logged.server.faults = [Fault("EMPTY")] * 99
    assert len(logged.ids()) == 1
    assert len(logged.server.asked) == 100
    assert sum(logged.time.slept) == pytest.approx((100 - 10) / 48 * 60, abs=2)


def test_quota_used_up_by_others_is_waited_out(full: Logged) -> None:
    """Where other readers took the quota, reading waits for the next minute and gives everything."""
    full.server.quota = 1
    assert full.ids(patience=600.0) == ALL
    assert 60 <= sum(full.time.slept) <= 300


def test_what_was_read_before_an_end_counts(full: Logged) -> None:
    """Where refusals don't stop, what was read counts; a line says from when on entries miss, and so does coverage."""
    source = full.source()
    records = source.records()
    read = [next(records) for _ in range(1)]
    full.server.faults = [Fault("RESOURCE_EXHAUSTED")] * 20
    *rest, last = ids(records)
    assert ids(iter(read)) + rest == ALL[:1000]
    assert last.startswith("entries from 2026-05-04T10:16:39Z on are left out: the quota of reads is used up")
    coverage = source.coverage()
    assert coverage
    assert coverage.until == START + 999 * SECOND + SECOND // 4


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("RESOURCE_EXHAUSTED"), "the quota of reads of project acme is used up"),
        (Fault("DEADLINE_EXCEEDED"), "did not answer for project acme in time"),
        (Fault("UNAVAILABLE"), "can't be reached for project acme"),
        (Fault("PERMISSION_DENIED"), "roles/logging.viewer"),
        (Fault("UNAUTHENTICATED"), "gcloud auth application-default login"),
        (Fault("INVALID_ARGUMENT", "Unparseable filter"), "the filter sent was timestamp>="),
        (Fault("UNIMPLEMENTED"), "Cloud Logging failed for project acme (UNIMPLEMENTED)"),
    ],
)
def test_end_before_the_first_entry_says_what_to_do(full: Logged, fault: Fault, says: str) -> None:
    """With nothing read, one sentence names the project and the way out; only what may pass is tried again."""
    full.server.faults = [fault] * 20
    with pytest.raises(LogsUnavailable) as told:
        full.ids()
    assert says in str(told.value)
    assert fault.said in str(told.value)
    assert "\n" not in str(told.value)
    passing = fault.what in ("RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "UNAVAILABLE")
    assert len(full.server.asked) == (8 if passing else 1)


def test_unknown_project_bad_filter_and_forbidden_logs(logged: Logged) -> None:
    """What the server itself refuses: a project that isn't there, one whose logs may not be read, a broken filter."""
    with pytest.raises(LogsUnavailable, match="no project nowhere in Google Cloud: Project does not exist"):
        list(logged.source(project="nowhere").records())
    with pytest.raises(LogsUnavailable, match=r"rejects the filter .*\(severity= \) ; check"):
        logged.ids(Query(extra="severity="))
    logged.server.forbidden.add(PROJECT)
    with pytest.raises(LogsUnavailable, match=r"give the account roles/logging\.viewer"):
        logged.ids()


def test_server_that_is_not_there(logged: Logged) -> None:
    """A refused connection is tried again with pauses, and then told as one sentence."""
    logged.server.__exit__()
    with pytest.raises(LogsUnavailable, match="check the network"):
        logged.ids(deadline=1.0)
    assert len(logged.time.slept) == 7


def test_late_entries_come_with_the_overlap(logged: Logged) -> None:
    """An entry that arrives 300 s after its timestamp is missed by the run before, and read by the next one."""
    end = START + 2 * HOUR
    logged.server.add(PROJECT, [entry(0, timestamp="2026-05-04T11:55:00.5Z")], late=300 * SECOND)
    logged.server.now = end
    first = logged.source(span=Span(end - HOUR, end, continuing=True))
    assert ids(first.records()) == []
    coverage = first.coverage()
    assert coverage
    logged.server.now = end + 15 * MINUTE
    second = logged.source(span=Span(end - HOUR, end + 15 * MINUTE, continuing=True))
    second.resume({second.id: coverage.until})
    assert ids(second.records()) == ["id000000"]


def test_long_backlog_is_left_to_the_next_run(full: Logged) -> None:
    """A source that goes on from run to run stops after its budget; one that was given a window reads it whole."""
    going_on = Span(START, START + HOUR, continuing=True)
    *read, last = full.ids(span=going_on, budget=0.0)
    assert read == ALL[:1000]
    assert "reading took too long" in last
    assert full.ids(span=HOUR_LONG, budget=0.0) == ALL


def test_nothing_new_is_no_error_between_runs(logged: Logged) -> None:
    """An empty window that was asked for is an error; nothing new since the last run is not."""
    with pytest.raises(LogsUnavailable, match="no log entry in project acme"):
        list(Reading([logged.source()]))
    quiet = Reading([logged.source(span=Span(START, START + HOUR, continuing=True))])
    assert list(quiet) == []
    [coverage] = quiet.coverages()
    assert (coverage.start, coverage.until) == (START, START + HOUR)
