"""Counted requests beside logged ones: the fuller of both, never both."""

from hypothesis import given
from hypothesis import strategies as st

from bot.logs import Counted
from bot.model.entry import Place
from bot.model.window import Served, Traffic, Window
from bot.usecases.counting import joined

PLACE = Place("prod", "p", "eu", "api", "api-1")
NEW = Place("prod", "p", "eu", "api", "api-2")


def environment_of(project: str) -> str:
    """Of the one project."""
    return {"p": "prod"}[project]


def window(*traffic: Traffic) -> Window:
    """A window with this logged traffic."""
    return Window(0, 0, 1, {}, traffic=traffic)


def counted(minutes: dict[int, Served], revision: str = "api-1") -> Counted:
    """What was counted at a place."""
    return Counted("p", "eu", "api", revision, minutes)


def traffic(found: Window) -> dict[Place, dict[int, Served]]:
    """The traffic of a window, by place."""
    return {one.place: one.minutes for one in found.traffic}


def test_counted_successes_stand_beside_logged_failures() -> None:
    """Failures that the logs hold whole are kept, uncounted ones too; successes are those counted."""
    logged = Traffic(PLACE, {5: Served(3, 3), 6: Served(2, 2)})
    found = joined(window(logged), [counted({4: Served(40, 0), 5: Served(21, 1), 6: Served(30, 0)})], environment_of, 9)
    assert traffic(found) == {PLACE: {4: Served(40, 0), 5: Served(23, 3), 6: Served(32, 2)}}


def test_logged_successes_are_not_counted_again() -> None:
    """Where the logs hold them, the logs' own minutes stay, although some are counted a minute later."""
    logged = Traffic(PLACE, {5: Served(100, 2), 6: Served(100, 0)})
    counts = counted({5: Served(95, 1), 6: Served(100, 1), 7: Served(7, 0)})
    assert joined(window(logged), [counts], environment_of, 9).traffic == (logged,)


def test_a_place_without_an_entry_has_its_requests() -> None:
    """A revision that logs nothing has what was counted; one that isn't counted has what it logged."""
    logged = Traffic(PLACE, {5: Served(3, 3)})
    found = joined(window(logged), [counted({5: Served(8, 1)}, "api-2")], environment_of, 9)
    assert traffic(found) == {PLACE: {5: Served(3, 3)}, NEW: {5: Served(8, 1)}}


def test_minutes_that_are_not_visible_yet_are_left_out() -> None:
    """Failures of the last minutes don't stand alone where successes can't be seen yet; once they can, they do."""
    logged = Traffic(PLACE, {5: Served(3, 3), 8: Served(4, 4)})
    early = joined(window(logged), [counted({5: Served(20, 0), 6: Served(20, 0)})], environment_of, 6)
    assert traffic(early) == {PLACE: {5: Served(23, 3), 6: Served(20, 0)}}
    later = joined(window(logged), [counted({5: Served(20, 0), 8: Served(9, 0)})], environment_of, 6)
    assert traffic(later)[PLACE][8] == Served(13, 4)


def test_an_outage_that_is_not_counted_is_not_hidden() -> None:
    """Requests that reached no instance are logged and never counted: their minutes are known from the logs."""
    logged = Traffic(PLACE, {minute: Served(5, 5) for minute in range(10, 20)})
    found = joined(window(logged), [counted({minute: Served(30, 0) for minute in range(10)})], environment_of, 25)
    assert sum(served.failed for served in traffic(found)[PLACE].values()) == 50
    assert traffic(found)[PLACE][3] == Served(30, 0)


def answered(minutes: dict[int, Served]) -> int:
    """Requests that weren't answered with 5xx."""
    return sum(one.total - one.failed for one in minutes.values())


def failed(minutes: dict[int, Served]) -> int:
    """Requests that were."""
    return sum(one.failed for one in minutes.values())


served = st.builds(lambda well, badly: Served(well + badly, badly), st.integers(0, 50), st.integers(0, 9))
minutes = st.dictionaries(st.integers(0, 12), served, max_size=8)


@given(logged=minutes, more=minutes)
def test_no_request_is_in_it_twice(logged: dict[int, Served], more: dict[int, Served]) -> None:
    """Successes and failures are each those of one side alone, whichever has more, and no minute is off by one side."""
    found = joined(window(Traffic(PLACE, logged)), [counted(more)], environment_of, 99)
    got = traffic(found)[PLACE]
    for of in (answered, failed):
        assert of(got) in (of(logged), of(more))
        assert of(got) >= 0.9 * max(of(logged), of(more)) or got == logged
    assert found.traffic[0].failed <= found.traffic[0].total
