"""A bounded sample of moments that is the same whatever the order they come in."""

from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter

ENTRIES = 128
ROOM = 64
"""Moments beyond what was kept before that are taken before any is dropped."""

_ABOVE_HASHES = "~"
_key = itemgetter(0)
Moment = tuple[int, str]
Keyed = tuple[str, int, str]


class Smallest:
    """Moments by key: the `most` smallest keys, and of each the earliest 128 distinct moments.

    Keys are hashes, so that two samples of the same things choose the same ones. A key that is kept at the end was
    never left out before, so that order and grouping don't show. What is too much is dropped now and then, when half as
    much again has come as was kept the last time.
    """

    __slots__ = ("_full", "_moments", "_most", "bound")

    def __init__(self, most: int) -> None:
        self._most = most
        self._moments: list[Keyed] = []
        self._full = ROOM
        self.bound = _ABOVE_HASHES
        """Moments of greater keys are not kept any more."""

    def add(self, key: str, nanos: int, what: str) -> None:
        """Keep this moment, if the key is among the smallest and the moment among its earliest."""
        if key <= self.bound:
            moments = self._moments
            moments.append((key, nanos, what))
            if len(moments) >= self._full:
                self._drop()

    def merge(self, other: "Smallest") -> None:
        """Take in another sample."""
        self._moments += other._moments
        if len(self._moments) >= self._full:
            self._drop()

    def _drop(self) -> None:
        """Keep the earliest moments of the smallest keys, in their order, and no others."""
        self._moments.sort()
        kept: list[Keyed] = []
        by_key = groupby(self._moments, _key)
        for number, (key, some) in enumerate(islice(by_key, self._most), 1):
            kept += islice(dict.fromkeys(some), ENTRIES)
            if number == self._most:
                self.bound = key
        self._moments = kept
        self._full = len(kept) * 3 // 2 + ROOM

    def __iter__(self) -> Iterator[Keyed]:
        self._drop()
        return iter(self._moments)
