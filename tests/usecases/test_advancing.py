"""Where the next run goes on."""

import pytest

from bot.logs import Coverage
from bot.model.state import Hole, RepoState, Watermark
from bot.model.time import HOUR, MINUTE
from bot.model.window import Window
from bot.usecases.advancing import FORGOTTEN, PATIENT, advanced, hole_warnings, spanned

NOW = 500_000 * HOUR


def read(until: int, source: str = "p@1", lost: int = 0) -> Coverage:
    """A source read over six hours."""
    return Coverage(source, until - 6 * HOUR, until, True, lost)


def state(*marks: tuple[str, int], held: tuple[str, ...] = ()) -> RepoState:
    """A state with these watermarks."""
    return RepoState(watermarks=tuple(Watermark(*mark) for mark in marks), held_back=held)


def until(repo: RepoState, source: str = "p@1") -> int | None:
    """The watermark of a source."""
    return {mark.source: mark.until for mark in repo.watermarks}.get(source)


def test_watermark_moves_with_what_is_written_anyway() -> None:
    """Where the state changes for another reason, it takes the watermark along; others stay."""
    before = state(("p@1", NOW - MINUTE), ("q@1", NOW - HOUR))
    after = advanced(RepoState(watermarks=before.watermarks, said=("x",)), before, [read(NOW)])
    assert (until(after), until(after, "q@1")) == (NOW, NOW - HOUR)


@pytest.mark.parametrize(("behind", "moves"), [(MINUTE, False), (HOUR - 1, False), (HOUR, True), (9 * HOUR, True)])
def test_idle_run_moves_it_only_when_it_is_an_hour_behind(behind: int, moves: bool) -> None:
    """An idle run's state is the stored one, so that nothing is written, until an hour has passed."""
    before = state(("p@1", NOW - behind))
    assert (advanced(before, before, [read(NOW)]) != before) == moves


def test_first_watermark_is_stored_at_once() -> None:
    """A source that was never read has its watermark after its first run, idle or not."""
    assert until(advanced(RepoState(), RepoState(), [read(NOW)])) == NOW


def test_held_back_incidents_keep_it() -> None:
    """What showed incidents that wait is read again: after a first run from its start, and for so long at most."""
    before = state(("p@1", NOW - HOUR), held=("a",))
    assert until(advanced(before, RepoState(), [read(NOW)])) == NOW - 6 * HOUR
    assert until(advanced(before, before, [read(NOW)])) == NOW - HOUR
    assert until(advanced(before, before, [read(NOW - HOUR + PATIENT)])) == NOW - HOUR + PATIENT


def test_holes_are_kept_and_told() -> None:
    """What can't be read any more is stored and warned of once it is found, even by an idle run."""
    before = state(("p@1", NOW - MINUTE))
    gone = read(NOW, lost=NOW - 8 * HOUR)
    after = advanced(before, before, [gone])
    assert [(hole.start, hole.end) for hole in after.holes] == [(NOW - 8 * HOUR, NOW - 6 * HOUR)]
    assert isinstance(after.holes[0], Hole)
    [warned] = hole_warnings([gone, read(NOW)])
    assert warned.where == "p"


def test_sources_that_are_read_no_more_are_forgotten() -> None:
    """A watermark of a filter that was given up doesn't stay for ever."""
    before = state(("p@old", NOW - FORGOTTEN - 1), ("p@1", NOW - HOUR))
    assert until(advanced(before, before, [read(NOW)]), "p@old") is None


def test_window_without_entries_has_the_times_that_were_read() -> None:
    """Nothing new is told with its times; without such sources the window stays as it is."""
    empty = Window(0, 0, 0, {})
    assert (spanned(empty, [read(NOW)]).start, spanned(empty, [read(NOW)]).end) == (NOW - 6 * HOUR, NOW)
    assert spanned(empty, []) == empty
