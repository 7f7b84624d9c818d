"""A bounded sample of moments that is the same whatever the order they come in."""

from collections.abc import Iterator

ENTRIES = 128

_ABOVE_NAMES = "~"
Moments = tuple[list[int], list[str]]
"""Nanoseconds, and beside each what was there."""


class Smallest:
    """Moments by key: the `most` smallest keys, and of each the earliest 128 distinct moments.

    Keys are hashes, so that two samples of the same things choose the same ones. A key that is kept at the end was
    never left out before, so that order and grouping don't show. A key's moments are sorted and cut now and then, when
    twice as many have come as are kept.
    """

    __slots__ = ("_by_key", "_most", "bound")

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_key: dict[str, Moments] = {}
        self.bound = _ABOVE_NAMES
        """Moments of greater keys are not kept any more."""

    def add(self, key: str, nanos: int, what: str) -> None:
        """Keep this moment, if the key is among the smallest and the moment among its earliest."""
        if key <= self.bound:
            times, names = self._by_key.get(key) or self._admitted(key)
            times.append(nanos)
            names.append(what)
            if len(times) >= 2 * ENTRIES:
                _cut(times, names)

    def merge(self, other: "Smallest") -> None:
        """Take in another sample; the other stays as it is."""
        for key, (more_times, more_names) in other._by_key.items():
            if key <= self.bound:
                times, names = self._by_key.get(key) or self._admitted(key)
                times += more_times
                names += more_names
                if len(times) >= 2 * ENTRIES:
                    _cut(times, names)

    def _admitted(self, key: str) -> Moments:
        """Room for this key: where all is taken, that of the greatest."""
        made = self._by_key[key] = ([], [])
        if len(self._by_key) > self._most:
            del self._by_key[self.bound]
        if len(self._by_key) == self._most:
            self.bound = max(self._by_key)
        return made

    def __iter__(self) -> Iterator[tuple[str, list[int], list[str]]]:
        """(key, nanoseconds, what was there) of each key, in order."""
        for key, (times, names) in sorted(self._by_key.items()):
            _cut(times, names)
            yield key, times, names


def _cut(times: list[int], names: list[str]) -> None:
    """Keep the earliest distinct moments, in their order, and no others."""
    kept = sorted(set(zip(times, names, strict=True)))[:ENTRIES]
    times[:] = [nanos for nanos, _ in kept]
    names[:] = [name for _, name in kept]
