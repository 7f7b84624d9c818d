"""What earlier runs saw hour after hour is no part of what is new; and the memory of it is exact and bounded."""

from bot.model.habit import Habit
from bot.model.time import minute_of
from bot.model.window import Cluster
from bot.triage import NO_HABITS, learnt, triage
from bot.triage.habits import habit_key
from tests.triage import scenes
from tests.triage.scenes import cluster, ended, failed, incidents, later, on, warned

HOUR = 3600
CRASHES = on(range(0, 2900, 330), "one")


def runs(*clusters: Cluster) -> dict[str, Habit]:
    """The habits after a run for each cluster."""
    habits = dict(NO_HABITS)
    for one in clusters:
        habits = learnt(habits, scenes.window(one))
    return habits


def hourly(name: str, hours: int, each: int = 9) -> list[Cluster]:
    """An error that was logged in each of the hours before START."""
    step = HOUR // each
    return [cluster(name, [(at * HOUR + n * step, "one", "") for n in range(each)]) for at in range(-hours - 1, -1)]


def test_what_was_always_there_joins_nothing_new() -> None:
    """An error of every hour before stays outside the crashes that begin now, although it meets each of them."""
    steady = cluster("steady", later(CRASHES, -0.2))
    new = (cluster("boom", later(CRASHES, -0.1)), ended(CRASHES))
    window = scenes.window(steady, *new)
    assert len(incidents(triage(window, {}))) == 1
    found = incidents(triage(window, {}, runs(*hourly("steady", 6))))
    assert found == {"boom": {"exit"}, "steady": set()}


def test_what_became_much_worse_is_new_again() -> None:
    """An error known at one an hour that now comes nine times before each crash counts as evidence."""
    steady = cluster("steady", later(CRASHES, -0.2))
    window = scenes.window(steady, ended(CRASHES))
    assert incidents(triage(window, {}, runs(*hourly("steady", 6, each=1)))) == {"steady": {"exit"}}


def test_two_old_things_stay_together() -> None:
    """An error and its failed requests that are both known for long are one incident still."""
    window = scenes.window(cluster("steady", CRASHES), failed("500", later(CRASHES, 0.2), status=500))
    habits = runs(*hourly("steady", 6))
    habits[habit_key(window.clusters[1])] = habits[habit_key(window.clusters[0])]
    assert incidents(triage(window, {}, habits)) == {"steady": {"500"}}


def test_reading_a_window_again_adds_nothing() -> None:
    """Overlapping runs count each minute once; what is not seen for a week is forgotten; warnings are learnt too."""
    warning = warned("slow", on(range(0, 7200, 60), "one"))
    once = runs(warning)
    assert once == runs(warning, warning)
    assert once[habit_key(warning)] == Habit(minute_of(warning.first), minute_of(warning.last), 2, 120)
    later_on = cluster("later", [(9 * 24 * HOUR, "one", "")])
    assert list(runs(warning, later_on)) == [habit_key(later_on)]


def test_the_memory_is_bounded() -> None:
    """Of a thousand kinds the three hundred seen last are kept."""
    many = [cluster(f"kind {n}", [(n, "one", "")]) for n in range(1000)]
    kept = learnt(NO_HABITS, scenes.window(*many))
    assert len(kept) == 300
    assert habit_key(many[-1]) in kept
