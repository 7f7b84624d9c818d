"""`replay`: what these settings would have filed over saved logs, run by run, beside another side."""

import tempfile
from collections.abc import Iterable
from itertools import tee
from math import inf
from pathlib import Path

import msgspec

from bot.clustering import Stitcher
from bot.filing import Pace
from bot.logs import Counted, Reading
from bot.model.incident import Incident, IncidentKey
from bot.model.run import ReadReport, RunResult
from bot.model.time import HOUR, minute_of
from bot.model.window import Window
from bot.observing import Observer
from bot.trackers.folder import FolderTracker
from bot.trackers.interface import Tracker
from bot.usecases.counting import joined
from bot.usecases.errand import Errand
from bot.usecases.filing import file_window, known_of
from bot.usecases.looking import tracked
from bot.usecases.setup import Setup
from bot.usecases.windowing import signing, widened
from bot.usecases.windows import unsigned

_AT_ONCE = Pace(lambda: 0.0, lambda seconds: None, patience=inf)


class Case(msgspec.Struct, frozen=True):
    """An incident as one side has it: `filed` where it has an issue there, `issue` its number where it is tracked.

    `priority` is that at the end, `worst` the highest that a run gave it; `phase` is that of its issue, "" without one.
    """

    key: IncidentKey
    title: str
    priority: str
    filed: bool
    issue: int = 0
    worst: str = ""
    phase: str = ""


class Difference(msgspec.Struct, frozen=True):
    """An incident that the two sides have differently; None where a side doesn't have it at all."""

    ours: Case | None
    theirs: Case | None


class Replayed(msgspec.Struct, frozen=True):
    """What these settings make of the logs, worst first, and where the other side differs. `beside` names that side.

    `runs` is how many runs the logs were walked in.
    """

    read: ReadReport
    cases: tuple[Case, ...]
    beside: str
    differences: tuple[Difference, ...]
    runs: int = 1


def replay(reading: Reading, setup: Setup, other: Setup | None, tracker: Tracker, every: int = HOUR) -> Replayed:
    """Walk these logs as runs every hour (`every`, nanoseconds) would have, as if nothing had been tracked before.

    Each run recognises what the runs before it filed. The outcome is held against that of the other settings, else
    against what is tracked. Nothing is written but into a folder that is gone afterwards. Raises LogsUnavailable,
    TrackerUnavailable.
    """
    sides = [setup, other] if other else [setup]
    by_side = _observed(reading, sides, every)
    start, end = _span(by_side[0])
    counted = reading.counted(start, end) if by_side[0] else ()
    read = reading.report()
    ours, *others = (_walked(hours, counted, read, side) for hours, side in zip(by_side, sides, strict=True))
    theirs = others[0] if others else _tracked(tracker, setup, start, end)
    beside = "the other settings" if other else tracker.name
    return Replayed(read, tuple(ours), beside, tuple(_differences(ours, theirs)), len(by_side[0]))


def _observed(reading: Reading, sides: list[Setup], every: int) -> list[list[Observer]]:
    """What each side sees in whole hours of the clock, oldest first, of those in which anything was logged."""
    by_side: list[dict[int, Observer]] = [{} for _ in sides]
    streams = (Stitcher(signing(side)).signed(same) for side, same in zip(sides, tee(reading, len(sides)), strict=True))
    for signed in zip(*streams, strict=True):
        for (_, entry, signature), side, hours in zip(signed, sides, by_side, strict=True):
            at = entry.nanos // every
            if at not in hours:
                hours[at] = Observer(unsigned, side.environment_of)
            hours[at].add(entry, signature)
    return [[hours[at] for at in sorted(hours)] for hours in by_side]


def _span(hours: list[Observer]) -> tuple[int, int]:
    """Nanoseconds of the oldest and the newest entry."""
    spans = [observer.span for observer in hours]
    return min((start for start, _ in spans), default=0), max((end for _, end in spans), default=0)


def _with_counts(window: Window, counted: Iterable[Counted], setup: Setup) -> Window:
    first, last = minute_of(window.start), minute_of(window.end)
    within = [
        msgspec.structs.replace(one, minutes={at: n for at, n in one.minutes.items() if first <= at <= last})
        for one in counted
    ]
    return joined(window, within, setup.environment_of, last) if within else window


def _walked(hours: list[Observer], counted: Iterable[Counted], read: ReadReport, setup: Setup) -> list[Case]:
    setup = msgspec.structs.replace(setup, code=None)
    with tempfile.TemporaryDirectory(prefix="incidentbot-replay-") as folder:
        tracker = FolderTracker(Path(folder))
        runs = [_run(one, counted, read, Errand(tracker, setup, one.span[1], pace=_AT_ONCE)) for one in hours]
        listed, _ = tracked(tracker, setup)
    worst = _worst(runs)
    filed = [
        _case(one.state.incident, True, worst=worst[one.state.incident.key], phase=one.state.phase.value)
        for one in listed
        if one.state
    ]
    reported = {one.incident.key: one.incident for run in runs for one in run.incidents if not one.issue}
    for case in filed:
        reported.pop(case.key, None)
    unfiled = [_case(incident, False, worst=worst[key]) for key, incident in reported.items()]
    return sorted([*filed, *unfiled], key=lambda case: (case.priority, case.key))


def _run(hour: Observer, counted: Iterable[Counted], read: ReadReport, errand: Errand) -> RunResult:
    known = known_of(errand)
    return file_window(_with_counts(widened(hour, known), counted, errand.setup), read, (), known, errand)


def _worst(runs: Iterable[RunResult]) -> dict[IncidentKey, str]:
    worst: dict[IncidentKey, str] = {}
    for run in runs:
        for one in run.incidents:
            key, priority = one.incident.key, one.incident.priority.value
            worst[key] = min(priority, worst.get(key, priority))
    return worst


def _case(incident: Incident, filed: bool, issue: int = 0, worst: str = "", phase: str = "") -> Case:
    return Case(incident.key, incident.root.title, incident.priority.value, filed, issue, worst, phase)


def _tracked(tracker: Tracker, setup: Setup, start: int, end: int) -> list[Case]:
    """The issues whose incident was seen in this time."""
    listed, _ = tracked(tracker, setup)
    return [
        _case(one.state.incident, True, one.issue.number, phase=one.state.phase.value)
        for one in listed
        if one.state and one.state.incident.first <= end and one.state.incident.last >= start
    ]


def _differences(ours: list[Case], theirs: list[Case]) -> Iterable[Difference]:
    mine = {case.key: case for case in ours}
    other = {case.key: case for case in theirs}
    for key in sorted({*mine, *other}):
        one, two = mine.get(key), other.get(key)
        if not any(case and case.filed for case in (one, two)):
            continue
        if one is None or two is None or (one.filed, one.priority) != (two.filed, two.priority):
            yield Difference(one, two)
