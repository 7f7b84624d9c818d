"""Which numbers to ask for, one by one, where a list may be behind. Pure."""

PROBES = 5
"""Numbers in a row that are no issue after which none is expected: discussions share the numbers."""

MOST_PROBES = 300
"""Numbers asked for at most; in a repository that busy a list has long caught up with the first of them."""


class Probe:
    """The numbers above `above` that a list of the newest doesn't hold, then those above all of it, until PROBES miss.

    Ask for what `next` gives (0: enough), and tell by `seen` whether it was there.
    """

    def __init__(self, above: int, listed: frozenset[int]) -> None:
        self._top = max(listed, default=above)
        self._listed = listed
        self._number = above
        self._missed = 0
        self._asked = 0

    def next(self) -> int:
        """The next number to ask for."""
        self._number += 1
        while self._number in self._listed:
            self._number += 1
        if self._missed >= PROBES or self._asked >= MOST_PROBES:
            return 0
        self._asked += 1
        return self._number

    def seen(self, there: bool) -> None:
        """Whether the number that was asked for last was there; only above the list do misses count."""
        if self._number > self._top:
            self._missed = 0 if there else self._missed + 1
