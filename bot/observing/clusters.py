"""The clusters of a window, at most so many, chosen so that the order of entries doesn't show."""

import hashlib
import heapq
from collections.abc import Iterator

from bot.model.entry import Place
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.observing.cluster_state import ClusterState

# Traces and the platform's own words are few and tell most; what floods are messages and requests.
_FLOODS = {Kind.TRACE: 0, Kind.SYSTEM: 0, Kind.AUDIT: 1, Kind.MESSAGE: 2, Kind.REQUEST: 2}

_UNSTATED, _WARNING, _ERROR = map(int, (Severity.DEFAULT, Severity.WARNING, Severity.ERROR))

Key = tuple[Place, str, int]
"""Place, fingerprint, and how mild its entries say they are."""


class Clusters:
    """States by key. Of more than `most`, those with the smallest ranks stay.

    A rank is (what floods last, a hash of place and fingerprint). Entries of clusters that were left out are counted in
    `overflow`. A cluster that stays was never left out before, so that counts are whole and any order gives the same.
    `known` has the state of a cluster that is in, or None.
    """

    def __init__(self, most: int) -> None:
        self.overflow = 0
        self._most = most
        self._states: dict[Key, ClusterState] = {}
        self._ranks: list[tuple[int, Key]] = []
        self.known = self._states.get

    def state(self, key: Key, kind: Kind) -> ClusterState | None:
        """The state of this cluster; None where there is no room for it."""
        return self._states.get(key) or self._admitted(_rank(key, kind), key)

    def merge(self, other: "Clusters") -> None:
        """Take in the clusters of a disjoint read."""
        self.overflow += other.overflow
        for rank, key in other._ranks:
            theirs = other._states[key]
            if mine := self._states.get(key) or self._admitted(rank, key):
                mine.merge(theirs)
            else:
                self.overflow += theirs.count

    def _admitted(self, rank: int, key: Key) -> ClusterState | None:
        if len(self._states) < self._most:
            heapq.heappush(self._ranks, (rank, key))
        elif not self._ranks or (rank, key) < self._ranks[0]:
            return None
        else:
            _, worst = heapq.heapreplace(self._ranks, (rank, key))
            self.overflow += self._states.pop(worst).count
        state = self._states[key] = ClusterState()
        return state

    def __iter__(self) -> Iterator[tuple[Key, ClusterState]]:
        return iter(sorted(self._states.items(), key=lambda item: item[0]))


def mildness(kind: Kind, level: Severity) -> int:
    """2 for a message that states DEBUG, INFO or NOTICE, 1 for WARNING, else 0: also where none is stated.

    Requests have their status, and traces and the platform their words: of these no level is mild.
    """
    if kind is not Kind.MESSAGE or level >= _ERROR or level == _UNSTATED:
        return 0
    return 1 if level == _WARNING else 2


def _rank(key: Key, kind: Kind) -> int:
    """Greater stays: the heap's first is the next to go."""
    said = "\0".join((*key[0], key[1])).encode("utf-8", "surrogatepass")
    return -(_FLOODS[kind] << 64 | int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big"))
