"""Evidence between services: a trace that goes through both, a callee that is named, a failure that is quoted."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from math import sqrt

from bot.model.signature import Kind
from bot.model.window import Cluster, Window
from bot.triage.coincidence import traces_in_common, traces_of
from bot.triage.edge import JOINS, Edge, edge, richness
from bot.triage.nature import is_failure, is_own_error, is_unrated

_MOST_IN_A_TRACE = 20
_UNRATED_SHARE = 0.9
_SAME_MINUTES = 0.8
_MOST_NAMED = 500
_LONGEST_READ = 1_000
_PATH = re.compile(r"/([A-Za-z][\w-]{3,40})")
_NAME = re.compile(r"[A-Za-z0-9][\w-]{3,100}")

Arrivals = dict[str, dict[str, int]]


def between_services(window: Window, candidates: list[Cluster]) -> Iterator[Edge]:
    """Edges over traces (within a service too), and those between services that need no trace."""
    yield from _same_trace(window, candidates)
    yield from _named(candidates)
    yield from _quoted(candidates)


def _same_trace(window: Window, candidates: list[Cluster]) -> Iterator[Edge]:
    arrived = _arrivals(window)
    for one, other in _meeting_in_traces(candidates):
        if not any(cluster.kind is Kind.REQUEST or is_own_error(cluster) for cluster in (one, other)):
            continue
        same_service = one.place.service == other.place.service
        if same_service and not (is_own_error(one) or is_own_error(other)):
            continue
        cause, effect = _directed(one, other, arrived)
        shared, of_cause, of_effect = traces_in_common(cause, effect)
        enough = _UNRATED_SHARE if is_unrated(effect) else JOINS
        sampled = min(of_cause, of_effect) if same_service else of_effect
        if sampled and shared / sampled >= enough and (same_service or shared * 2 > sampled):
            yield edge(cause, effect, "same-trace", 0.85, f"seen in the same trace, {shared} of {sampled} traces")


def _arrivals(window: Window) -> Arrivals:
    """By trace, when the first request of each service arrived: a caller's before its callee's."""
    arrived: Arrivals = defaultdict(dict)
    for cluster in window.clusters:
        for one in cluster.occurrences if cluster.kind is Kind.REQUEST else ():
            if one.trace:
                services = arrived[one.trace]
                services[cluster.place.service] = min(one.nanos, services.get(cluster.place.service, one.nanos))
    return arrived


def _directed(one: Cluster, other: Cluster, arrived: Arrivals) -> tuple[Cluster, Cluster]:
    """(cause, effect): the callee's before the caller's; within a service an error before the answer to a request."""
    shared = traces_of(one) & traces_of(other)
    mine, theirs = one.place.service, other.place.service
    if mine != theirs:
        told = [(arrived[t][mine], arrived[t][theirs]) for t in shared if {mine, theirs} <= set(arrived.get(t, ()))]
        deeper = sum((first > second) - (first < second) for first, second in told)
        if deeper:
            return _rated_first(*((one, other) if deeper > 0 else (other, one)))
    first_in = _first_in(shared)
    cause, effect = sorted((one, other), key=lambda c: (c.kind is Kind.REQUEST, first_in(c), c.fingerprint))
    return _rated_first(cause, effect)


def _rated_first(cause: Cluster, effect: Cluster) -> tuple[Cluster, Cluster]:
    """What has no severity is no cause."""
    return (effect, cause) if is_unrated(cause) else (cause, effect)


def _meeting_in_traces(candidates: list[Cluster]) -> Iterator[tuple[Cluster, Cluster]]:
    by_trace: dict[tuple[str, str], list[Cluster]] = defaultdict(list)
    for cluster in candidates:
        for trace in traces_of(cluster):
            by_trace[cluster.place.environment, trace].append(cluster)
    pairs = {
        (one.place, one.fingerprint, other.place, other.fingerprint): (one, other)
        for sharing in by_trace.values()
        for index, one in enumerate(sharing[:_MOST_IN_A_TRACE])
        for other in sharing[index + 1 : _MOST_IN_A_TRACE]
        if not (is_unrated(one) and is_unrated(other))
    }
    return (pairs[key] for key in sorted(pairs))


def _first_in(traces: Collection[str]) -> Callable[[Cluster], int]:
    return lambda cluster: min(o.nanos for o in cluster.occurrences if o.trace in traces)


def _named(candidates: list[Cluster]) -> Iterator[Edge]:
    """A caller's own words name the callee, whose requests fail in the same minutes."""
    failing: dict[tuple[str, str], list[Cluster]] = defaultdict(list)
    for cluster in candidates:
        if cluster.kind is Kind.REQUEST:
            failing[cluster.place.environment, cluster.place.service].append(cluster)
    spoken = [cluster for cluster in candidates if cluster.kind in (Kind.MESSAGE, Kind.TRACE)]
    for effect in spoken:
        text, place = effect.message[:_LONGEST_READ], effect.place
        for name in dict.fromkeys(_NAME.findall(text)):
            answers = failing.get((place.environment, name), []) if name != place.service else []
            if cause := _meant(effect, text, answers):
                words = f"it names {name}, whose requests failed in the same minutes"
                yield edge(cause, effect, "names-callee", 0.75, words)


def _meant(effect: Cluster, text: str, answers: list[Cluster]) -> Cluster | None:
    """The one of the callee's failing answers that is meant: by its path, else by its minutes; None in doubt."""
    close = [answer for answer in answers[:_MOST_NAMED] if within_minutes(effect, answer) >= _SAME_MINUTES]
    paths = set(_PATH.findall(text))
    meant = [answer for answer in close if paths & set(_PATH.findall(answer.title))] or close
    ranked = sorted(meant, key=lambda answer: -_likeness(effect, answer))
    if len(ranked) > 1 and _likeness(effect, ranked[0]) - _likeness(effect, ranked[1]) < 0.05:
        return None
    return ranked[0] if ranked else None


def _quoted(candidates: list[Cluster]) -> Iterator[Edge]:
    """A caller's words hold the whole text of a failure that another service logged in the same minutes."""
    stated: dict[tuple[str, str], list[Cluster]] = defaultdict(list)
    for cluster in candidates:
        if cluster.loose and is_failure(cluster) and cluster.kind in (Kind.MESSAGE, Kind.TRACE):
            stated[cluster.place.environment, cluster.loose[0]].append(cluster)
    for effect in candidates:
        for key in effect.loose[1:] if effect.kind in (Kind.MESSAGE, Kind.TRACE) else ():
            if cause := _origin(effect, stated.get((effect.place.environment, key), [])):
                yield edge(
                    cause, effect, "quotes", 0.8, f"it quotes what {cause.place.service} logged in these minutes"
                )


def _origin(effect: Cluster, stated: Iterable[Cluster]) -> Cluster | None:
    elsewhere = [one for one in stated if one.place.service != effect.place.service]
    near = [one for one in elsewhere if richness(one) > 2 and within_minutes(effect, one) >= _SAME_MINUTES]
    return min(near, key=lambda one: (-richness(one), one.first, one.fingerprint), default=None)


def within_minutes(effect: Cluster, cause: Cluster) -> float:
    """The share of the effect's entries in a minute of the cause's, or in the one after."""
    if not effect.count:
        return 0.0
    near = sum(m.count for at, m in effect.minutes.items() if at in cause.minutes or at - 1 in cause.minutes)
    return near / effect.count


def _likeness(one: Cluster, other: Cluster) -> float:
    """Cosine of the counts by minute."""
    dot = sum(m.count * other.minutes[at].count for at, m in one.minutes.items() if at in other.minutes)
    sizes = [sqrt(sum(m.count**2 for m in c.minutes.values())) for c in (one, other)]
    return dot / (sizes[0] * sizes[1]) if all(sizes) else 0.0
