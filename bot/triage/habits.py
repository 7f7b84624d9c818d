"""What was always there: errors and lines that earlier runs saw hour after hour, at the rate that they have now."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from types import MappingProxyType

from bot.model.habit import Habit
from bot.model.signature import Kind
from bot.model.time import minute_of
from bot.model.window import Cluster, Window
from bot.triage.edge import ClusterId, Edge, id_of
from bot.triage.nature import is_exit, is_failure, is_unrated, is_warning

NO_HABITS: Mapping[str, Habit] = MappingProxyType({})
_MOST = 300
_KEPT_MINUTES = 7 * 24 * 60
_LEAST_HOURS = 3
_LEAST_SHARE = 0.5
_MOST_GROWTH = 3
_LEAST_PAUSE = 2
_LEAD = 60
_BY_TIME = frozenset({"crash", "same-crash", "same-instance", "same-trace", "in-step", "passed-on"})


def habit_key(cluster: Cluster) -> str:
    """What names a cluster in the memory of habits, whatever its revision: twelve hexadecimal digits."""
    place = cluster.place
    return sha256("\0".join((place.environment, place.service, cluster.fingerprint)).encode()).hexdigest()[:12]


def learnt(habits: Mapping[str, Habit], window: Window) -> dict[str, Habit]:
    """The habits, with what this window adds: minutes that were counted before are not counted again.

    At most 300 are kept, those seen last; what wasn't seen for a week is forgotten.
    """
    grown = dict(habits)
    for cluster in window.clusters:
        if is_failure(cluster) or is_unrated(cluster) or is_warning(cluster):
            key = habit_key(cluster)
            grown[key] = _grown(habits.get(key), grown.get(key), cluster)
    since = minute_of(window.end) - _KEPT_MINUTES
    recent = sorted((key for key, one in grown.items() if one.last >= since), key=lambda key: (-grown[key].last, key))
    return {key: grown[key] for key in sorted(recent[:_MOST])}


def _grown(before: Habit | None, now: Habit | None, cluster: Cluster) -> Habit:
    """`before` is the habit before this window, `now` with what other revisions in it added already."""
    new = {at: minute.count for at, minute in cluster.minutes.items() if not before or at > before.last}
    if not new:
        return now or Habit(min(cluster.minutes), max(cluster.minutes), 0, 0)
    had = now or Habit(min(new), 0, 0, 0)
    seen = had.last // 60
    return Habit(
        first=min(had.first, *new),
        last=max(had.last, *new),
        hours=had.hours + len({at // 60 for at in new if at // 60 > seen}),
        count=had.count + sum(new.values()),
    )


def without_habits(found: Iterable[Edge], habits: Mapping[str, Habit]) -> Iterator[Edge]:
    """The evidence, without that by time alone between something new and what was always there.

    Neither explains the other; evidence of one's text in the other's stays.
    """
    known: dict[ClusterId, bool] = {}

    def is_steady(one: Cluster) -> bool:
        return known.setdefault(id_of(one), _is_steady(one, habits.get(habit_key(one))))

    for cause, effect, evidence in found:
        one_is = habits and evidence.kind in _BY_TIME and is_steady(cause) != is_steady(effect)
        if not one_is or not _later(cause, effect, habits):
            yield cause, effect, evidence


def _is_steady(cluster: Cluster, habit: Habit | None) -> bool:
    if habit is None or cluster.kind not in (Kind.MESSAGE, Kind.TRACE) or is_exit(cluster):
        return False
    span = (habit.last - habit.first) // 60 + 1
    if habit.hours < _LEAST_HOURS or habit.hours < _LEAST_SHARE * span:
        return False
    silence = minute_of(cluster.first) - habit.last
    rate = cluster.count / len({at // 60 for at in cluster.minutes})
    return (
        silence <= 60 * max(_LEAST_PAUSE, 2 * span // habit.hours) and rate <= _MOST_GROWTH * habit.count / habit.hours
    )


def _later(cause: Cluster, effect: Cluster, habits: Mapping[str, Habit]) -> bool:
    """True where one began at least an hour after the other, as far as earlier runs tell."""
    return abs(_begun(cause, habits) - _begun(effect, habits)) >= _LEAD


def _begun(cluster: Cluster, habits: Mapping[str, Habit]) -> int:
    habit, first = habits.get(habit_key(cluster)), minute_of(cluster.first)
    return min(first, habit.first) if habit else first
