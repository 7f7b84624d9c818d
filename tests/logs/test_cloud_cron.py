"""Runs that come late, are dropped, cut short or forgotten: what they leave is what one undisturbed run leaves."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import IncidentbotError, TrackerUnavailable
from bot.lifecycle import decode_repo
from bot.logs import Reading
from bot.logs.cloud import Span, span_of
from bot.model.time import HOUR, MINUTE, SECOND, moment, nanos_of
from bot.settings import Settings
from bot.trackers.folder import FolderTracker
from bot.usecases.filing import file_incidents
from bot.usecases.looking import tracked
from bot.usecases.setup import make
from tests.bench.logging_server import Fault
from tests.logs.cloud_bench import PROJECT, Logged, entry, logged

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

    def run(self, now: int, span: Callable[[int], Span] = span_of) -> bool:
        """One run at this time; False where it read only a part."""
        self.logged.server.now = now
        reading = Reading([self.logged.source(span=span(now), patience=10.0)])
        return not file_incidents(reading, self.tracker, SETUP, now).read.skipped_count


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
    state = decode_repo(cron.tracker.read_state())
    [hole] = state.holes
    assert (hole.start, hole.end) == (BEGIN, BEGIN + 10 * 24 * HOUR)
    [mark] = state.watermarks
    assert mark.source.startswith(f"{PROJECT}@")
    assert mark.until == BEGIN + 40 * 24 * HOUR
