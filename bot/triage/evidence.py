"""The evidence between clusters: one rule a function, each with its strength and its words."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from bot.model.entry import Place
from bot.model.incident import Evidence
from bot.model.signature import Kind
from bot.model.time import MINUTE, SECOND, in_words
from bot.model.window import Cluster, Window
from bot.triage.coincidence import Following, covered, follows, shared_traces, traces_of
from bot.triage.nature import is_exit, is_failed_probe, is_own_error, refuses_start
from bot.triage.starting import answered

JOINS = 0.5
SAME_CRASH = "same-crash"
_LEAST_MATCHES = 2
_MOST_SHARE = 0.9
_CRASH_WITHIN = 60 * SECOND
_SAME_FAILURE_WITHIN = 10 * SECOND
_FATAL_SPREAD = 5 * SECOND
_EXITS_AFTER = 5 * MINUTE
_REQUEST_WITHIN = 5 * SECOND
_REQUEST_SHARE = 0.6
_MOST_IN_A_TRACE = 20

Edge = tuple[Cluster, Cluster, Evidence]


def edges(window: Window, candidates: list[Cluster]) -> list[Edge]:
    """All evidence between these clusters, as (cause, effect, evidence)."""
    at_place: dict[Place, list[Cluster]] = defaultdict(list)
    for cluster in candidates:
        at_place[cluster.place].append(cluster)
    found: list[Edge] = []
    for clusters in at_place.values():
        for rule in (_same_failure, _crash, _same_exit, _refused, _request_meets_error):
            found.extend(rule(clusters))
        found.extend(_unserved(clusters, window))
    found.extend(_same_trace(candidates))
    return found


def _edge(cause: Cluster, effect: Cluster, kind: str, strength: float, words: str) -> Edge:
    return cause, effect, Evidence(cause.fingerprint, effect.fingerprint, kind, strength, words)


def richness(cluster: Cluster) -> int:
    """How much a cluster tells of a cause: a trace through the application most, an answer to a request least."""
    if cluster.trace and any(frame.in_app for frame in cluster.trace.frames):
        return 4
    if cluster.trace:
        return 3
    return {Kind.MESSAGE: 2, Kind.TRACE: 2, Kind.SYSTEM: 1}.get(cluster.kind, 0)


def _same_failure(clusters: list[Cluster]) -> Iterator[Edge]:
    """One's whole text inside another's. What two merely have in common (`connection refused`) isn't enough."""
    by_key: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        for key in cluster.loose if cluster.kind in (Kind.MESSAGE, Kind.TRACE) else ():
            by_key[key].append(cluster)
    for key, sharing in by_key.items():
        cause = min(sharing, key=lambda c: (c.loose[0] != key, -richness(c), c.first, c.fingerprint))
        for effect in sharing if cause.loose[0] == key else ():
            if effect is not cause and (seen := _together(cause, effect)):
                yield _edge(cause, effect, "same-failure", 0.95, f"its text says what the other's says, {seen}")


def _together(one: Cluster, other: Cluster) -> str:
    met = follows(one, other, _SAME_FAILURE_WITHIN, early=_SAME_FAILURE_WITHIN)
    if met.matched and met.share >= JOINS:
        return f"within {in_words(_SAME_FAILURE_WITHIN)} of it {met.matched} of {met.sampled} times"
    traces, sampled = shared_traces(one, other)
    if sampled and traces / sampled >= JOINS:
        return f"in {traces} of {sampled} traces"
    unplaced = not any(o.instance for o in one.occurrences) or not any(o.instance for o in other.occurrences)
    near = one.first - _SAME_FAILURE_WITHIN <= other.last and other.first - _SAME_FAILURE_WITHIN <= one.last
    return "in the same time, where no instance was logged" if unplaced and near else ""


def _crash(clusters: list[Cluster]) -> Iterator[Edge]:
    for end in (cluster for cluster in clusters if is_exit(cluster)):
        fatal = _fatal(clusters, end)
        for own, met in fatal:
            words = f"the container exited {in_words(met.delay)} after it, {met.matched} of {met.sampled} times"
            yield _edge(own, end, "crash", 0.9, words)
        ranked = sorted((own for own, _ in fatal), key=lambda c: (-richness(c), c.first, c.fingerprint))
        for other in ranked[1:]:
            met = follows(ranked[0], other, _FATAL_SPREAD, early=_FATAL_SPREAD)
            near = f"logged within {in_words(_FATAL_SPREAD)} of it before the same exits"
            if met.matched >= _LEAST_MATCHES and met.share >= _MOST_SHARE:
                yield _edge(ranked[0], other, SAME_CRASH, 0.7, f"{near}, {met.matched} of {met.sampled} times")


def _fatal(clusters: list[Cluster], end: Cluster) -> list[tuple[Cluster, Following]]:
    """Errors before (nearly) every exit, themselves mostly followed by one: a steady error precedes everything."""
    before = [(own, follows(own, end, _CRASH_WITHIN)) for own in clusters if is_own_error(own)]
    fatal = [
        (own, met)
        for own, met in before
        if met.matched >= _LEAST_MATCHES
        and met.share >= _MOST_SHARE
        and follows(end, own, 0, early=_EXITS_AFTER).share >= JOINS
    ]
    nearest = min((met.delay for _, met in fatal), default=0)
    return [(own, met) for own, met in fatal if met.delay <= nearest + _FATAL_SPREAD]


def _same_exit(clusters: list[Cluster]) -> Iterator[Edge]:
    """Several words of the platform or the server on the same exits: memory limit, signal, exit code, back-off."""
    ends = sorted(filter(is_exit, clusters), key=lambda c: (-richness(c), c.first, c.fingerprint))
    for index, cause in enumerate(ends):
        for effect in ends[index + 1 :]:
            met = follows(cause, effect, _SAME_FAILURE_WITHIN, early=_SAME_FAILURE_WITHIN)
            if met.matched >= _LEAST_MATCHES and met.share >= _MOST_SHARE:
                words = f"said of the same exits, {met.matched} of {met.sampled} times"
                yield _edge(cause, effect, "same-exit", 0.8, words)


def _refused(clusters: list[Cluster]) -> Iterator[Edge]:
    ends = [cluster for cluster in clusters if is_exit(cluster)]
    for effect in filter(refuses_start, clusters):
        for end in ends:
            if _overlap(end, effect):
                words = (
                    "the platform answers so when an instance of this revision can't start, and its containers exited"
                )
                yield _edge(end, effect, "refused", 0.9, words)


def _unserved(clusters: list[Cluster], window: Window) -> Iterator[Edge]:
    ends = [cluster for cluster in clusters if is_exit(cluster) and cluster.count >= _LEAST_MATCHES]
    dead = [end for end in ends if not answered(window, end.place, end.first, end.last)]
    for effect in clusters:
        if refuses_start(effect) or not (effect.kind is Kind.REQUEST or is_failed_probe(effect)):
            continue
        for end in dead:
            if _overlap(end, effect):
                words = "failed while the containers of this revision kept exiting; it answered no request in this time"
                yield _edge(end, effect, "unserved", 0.8, words)


def _overlap(one: Cluster, other: Cluster) -> bool:
    slack = 5 * MINUTE
    return one.first - slack <= other.last and other.first <= one.last + slack


def _request_meets_error(clusters: list[Cluster]) -> Iterator[Edge]:
    errors = [cluster for cluster in clusters if is_own_error(cluster)]
    for effect in (cluster for cluster in clusters if cluster.kind is Kind.REQUEST):
        for cause in errors:
            met = follows(cause, effect, _REQUEST_WITHIN, early=_REQUEST_WITHIN)
            if (
                met.matched >= _LEAST_MATCHES
                and met.share >= _REQUEST_SHARE
                and not _by_chance(cause, effect, met.share)
            ):
                words = (
                    f"answered within {in_words(_REQUEST_WITHIN)} of it by the same instance, "
                    f"{met.matched} of {met.sampled} times"
                )
                yield _edge(cause, effect, "same-instance", 0.6, words)


def _by_chance(cause: Cluster, effect: Cluster, share: float) -> bool:
    """True where the error is so steady that any request would meet it, and it mostly comes without this one."""
    alone = follows(effect, cause, _REQUEST_WITHIN, early=_REQUEST_WITHIN).share < JOINS
    return alone and covered(cause, _REQUEST_WITHIN) > share / 2


def _same_trace(candidates: list[Cluster]) -> Iterator[Edge]:
    for one, other in _meeting_in_traces(candidates):
        shared, sampled = shared_traces(one, other)
        if sampled and shared / sampled >= JOINS and (is_own_error(one) or is_own_error(other)):
            first_in = _first_in(traces_of(one) & traces_of(other))
            cause, effect = sorted((one, other), key=lambda c: (c.kind is Kind.REQUEST, first_in(c), c.fingerprint))
            yield _edge(cause, effect, "same-trace", 0.85, f"seen in the same trace, {shared} of {sampled} traces")


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
    }
    return (pairs[key] for key in sorted(pairs))


def _first_in(traces: set[str]) -> Callable[[Cluster], int]:
    return lambda cluster: min(o.nanos for o in cluster.occurrences if o.trace in traces)
