"""Runs that come late, are dropped, cut short or forgotten: what they leave is what one undisturbed run leaves."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import IncidentbotError, LogsUnavailable, TrackerUnavailable
from bot.lifecycle import decode_repo
from bot.logs import Reading
from bot.logs.cloud import Query, Span, span_of
from bot.model.issue import IssueStatus
from bot.model.state import Phase, RepoState
from bot.model.time import HOUR, MINUTE, SECOND, moment, nanos_of
from bot.settings import Settings
from bot.trackers.folder import FolderTracker
from bot.usecases.filing import file_incidents
from bot.usecases.looking import tracked
from bot.usecases.setup import make
from tests.bench.logging_server import Fault
from tests.logs.cloud_bench import PROJECT, Logged, entry, logged
from tests.usecases.covering import uncovered

__all__ = ["logged"]

BEGIN = nanos_of("2026-05-04T00:00:00Z")
RUNS = 30
CUT = (3, 10, 17, 24)
TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "/srv/app/payments/charge.py", line 41, in charge\n    raise GatewayError("declined")\n'
    "payments.errors.GatewayError: declined"
)
FAULTS = {
    "payments": (0, TRACEBACK),
    "search": (7 * HOUR, "search index shard is corrupt, giving up on the query"),
    "mailer": (21 * HOUR, "smtp relay refused the connection"),
}
SETUP = make(Settings())

Row = tuple[int, dict[str, Any]]


class Forgetful(FolderTracker):
    """A folder whose next state write fails, or is taken and lost."""

    loses = ""

    def write_state(self, state: str, page: str = "") -> None:
        """As the folder does, unless it is to lose it."""
        loses, self.loses = self.loses, ""
        if loses == "told":
            raise TrackerUnavailable("the disk is full")
        if loses != "silently":
            super().write_state(state, page)


def failures(chance: random.Random, end: int) -> Iterator[Row]:
    """(nanoseconds late, entry) of services that fail every few minutes from some time on, and of one that works."""
    number = 0
    for service, (start, text) in {**FAULTS, "web": (0, "")}.items():
        at = BEGIN + start
        while (at := at + int(chance.uniform(30, 400) * SECOND)) < end:
            number += 1
            labels = {"project_id": PROJECT, "service_name": service, "revision_name": f"{service}-00001-abc"}
            late = chance.choice([0, 0, 1, chance.randrange(300)]) * SECOND
            severity, said = ("ERROR", text) if text else ("INFO", f"served {number}")
            yield (
                late,
                entry(
                    number,
                    timestamp=moment(at).isoformat(),
                    severity=severity,
                    textPayload=said,
                    resource={"type": "cloud_run_revision", "labels": labels},
                ),
            )


def kept(folder: Path) -> dict[str, tuple[str, tuple[str, ...], dict[str, int]]]:
    """Of each service's issue: its title, its labels, and the entries counted by fingerprint."""
    found, _ = tracked(FolderTracker(folder), SETUP)
    return {
        one.state.incident.key.service: (
            one.issue.title,
            one.issue.labels,
            {member.fingerprint: member.count for member in one.state.incident.members},
        )
        for one in found
        if one.state
    }


class Cron:
    """Runs over one server and one folder."""

    def __init__(self, logged: Logged, folder: Path) -> None:
        self.logged, self.tracker = logged, Forgetful(folder)

    def run(
        self, now: int, span: Callable[[int], Span] = span_of, query: Query | None = None, also: tuple[str, ...] = ()
    ) -> bool:
        """One run at this time, over further projects too; False where it read only a part."""
        self.logged.server.now = now
        names = (PROJECT, *also)
        reading = Reading([self.logged.source(query, span(now), name, patience=10.0) for name in names])
        return not file_incidents(reading, self.tracker, SETUP, now).read.skipped_count

    @property
    def repo(self) -> RepoState:
        """What is stored."""
        return decode_repo(self.tracker.read_state())

    def filed(self) -> list[int]:
        """Entries counted, an issue each."""
        return [sum(counts.values()) for _, _, counts in kept(self.tracker.root).values()]


def times(chance: random.Random) -> list[int]:
    """Thirty runs that should come every quarter of an hour and come up to six hours late; those that are cut do."""
    made, at = [], BEGIN + 20 * MINUTE
    for number in range(1, RUNS + 1):
        made.append(at)
        late = 4 + 2 * chance.random() if number in CUT else chance.choice([0, 0, 0.2, 1, 6]) * chance.random()
        at += 15 * MINUTE + int(late * HOUR)
    return made


def ran(cron: Cron, moments: list[int], chance: random.Random) -> int:
    """Do the runs: some dropped, some cut short, one state write lost of each kind. Returns how many went wrong."""
    faults = {6: "silently", 13: "told"}
    cut = 0
    for number, now in enumerate(moments):
        cron.tracker.loses = faults.get(number, "")
        if number % 9 == 4:
            continue
        if number in CUT:
            answered = [Fault("NONE")] * chance.randrange(4)
            cron.logged.server.faults = [*answered, *[Fault("RESOURCE_EXHAUSTED")] * 30]
        elif number % 7 == 5:
            cron.logged.server.faults = [Fault("UNAVAILABLE")] * chance.randrange(1, 3)
        try:
            cut += not cron.run(now)
        except IncidentbotError:
            cut += 1
        cron.logged.server.faults = []
    return cut


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_disturbed_runs_leave_what_one_undisturbed_run_leaves(seed: int, logged: Logged, tmp_path: Path) -> None:
    """Each entry is counted once, and title, labels and counts of every issue are those of one run over everything."""
    chance = random.Random(seed)
    moments = times(chance)
    logged.server.most = 25
    rows = list(failures(chance, moments[-1]))
    for late, row in rows:
        logged.server.add(PROJECT, [row], late)
    cron = Cron(logged, tmp_path / "disturbed")
    assert ran(cron, moments, chance) >= 3
    cron.run(moments[-1] + 10 * MINUTE)
    Cron(logged, tmp_path / "calm").run(moments[-1] + 10 * MINUTE, lambda now: Span(BEGIN, now))
    disturbed, calm = kept(tmp_path / "disturbed"), kept(tmp_path / "calm")
    assert disturbed == calm
    assert {service: sum(counts.values()) for service, (_, _, counts) in calm.items()} == {
        service: sum(row["resource"]["labels"]["service_name"] == service for _, row in rows) for service in FAULTS
    }


def test_idle_runs_write_nothing_and_lose_nothing(logged: Logged, tmp_path: Path) -> None:
    """In quiet hours the state is written once an hour at most, and what comes after them is filed whole."""
    cron = Cron(logged, tmp_path / "issues")
    written = []
    for quarter in range(20):
        cron.run(BEGIN + quarter * 15 * MINUTE)
        written.append(cron.tracker.read_state())
    assert 2 <= len(set(written)) <= 6
    late = BEGIN + 24 * HOUR
    rows = [entry(n, timestamp=moment(BEGIN + 5 * HOUR + n * MINUTE).isoformat()) for n in range(60)]
    logged.server.add(PROJECT, rows)
    cron.run(late)
    assert [sum(counts.values()) for _, _, counts in kept(tmp_path / "issues").values()] == [60]


def test_lost_logs_are_a_hole(logged: Logged, tmp_path: Path) -> None:
    """Where the next run comes after the logs' retention, what is gone is stored as a hole and warned of."""
    cron = Cron(logged, tmp_path / "issues")
    cron.run(BEGIN)
    cron.run(BEGIN + 40 * 24 * HOUR)
    [hole] = cron.repo.holes
    assert (hole.start, hole.end) == (BEGIN, BEGIN + 10 * 24 * HOUR)
    [mark] = cron.repo.watermarks
    assert mark.source.startswith(f"{PROJECT}@")
    assert mark.until == BEGIN + 40 * 24 * HOUR


def steady(count: int, after: int = 0) -> list[dict[str, Any]]:
    """A failure a minute, from so long after the beginning on."""
    return [entry(n, timestamp=moment(BEGIN + after + n * MINUTE).isoformat()) for n in range(count)]


@pytest.mark.parametrize("query", [Query(severity="ERROR"), Query(services=("api",)), Query(extra='severity="ERROR"')])
def test_a_changed_filter_leaves_no_gap(query: Query, logged: Logged, tmp_path: Path) -> None:
    """A run with another filter, hours after the last, reads on from there, and back; what both read counts once."""
    logged.server.add(PROJECT, steady(10 * 60))
    cron = Cron(logged, tmp_path / "issues")
    for hour, asked in ((1, None), (6, query), (10, query), (11, None)):
        cron.run(BEGIN + hour * HOUR, query=asked)
    assert cron.filed() == [10 * 60]
    assert {mark.source.split("@")[0] for mark in cron.repo.watermarks} == {PROJECT}
    assert [mark.until for mark in cron.repo.watermarks].count(BEGIN + 11 * HOUR) == 1


def test_another_projects_watermark_is_none_of_ones_own(logged: Logged, tmp_path: Path) -> None:
    """A project that is added is read for its last hour, however far back another one's reading stands."""
    logged.server.add("acme-two", [])
    cron = Cron(logged, tmp_path / "issues")
    cron.run(BEGIN)
    logged.server.asked.clear()
    cron.run(BEGIN + 9 * HOUR, also=("acme-two",))
    starts = {asked.projects[0]: asked.filter.split('"')[1] for asked in logged.server.asked}
    assert starts == {PROJECT: "2026-05-03T23:00:00.000000000Z", "acme-two": "2026-05-04T08:00:00.000000000Z"}


def test_a_run_that_ended_early_leaves_a_hole_for_one_run(logged: Logged, tmp_path: Path) -> None:
    """Where the quota ends a run, what it didn't come to is a hole with its reason, until the next run has read it."""
    logged.server.add(PROJECT, steady(50))
    logged.server.most = 25
    cron = Cron(logged, tmp_path / "issues")
    logged.server.faults = [Fault("NONE"), *[Fault("RESOURCE_EXHAUSTED")] * 30]
    assert not cron.run(BEGIN + HOUR)
    [hole] = cron.repo.holes
    assert (hole.start // MINUTE, hole.end, hole.because) == (
        BEGIN // MINUTE + 24,
        BEGIN + HOUR,
        "the quota of reads is used up",
    )
    logged.server.faults = []
    assert cron.run(BEGIN + HOUR + 15 * MINUTE)
    assert cron.repo.holes == ()
    assert cron.filed() == [50]


@pytest.mark.parametrize(
    ("fault", "because"),
    [("UNAVAILABLE", "Cloud Logging could not be reached"), ("PERMISSION_DENIED", "the account may not read its logs")],
)
def test_a_project_that_fails_keeps_none_of_the_others(
    fault: str, because: str, logged: Logged, tmp_path: Path
) -> None:
    """One of two projects can't be read: the other's incidents are filed, its own time is a hole, and is read later."""
    logged.server.add(PROJECT, steady(60))
    logged.server.add("acme-two", [])
    cron = Cron(logged, tmp_path / "issues")
    cron.run(BEGIN, also=("acme-two",))
    logged.server.faults = [Fault("NONE"), *[Fault(fault)] * 30]
    assert not cron.run(BEGIN + 2 * HOUR, also=("acme-two",))
    assert cron.filed() == [60]
    [hole] = cron.repo.holes
    assert (hole.source.split("@")[0], hole.start, hole.end) == ("acme-two", BEGIN, BEGIN + 2 * HOUR)
    assert hole.because == because
    logged.server.faults = []
    logged.server.add("acme-two", steady(30, after=30 * MINUTE))
    assert cron.run(BEGIN + 3 * HOUR, also=("acme-two",))
    assert cron.repo.holes == ()
    assert cron.repo.watermarks[0].until == cron.repo.watermarks[1].until == BEGIN + 3 * HOUR


def test_a_quiet_project_beside_one_that_fails_is_a_quiet_night(logged: Logged, tmp_path: Path) -> None:
    """Nothing new in one and no answer for the other is no error between runs: the hole is stored all the same."""
    logged.server.add("acme-two", [])
    logged.server.forbidden.add("acme-two")
    cron = Cron(logged, tmp_path / "issues")
    assert not cron.run(BEGIN, also=("acme-two",))
    assert [hole.source.split("@")[0] for hole in cron.repo.holes] == ["acme-two"]


def test_where_no_project_can_be_read_the_run_fails(logged: Logged, tmp_path: Path) -> None:
    """Nothing at all was read: that is an error, and nothing is stored."""
    logged.server.add("acme-two", [])
    logged.server.forbidden |= {PROJECT, "acme-two"}
    cron = Cron(logged, tmp_path / "issues")
    with pytest.raises(LogsUnavailable, match=f"may not read the logs of project {PROJECT}"):
        cron.run(BEGIN, also=("acme-two",))
    assert cron.tracker.read_state() is None


def test_silence_of_what_was_not_read_proves_nothing(logged: Logged, tmp_path: Path) -> None:
    """A project that can't be read for a day is silent, beside one that goes on: its issue stays open, and as it is."""
    logged.server.add(PROJECT, steady(60))
    labels = {"project_id": "acme-two", "service_name": "web", "revision_name": "web-1"}
    lively = {"resource": {"type": "cloud_run_revision", "labels": labels}, "severity": "INFO", "textPayload": "served"}
    logged.server.add("acme-two", [one | lively | {"insertId": f"w{n}"} for n, one in enumerate(steady(26 * 60))])
    cron = Cron(logged, tmp_path / "issues")
    cron.run(BEGIN + HOUR, also=("acme-two",))
    filed = kept(tmp_path / "issues")
    for hour in range(2, 26, 4):
        logged.server.faults = [Fault("PERMISSION_DENIED")]
        assert not cron.run(BEGIN + hour * HOUR, also=("acme-two",))
    assert kept(tmp_path / "issues") == filed
    [one] = tracked(cron.tracker, SETUP)[0]
    assert (one.issue.status, one.state and one.state.phase) == (IssueStatus.OPEN, Phase.FILED)
    times = uncovered(cron.repo.holes, (), BEGIN, BEGIN + 22 * HOUR, PROJECT)
    assert times == ((BEGIN + HOUR, BEGIN + 22 * HOUR),)
    assert uncovered(cron.repo.holes, (), BEGIN, BEGIN + 22 * HOUR, "acme-two") == ()
