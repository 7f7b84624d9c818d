"""Request counts of Cloud Monitoring, read by Google's own client from a server of ours."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from bot.errors import LogsUnavailable, UsageError
from bot.logs import Reading, Unreadable, monitoring
from bot.logs.cloud import Endpoint
from bot.logs.interface import Counted
from bot.logs.monitoring import RequestCounts
from bot.model.time import MINUTE, SECOND, minute_of
from bot.model.window import Served
from tests.bench.logging_server import Fault
from tests.bench.monitoring_server import MonitoringServer
from tests.logs.cloud_bench import PROJECT, START, Time

FIRST = minute_of(START)


@pytest.fixture
def server() -> Iterator[MonitoringServer]:
    """Two services: api, of two revisions, one failing for two minutes, and web."""
    with MonitoringServer() as server:
        for minute in range(FIRST - 2, FIRST + 10):
            server.count(PROJECT, "api", minute, 50)
            server.count(PROJECT, "api", minute, 3, response=404)
            server.count(PROJECT, "web", minute, 7)
        for minute in (FIRST + 3, FIRST + 4):
            server.count(PROJECT, "api", minute, 4, response=500, revision="api-2")
            server.count(PROJECT, "api", minute, 2, response=503, revision="api-2")
        yield server


def counter(server: MonitoringServer, *services: str, time: Time | None = None) -> RequestCounts:
    """A counter that doesn't wait."""
    return RequestCounts(PROJECT, services, Endpoint(server.address), sleep=(time or Time()).sleep)


def counts(server: MonitoringServer, *services: str, end: int = START + 10 * MINUTE) -> tuple[Counted, ...]:
    """What is counted of ten minutes."""
    found = counter(server, *services).counts(START, end)
    assert not isinstance(found, Unreadable)
    return found


def test_requests_by_minute_and_revision(server: MonitoringServer) -> None:
    """Every class of answers is in the total, 5xx alone failed; minutes are those of the time asked for, no others."""
    old, new, web = counts(server)
    assert (old.service, old.revision, old.location, old.project) == ("api", "api-1", "europe-west1", PROJECT)
    assert old.minutes == {minute: Served(53, 0) for minute in range(FIRST, FIRST + 10)}
    assert (new.revision, new.minutes) == ("api-2", {FIRST + 3: Served(6, 6), FIRST + 4: Served(6, 6)})
    assert web.minutes[FIRST] == Served(7, 0)


def test_only_the_services_that_are_named(server: MonitoringServer) -> None:
    """The names reach the server's filter."""
    assert {one.service for one in counts(server, "web")} == {"web"}
    assert {one.service for one in counts(server, "web", "api")} == {"api", "web"}


def test_whole_minutes_are_asked_for(server: MonitoringServer) -> None:
    """A time within a minute counts the whole of it, at both ends."""
    [web] = counter(server, "web").counts(START + 61 * SECOND, START + 3 * MINUTE + 1)  # type: ignore[misc]
    assert list(web.minutes) == [FIRST + 1, FIRST + 2, FIRST + 3]


def test_pages_are_one(server: MonitoringServer) -> None:
    """Series that are cut between pages are put together."""
    whole = counts(server)
    server.most = 7
    assert counts(server) == whole
    assert len(server.asked) > 3


def test_a_passing_refusal_is_tried_again(server: MonitoringServer) -> None:
    """Two refusals cost two pauses, and nothing else."""
    server.faults = [Fault("UNAVAILABLE"), Fault("RESOURCE_EXHAUSTED")]
    time = Time()
    assert isinstance(counter(server, time=time).counts(START, START + MINUTE), tuple)
    assert time.slept == [1.0, 2.0]


def test_what_does_not_pass_keeps_no_run_from_filing(server: MonitoringServer) -> None:
    """Where Cloud Monitoring stays away, the reading says so, and there are no counts."""
    server.faults = [Fault("UNAVAILABLE")] * 9
    reading = Reading([], counters=[counter(server)])
    assert reading.counted(START, START + MINUTE) == ()
    [skipped] = reading.report().skipped
    assert (skipped.source, "UNAVAILABLE" in skipped.reason) == (f"request counts of project {PROJECT}", True)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("PERMISSION_DENIED", "roles/monitoring.viewer"),
        ("UNAUTHENTICATED", "gcloud auth application-default login"),
        ("NOT_FOUND", "check --project"),
        ("INVALID_ARGUMENT", r"Cloud Monitoring failed for project acme \(INVALID_ARGUMENT\)"),
    ],
)
def test_refusals_for_good_say_what_to_do(server: MonitoringServer, fault: str, says: str) -> None:
    """Each is one sentence with the project and the way out, after one try."""
    server.faults = [Fault(fault)]
    with pytest.raises(LogsUnavailable, match=says) as told:
        counts(server)
    assert "\n" not in str(told.value)
    assert len(server.asked) == 1


def test_a_missing_role_is_named(server: MonitoringServer) -> None:
    """What Google says when the role is missing is passed on beside its name."""
    server.forbidden.add(PROJECT)
    with pytest.raises(LogsUnavailable, match=r"timeSeries\.list denied; give the account roles/monitoring\.viewer"):
        counts(server)


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library, the sentence is the command that installs it."""
    monkeypatch.setattr(monitoring, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install '\.\[monitoring\]'"):
        RequestCounts(PROJECT, (), Endpoint())


def test_the_library_is_imported_when_it_is_used() -> None:
    """Making a counter imports nothing of Google's."""
    code = (
        "import sys; from bot.logs.cloud import Endpoint; from bot.logs.monitoring import RequestCounts;"
        "RequestCounts('p', (), Endpoint()); print([m for m in sys.modules if m.startswith('google.cloud.m')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
