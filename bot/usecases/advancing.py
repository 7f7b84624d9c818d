"""How far the logs were read, remembered once what they showed is acted upon; and which times nobody read."""

from collections.abc import Iterable, Mapping

import msgspec

from bot.logs import Coverage
from bot.model.run import Warned
from bot.model.state import Hole, RepoState, Watermark
from bot.model.time import HOUR, iso
from bot.model.window import Window

LAZY = HOUR
"""How far a watermark may lie behind before it is stored for its own sake (nanoseconds)."""

PATIENT = 6 * HOUR
"""How far a watermark may lie behind for the sake of incidents that are held back (nanoseconds)."""

FORGOTTEN = 90 * 24 * HOUR
"""How far behind the newest a watermark is when its source is read no more (nanoseconds)."""

_MOST_HOLES = 50
_GONE = "the logs were kept no longer when the run came"

Times = tuple[tuple[int, int], ...]
"""Times from one nanosecond up to, not including, another: in order, none touching the next."""


def advanced(after: RepoState, before: RepoState, coverages: Iterable[Coverage]) -> RepoState:
    """The state to store with its watermarks moved to where reading got, and with holes for what wasn't read.

    `before` is what is stored. Where nothing else changed, watermarks move only once they are `LAZY` behind, or are the
    first of their source: an idle run writes nothing, and the next one reads a little more again. Where incidents are
    held back, the entries that showed them are read again by the next run: watermarks stay, until `PATIENT` behind.
    """
    stored = {mark.source: mark.until for mark in before.watermarks}
    coverages = tuple(coverages)
    going_on = [one for one in coverages if one.continuing]
    holes = holes_after(before.holes, coverages)
    late = any(_behind(one, stored) >= LAZY for one in going_on)
    if after == before and not late and not _tell_news(holes, before.holes):
        return after
    marks = stored | {one.source: _until(one, stored, bool(after.held_back)) for one in going_on}
    oldest = max(marks.values(), default=0) - FORGOTTEN
    return msgspec.structs.replace(
        after,
        watermarks=tuple(Watermark(source, until) for source, until in sorted(marks.items()) if until > oldest),
        holes=holes,
    )


def begun(repo: RepoState, coverages: Iterable[Coverage]) -> RepoState:
    """The state with a watermark for each source that has none, where this reading of a window ended."""
    marks = {one.source: one.until for one in coverages} | {mark.source: mark.until for mark in repo.watermarks}
    return msgspec.structs.replace(repo, watermarks=tuple(Watermark(*mark) for mark in sorted(marks.items())))


def _behind(coverage: Coverage, stored: Mapping[str, int]) -> int:
    """How far what is stored lies behind what was read; where nothing is stored, behind what was asked for."""
    return abs(coverage.until - stored.get(coverage.source, coverage.until - LAZY))


def _until(coverage: Coverage, stored: Mapping[str, int], held: bool) -> int:
    stays = held and _behind(coverage, stored) < PATIENT
    return stored.get(coverage.source, coverage.start) if stays else coverage.until


def holes_after(stored: Iterable[Hole], coverages: Iterable[Coverage]) -> tuple[Hole, ...]:
    """The newest holes after a run: those that are stored, less what it read of them, and those that it leaves itself.

    What was left out is read by a later run, and is no hole from then on; what is gone stays one.
    """
    coverages = tuple(coverages)
    grown: dict[tuple[str, int, str], Hole] = {}
    left = (part for hole in stored for part in _unread(hole, coverages))
    for hole in (*left, *(new for one in coverages for new in _new(one))):
        key = hole.source, hole.start, hole.because
        grown[key] = max(hole, grown.get(key, hole), key=lambda one: one.end)
    return tuple(sorted(grown.values(), key=lambda hole: (hole.end, hole)))[-_MOST_HOLES:]


def _new(coverage: Coverage) -> Iterable[Hole]:
    if coverage.lost:
        yield Hole(coverage.source, coverage.lost, coverage.start, _GONE)
    if coverage.because and coverage.until < coverage.end:
        yield Hole(coverage.source, coverage.until, coverage.end, coverage.because)


def _unread(hole: Hole, coverages: Iterable[Coverage]) -> Iterable[Hole]:
    read = () if hole.because == _GONE else ((c.start, c.until) for c in coverages if c.source == hole.source)
    for start, end in _without(((hole.start, hole.end),), read):
        yield msgspec.structs.replace(hole, start=start, end=end)


def _tell_news(holes: tuple[Hole, ...], stored: tuple[Hole, ...]) -> bool:
    """Whether holes opened or closed, or one grew by as much as a watermark may lie behind."""
    ends = {(hole.source, hole.start, hole.because): hole.end for hole in stored}
    return len(holes) != len(stored) or any(
        abs(hole.end - ends.get((hole.source, hole.start, hole.because), hole.end - LAZY)) >= LAZY for hole in holes
    )


def holes_of(holes: Iterable[Hole], coverages: Iterable[Coverage], project: str = "") -> tuple[Hole, ...]:
    """The holes after a run, of the sources that read this project alone where one is named."""
    return tuple(hole for hole in holes_after(holes, coverages) if _of(hole.source, project))


def _of(source: str, project: str) -> bool:
    return not project or source.partition("@")[0] == project


def _joined(times: Iterable[tuple[int, int]]) -> Times:
    """These times in order, those that touch as one; empty ones left out."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(times):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def _without(times: Iterable[tuple[int, int]], taken: Iterable[tuple[int, int]]) -> Times:
    """What is left of these times where others are taken away."""
    left = list(times)
    for first, last in taken:
        left = [part for start, end in left for part in ((start, min(end, first)), (max(start, last), end))]
    return _joined(left)


def hole_warnings(coverages: Iterable[Coverage]) -> tuple[Warned, ...]:
    """A warning for what can't be read any more, and one for what was left out, a source each."""
    return tuple(
        Warned(coverage.source.partition("@")[0], what) for coverage in coverages for what in _warnings(coverage)
    )


def _warnings(coverage: Coverage) -> Iterable[str]:
    if coverage.lost:
        yield (
            f"entries from {iso(coverage.lost)} to {iso(coverage.start)} were not read and are kept no longer: run "
            "more often."
        )
    if coverage.because:
        then = "the next run reads them" if coverage.continuing else "run again for them"
        yield f"entries from {iso(coverage.until)} to {iso(coverage.end)} are left out: {coverage.because}; {then}."


def spanned(window: Window, coverages: Iterable[Coverage]) -> Window:
    """The window; one without any entry has the times that were read instead of none."""
    coverages = tuple(coverages)
    if window.entries or not coverages:
        return window
    start, end = min(one.start for one in coverages), max(one.until for one in coverages)
    return msgspec.structs.replace(window, start=start, end=end)
