"""How much chance a fault had: minutes at work and requests, holes and outages, grown run by run."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.fixes import answered_by, exposure_of, failing_of, lively, quiet_of, quieter, watched
from bot.fixes.exposure import READ_AGAIN, exposure_since
from bot.model.entry import Place
from bot.model.fix import Exposure, Failing, Watch
from bot.model.incident import Settled
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.state import Hole
from bot.model.time import HOUR, MINUTE
from bot.model.window import Cluster, Minute, Served, Traffic
from tests.fixes.failing import M0, at, incident, member, requests

NOTHING = Failing(1, 0, Exposure(), at(0), at(0))
WATCH = Watch(NOTHING, at(0))


def hole(first: float, last: float) -> Hole:
    """A hole in the logs."""
    return Hole("logs", at(first), at(last), "kept no longer")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, Exposure(0, 0)),
        ({5: (4, 0)}, Exposure(1, 4)),
        ({5: (4, 1), 6: (2, 2), 7: (0, 0)}, Exposure(1, 3)),
        ({5: (1, 0), 15: (1, 0)}, Exposure(11, 2)),
        ({5: (1, 0), 16: (1, 0)}, Exposure(2, 2)),
        ({5: (1, 0), 8: (1, 1), 11: (1, 0)}, Exposure(2, 2)),
        ({0: (9, 0), 60: (9, 0), 5: (1, 0)}, Exposure(6, 10)),
    ],
    ids=["nothing", "one minute", "failed requests", "bridged", "too far apart", "an outage between", "whole minutes"],
)
def test_exposure(counts: dict[int, tuple[int, int]], expected: Exposure) -> None:
    """Minutes with a request answered and those between two of them count; requests that failed don't."""
    assert exposure_of(requests(counts), at(0), at(60)) == expected


def test_holes_count_nothing() -> None:
    """Neither what lies in a hole counts, nor time across one."""
    traffic = requests(dict.fromkeys(range(0, 30), (1, 0)))
    assert exposure_of(traffic, at(0), at(30), [hole(10, 20)]) == Exposure(20, 20)
    assert exposure_of(requests({0: (1, 0), 8: (1, 0)}), at(0), at(30), [hole(3, 4)]) == Exposure(2, 2)


def test_an_outage_is_no_quiet_time() -> None:
    """Time in which every request failed, and holes, are taken off the quiet."""
    traffic = requests({1: (1, 0), 20: (1, 1), 25: (3, 3), 29: (2, 2), 40: (1, 0)})
    begun = at(0) // HOUR
    watch = quieter(watched(WATCH, traffic), range(begun, begun + 9))
    assert exposure_since(watch) == Exposure(2, 2)
    assert quiet_of(watch, at(60)) == 50 * MINUTE
    assert quiet_of(watch, at(60), [hole(-10, 5), hole(3, 6), hole(50, 90)]) == 34 * MINUTE
    assert quiet_of(watch, at(-1)) == 0
    assert quiet_of(watched(WATCH, traffic), at(60)) == 0


def test_a_minute_that_tells_more_replaces_what_is_stored() -> None:
    """A window that ends within a minute shows only part of it; the next one shows it whole."""
    watch = watched(watched(WATCH, requests({5: (1, 0)})), requests({5: (4, 1)}))
    assert exposure_since(watch) == Exposure(1, 3)
    assert watched(watch, requests({5: (2, 0)})) == watch


def test_a_minute_that_shows_a_failure_when_read_again() -> None:
    """Of two readings of as many requests the one with more failures is right: an error may be told late."""
    watch = watched(watched(WATCH, requests({5: (1, 0)})), requests({5: (1, 1)}))
    assert exposure_since(watch) == Exposure(0, 0)
    assert watched(watch, requests({5: (1, 0)})) == watch


def test_the_minute_of_the_failure_itself_does_not_count() -> None:
    """Nothing up to the minute of the beginning counts."""
    watch = watched(Watch(NOTHING, at(5.5)), requests({4: (1, 0), 5: (1, 0), 6: (1, 0)}))
    assert exposure_since(watch) == Exposure(1, 1)


_TRAFFIC = st.dictionaries(
    st.integers(1, 400), st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda c: (max(c), min(c))), max_size=60
).map(requests)
_HOLES = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)).map(lambda h: hole(h[0], h[0] + h[1])), max_size=2)


def _well(served: Served) -> int:
    return served.total - served.failed


@given(_TRAFFIC, _HOLES, st.lists(st.integers(0, 400), max_size=6), st.integers(0, READ_AGAIN))
def test_windows_that_overlap(traffic: dict[int, Served], holes: list[Hole], cuts: list[int], overlap: int) -> None:
    """Run by run, with overlaps and repetitions, is the same as all at once; what is stored stays small."""
    edges = sorted({0, *cuts, 401})
    watch = WATCH
    for first, last in pairwise(edges):
        seen = {minute: counted for minute, counted in traffic.items() if first - overlap <= minute - M0 < last}
        watch = watched(watch, seen, holes)
        assert watched(watch, seen, holes) == watch
    assert exposure_since(watch, holes) == exposure_of(traffic, at(1), at(402), holes)
    assert len(watch.recent) <= READ_AGAIN + 1


@given(_TRAFFIC, _TRAFFIC, _HOLES)
@example(requests({1: (1, 0)}), requests({1: (1, 1)}), [])
def test_more_traffic_is_more_exposure(one: dict[int, Served], other: dict[int, Served], holes: list[Hole]) -> None:
    """Exposure falls as windows are added by no more than minutes that are read again show of failures."""
    watch = watched(WATCH, one, holes)
    shown = sum(max(0, _well(one[at]) - _well(other[at])) for at in one.keys() & other.keys())
    assert exposure_since(watched(watch, other, holes), holes).requests >= exposure_since(watch, holes).requests - shown


@given(_TRAFFIC, _HOLES)
def test_holes_add_no_exposure(one: dict[int, Served], holes: list[Hole]) -> None:
    """Holes never add to the exposure."""
    watch = watched(WATCH, one, holes)
    assert exposure_since(watched(WATCH, one)).minutes >= exposure_since(watch, holes).minutes


def test_failing_before_the_fix() -> None:
    """Episodes, pauses, time and requests from the first failure to the fix."""
    traffic = requests(dict.fromkeys(range(-30, 90), (10, 2)))
    seen = incident(member([0, 20, 40, 70]), traffic=traffic)
    assert failing_of(seen, at(60)) == Failing(3, 2, Exposure(60, 600), at(0), at(60))
    assert failing_of(seen, seen.root.last).exposure.minutes == 71


def test_pauses_of_bursts() -> None:
    """Failures much closer together than the longest pause are one; the pause before the fix counts as one of them."""
    assert failing_of(incident(member(range(10))), at(11)).pauses == 9
    assert failing_of(incident(member(range(10))), at(70)).pauses == 0
    bursts = [start + minute for start in (0, 100, 230) for minute in range(0, 10, 2)]
    assert failing_of(incident(member(bursts)), at(240)).pauses == 2
    assert failing_of(incident(member([0])), at(500)).pauses == 0


def test_nights_are_no_pauses() -> None:
    """A fault of requests that pauses where no requests come hasn't paused."""
    traffic = requests(dict.fromkeys((*range(60), *range(600, 660)), (5, 0)))
    failed = [*range(0, 60, 6), *range(600, 660, 6)]
    assert failing_of(incident(member(failed), traffic=traffic), at(660)).pauses == 19
    assert failing_of(incident(member(failed)), at(660)).pauses == 1


def test_where_requests_are_not_logged() -> None:
    """All covered minutes count, and no request."""
    assert failing_of(incident(member([0, 30])), at(60)).exposure == Exposure(60, 0)
    assert failing_of(incident(member([0, 30])), at(60), [hole(10, 20)]).exposure == Exposure(50, 0)


def test_settled_minutes() -> None:
    """What is only kept as a sum counts as before: all its episodes are told, all its requests are exposure."""
    root = member([100, 120, 140], settled=Settled(M0 + 90, 500, 40))
    seen = incident(root, traffic=requests(dict.fromkeys(range(110, 160), (1, 0))), settled=Settled(M0 + 110, 70))
    failing = failing_of(seen, at(160))
    assert (failing.episodes, failing.pauses, failing.since) == (43, 2, at(100))
    assert failing.exposure == Exposure(60, 120)


def test_a_regression_is_a_new_life() -> None:
    """What was before the last proof counts nothing, neither its failures nor the quiet after it."""
    root = member([0, 10, 20, 500, 510, 520], settled=Settled(M0 - 5, 9, 4))
    seen = incident(root, traffic=requests(dict.fromkeys(range(600), (10, 0))))
    assert failing_of(seen, at(530)).pauses == 1
    again = failing_of(seen, at(530), since=at(100))
    assert again == Failing(3, 2, Exposure(30, 300), at(500), at(530))


def place(service: str, revision: str, environment: str = "production") -> Place:
    """Where something ran."""
    return Place(environment, "p", "eu", service, revision)


def test_requests_of_the_revisions_with_the_fix() -> None:
    """Requests of other services, environments and revisions are left out; the rest is summed by minute."""
    traffic = [
        Traffic(place("api", "r1"), {1: Served(3, 1)}),
        Traffic(place("api", "r2"), {1: Served(5, 0), 2: Served(1, 0)}),
        Traffic(place("web", "r2"), {1: Served(7, 0)}),
        Traffic(place("api", "r2", "staging"), {1: Served(9, 0)}),
    ]
    assert answered_by(traffic, "production", ["api"]) == {1: Served(8, 1), 2: Served(1, 0)}
    assert answered_by(traffic, "production", ["api"], ["r2"]) == {1: Served(5, 0), 2: Served(1, 0)}


def logged(minutes: list[int], severity: Severity, kind: Kind = Kind.MESSAGE, revision: str = "r1") -> Cluster:
    """A cluster of these minutes."""
    spent = {minute: Minute(1) for minute in minutes}
    where = place("api", revision)
    return Cluster(where, "f", kind, "t", "t", "m", severity, len(minutes), minutes[0] * HOUR, minutes[-1], spent)


def test_lively_minutes() -> None:
    """What is said near an error or an exit shows no work; an audit entry shows nothing."""
    clusters = [
        logged([1, 9, 10, 20, 40], Severity.INFO),
        logged([11], Severity.ERROR),
        logged([20], Severity.WARNING, Kind.SYSTEM),
        logged([30], Severity.NOTICE, Kind.AUDIT),
        logged([50], Severity.INFO, revision="r2"),
    ]
    found = lively(clusters, "production", ["api"], ["r1"])
    assert [minute for minute, served in found.items() if served.total > served.failed] == [1, 40]
    assert 50 in lively(clusters, "production", ["api"])
    assert lively(clusters, "staging", ["api"]) == {}
