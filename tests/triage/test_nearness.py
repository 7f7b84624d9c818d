"""The cheap bound on coincidences never leaves out what the count would find."""

from hypothesis import given
from hypothesis import strategies as st

from bot.model.window import Cluster
from bot.triage.coincidence import follows
from bot.triage.nearness import AROUND, may_meet
from tests.triage.scenes import cluster

SEEN = st.lists(st.tuples(st.floats(0, 400), st.sampled_from("abc"), st.just("")), min_size=1, max_size=60)


def made(name: str, seen: list[tuple[float, str, str]], many: int = 1) -> Cluster:
    """A cluster of these occurrences, `many` times in a row each."""
    return cluster(name, [(at + 0.01 * n, instance, trace) for at, instance, trace in seen for n in range(many)])


@given(SEEN, SEEN, st.sampled_from((1, 9)), st.floats(0.1, 1))
def test_what_is_ruled_out_is_never_enough(
    causes: list[tuple[float, str, str]], effects: list[tuple[float, str, str]], many: int, share: float
) -> None:
    """Whatever the timelines, cut or whole: a pair that is ruled out has less than that share by the count."""
    cause, effect = made("cause", causes, many), made("effect", effects)
    if not may_meet(cause, effect, share):
        assert follows(cause, effect, AROUND, early=AROUND).share < share


def test_what_is_far_apart_is_ruled_out() -> None:
    """Entries a minute apart are not counted one by one."""
    one = made("one", [(at, "a", "") for at in range(0, 3000, 60)])
    other = made("other", [(at, "a", "") for at in range(30, 3000, 60)])
    assert not may_meet(one, other, 0.6)
    assert may_meet(one, one, 0.6)
