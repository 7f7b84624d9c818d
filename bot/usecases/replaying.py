"""`replay`: what these settings would have filed over saved logs, run by run, beside another side."""

import tempfile
from collections.abc import Iterable, Iterator
from math import inf
from pathlib import Path

import msgspec

from bot.clustering import Clusterer, Stitcher
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
    windows = list(_windows(reading, setup, every))
    read = reading.report()
    ours = _walked(windows, read, setup)
    start, end = min((one.start for one in windows), default=0), max((one.end for one in windows), default=0)
    theirs = _walked(windows, read, other) if other else _tracked(tracker, setup, start, end)
    beside = "the other settings" if other else tracker.name
    return Replayed(read, tuple(ours), beside, tuple(_differences(ours, theirs)), len(windows))


def _windows(reading: Reading, setup: Setup, every: int) -> Iterator[Window]:
    """The windows of whole hours of the clock, oldest first, of those in which anything was logged."""
    signature_of = Clusterer().signature
    observers: dict[int, Observer] = {}
    for _, entry, signature in Stitcher(signature_of).signed(reading):
        at = entry.nanos // every
        if at not in observers:
            observers[at] = Observer(signature_of, setup.environment_of)
        observers[at].add(entry, signature)
    windows = [observers[at].window() for at in sorted(observers)]
    counted = reading.counted(windows[0].start, windows[-1].end) if windows else ()
    for window in windows:
        yield _with_counts(window, counted, setup)


def _with_counts(window: Window, counted: Iterable[Counted], setup: Setup) -> Window:
    first, last = minute_of(window.start), minute_of(window.end)
    within = [
        msgspec.structs.replace(one, minutes={at: n for at, n in one.minutes.items() if first <= at <= last})
        for one in counted
    ]
    return joined(window, within, setup.environment_of, last) if within else window


def _walked(windows: Iterable[Window], read: ReadReport, setup: Setup) -> list[Case]:
    setup = msgspec.structs.replace(setup, code=None)
    with tempfile.TemporaryDirectory(prefix="incidentbot-replay-") as folder:
        tracker = FolderTracker(Path(folder))
        runs = [_run(window, read, Errand(tracker, setup, window.end, pace=_AT_ONCE)) for window in windows]
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


def _run(window: Window, read: ReadReport, errand: Errand) -> RunResult:
    return file_window(window, read, (), known_of(errand), errand)


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
