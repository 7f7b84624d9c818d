"""A page over many runs: incidents still seen, how soon they were found and over, and what keeps coming back."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from bot.documents.patterns import NAME
from bot.documents.reportview import WorklogView
from bot.model.history import IncidentRecord, RunRecord
from bot.model.run import RunResult
from bot.text.untrusted import Untrusted
from bot.text.visible import cut, visible

_MOST = 200


class SeenView(msgspec.Struct, frozen=True):
    """An incident over all runs. `first` and `last` are its first and last entry in any of them.

    `still` when the newest run over its service saw it. `found_after` is from its first entry to the newest entry of
    the first run that saw it. `over_after` is from the first entry to the last where the newest run no longer saw it,
    else None. `returned` counts runs that saw it again after one that didn't.
    """

    title: Untrusted
    environment: Untrusted
    service: Untrusted
    priority: str
    issue: int
    first: int
    last: int
    entries: int
    runs: int
    still: bool
    found_after: int
    over_after: int | None
    returned: int

    @property
    def age(self) -> int:
        """From the first entry to the last."""
        return self.last - self.first


class RunView(msgspec.Struct, frozen=True):
    """A run: its folder, what it read, incidents by priority, and what it did."""

    folder: Untrusted
    at: int
    start: int
    end: int
    entries: int
    priorities: dict[str, int]
    actions: dict[str, int]


class IndexView(msgspec.Struct, frozen=True):
    """What `index.html.j2` may use as `index`: incidents by priority, the oldest first; runs, the newest first."""

    incidents: tuple[SeenView, ...]
    runs: tuple[RunView, ...]

    @property
    def still(self) -> tuple[SeenView, ...]:
        """Incidents that the newest run over their service saw."""
        return tuple(one for one in self.incidents if one.still)

    @property
    def over(self) -> tuple[SeenView, ...]:
        """Incidents that it no longer saw."""
        return tuple(one for one in self.incidents if not one.still)

    @property
    def returning(self) -> tuple[SeenView, ...]:
        """Incidents that came back, the most often first."""
        return tuple(sorted((one for one in self.incidents if one.returned), key=lambda one: -one.returned))


def record_of(result: RunResult, worklog: WorklogView, wall: int) -> RunRecord:
    """What to keep of a run; its texts are redacted."""
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
            )
            for one in result.incidents
            for incident in (one.incident,)
        ),
        actions=worklog.totals.actions,
    )


def index_view(records: Iterable[tuple[str, RunRecord]]) -> IndexView:
    """The view over runs, each with the name of its folder; of runs over the same logs each counts once more."""
    ordered = sorted(records, key=lambda one: (one[1].end, one[1].at))
    runs = [record for _, record in ordered]
    keys = dict.fromkeys(incident.key for run in runs for incident in run.incidents)
    seen = sorted((_seen(key, runs) for key in keys), key=lambda one: (one.priority, one.first))
    return IndexView(tuple(seen), tuple(_run(folder, record) for folder, record in reversed(ordered[-_MOST:])))


def _run(folder: str, record: RunRecord) -> RunView:
    priorities: dict[str, int] = {}
    for one in record.incidents:
        priorities[one.priority] = priorities.get(one.priority, 0) + 1
    return RunView(
        Untrusted(folder),
        record.at,
        record.start,
        record.end,
        record.entries,
        dict(sorted(priorities.items())),
        record.actions,
    )


def _seen(key: str, runs: Sequence[RunRecord]) -> SeenView:
    """One incident over the runs, oldest first, that read its service."""
    held = {n: one for n, run in enumerate(runs) for one in run.incidents if one.key == key}
    newest = held[max(held)]
    over = [n for n, run in enumerate(runs) if newest.service in run.services or n in held]
    there = [n in held for n in over]
    first, last = min(one.first for one in held.values()), max(one.last for one in held.values())
    return SeenView(
        title=Untrusted(newest.title),
        environment=Untrusted(newest.environment),
        service=Untrusted(newest.service),
        priority=newest.priority,
        issue=max(one.issue for one in held.values()),
        first=first,
        last=last,
        entries=newest.entries,
        runs=len(held),
        still=there[-1],
        found_after=runs[min(held)].end - held[min(held)].first,
        over_after=None if there[-1] else last - first,
        returned=sum(now and not before and any(there[:n]) for n, (before, now) in enumerate(pairwise(there), 1)),
    )
