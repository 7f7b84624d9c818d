"""What was rolled out where, in order: deployments of all sources and the revisions seen in traffic, made one."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple

from bot.model.entry import Place
from bot.model.signature import Kind
from bot.model.time import MINUTE
from bot.model.window import Cluster, Deployment, Served, Traffic

Service = tuple[str, str]

APART = 30 * MINUTE
"""How far a deployment that names no revision may lie from the start of the revision it is of (nanoseconds)."""

SKEW = 5 * MINUTE
"""How far two clocks may differ: a deployment this much after the newest log entry is taken as having happened."""

SETTLED = 5
"""Minutes without a request after which a revision that was replaced serves no more."""


class Step(NamedTuple):
    """One roll-out: from when on (nanoseconds), which revision, its commit, and the percentage of traffic meant for it.

    `revision` is "" where none is named, `commit` "" where none is known. `first` is when the revision was first seen:
    a later roll-out is a way back to it. `begun` is False where it may have run for long before that.
    """

    nanos: int
    revision: str
    commit: str
    share: int
    first: int
    begun: bool

    @property
    def name(self) -> str:
        """What tells it from others: the revision, else the commit."""
        return self.revision or self.commit


class Timeline(NamedTuple):
    """One service's roll-outs, oldest first, and its requests by revision and minute."""

    steps: tuple[Step, ...]
    served: Mapping[str, Mapping[int, Served]]

    def step_of(self, name: str) -> Step | None:
        """The first roll-out of a revision, or of a commit where no revision is named; None for one never seen."""
        return next((step for step in self.steps if step.name == name), None)


def timeline(service: Service, deployments: Iterable[Deployment], traffic: Iterable[Traffic]) -> Timeline:
    """The timeline of one (environment, service).

    A deployment without a service is one of every service of its environment. One that names no revision gives its
    commit to the nearest revision that started about then and has none; where there is none, it stands for itself.
    """
    own = sorted(d for d in deployments if d.environment == service[0] and d.service in (service[1], ""))
    served = _served(service, traffic)
    first = {d.revision: d.nanos for d in reversed(own) if d.revision}
    told = set(first)
    first |= {name: min(minutes) * MINUTE for name, minutes in served.items() if name and name not in told and minutes}
    commits, alone = _commits(own, first)
    opening = min((min(minutes) for minutes in served.values() if minutes), default=0) * MINUTE
    steps = [
        Step(d.nanos, d.revision, commits.get(d.revision, ""), d.share, first[d.revision], True)
        for d in own
        if d.revision
    ]
    steps += [
        Step(at, revision, commits.get(revision, ""), 100, at, at > opening + SETTLED * MINUTE)
        for revision, at in first.items()
        if revision not in told
    ]
    steps += [Step(d.nanos, "", d.commit, d.share, d.nanos, True) for d in alone]
    return Timeline(tuple(sorted(steps)), served)


def _served(service: Service, traffic: Iterable[Traffic]) -> dict[str, dict[int, Served]]:
    served: dict[str, dict[int, Served]] = {}
    for one in traffic:
        if (one.place.environment, one.place.service) == service:
            minutes = served.setdefault(one.place.revision, {})
            for at, counted in one.minutes.items():
                had = minutes.get(at, Served(0, 0))
                minutes[at] = Served(had.total + counted.total, had.failed + counted.failed)
    return served


def _commits(own: list[Deployment], first: Mapping[str, int]) -> tuple[dict[str, str], list[Deployment]]:
    """The commit of each revision, and the deployments that belong to none."""
    commits = {d.revision: d.commit for d in reversed(own) if d.revision and d.commit}
    alone = []
    for deployment in own:
        if deployment.revision or not deployment.commit:
            continue
        near = [
            (abs(at - deployment.nanos), revision)
            for revision, at in first.items()
            if revision not in commits and abs(at - deployment.nanos) <= APART
        ]
        if near:
            commits[min(near)[1]] = deployment.commit
        elif deployment.commit not in commits.values():
            alone.append(deployment)
    return commits, alone


def activity(traffic: Iterable[Traffic], clusters: Iterable[Cluster]) -> tuple[Traffic, ...]:
    """Requests by place; for a service whose requests aren't logged, its entries by place and minute instead."""
    requests = tuple(traffic)
    logged = {(one.place.environment, one.place.service) for one in requests if one.minutes}
    entries: dict[Place, dict[int, Served]] = {}
    for cluster in clusters:
        place = cluster.place
        if cluster.kind is not Kind.AUDIT and (place.environment, place.service) not in logged:
            minutes = entries.setdefault(place, {})
            for at, minute in cluster.minutes.items():
                minutes[at] = Served(minutes.get(at, Served(0, 0)).total + minute.count, 0)
    return (*requests, *(Traffic(place, dict(sorted(minutes.items()))) for place, minutes in sorted(entries.items())))


def states(steps: Iterable[Step], until: int) -> list[tuple[int, dict[str, tuple[Step, float]]]]:
    """What was meant to serve after each roll-out up to a time (nanoseconds): by name, the step and its share of one.

    Roll-outs of one moment share the traffic as they say; what they leave stays with what served before.
    """
    found: list[tuple[int, dict[str, tuple[Step, float]]]] = []
    serving: dict[str, tuple[Step, float]] = {}
    for nanos, group in groupby((step for step in steps if step.nanos <= until), key=lambda step: step.nanos):
        meant = {step.name: (step, step.share / 100) for step in group}
        left = max(0.0, 1 - sum(share for _, share in meant.values()))
        others = {name: had for name, had in serving.items() if name not in meant}
        whole = sum(share for _, share in others.values())
        kept = {name: (step, share / whole * left) for name, (step, share) in others.items() if whole}
        serving = {name: had for name, had in (kept | meant).items() if had[1] > 0}
        found.append((nanos, serving))
    return found
