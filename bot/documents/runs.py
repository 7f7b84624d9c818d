"""A page over many runs: incidents that are open, how soon they were found and over, and what keeps coming back."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median

import msgspec

from bot.documents.patterns import NAME
from bot.documents.reportview import WorklogView
from bot.model.history import IncidentRecord, IssueRecord, RunRecord
from bot.model.incident import Priority
from bot.model.run import RunResult
from bot.model.state import IssueState, Phase
from bot.text.untrusted import Untrusted
from bot.text.visible import cut, visible

_MOST = 200
_ENDED = (Phase.VERIFIED.value, Phase.RECOVERED.value)
_SILENT = (Phase.MERGED.value, Phase.MUTED.value)

Name = tuple[str, str]
"""A key, as ("", key), or an issue, as (tracker, number)."""

Names = frozenset[Name]


class SeenView(msgspec.Struct, frozen=True):
    """An incident over all runs. `first` and `last` are its first and last entry in any of them.

    `phase` is that of its issue as the newest run left it, "" where there is none or no run told. `open` as long as its
    issue is neither verified, recovered, merged nor muted; without a phase, as long as the newest run over its service
    saw it, which is `still`. `found_after` is from its first entry to the newest entry of the first run that saw it.
    `over_after` is from the first entry to the last where it isn't open, else None; `proved_after` from the first entry
    to the time of the logs at which the issue was verified or recovered, None where it isn't. `returned` counts the
    issue's regressions; without a phase, the runs that saw it again after one that didn't. `spans` are its first and
    last entry in each run.
    """

    title: Untrusted
    environment: Untrusted
    service: Untrusted
    priority: str
    issue: int
    phase: str
    first: int
    last: int
    entries: int
    runs: int
    still: bool
    open: bool
    found_after: int
    over_after: int | None
    proved_after: int | None
    returned: int
    spans: tuple[tuple[int, int], ...]

    @property
    def age(self) -> int:
        """From the first entry to the last."""
        return self.last - self.first


class RunView(msgspec.Struct, frozen=True):
    """A run: its folder, what it read, incidents by priority, how many more are too little for issues, what it did."""

    folder: Untrusted
    at: int
    start: int
    end: int
    entries: int
    priorities: dict[str, int]
    below: int
    actions: dict[str, int]


class IndexView(msgspec.Struct, frozen=True):
    """What `index.html.j2` may use as `index`: incidents by priority, the oldest first; runs, the newest first.

    `below` are incidents that no run filed, as their priority is less than what gets an issue; no figure counts them.
    `start` and `end` are the oldest and newest entry of all runs, 0 without any.
    """

    incidents: tuple[SeenView, ...]
    below: tuple[SeenView, ...]
    runs: tuple[RunView, ...]
    start: int
    end: int

    @property
    def open(self) -> tuple[SeenView, ...]:
        """Incidents that are open."""
        return tuple(one for one in self.incidents if one.open)

    @property
    def over(self) -> tuple[SeenView, ...]:
        """Those that aren't."""
        return tuple(one for one in self.incidents if not one.open)

    @property
    def returning(self) -> tuple[SeenView, ...]:
        """What came back, the most often first."""
        return tuple(sorted((one for one in self.incidents if one.returned), key=lambda one: -one.returned))

    @property
    def priorities(self) -> dict[str, int]:
        """How many are open of each priority."""
        found = [one.priority for one in self.open]
        return {priority: found.count(priority) for priority in sorted(set(found))}

    @property
    def detection(self) -> int | None:
        """The median of `found_after`; None without an incident."""
        return _median(one.found_after for one in self.incidents)

    @property
    def recovery(self) -> int | None:
        """The median of `over_after`; None where nothing is over."""
        return _median(one.over_after for one in self.incidents if one.over_after is not None)


def _median(values: Iterable[int]) -> int | None:
    known = list(values)
    return round(median(known)) if known else None


def record_of(result: RunResult, worklog: WorklogView, wall: int, least: Priority) -> RunRecord:
    """What to keep of a run; its texts are redacted. `least` is the least priority that gets an issue."""
    read = worklog.analysis.read
    return RunRecord(
        at=wall,
        start=read.start,
        end=read.end,
        entries=read.entries,
        services=tuple(visible(name) for name in read.services),
        incidents=tuple(
            IncidentRecord(
                key="/".join((incident.key.environment, visible(incident.key.service), incident.key.root)),
                title=cut(incident.root.title, NAME).raw,
                environment=visible(incident.key.environment),
                service=visible(incident.key.service),
                priority=incident.priority.value,
                issue=one.issue,
                first=incident.first,
                last=incident.last,
                entries=sum(member.count for member in incident.members),
                below=not one.issue and incident.priority > least,
            )
            for one in result.incidents
            for incident in (one.incident,)
        ),
        actions=worklog.totals.actions,
        tracker=visible(result.tracker),
        issues=tuple(_issue(number, state) for number, state in sorted(result.states.items())),
    )


def _issue(number: int, state: IssueState) -> IssueRecord:
    key = state.incident.key
    moves = tuple((move.to.value, move.at) for move in state.transitions)
    return IssueRecord(number, "/".join((key.environment, visible(key.service), key.root)), state.phase.value, moves)


def index_view(records: Iterable[tuple[str, RunRecord]]) -> IndexView:
    """The view over runs, each with the name of its folder; of runs over the same logs each counts once more."""
    ordered = sorted(records, key=lambda one: (one[1].end, one[1].at))
    runs = [record for _, record in ordered]
    groups = [(_seen(names, runs), names) for names in _groups(runs)]
    groups.sort(key=lambda one: (one[0].priority, one[0].first))
    return IndexView(
        incidents=tuple(one for one, names in groups if not _is_below(names, runs)),
        below=tuple(one for one, names in groups if _is_below(names, runs)),
        runs=tuple(_run(folder, record) for folder, record in reversed(ordered[-_MOST:])),
        start=min((run.start for run in runs), default=0),
        end=max((run.end for run in runs), default=0),
    )


def _run(folder: str, record: RunRecord) -> RunView:
    counted = [one.priority for one in record.incidents if not _below(one)]
    return RunView(
        Untrusted(folder),
        record.at,
        record.start,
        record.end,
        record.entries,
        {priority: counted.count(priority) for priority in sorted(set(counted))},
        len(record.incidents) - len(counted),
        record.actions,
    )


def _below(one: IncidentRecord) -> bool:
    """Whether it was too little for an issue; a record that doesn't say so was made when P2 was the least."""
    return one.below if one.below is not None else not one.issue and one.priority == Priority.P3


def _is_below(names: Names, runs: Iterable[RunRecord]) -> bool:
    return all(_below(one) for run in runs for one in _of(names, run))


def _of(names: Names, run: RunRecord) -> list[IncidentRecord]:
    return [one for one in run.incidents if ("", one.key) in names]


def _groups(runs: Iterable[RunRecord]) -> Iterable[Names]:
    """Names of one incident each: the keys that its root had, and its issues, joined by the records that have both."""
    group: dict[Name, Names] = {}
    for run in runs:
        for one in run.incidents:
            told = {("", one.key), *([(run.tracker, str(one.issue))] if one.issue else ())}
            joined = frozenset(told).union(*(group[name] for name in told if name in group))
            group |= dict.fromkeys(joined, joined)
    return dict.fromkeys(group.values())


def _seen(names: Names, runs: Sequence[RunRecord]) -> SeenView:
    """One incident over the runs, oldest first, that read its service."""
    held = {n: found for n, run in enumerate(runs) if (found := _of(names, run))}
    newest = min(held[max(held)], key=lambda one: one.priority)
    over = [n for n, run in enumerate(runs) if newest.service in run.services or n in held]
    there = [n in held for n in over]
    every = [one for found in held.values() for one in found]
    first, last = min(one.first for one in every), max(one.last for one in every)
    issues = _issues(names, runs)
    current = issues.get(max(issues, default=0))
    phase = current.phase if current else ""
    is_open = phase not in (*_ENDED, *_SILENT) if phase else there[-1]
    return SeenView(
        title=Untrusted(newest.title),
        environment=Untrusted(newest.environment),
        service=Untrusted(newest.service),
        priority=newest.priority,
        issue=max(one.issue for one in every),
        phase=phase,
        first=first,
        last=last,
        entries=sum(one.entries for one in held[max(held)]),
        runs=len(held),
        still=there[-1],
        open=is_open,
        found_after=runs[min(held)].end - min(one.first for one in held[min(held)]),
        over_after=None if is_open else last - first,
        proved_after=_proved(current, first),
        returned=_regressions(issues) if issues else _gaps(there),
        spans=tuple((min(one.first for one in found), max(one.last for one in found)) for found in held.values()),
    )


def _issues(names: Names, runs: Iterable[RunRecord]) -> Mapping[int, IssueRecord]:
    """The incident's issues, each as the run that was made last tells of it."""
    return {
        issue.number: issue
        for run in sorted(runs, key=lambda one: one.at)
        for issue in run.issues
        if (run.tracker, str(issue.number)) in names
    }


def _proved(issue: IssueRecord | None, first: int) -> int | None:
    """From the first entry to the proof that it is over."""
    if not issue or issue.phase not in _ENDED:
        return None
    return max((at - first for to, at in issue.transitions if to == issue.phase), default=None)


def _regressions(issues: Mapping[int, IssueRecord]) -> int:
    return sum(to == Phase.REGRESSION for issue in issues.values() for to, _ in issue.transitions)


def _gaps(there: Sequence[bool]) -> int:
    """How often it was there again after a run in which it wasn't."""
    return sum(now and not before and any(there[:n]) for n, (before, now) in enumerate(pairwise(there), 1))
