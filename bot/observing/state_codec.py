"""An observer as JSON that can be merged: what one machine saw, redacted, for another to go on with.

It is the one place that knows the fields of Observer, Clusters, ClusterState and Smallest beside themselves. Text is
redacted when it is written (see `Seen.kept`), so that what is merged afterwards gives the same window as one pass.
"""

from itertools import accumulate, groupby, pairwise

import msgspec

from bot.model.entry import Place
from bot.model.severity import Severity
from bot.model.window import Deployment, Minute
from bot.observing.cluster_state import ClusterState
from bot.observing.clusters import mildness
from bot.observing.observer import Observer
from bot.observing.sampling import Smallest
from bot.observing.seen import Kept, Restored, rehidden

FORMAT = 1
"""To be raised with every change that an older or newer program would misread."""

_Moments = dict[str, tuple[list[int], str]]
"""By key: the first time and the steps to the next ones (nanoseconds), and the names beside them, a space between."""


class ClusterRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ClusterState. `minutes`: steps from minute to minute, counts, and the instances of each, a space between.

    `latest` is None where it is the earliest.
    """

    count: int
    severity: Severity
    minutes: tuple[list[int], list[int], list[str]]
    earliest: Kept
    latest: Kept | None = None
    by_instance: _Moments = {}
    by_trace: _Moments = {}
    former: tuple[str, ...] = ()


class PlaceRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was seen at a place. `traffic`: minute, requests, failed ones."""

    place: Place
    clusters: tuple[ClusterRecord, ...] = ()
    traffic: tuple[tuple[int, int, int], ...] = ()


class ObserverRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An Observer. `span` is empty where nothing was seen."""

    span: tuple[int, ...] = ()
    severities: tuple[int, ...] = ()
    places: tuple[PlaceRecord, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    overflow: int = 0


def record_of(observer: Observer) -> ObserverRecord:
    """What this observer saw, redacted by the redactor in use; the observer stays as it is."""
    clusters = {
        place: tuple(_cluster_record(state) for _, state in some)
        for place, some in groupby(observer._clusters, key=lambda item: item[0][0])
    }
    places = sorted({*clusters, *observer._traffic})
    return ObserverRecord(
        span=(observer._start, observer._end) if observer._start <= observer._end else (),
        severities=tuple(observer._severities),
        places=tuple(PlaceRecord(one, clusters.get(one, ()), _traffic(observer, one)) for one in places),
        deployments=tuple(sorted(observer._deployments.values())),
        overflow=observer._clusters.overflow,
    )


def hidden(record: ObserverRecord) -> ObserverRecord:
    """The record, its text redacted once more by the redactor in use: another machine may have known less."""
    return msgspec.structs.replace(
        record,
        places=tuple(
            msgspec.structs.replace(place, clusters=tuple(_hidden(cluster) for cluster in place.clusters))
            for place in record.places
        ),
    )


def _hidden(cluster: ClusterRecord) -> ClusterRecord:
    latest = rehidden(cluster.latest) if cluster.latest else None
    return msgspec.structs.replace(cluster, earliest=rehidden(cluster.earliest), latest=latest)


def take_in(observer: Observer, record: ObserverRecord) -> None:
    """Merge into the observer what another one saw of a disjoint read."""
    if record.span:
        observer._span(*record.span)
    observer._severities = [one + more for one, more in zip(observer._severities, record.severities, strict=True)]
    observer._clusters.overflow += record.overflow
    for at in record.places:
        for minute, total, failed in at.traffic:
            observer._serve(at.place, minute, total, failed)
        for cluster in at.clusters:
            _take_cluster(observer, at.place, cluster)
    for deployment in record.deployments:
        observer._deployed(deployment)


def _traffic(observer: Observer, place: Place) -> tuple[tuple[int, int, int], ...]:
    return tuple(
        (minute, total, failed) for minute, (total, failed) in sorted(observer._traffic.get(place, {}).items())
    )


def _take_cluster(observer: Observer, place: Place, record: ClusterRecord) -> None:
    first = record.earliest
    state = observer._clusters.state((place, first.fingerprint, mildness(first.kind, record.severity)), first.kind)
    if state is None:
        observer._clusters.overflow += record.count
    else:
        state.merge(_cluster_state(record))


def _cluster_record(state: ClusterState) -> ClusterRecord:
    state.settle()
    minutes = dict(sorted(state._minutes.items()))
    latest = state._latest
    return ClusterRecord(
        count=state.count,
        severity=state.severity,
        minutes=(
            _steps(list(minutes)),
            [minute.count for minute in minutes.values()],
            [" ".join(minute.instances) for minute in minutes.values()],
        ),
        earliest=state.earliest.described(),
        latest=latest.kept() if latest and latest is not state.earliest else None,
        by_instance=_packed(state._by_instance),
        by_trace=_packed(state._by_trace),
        former=tuple(sorted(state._former)),
    )


def _cluster_state(record: ClusterRecord) -> ClusterState:
    state = ClusterState()
    state.severity = record.severity
    steps, counts, instances = record.minutes
    state._minutes = {
        minute: Minute(count, tuple(some.split()))
        for minute, count, some in zip(accumulate(steps), counts, instances, strict=True)
    }
    _unpack(record.by_instance, state._by_instance)
    _unpack(record.by_trace, state._by_trace)
    state._former = set(record.former)
    for kept in filter(None, (record.earliest, record.latest)):
        state._see(Restored.of(kept))
    return state


def _packed(sample: Smallest) -> _Moments:
    return {key: (_steps(times), " ".join(names)) for key, times, names in sample}


def _unpack(moments: _Moments, sample: Smallest) -> None:
    for key, (steps, names) in moments.items():
        for nanos, name in zip(accumulate(steps), names.split(" "), strict=True):
            sample.add(key, nanos, name)


def _steps(numbers: list[int]) -> list[int]:
    return [*numbers[:1], *(after - before for before, after in pairwise(numbers))]
