"""The evidence between clusters: one rule a function, each with its strength and its words."""

from collections import defaultdict
from collections.abc import Iterator

from bot.model.entry import Place
from bot.model.signature import Kind
from bot.model.time import MINUTE, SECOND, in_words
from bot.model.window import Cluster, Window
from bot.triage.calls import between_services
from bot.triage.coincidence import Following, covered, follows, follows_any, keeps_step, shared_traces
from bot.triage.edge import JOINS, ClusterId, Edge, edge, id_of, richness
from bot.triage.nature import is_exit, is_failed_probe, is_failure, is_own_error, is_unrated, refuses_start
from bot.triage.nearness import AROUND, may_meet
from bot.triage.starting import answered

SAME_CRASH = "same-crash"
_LEAST_MATCHES = 2
_MOST_SHARE = 0.9
_CRASH_WITHIN = 60 * SECOND
_SAME_FAILURE_WITHIN = 10 * SECOND
_FATAL_SPREAD = 5 * SECOND
_EXITS_AFTER = 5 * MINUTE
_REQUEST_SHARE = 0.6
_CLOSE_SHARE = 0.2
_STEP_WITHIN = 10 * SECOND
_STEP_SPREAD = SECOND


def edges(window: Window, candidates: list[Cluster]) -> list[Edge]:
    """All evidence between these clusters, as (cause, effect, evidence)."""
    at_place: dict[Place, list[Cluster]] = defaultdict(list)
    for cluster in candidates:
        at_place[cluster.place].append(cluster)
    found: list[Edge] = list(between_services(window, candidates))
    passed = {id_of(e) for c, e, _ in found if e.kind is Kind.REQUEST and c.place.service != e.place.service}
    for clusters in at_place.values():
        for rule in (_same_failure, _crash, _same_exit, _refused, _in_step):
            found.extend(rule(clusters))
        found.extend(_request_meets_error(clusters, passed))
        found.extend(_unserved(clusters, window, found))
    found.extend(_passed_on(found))
    explained = {id_of(effect) for _, effect, _ in found}
    for clusters in at_place.values():
        found.extend(_same_answer([one for one in clusters if id_of(one) not in explained]))
    return found


def _same_failure(clusters: list[Cluster]) -> Iterator[Edge]:
    """One's whole text inside another's. What two merely have in common (`connection refused`) isn't enough."""
    by_key: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        for key in cluster.loose if cluster.kind in (Kind.MESSAGE, Kind.TRACE) else ():
            by_key[key].append(cluster)
    for key, sharing in by_key.items():
        cause = min(sharing, key=lambda c: (is_unrated(c), c.loose[0] != key, -richness(c), c.first, c.fingerprint))
        for effect in sharing if cause.loose[0] == key and is_failure(cause) else ():
            if effect is not cause and (seen := _together(cause, effect)):
                yield edge(cause, effect, "same-failure", 0.95, f"its text says what the other's says, {seen}")


def _together(one: Cluster, other: Cluster) -> str:
    met = follows(one, other, _SAME_FAILURE_WITHIN, early=_SAME_FAILURE_WITHIN)
    if met.matched and met.share >= JOINS:
        return f"within {in_words(_SAME_FAILURE_WITHIN)} of it {met.times(other.count)}"
    traces, sampled = shared_traces(one, other)
    if sampled and traces / sampled >= JOINS:
        return f"in {traces} of {sampled} traces"
    unplaced = not any(o.instance for o in one.occurrences) or not any(o.instance for o in other.occurrences)
    near = one.first - _SAME_FAILURE_WITHIN <= other.last and other.first - _SAME_FAILURE_WITHIN <= one.last
    return "in the same time, where no instance was logged" if unplaced and near else ""


def _crash(clusters: list[Cluster]) -> Iterator[Edge]:
    for end in (cluster for cluster in clusters if is_exit(cluster)):
        fatal = _fatal(clusters, end) or _taking_turns(clusters, end)
        for own, met in fatal:
            words = f"the container exited {in_words(met.delay)} after it, {met.times(end.count)}"
            yield edge(own, end, "crash", 0.9, words)
        yield from _same_crash([own for own, _ in fatal])


def _same_crash(fatal: list[Cluster]) -> Iterator[Edge]:
    """Errors before the same exits, each with the one that says most of those it always comes with."""
    ranked = sorted(fatal, key=lambda c: (-richness(c), c.first, c.fingerprint))
    for index, other in enumerate(ranked):
        for first in ranked[:index]:
            met = follows(first, other, _FATAL_SPREAD, early=_FATAL_SPREAD)
            if met.matched >= _LEAST_MATCHES and met.share >= _MOST_SHARE:
                near = f"logged within {in_words(_FATAL_SPREAD)} of it before the same exits"
                yield edge(first, other, SAME_CRASH, 0.7, f"{near}, {met.times(other.count)}")
                break


def _fatal(clusters: list[Cluster], end: Cluster) -> list[tuple[Cluster, Following]]:
    """Errors before (nearly) every exit, themselves mostly followed by one: a steady error precedes everything."""
    before = [(own, follows(own, end, _CRASH_WITHIN)) for own in clusters if is_own_error(own)]
    fatal = [
        (own, met)
        for own, met in before
        if met.matched >= _LEAST_MATCHES
        and met.share >= _MOST_SHARE
        and follows(end, own, 0, early=_EXITS_AFTER).share >= JOINS
        and not _met_by_chance(own, end, met)
    ]
    nearest = min((met.delay for _, met in fatal), default=0)
    return [(own, met) for own, met in fatal if met.delay <= nearest + _FATAL_SPREAD]


def _taking_turns(clusters: list[Cluster], end: Cluster) -> list[tuple[Cluster, Following]]:
    """Errors that each end the container (nearly) every time, and together come before (nearly) every exit."""
    always = [
        (own, met)
        for own in clusters
        if is_own_error(own)
        and (met := follows(own, end, _CRASH_WITHIN)).matched >= _LEAST_MATCHES
        and follows(end, own, 0, early=(near := max(2 * met.delay, _FATAL_SPREAD))).share >= _MOST_SHARE
        and covered(end, near) <= JOINS
    ]
    together = follows_any([own for own, _ in always], end, _CRASH_WITHIN)
    return always if together.share >= _MOST_SHARE else []


def _met_by_chance(own: Cluster, end: Cluster, met: Following) -> bool:
    """True where the error is so frequent that any exit would come so soon after one, and most come without an exit."""
    near = max(2 * met.delay, _FATAL_SPREAD)
    return covered(own, near) > met.share / 2 and follows(end, own, 0, early=near).share < JOINS


def _same_exit(clusters: list[Cluster]) -> Iterator[Edge]:
    """Several words of the platform or the server on the same exits: memory limit, signal, exit code, back-off."""
    ends = sorted(filter(is_exit, clusters), key=lambda c: (-richness(c), c.first, c.fingerprint))
    for index, cause in enumerate(ends):
        for effect in ends[index + 1 :]:
            met = follows(cause, effect, _SAME_FAILURE_WITHIN, early=_SAME_FAILURE_WITHIN)
            if met.matched >= _LEAST_MATCHES and met.share >= _MOST_SHARE:
                words = f"said of the same exits, {met.times(effect.count)}"
                yield edge(cause, effect, "same-exit", 0.8, words)


def _refused(clusters: list[Cluster]) -> Iterator[Edge]:
    ends = [cluster for cluster in clusters if is_exit(cluster)]
    for effect in filter(refuses_start, clusters):
        for end in ends:
            if _overlap(end, effect):
                words = (
                    "the platform answers so when an instance of this revision can't start, and its containers exited"
                )
                yield edge(end, effect, "refused", 0.9, words)


def _unserved(clusters: list[Cluster], window: Window, found: list[Edge]) -> Iterator[Edge]:
    fatal = {(e.cause, cause.place) for cause, _, e in found if e.kind in ("crash", SAME_CRASH)}
    served = {(e.effect, effect.place) for cause, effect, e in found if _is_answer_of_live(e.kind, cause, fatal)}
    ends = [cluster for cluster in clusters if is_exit(cluster) and cluster.count >= _LEAST_MATCHES]
    dead = [end for end in ends if not answered(window, end.place, end.first, end.last)]
    for effect in clusters:
        if refuses_start(effect) or not (effect.kind is Kind.REQUEST or is_failed_probe(effect)):
            continue
        if (effect.fingerprint, effect.place) in served:
            continue
        for end in dead:
            if _overlap(end, effect):
                words = "failed while the containers of this revision kept exiting; it answered no request in this time"
                yield edge(end, effect, "unserved", 0.8, words)


def _is_answer_of_live(kind: str, cause: Cluster, fatal: set[tuple[str, Place]]) -> bool:
    """True where a request met an error that didn't end the container: it was served, badly."""
    return kind == "same-instance" and is_own_error(cause) and (cause.fingerprint, cause.place) not in fatal


def _overlap(one: Cluster, other: Cluster) -> bool:
    slack = 5 * MINUTE
    return one.first - slack <= other.last and other.first <= one.last + slack


def _request_meets_error(clusters: list[Cluster], passed: set[ClusterId]) -> Iterator[Edge]:
    """Where one error meets (nearly) every such answer, those that meet some of them do so by chance.

    An answer that failed because another service's did needs an error that meets nearly all of it.
    """
    errors = [cluster for cluster in clusters if is_own_error(cluster) or is_exit(cluster)]
    for effect in (cluster for cluster in clusters if cluster.kind is Kind.REQUEST):
        enough = _MOST_SHARE if id_of(effect) in passed else _REQUEST_SHARE
        close = (cause for cause in errors if may_meet(cause, effect, enough))
        met = [(cause, follows(cause, effect, AROUND, early=AROUND)) for cause in close]
        met = [(cause, one) for cause, one in met if one.matched >= _LEAST_MATCHES and one.share >= enough]
        least = max((one.share for _, one in met), default=0.0) - _CLOSE_SHARE
        for cause, one in met:
            if one.share >= least and not _by_chance(cause, effect, one.share):
                near = f"answered within {in_words(AROUND)} of it by the same instance"
                yield edge(cause, effect, "same-instance", 0.6, f"{near}, {one.times(effect.count)}")


def _by_chance(cause: Cluster, effect: Cluster, share: float) -> bool:
    """True where the error is so steady that any request would meet it, and it mostly comes without this one."""
    alone = follows(effect, cause, AROUND, early=AROUND).share < JOINS
    return alone and covered(cause, AROUND) > share / 2


def _same_answer(clusters: list[Cluster]) -> Iterator[Edge]:
    """Requests that nothing else explains, and that the platform refused in the same words of its own."""
    by_words: dict[str, list[Cluster]] = defaultdict(list)
    for one in clusters:
        if one.kind is Kind.REQUEST and is_failure(one) and not set(one.message.split()) <= set(one.title.split()):
            by_words[one.message].append(one)
    for same in by_words.values():
        cause = min(same, key=lambda c: (-c.count, c.first, c.fingerprint))
        for effect in same:
            if effect is not cause and _overlap(cause, effect):
                yield edge(cause, effect, "same-answer", 0.6, "the platform refused both in the same words")


def _in_step(clusters: list[Cluster]) -> Iterator[Edge]:
    """A line without a severity that comes after a failure, each time by the same delay, and at no other time."""
    for effect in filter(is_unrated, clusters):
        for cause in filter(is_failure, clusters):
            met = keeps_step(cause, effect, _STEP_WITHIN, _STEP_SPREAD)
            if met.matched > _LEAST_MATCHES and met.share >= _MOST_SHARE and covered(cause, _STEP_SPREAD) <= JOINS:
                words = f"it follows {in_words(met.delay)} after it, {met.times(effect.count)}"
                yield edge(cause, effect, "in-step", 0.7, words)


def _passed_on(found: list[Edge]) -> Iterator[Edge]:
    """A service's own words on a request that failed because another service's had: they only pass it on."""
    beneath: dict[tuple[Place, str], Cluster] = {}
    for cause, effect, _ in found:
        if effect.kind is Kind.REQUEST and cause.place.service != effect.place.service:
            beneath.setdefault((effect.place, effect.fingerprint), cause)
    for own, answer, link in found:
        deeper = beneath.get((answer.place, answer.fingerprint))
        if (
            deeper is not None
            and own.place == answer.place
            and link.kind in ("same-instance", "same-trace")
            and is_own_error(own)
        ):
            words = f"the request that it failed had failed at {deeper.place.service}"
            yield edge(deeper, own, "passed-on", 0.55, words)
