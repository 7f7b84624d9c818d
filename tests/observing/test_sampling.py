"""The sample of moments is what a look at all of them would choose, whenever it drops what is too much."""

from itertools import groupby
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.observing import sampling
from bot.observing.sampling import Smallest

Keyed = tuple[str, int, str]
MOST = 3
MOMENTS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 9), st.sampled_from(["", "x", "y"])))


def chosen(moments: list[Keyed]) -> list[Keyed]:
    """The definition: of the smallest keys the earliest distinct moments."""
    by_key = [list(some) for _, some in groupby(sorted(set(moments)), lambda moment: moment[0])]
    return [moment for some in by_key[:MOST] for moment in some[: sampling.ENTRIES]]


def held(sample: Smallest) -> list[Keyed]:
    """What it would tell, as keyed moments."""
    return [(key, nanos, name) for key, times, names in sample for nanos, name in zip(times, names, strict=True)]


@pytest.mark.parametrize("entries", [1, 2, 64])
@given(MOMENTS, MOMENTS)
def test_it_is_what_the_definition_says(entries: int, mine: list[Keyed], others: list[Keyed]) -> None:
    """Of one sample, and of two that were merged, however seldom they drop anything; the other stays as it is."""
    with patch.object(sampling, "ENTRIES", entries):
        one, other = Smallest(MOST), Smallest(MOST)
        for sample, moments in ((one, mine), (other, others)):
            for moment in moments:
                sample.add(*moment)
        one.merge(other)
        assert held(one) == chosen([*mine, *others])
        assert held(other) == chosen(others)


def test_small_samples_join_without_sorting() -> None:
    """Parts of a stream are many and small: what they hold is sorted when it is too much, or asked for."""
    whole, small = Smallest(8), Smallest(8)
    for key in "abcdefgh":
        small.add(key, 7, "")
    with patch.object(sampling, "_cut", wraps=sampling._cut) as cut:
        for _ in range(100):
            whole.merge(small)
        assert cut.call_count == 0
    assert held(whole) == held(small)


def test_what_is_held_is_bounded() -> None:
    """Of twenty thousand moments no more are held than twice as many as are kept."""
    sample = Smallest(2)
    for number in range(20_000):
        sample.add("abc"[number % 3], number, "")
        assert sum(len(times) for times, _ in sample._by_key.values()) < 2 * 2 * sampling.ENTRIES
    assert len(held(sample)) == 2 * sampling.ENTRIES
