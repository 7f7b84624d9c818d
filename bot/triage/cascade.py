"""Groups of clusters that strong evidence joins, and the root of each group."""

from collections import defaultdict
from collections.abc import Iterable

from bot.model.incident import Evidence
from bot.model.window import Cluster
from bot.triage.bridging import joining
from bot.triage.edge import ClusterId, Edge, id_of, richness
from bot.triage.evidence import SAME_CRASH
from bot.triage.nature import is_own_error, is_unrated


def groups(candidates: list[Cluster], found: Iterable[Edge]) -> list[list[Cluster]]:
    """The candidates in connected groups, joined by evidence of at least 0.5; a shared symptom joins no two causes."""
    parent: dict[ClusterId, ClusterId] = {id_of(cluster): id_of(cluster) for cluster in candidates}

    def top(one: ClusterId) -> ClusterId:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for cause, effect, _ in joining(found):
        parent[top(id_of(effect))] = top(id_of(cause))
    joined: dict[ClusterId, list[Cluster]] = defaultdict(list)
    for cluster in candidates:
        joined[top(id_of(cluster))].append(cluster)
    return list(joined.values())


def root_of(group: list[Cluster], found: Iterable[Edge]) -> tuple[Cluster, Cluster | None]:
    """The root of a group, and the runner-up where another error of the application's own could be it.

    What another form of the same failure explains is no root; of the rest the richest, then the earliest, is. Standing
    before the same crashes joins two errors, but doesn't say which of them is the cause.
    """
    ids = {id_of(cluster) for cluster in group}
    explained = {
        id_of(effect) for cause, effect, link in found if link.kind != SAME_CRASH and id_of(cause) in ids
    } & ids
    ranked = sorted(group, key=lambda c: (is_unrated(c), id_of(c) in explained, -richness(c), c.first, c.fingerprint))
    root = ranked[0]
    others = (c for c in ranked[1:] if c.fingerprint != root.fingerprint)
    return root, next((c for c in others if id_of(c) not in explained and is_own_error(c)), None)


def evidence_within(group: list[Cluster], found: Iterable[Edge]) -> tuple[Evidence, ...]:
    """The evidence of a group, one of each (cause, effect, kind), the strongest first."""
    ids = {id_of(cluster) for cluster in group}
    kept: dict[tuple[str, str, str], Evidence] = {}
    for cause, effect, evidence in found:
        if id_of(cause) in ids and id_of(effect) in ids:
            key = (evidence.cause, evidence.effect, evidence.kind)
            if key not in kept or kept[key].strength < evidence.strength:
                kept[key] = evidence
    return tuple(sorted(kept.values(), key=lambda e: (-e.strength, e.kind, e.cause, e.effect)))
