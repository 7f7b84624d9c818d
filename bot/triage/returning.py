"""What a person goes back to, and how often the root comes back."""

from collections.abc import Collection, Iterable
from itertools import pairwise
from statistics import quantiles

from bot.model.entry import Place
from bot.model.incident import LastGood, Recurrence
from bot.model.time import SECOND, minute_of
from bot.model.window import Cluster, Window

_MOST_FAILED = 0.05
_ONE_EPISODE = 2 * SECOND
_LEAST_PAUSES = 4


def last_good(window: Window, place: Place, first: int, bad: Collection[str]) -> LastGood | None:
    """The revision of this service that answered requests last, of those that the incident wasn't seen on.

    It answered before the incident (`first`, nanoseconds) or beside it, at most one in twenty with 5xx. Where the logs
    show none, it is the one that was deployed before the incident's own; None where that isn't known either.
    """
    served = [good for good in _served(window, place, bad) if good.until]
    if served:
        return max(served, key=lambda good: (good.until, good.answered, good.revision))
    mine = sorted(d for d in window.deployments if (d.environment, d.service) == (place.environment, place.service))
    broke = next((at for at, deployment in enumerate(mine) if deployment.revision in bad), None)
    before = [d for d in mine[:broke] if d.revision not in bad] if broke is not None else []
    return LastGood(before[-1].revision, minute_of(before[-1].nanos)) if before and first >= before[-1].nanos else None


def _served(window: Window, place: Place, bad: Collection[str]) -> Iterable[LastGood]:
    for traffic in window.traffic:
        there = traffic.place
        if (there.environment, there.service) != (place.environment, place.service) or there.revision in bad:
            continue
        answered = traffic.total - traffic.failed
        well = [minute for minute, served in traffic.minutes.items() if served.total > served.failed]
        if there.revision and well and traffic.failed <= _MOST_FAILED * traffic.total:
            yield LastGood(there.revision, max(well), answered)


def recurrence(root: Iterable[Cluster]) -> Recurrence | None:
    """How the root comes back; None where four pauses don't show it.

    Entries within two seconds of each other count as one. Where the timeline is only a sample, as of instances that
    start anew each time, the median is the mean of all pauses, and the spread is not known.
    """
    root = list(root)
    if not all(map(_is_whole, root)):
        return _on_average(root)
    moments = sorted({one.nanos for cluster in root for one in cluster.occurrences})
    starts = moments[:1] + [later for earlier, later in pairwise(moments) if later - earlier > _ONE_EPISODE]
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    if len(pauses) < _LEAST_PAUSES:
        return None
    tenths = quantiles(pauses, n=10, method="inclusive")
    return Recurrence(round(tenths[4]), round(tenths[0]), round(tenths[8]), len(pauses))


def _on_average(root: list[Cluster]) -> Recurrence | None:
    pauses = sum(cluster.count for cluster in root) - 1
    mean = (max(cluster.last for cluster in root) - min(cluster.first for cluster in root)) // max(pauses, 1)
    return Recurrence(mean, 0, 0, pauses) if pauses >= _LEAST_PAUSES and mean > _ONE_EPISODE else None


def _is_whole(cluster: Cluster) -> bool:
    return len(set(cluster.occurrences)) >= cluster.count
