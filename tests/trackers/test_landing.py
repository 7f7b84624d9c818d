"""When commits landed, from histories that are cut, broken or go in circles."""

from bot.model.fix import Commit
from bot.trackers.landing import landed


def commit(name: str, at: int, *parents: str) -> Commit:
    """A commit of this name and time."""
    return Commit(name, name, at=at, parents=parents)


def times(commits: list[Commit], tip: str) -> dict[str, int]:
    """When each landed."""
    return {one.sha: one.landed for one in landed(commits, tip)}


def test_what_is_not_connected_is_not_known() -> None:
    """Commits that the given ones don't connect with the branch landed nobody knows when; no tip, none did."""
    history = [commit("tip", 9, "merge"), commit("merge", 7, "cut off", "side"), commit("side", 2, "base")]
    assert times([*history, commit("stray", 5, "base")], "tip") == {"tip": 9, "merge": 7, "side": 7, "stray": 0}
    assert set(times(history, "another").values()) == {0}


def test_circles_end() -> None:
    """An answer in which commits are each other's parents is read once."""
    assert times([commit("a", 1, "b"), commit("b", 2, "a")], "a") == {"a": 2, "b": 2}


def test_a_back_merge_moves_nothing() -> None:
    """What was on the branch when it was merged into a side branch landed before that came back."""
    history = [commit("last", 9, "own", "side2"), commit("side2", 8, "side1", "own"), commit("side1", 2, "base"),
               commit("own", 5, "base"), commit("base", 1)]  # fmt: skip
    assert times(history, "last") == {"last": 9, "side2": 9, "side1": 9, "own": 5, "base": 1}
