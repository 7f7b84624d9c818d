"""What happened with what: coincidences of two clusters on the same instance or in the same trace.

A timeline is whole only for the instances and traces with the smallest hashes; what lies beyond them is not known, and
is counted neither for nor against a coincidence.
"""

import bisect
from collections import defaultdict
from collections.abc import Collection, Mapping
from statistics import median
from typing import NamedTuple

from bot.model.window import Cluster

_WHOLE_INSTANCES = 15
_WHOLE_TRACES = 32
WHOLE_ENTRIES = 128
_BEYOND_ANY = "~"
_REMEMBERED = 4_096


class Following(NamedTuple):
    """How often an occurrence of the effect came shortly after one of the cause, of all that were sampled.

    `delay` is the median in nanoseconds; 0 where nothing matched.
    """

    matched: int
    sampled: int
    delay: int

    @property
    def share(self) -> float:
        """Matched of sampled; 0 where nothing was sampled."""
        return self.matched / self.sampled if self.sampled else 0.0

    def times(self, count: int) -> str:
        """`9 of 9 times`, for a person; where `count` is more than was sampled, it says so: more may come later."""
        beyond = f" that were sampled, of {count:,} by then" if count > self.sampled else ""
        return f"{self.matched} of {self.sampled} times{beyond}"


def follows(cause: Cluster, effect: Cluster, within: int, early: int = 0) -> Following:
    """How the effect follows the cause on the same instance: at most `within` nanoseconds later, or `early` before."""
    delays, sampled = _delays(moments_of(cause), effect, within, early)
    return Following(len(delays), sampled, int(median(max(0, delay) for delay in delays)) if delays else 0)


def follows_any(causes: Collection[Cluster], effect: Cluster, within: int) -> Following:
    """How the effect follows any of these causes on the same instance, at most `within` nanoseconds later."""
    before: dict[str, list[int]] = defaultdict(list)
    for cause in causes:
        for instance, moments in moments_of(cause).items():
            before[instance] = sorted([*before[instance], *moments])
    delays, sampled = _delays(before, effect, within, 0)
    return Following(len(delays), sampled, int(median(delays)) if delays else 0)


def _delays(before: Mapping[str, list[int]], effect: Cluster, within: int, early: int) -> tuple[list[int], int]:
    """From the last cause before it to each effect that has one near, and how many effects were sampled."""
    effects = moments_of(effect)
    known = _known_until(before, _WHOLE_INSTANCES)
    delays: list[int] = []
    sampled = 0
    for instance in (one for one in effects if one <= known):
        causes = before.get(instance, [])
        for moment in effects[instance]:
            if len(causes) >= WHOLE_ENTRIES and moment > causes[WHOLE_ENTRIES - 1] + within:
                break
            sampled += 1
            at = bisect.bisect_right(causes, moment + early)
            if at and moment - causes[at - 1] <= within:
                delays.append(moment - causes[at - 1])
    return delays, sampled


def covered(cluster: Cluster, around: int) -> float:
    """The part of its time in which an occurrence is within `around` nanoseconds: what chance would match."""
    near, whole = 0, 0
    for moments in moments_of(cluster).values():
        until = moments[0] - around
        for moment in moments:
            near += moment + around - max(until, moment - around)
            until = moment + around
        cut = len(moments) >= WHOLE_ENTRIES
        whole += (moments[-1] if cut else cluster.last) - cluster.first + 2 * around
    return near / whole if whole else 0.0


def shared_traces(one: Cluster, other: Cluster) -> tuple[int, int]:
    """(traces seen in both, traces sampled of the one with fewer)."""
    shared, mine, theirs = traces_in_common(one, other)
    return shared, min(mine, theirs)


def traces_in_common(one: Cluster, other: Cluster) -> tuple[int, int, int]:
    """(traces seen in both, traces sampled of the one, traces sampled of the other)."""
    mine, theirs = traces_of(one), traces_of(other)
    known = min(_known_until(mine, _WHOLE_TRACES), _known_until(theirs, _WHOLE_TRACES))
    whole, other_whole = {t for t in mine if t <= known}, {t for t in theirs if t <= known}
    return len(whole & other_whole), len(whole), len(other_whole)


def keeps_step(cause: Cluster, effect: Cluster, within: int, spread: int) -> Following:
    """How often the effect follows the cause on the same instance by nearly the same delay each time.

    Delays count up to `within` nanoseconds, `spread` before to `spread` after their median.
    """
    delays, sampled = _delays(moments_of(cause), effect, within, spread)
    usual = int(median(delays)) if delays else 0
    return Following(sum(abs(delay - usual) <= spread for delay in delays), sampled, max(0, usual))


def traces_of(cluster: Cluster) -> frozenset[str]:
    """Hashes of the traces on the cluster's timeline."""
    return _read(cluster).traces


def moments_of(cluster: Cluster) -> dict[str, list[int]]:
    """The nanoseconds of the occurrences on each instance, in order; those without an instance are left out."""
    return _read(cluster).moments


class _Timeline(NamedTuple):
    cluster: Cluster
    moments: dict[str, list[int]]
    traces: frozenset[str]


_timelines: dict[int, _Timeline] = {}


def _read(cluster: Cluster) -> _Timeline:
    """The cluster's timeline by instance; the last few thousand are remembered, as each is held against many."""
    known = _timelines.get(id(cluster))
    if known is not None and known.cluster is cluster:
        return known
    moments: dict[str, list[int]] = defaultdict(list)
    for occurrence in sorted(cluster.occurrences):
        if occurrence.instance:
            moments[occurrence.instance].append(occurrence.nanos)
    if len(_timelines) >= _REMEMBERED:
        _timelines.clear()
    traces = frozenset(occurrence.trace for occurrence in cluster.occurrences if occurrence.trace)
    known = _timelines[id(cluster)] = _Timeline(cluster, dict(moments), traces)
    return known


def known_until(moments: Collection[str]) -> str:
    """The largest instance hash up to which this timeline is whole."""
    return _known_until(moments, _WHOLE_INSTANCES)


def _known_until(hashes: Collection[str], whole: int) -> str:
    return sorted(hashes)[whole - 1] if len(hashes) >= whole else _BEYOND_ANY
