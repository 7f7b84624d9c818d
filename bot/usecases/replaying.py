"""`replay`: what these settings would have filed over saved logs, beside other settings or what is tracked."""

from collections.abc import Iterable

import msgspec

from bot.logs import Reading
from bot.model.incident import Incident, IncidentKey
from bot.model.run import ReadReport
from bot.trackers.interface import Tracker
from bot.triage import triage
from bot.usecases.drafting import assessed
from bot.usecases.looking import tracked
from bot.usecases.setup import Setup
from bot.usecases.windowing import window_of


class Case(msgspec.Struct, frozen=True):
    """An incident as one side has it: `filed` where it has an issue there, `issue` its number where it is tracked."""

    key: IncidentKey
    title: str
    priority: str
    filed: bool
    issue: int = 0


class Difference(msgspec.Struct, frozen=True):
    """An incident that the two sides have differently; None where a side doesn't have it at all."""

    ours: Case | None
    theirs: Case | None


class Replayed(msgspec.Struct, frozen=True):
    """What these settings make of the logs, worst first, and where the other side differs. `beside` names that side."""

    read: ReadReport
    cases: tuple[Case, ...]
    beside: str
    differences: tuple[Difference, ...]


def replay(reading: Reading, setup: Setup, other: Setup | None, tracker: Tracker) -> Replayed:
    """Triage these logs as if nothing were tracked, and hold it against the other settings, else what is tracked.

    Nothing is written. Raises LogsUnavailable, TrackerUnavailable.
    """
    window = window_of(reading, setup)
    found = [one.incident for one in triage(window, {}).found]
    ours = _cases(found, setup)
    theirs = _cases(found, other) if other else _tracked(tracker, setup, window.start, window.end)
    beside = "the other settings" if other else tracker.name
    return Replayed(reading.report(), tuple(ours), beside, tuple(_differences(ours, theirs)))


def _cases(found: Iterable[Incident], setup: Setup) -> list[Case]:
    incidents = [assessed(incident, setup) for incident in found]
    cases = [_case(incident, incident.priority <= setup.settings.file_from) for incident in incidents]
    return sorted(cases, key=lambda case: (case.priority, case.key))


def _case(incident: Incident, filed: bool, issue: int = 0) -> Case:
    return Case(incident.key, incident.root.title, incident.priority.value, filed, issue)


def _tracked(tracker: Tracker, setup: Setup, start: int, end: int) -> list[Case]:
    """The issues whose incident was seen in this time."""
    listed, _ = tracked(tracker, setup)
    return [
        _case(one.state.incident, True, one.issue.number)
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
