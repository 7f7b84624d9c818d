"""Clusters as values, those that an alias joins as one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from bot.model.entry import Place
from bot.model.signature import Signature, Widened
from bot.model.window import Cluster
from bot.observing.cluster_state import ClusterState

Widen = Callable[[Sequence[Signature]], Mapping[str, Widened]]
States = Iterable[tuple[tuple[Place, str], ClusterState]]


def unwidened(signatures: Sequence[Signature]) -> Mapping[str, Widened]:
    """No aliases: every cluster stays what its fingerprint says."""
    return {}


def frozen(states: States, widen: Widen) -> Iterator[Cluster]:
    """The clusters by place and fingerprint; `widen` says which of them are one, wherever they are."""
    states = list(states)
    by_fingerprint = {fingerprint: state.earliest.signature for (_, fingerprint), state in states}
    wide = widen([signature for _, signature in sorted(by_fingerprint.items())])
    joined: dict[tuple[Place, str], list[tuple[str, ClusterState]]] = defaultdict(list)
    for (place, fingerprint), state in states:
        known = wide.get(fingerprint)
        joined[place, known.fingerprint if known else fingerprint].append((fingerprint, state))
    for (place, fingerprint), some in sorted(joined.items(), key=lambda item: item[0]):
        known = next((wide[member] for member, _ in some if member in wide), None)
        one = _together(state for _, state in some).frozen(place)
        if known is None:
            yield one
        else:
            members = tuple(sorted(member for member, _ in some))
            alias = str(known.alias or "")
            yield msgspec.structs.replace(one, fingerprint=fingerprint, alias=alias, members=members)


def _together(states: Iterable[ClusterState]) -> ClusterState:
    first, *others = states
    if not others:
        return first
    whole = ClusterState()
    for state in (first, *others):
        whole.merge(state)
    return whole
