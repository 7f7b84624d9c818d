"""A bounded sample of moments that is the same whatever the order they come in."""

from bisect import bisect_left
from collections.abc import Iterator

ENTRIES = 128
_ABOVE_HASHES = "~"
Moment = tuple[int, str]


class Smallest:
    """Moments by key: the `most` smallest keys, and of each the earliest 128 distinct moments.

    Keys are hashes, so that two samples of the same things choose the same ones. A key that is kept at the end was
    never left out before, so that order and grouping don't show.
    """

    __slots__ = ("_kept", "_most", "bound")

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[str, list[Moment]] = {}
        self.bound = _ABOVE_HASHES
        """Moments of greater keys are not kept any more."""

    def add(self, key: str, nanos: int, what: str) -> None:
        """Keep this moment, if the key is among the smallest and the moment among its earliest."""
        kept = self._kept.get(key)
        if kept is None:
            if key <= self.bound:
                self._begin(key, [(nanos, what)])
        elif nanos > kept[-1][0]:
            if len(kept) < ENTRIES:
                kept.append((nanos, what))
        else:
            _insert(kept, (nanos, what))

    def merge(self, other: "Smallest") -> None:
        """Take in another sample."""
        for key, moments in other._kept.items():
            kept = self._kept.get(key)
            if kept is not None:
                kept[:] = sorted({*kept, *moments})[:ENTRIES]
            elif key <= self.bound:
                self._begin(key, moments[:])

    def _begin(self, key: str, moments: list[Moment]) -> None:
        if len(self._kept) >= self._most:
            del self._kept[self.bound]
        self._kept[key] = moments
        if len(self._kept) >= self._most:
            self.bound = max(self._kept)

    def __iter__(self) -> Iterator[tuple[str, int, str]]:
        return iter([(key, nanos, what) for key, moments in self._kept.items() for nanos, what in moments])


def _insert(kept: list[Moment], moment: Moment) -> None:
    if moment > kept[-1]:
        kept.append(moment)
    elif moment != kept[at := bisect_left(kept, moment)]:
        kept.insert(at, moment)
    del kept[ENTRIES:]
