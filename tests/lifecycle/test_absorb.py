"""What an issue remembers grows by windows, whatever their order, and fits its body however long it lasts."""

import itertools
from functools import cache, reduce

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.lifecycle import absorb, encode_issue, fit
from bot.model.incident import Incident, Nature, episodes_in
from bot.model.state import IssueState
from bot.model.time import MINUTE
from bot.model.window import Minute, Served
from tests.lifecycle.memories import FIRST_MINUTE, huge, incident, windows

LIMIT = 24_000


def size(one: Incident) -> int:
    """Characters of the marker."""
    return len(encode_issue(IssueState(one)))


def measured(one: Incident) -> object:
    """What matters of an incident: figures, times, places; no samples or titles."""
    return (
        {
            m.fingerprint: (m.minutes, m.count, m.episodes, m.first, m.last, m.revisions, m.services)
            for m in one.members
        },
        one.traffic,
        one.deployments,
        one.observed_from,
        one.observed_until,
    )


@given(windows())
def test_absorbing_again_changes_nothing(seen: list[Incident]) -> None:
    """Any window that was absorbed before changes nothing at all when it is absorbed again."""
    known = reduce(absorb, seen)
    for one in seen:
        assert absorb(known, one) == known


@given(windows(most=3))
def test_order_of_windows_decides_nothing(seen: list[Incident]) -> None:
    """Any order of windows gives the same minutes, counts, times, revisions and members."""
    results = [measured(reduce(absorb, order)) for order in itertools.permutations(seen)]
    assert all(result == results[0] for result in results)


@given(windows(), st.integers(0, 12_000))
def test_old_window_changes_nothing_after_fitting(seen: list[Incident], limit: int) -> None:
    """However hard an incident was cut to fit, absorbing its windows again and fitting again gives it unchanged."""
    known = seen[0]
    for one in seen:
        known = fit(absorb(known, one), size, limit)
    for one in seen:
        assert fit(absorb(known, one), size, limit) == known


def test_key_and_root_stay() -> None:
    """What another window holds to be the root becomes a symptom of the known one."""
    known = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r")]})
    other = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r")], "a": [(FIRST_MINUTE * MINUTE, "i", "r")]})
    other = msgspec.structs.replace(
        other, key=msgspec.structs.replace(other.key, root="a"), members=other.members[::-1]
    )
    grown = absorb(known, other)
    assert grown.key == known.key
    assert [(m.fingerprint, m.role) for m in grown.members] == [("root", "root"), ("a", "symptom")]


def test_fuller_reading_of_a_minute_wins() -> None:
    """A minute that was read half counts whole once it is read whole, and not both."""
    start = FIRST_MINUTE * MINUTE
    half = incident({"root": [(start, "i1", "r")]})
    whole = incident({"root": [(start, "i1", "r"), (start + 9, "i2", "r")]})
    for order in ([half, whole], [whole, half], [half, whole, half]):
        assert reduce(absorb, order).root.minutes == {FIRST_MINUTE: Minute(2, ("i1", "i2"))}


def test_nature_learnt_later_is_kept() -> None:
    """A cluster that turns out to tell of crashes tells of them from then on."""
    known = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r")]})
    exits = msgspec.structs.replace(known, members=(msgspec.structs.replace(known.root, nature=Nature.EXIT),))
    assert absorb(known, exits).root.nature is absorb(exits, known).root.nature is Nature.EXIT


@cache
def long_one(members: int, days: int) -> Incident:
    """Built once: hundreds of thousands of minutes."""
    return huge(members, days)


@pytest.mark.parametrize(("members", "days"), [(1, 3), (3, 3), (40, 1), (60, 1)])
def test_long_incident_fits(members: int, days: int) -> None:
    """Days of minutes on 16 instances and text that doesn't compress fit the limit; count and episodes stay."""
    whole = long_one(members, days)
    fitted = fit(whole, size, LIMIT)
    assert size(fitted) <= LIMIT
    assert fitted.key == whole.key
    for before, after in zip(whole.members, fitted.members, strict=False):
        assert (after.count, after.episodes) == (before.count, before.episodes)
        assert (after.first, after.last) == (before.first, before.last)
    total = sum(served.total for served in whole.traffic.values())
    assert fitted.settled_traffic.count + sum(served.total for served in fitted.traffic.values()) == total


@pytest.mark.parametrize(("members", "days"), [(1, 3), (40, 1), (60, 1)])
def test_fitting_is_stable(members: int, days: int) -> None:
    """Fitting what fits changes nothing, and neither does the same long window once more."""
    whole = long_one(members, days)
    fitted = fit(whole, size, LIMIT)
    assert fit(fitted, size, LIMIT) == fitted
    assert fit(absorb(fitted, whole), size, LIMIT) == fitted


def test_small_incident_is_left_alone() -> None:
    """What fits anyway keeps its minutes, samples and words."""
    small = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r")], "a": [(FIRST_MINUTE * MINUTE, "i", "r")]})
    assert fit(small, size, LIMIT) == small


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.integers(0, 60), st.builds(Minute, st.integers(1, 5), st.sets(st.sampled_from("abc")).map(sorted).map(tuple))
    ).filter(bool)
)
def test_settling_keeps_count_and_episodes(minutes: dict[int, Minute]) -> None:
    """An episode that lasts from a settled minute into a kept one is counted once."""
    base = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r")]})
    minutes = dict(sorted(minutes.items()))
    whole = msgspec.structs.replace(base, members=(msgspec.structs.replace(base.root, minutes=minutes),))
    least = fit(whole, size, 0).root
    assert len(least.minutes) == 1
    assert least.count == sum(minute.count for minute in minutes.values())
    assert least.episodes == episodes_in(minutes)


def test_settled_traffic_is_not_counted_twice() -> None:
    """Minutes of traffic that were settled and are read again change neither sum."""
    base = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r")]})
    busy = msgspec.structs.replace(base, traffic={FIRST_MINUTE + n: Served(10, 2) for n in range(900)})
    fitted = fit(busy, size, 0)
    again = fit(absorb(fitted, busy), size, 0)
    assert again == fitted
    assert fitted.settled_traffic.count + 10 * len(fitted.traffic) == 9_000
