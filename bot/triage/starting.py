"""Whether a revision starts at all, and whether it answered requests meanwhile."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable

from bot.model.entry import Place
from bot.model.time import MINUTE, SECOND, minute_of
from bot.model.window import Cluster, Window
from bot.triage.coincidence import moments_of
from bot.triage.nature import is_backed_off, is_exit, refuses_start

_LONGEST_START = 5 * MINUTE
_MOST_SHARE = 0.9


def answered(window: Window, place: Place, first: int, last: int) -> bool:
    """True where a request was answered without 5xx between these times (nanoseconds).

    The first and the last minute count only where there is none between them: a service that fails from the middle of a
    minute on answered in its first half.
    """
    begin, end = minute_of(first), minute_of(last)
    within = range(begin + 1, end) or range(begin, end + 1)
    return any(
        served.total > served.failed
        for traffic in window.traffic
        if traffic.place == place
        for minute, served in traffic.minutes.items()
        if minute in within
    )


def cannot_start(group: Iterable[Cluster], crashed: Iterable[Cluster], window: Window) -> bool:
    """True where, at one place of the group, instances fail to start and no request is answered while they do.

    They fail to start if the platform says so, or if they exit soon after their first entry, an error before each exit.
    `crashed` are the exits that errors led to. What has no revision and never a request is a job: it starts, and fails.
    """
    ends: dict[Place, list[Cluster]] = defaultdict(list)
    for cluster in crashed:
        if _serves(cluster, window) and _short_lived(cluster, window):
            ends[cluster.place].append(cluster)
    for cluster in group:
        if refuses_start(cluster):
            ends[cluster.place].append(cluster)
    return any(
        not answered(window, place, min(c.first for c in there), max(c.last for c in there))
        for place, there in ends.items()
    )


def _serves(end: Cluster, window: Window) -> bool:
    place = end.place
    asked = any(
        (traffic.place.environment, traffic.place.service) == (place.environment, place.service)
        for traffic in window.traffic
    )
    return bool(place.revision) or asked or is_backed_off(end)


def _short_lived(end: Cluster, window: Window) -> bool:
    """True where most of these exits came soon after the first entry of their instance, or after its last exit."""
    exits = [moments_of(c) for c in window.clusters if c.place == end.place and is_exit(c)]
    entries: dict[str, list[int]] = defaultdict(list)
    for cluster in window.clusters:
        if cluster.place == end.place:
            for instance, moments in moments_of(cluster).items():
                entries[instance].extend(moments)
    lives = [
        _life(moment, sorted(entries[instance]), sorted(at for one in exits for at in one.get(instance, [])))
        for instance, moments in moments_of(end).items()
        for moment in moments
    ]
    return sum(life <= _LONGEST_START for life in lives) >= _MOST_SHARE * len(lives)


def _life(moment: int, entries: list[int], exits: list[int]) -> int:
    """Nanoseconds from the first entry of a container to its exit; words on one exit are within a second."""
    before = bisect_left(exits, moment - SECOND)
    since = bisect_right(entries, exits[before - 1] + SECOND) if before else 0
    return moment - entries[since] if since < len(entries) and entries[since] <= moment else 0
