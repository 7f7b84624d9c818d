"""Where the next run goes on."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import Coverage
from bot.model.state import Hole, RepoState, Watermark
from bot.model.time import HOUR, MINUTE
from bot.model.window import Window
from bot.usecases.advancing import FORGOTTEN, PATIENT, advanced, begun, hole_warnings, holes_of, spanned
from tests.usecases.covering import uncovered

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


def left(start: int, until: int, end: int, source: str = "p@1", because: str = "the quota is used up") -> Coverage:
    """A source that goes on from run to run, whose run ended early."""
    return Coverage(source, start, until, True, 0, end, because)


def held(repo: RepoState) -> list[tuple[str, int, int]]:
    """The holes of a state, in hours before now."""
    return [(hole.source, (hole.start - NOW) // HOUR, (hole.end - NOW) // HOUR) for hole in repo.holes]


def test_what_a_run_leaves_out_is_a_hole_until_it_is_read() -> None:
    """A partial read stores what it left and why; a run that reads a part of it leaves the rest; then none is left."""
    early = advanced(RepoState(), RepoState(), [left(NOW - 6 * HOUR, NOW - 4 * HOUR, NOW)])
    assert (held(early), early.holes[0].because) == ([("p@1", -4, 0)], "the quota is used up")
    assert until(early) == NOW - 4 * HOUR
    more = advanced(early, early, [left(NOW - 5 * HOUR, NOW - HOUR, NOW + HOUR)])
    assert held(more) == [("p@1", -1, 1)]
    assert advanced(more, more, [Coverage("p@1", NOW - 2 * HOUR, NOW + HOUR, True)]).holes == ()


def test_a_source_that_stays_away_is_stored_once_an_hour() -> None:
    """A hole that grows run by run is one hole, written when it opens and when it has grown by an hour."""
    repo, written = RepoState(watermarks=(Watermark("p@1", NOW),)), 0
    for quarter in range(1, 13):
        after = advanced(repo, repo, [left(NOW - HOUR, NOW, NOW + quarter * 15 * MINUTE)])
        written += after != repo
        repo = after
    assert written <= 4
    [hole] = repo.holes
    assert hole.start == NOW
    assert hole.end > NOW + 2 * HOUR
    assert until(repo) == NOW


def test_a_window_leaves_its_hole_and_no_watermark() -> None:
    """A window whose read ended early is a hole too; reading goes on from where it was; another source fills none."""
    before = state(("p@1", NOW - HOUR))
    window = Coverage("p@1", NOW - 9 * HOUR, NOW - 8 * HOUR, False, 0, NOW - 7 * HOUR, "no answer")
    after = advanced(before, before, [window])
    assert (held(after), until(after)) == ([("p@1", -8, -7)], NOW - HOUR)
    assert held(advanced(after, after, [Coverage("p@2", NOW - 9 * HOUR, NOW, False)])) == held(after)
    assert advanced(after, after, [Coverage("p@1", NOW - 9 * HOUR, NOW, False)]).holes == ()


def test_what_is_gone_is_never_read() -> None:
    """A window over a time whose entries are kept no longer finds nothing there: that fills no hole."""
    gone = advanced(RepoState(), RepoState(), [read(NOW, lost=NOW - 8 * HOUR)])
    assert held(advanced(gone, gone, [Coverage("p@1", NOW - 9 * HOUR, NOW, False)])) == [("p@1", -8, -6)]


def test_times_without_a_complete_reading() -> None:
    """Stored holes, what this run left out or hasn't come to, joined, cut to the time asked for, of one project."""
    holes = [Hole("p@1", NOW - 9 * HOUR, NOW - 7 * HOUR, "x"), Hole("q@1", NOW - 3 * HOUR, NOW - HOUR, "x")]
    assert uncovered(holes, [], NOW - 8 * HOUR, NOW) == (
        (NOW - 8 * HOUR, NOW - 7 * HOUR),
        (NOW - 3 * HOUR, NOW - HOUR),
    )
    assert uncovered(holes, [], NOW - 8 * HOUR, NOW, "p") == ((NOW - 8 * HOUR, NOW - 7 * HOUR),)
    runs = [left(NOW - 10 * HOUR, NOW - 8 * HOUR, NOW - 2 * HOUR), left(NOW - 5 * HOUR, NOW - HOUR, NOW, "q@1")]
    assert uncovered(holes, runs, NOW - 10 * HOUR, NOW) == ((NOW - 8 * HOUR, NOW),)
    assert uncovered(holes, runs, NOW - 10 * HOUR, NOW, "q") == ((NOW - HOUR, NOW),)
    assert [hole.source for hole in holes_of(holes, runs, "q")] == ["q@1"]
    assert uncovered([], [read(NOW)], NOW - HOUR, NOW) == ()
    assert uncovered([], [read(NOW)], NOW - HOUR, NOW + HOUR) == ((NOW, NOW + HOUR),)


hours = st.integers(0, 48)
spans = st.tuples(hours, hours).map(sorted)


@given(holes=st.lists(spans, max_size=6), runs=st.lists(st.tuples(spans, hours), max_size=4), asked=spans)
def test_uncovered_is_what_no_reading_has(
    holes: list[list[int]], runs: list[tuple[list[int], int]], asked: list[int]
) -> None:
    """Hour by hour: uncovered is what a hole has that no run read, and what a run left or didn't get to."""
    stored = [Hole("p@1", one[0], one[1], "x") for one in holes]
    coverages = [Coverage("p@1", one[0], one[1], True, 0, one[1] + more, "y") for one, more in runs]
    found = uncovered(stored, coverages, asked[0], asked[1])
    for hour in range(asked[0], asked[1]):
        was = any(start <= hour < end for start, end in holes)
        done = any(one[0] <= hour < one[1] for one, _ in runs)
        not_yet = any(hour >= one[1] for one, _ in runs)
        assert any(start <= hour < end for start, end in found) == ((was and not done) or not_yet)
    assert list(found) == sorted(found)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(found))


def test_a_window_begins_what_runs_go_on_from() -> None:
    """Where a first look at the logs ended, the first run goes on; a watermark that is there stays."""
    window = Coverage("p@1", NOW - 24 * HOUR, NOW, False)
    assert until(begun(RepoState(), [window])) == NOW
    assert until(begun(state(("p@1", NOW - HOUR)), [window])) == NOW - HOUR


def test_what_was_left_out_is_told() -> None:
    """One warning a source: from when to when, why, and who reads it."""
    [warned] = hole_warnings([left(NOW - HOUR, NOW - MINUTE, NOW), read(NOW)])
    assert warned.where == "p"
    assert warned.what.endswith("are left out: the quota is used up; the next run reads them.")
