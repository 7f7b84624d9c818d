"""How far the logs were read, remembered once what they showed is acted upon."""

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


def advanced(after: RepoState, before: RepoState, coverages: Iterable[Coverage]) -> RepoState:
    """The state to store with its watermarks moved to where reading got, and with holes for what can't be read.

    `before` is what is stored. Where nothing else changed, watermarks move only once they are `LAZY` behind, or are the
    first of their source: an idle run writes nothing, and the next one reads a little more again. Where incidents are
    held back, the entries that showed them are read again by the next run: watermarks stay, until `PATIENT` behind.
    """
    stored = {mark.source: mark.until for mark in before.watermarks}
    coverages = tuple(coverages)
    if after == before and not any(one.lost or _behind(one, stored) >= LAZY for one in coverages):
        return after
    marks = stored | {one.source: _until(one, stored, bool(after.held_back)) for one in coverages}
    oldest = max(marks.values(), default=0) - FORGOTTEN
    holes = {*after.holes, *(_hole(coverage) for coverage in coverages if coverage.lost)}
    return msgspec.structs.replace(
        after,
        watermarks=tuple(Watermark(source, until) for source, until in sorted(marks.items()) if until > oldest),
        holes=tuple(sorted(holes, key=lambda hole: (hole.end, hole.source)))[-_MOST_HOLES:],
    )


def _behind(coverage: Coverage, stored: Mapping[str, int]) -> int:
    """How far what is stored lies behind what was read; where nothing is stored, behind what was asked for."""
    return abs(coverage.until - stored.get(coverage.source, coverage.until - LAZY))


def _until(coverage: Coverage, stored: Mapping[str, int], held: bool) -> int:
    stays = held and _behind(coverage, stored) < PATIENT
    return stored.get(coverage.source, coverage.start) if stays else coverage.until


def _hole(coverage: Coverage) -> Hole:
    return Hole(coverage.source, coverage.lost, coverage.start, _GONE)


def hole_warnings(coverages: Iterable[Coverage]) -> tuple[Warned, ...]:
    """A warning for what can't be read any more, a source each."""
    return tuple(
        Warned(
            coverage.source.partition("@")[0],
            f"entries from {iso(coverage.lost)} to {iso(coverage.start)} were not read and are kept no longer: run "
            "more often.",
        )
        for coverage in coverages
        if coverage.lost
    )


def spanned(window: Window, coverages: Iterable[Coverage]) -> Window:
    """The window; one without any entry has the times that were read instead of none."""
    coverages = tuple(coverages)
    if window.entries or not coverages:
        return window
    start, end = min(one.start for one in coverages), max(one.until for one in coverages)
    return msgspec.structs.replace(window, start=start, end=end)
