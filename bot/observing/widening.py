"""Clusters as values, those that an alias joins as one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from bot.model.entry import Place
from bot.model.severity import Severity
from bot.model.signature import Signature, Widened
from bot.model.window import Cluster
from bot.observing.cluster_state import ClusterState
from bot.observing.clusters import Key, mildness

Widen = Callable[[Sequence[Signature]], Mapping[str, Widened]]
States = Iterable[tuple[Key, ClusterState]]


def unwidened(signatures: Sequence[Signature]) -> Mapping[str, Widened]:
    """No aliases: every cluster stays what its fingerprint says."""
    return {}


def frozen(states: States, widen: Widen) -> Iterator[Cluster]:
    """The clusters by place and fingerprint; `widen` says which of them are one, wherever they are.

    Entries of a message that are milder than its worst are no part of it, but counted beside it.
    """
    states = list(states)
    by_fingerprint = {fingerprint: state.earliest.signature for (_, fingerprint, _), state in states}
    wide = widen([signature for _, signature in sorted(by_fingerprint.items())])
    joined: dict[tuple[Place, str], list[tuple[str, ClusterState]]] = defaultdict(list)
    for (place, fingerprint, _), state in states:
        known = wide.get(fingerprint)
        joined[place, known.fingerprint if known else fingerprint].append((fingerprint, state))
    for (place, fingerprint), some in sorted(joined.items(), key=lambda item: item[0]):
        known = next((wide[member] for member, _ in some if member in wide), None)
        own, milder = _parted([state for _, state in some])
        one = _together(own).frozen(place)
        one = msgspec.structs.replace(one, milder=sum(state.count for state in milder)) if milder else one
        if known is None:
            yield one
        else:
            members = tuple(sorted({member for member, _ in some}))
            alias = str(known.alias or "")
            yield msgspec.structs.replace(one, fingerprint=fingerprint, alias=alias, members=members)


def _parted(states: list[ClusterState]) -> tuple[list[ClusterState], list[ClusterState]]:
    """(what the cluster is made of, what is milder than its worst): errors without warnings, warnings without info."""
    worst = max(state.severity for state in states)
    mildest = 0 if worst >= Severity.ERROR else 1 if worst >= Severity.WARNING else 2
    milder = [state for state in states if mildness(state.earliest.signature.kind, state.severity) > mildest]
    return [state for state in states if state not in milder], milder


def _together(states: list[ClusterState]) -> ClusterState:
    first, *others = states
    if not others:
        return first
    whole = ClusterState()
    for state in states:
        whole.merge(state)
    return whole
