"""A bounded sample of moments that is the same whatever the order they come in."""

from bisect import bisect_left
from collections.abc import Iterator

ENTRIES = 128

Moment = tuple[int, str]


class Smallest:
    """Moments by key: the `most` smallest keys, and of each the earliest 128 distinct moments.

    Keys are hashes, so that two samples of the same things choose the same ones. A key that is kept at the end was
    never left out before, so that order and grouping don't show.
    """

    __slots__ = ("_kept", "_largest", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[str, list[Moment]] = {}
        self._largest = ""

    def add(self, key: str, moment: Moment) -> None:
        """Keep this moment, if the key is among the smallest and the moment among its earliest."""
        moments = self._kept.get(key)
        if moments is not None:
            if len(moments) < ENTRIES or moment < moments[-1]:
                _insert(moments, moment)
            return
        if len(self._kept) >= self._most:
            if key > self._largest:
                return
            del self._kept[self._largest]
        self._kept[key] = [moment]
        self._largest = max(self._kept)

    def merge(self, other: "Smallest") -> None:
        """Take in another sample."""
        for key, moments in other._kept.items():
            for moment in moments:
                self.add(key, moment)

    def __iter__(self) -> Iterator[tuple[str, int, str]]:
        return ((key, nanos, what) for key, moments in self._kept.items() for nanos, what in moments)


def _insert(moments: list[Moment], moment: Moment) -> None:
    if moment > moments[-1]:
        if len(moments) < ENTRIES:
            moments.append(moment)
        return
    at = bisect_left(moments, moment)
    if moments[at] != moment:
        moments.insert(at, moment)
        del moments[ENTRIES:]
