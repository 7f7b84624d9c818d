"""Which times a repository's holes, and what a run read, leave uncovered: counted apart, for tests to compare."""

from collections.abc import Iterable

from bot.logs import Coverage
from bot.model.state import Hole
from bot.usecases.advancing import holes_of

Times = tuple[tuple[int, int], ...]


def uncovered(holes: Iterable[Hole], coverages: Iterable[Coverage], start: int, end: int, project: str = "") -> Times:
    """The times from `start` up to `end` (nanoseconds) that were not read whole, in order, none touching the next."""
    coverages = tuple(coverages)
    found = [(hole.start, hole.end) for hole in holes_of(holes, coverages, project)]
    ours = (one for one in coverages if one.continuing and project in ("", one.source.partition("@")[0]))
    return _joined((max(start, first), min(end, last)) for first, last in [*found, *((one.until, end) for one in ours)])


def _joined(times: Iterable[tuple[int, int]]) -> Times:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(one for one in times if one[0] < one[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)
