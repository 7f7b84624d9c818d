"""How much chance a fault had to show: before something was done about it, and since.

A minute counts where the service was at work in it: a request was answered, or it lies between two such minutes that
are at most `BRIDGED` apart with no request between. Before, a request that failed counts too, as does a failure: each
was an opportunity that the fault may have taken. Since, it does not: while another outage keeps requests from getting
as far as the fault, its silence is no evidence. A minute within a hole of the logs' coverage counts nothing.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace as replaced

from bot.model.fix import Exposure, Failing, Watch
from bot.model.incident import Incident, episodes_in
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.state import Hole
from bot.model.time import HOUR, MINUTE, minute_of
from bot.model.window import Cluster, Served, Traffic

BRIDGED = 10
"""Minutes between two with a request within which a service is still taken to be at work."""

READ_AGAIN = 90
"""Minutes that are kept one by one, as a later window may tell more of them."""

APART = 5
"""Failures closer together than the longest pause divided by this are one group."""

MINUTES = HOUR // MINUTE
"""Minutes of an hour."""

_AROUND = 2


class _Sum(NamedTuple):
    """Exposure so far, minutes in which every request failed, the last minute with a request, whether answered."""

    minutes: int = 0
    requests: int = 0
    down: int = 0
    last: int = 0
    answered: bool = False


def exposure_of(traffic: Mapping[int, Served], since: int, until: int, holes: Iterable[Hole] = ()) -> Exposure:
    """The exposure of requests by minute in the whole minutes between two times (nanoseconds): those answered well."""
    within = {at: traffic[at] for at in traffic if -(-since // MINUTE) <= at < minute_of(until)}
    found = _summed(_Sum(), within, tuple(holes))
    return Exposure(found.minutes, found.requests)


def _summed(done: _Sum, traffic: Mapping[int, Served], holes: tuple[Hole, ...]) -> _Sum:
    """The sum, with these minutes later than any in it."""
    minutes, requests, down, last, answered = done
    for at, served in sorted(traffic.items()):
        if not served.total or _in_hole(at, at, holes):
            continue
        well = served.total > served.failed
        bridged = last and at - last <= BRIDGED and well == answered and not _in_hole(last, at, holes)
        length = at - last if bridged else 1
        minutes, down = (minutes + length, down) if well else (minutes, down + length)
        requests += served.total - served.failed
        last, answered = at, well
    return _Sum(minutes, requests, down, last, answered)


def _in_hole(first: int, last: int, holes: Iterable[Hole]) -> bool:
    """True where any of the minutes from first to last is touched by a hole."""
    return any(hole.start < (last + 1) * MINUTE and hole.end > first * MINUTE for hole in holes)


def watched(watch: Watch, traffic: Mapping[int, Served], holes: Iterable[Hole] = ()) -> Watch:
    """The watch, grown by a window's requests by minute.

    Idempotent, and windows may overlap: a minute that is read again replaces what is stored of it if it tells more:
    of more requests, or of as many with more failures.
    Minutes that are settled are not counted again; those up to `since` never count.
    """
    recent = dict(watch.recent)
    least = max(watch.until, minute_of(watch.since) + 1)
    for at, served in traffic.items():
        if at >= least:
            recent[at] = max(recent.get(at, served), served, key=lambda one: (one.total, one.failed))
    until = max(watch.until, max(recent, default=0) - READ_AGAIN)
    old = {at: served for at, served in recent.items() if at < until}
    found = _summed(_settled(watch), old, tuple(holes))
    return replaced(
        watch,
        recent={at: served for at, served in sorted(recent.items()) if at not in old},
        until=until,
        settled=Exposure(found.minutes, found.requests),
        down=found.down,
        last=found.last,
        answered=found.answered,
    )


def _settled(watch: Watch) -> _Sum:
    return _Sum(watch.settled.minutes, watch.settled.requests, watch.down, watch.last, watch.answered)


def exposure_since(watch: Watch, holes: Iterable[Hole] = ()) -> Exposure:
    """The exposure of everything that was watched, the minutes that aren't settled yet included."""
    found = _summed(_settled(watch), watch.recent, tuple(holes))
    return Exposure(found.minutes, found.requests)


def quieter(watch: Watch, hours: Iterable[int]) -> Watch:
    """The watch, grown by the hours (since the epoch) in which the service was seen at all; idempotent.

    Time that nobody read, or in which nothing was logged, says nothing. The hour in which the watch began is left out.
    """
    begun = max(minute_of(watch.since) // MINUTES, watch.quiet_until)
    new = {hour for hour in hours if hour > begun}
    if not new:
        return watch
    return replaced(watch, quiet=watch.quiet + len(new) * HOUR, quiet_until=max(new))


def quiet_of(watch: Watch, until: int, holes: Iterable[Hole] = ()) -> int:
    """Nanoseconds from the beginning of the watch to the newest log time, without holes and without outages.

    An outage is time in which requests came and every one failed. It is no more than the hours in which the service was
    seen.
    """
    holes = tuple(holes)
    found = _summed(_settled(watch), watch.recent, holes)
    lost, reached = 0, watch.since
    for hole in sorted(holes, key=lambda hole: hole.start):
        start, end = max(hole.start, reached), min(hole.end, until)
        if end > start:
            lost, reached = lost + end - start, end
    return max(0, min(watch.quiet, until - watch.since - lost) - found.down * MINUTE)


def failing_of(incident: Incident, until: int, holes: Iterable[Hole] = (), since: int = 0) -> Failing:
    """What an incident's root did up to a time (nanoseconds): when its fix went live, or when it was last seen.

    `since` is when it was last verified (0: never): a regression is a new life, in which nothing before counts. Where
    old minutes are no longer kept one by one, the time from the first one kept is looked at: a fault may be observed
    from any of its failures on. Requests that are only kept as a sum all count as before.
    """
    root, holes = incident.root, tuple(holes)
    failed = sorted(at for at in root.minutes if minute_of(since) <= at and at * MINUTE <= until)
    first = failed[0] if failed else minute_of(min(max(root.first, since), until))
    settled = root.settled.extra if root.settled.until > minute_of(since) else 0
    at_work = _opportunities(incident, failed, first, max(minute_of(until - 1), first) + 1, holes)
    requests = sum(served.total for at, served in incident.traffic.items() if first <= at and at * MINUTE < until)
    if incident.settled_traffic.until > first:
        requests += incident.settled_traffic.count
    return Failing(
        episodes=settled + episodes_in({at: root.minutes[at] for at in failed}),
        pauses=_pauses(failed, at_work),
        exposure=Exposure(len(at_work), requests),
        since=first * MINUTE,
        until=until,
        starting=incident.cannot_start,
    )


def _opportunities(incident: Incident, failed: list[int], first: int, end: int, holes: tuple[Hole, ...]) -> list[int]:
    """The minutes in which the fault could have shown, in order; all of them where no request is logged."""
    if not incident.traffic and not incident.settled_traffic.count:
        return [at for at in range(first, end) if not _in_hole(at, at, holes)]
    busy = {at for at, served in incident.traffic.items() if served.total and first <= at < end} | set(failed)
    known = sorted(busy | set(range(first, min(end, incident.settled_traffic.until))))
    bridged = {
        minute
        for before, at in pairwise(known)
        if at - before <= BRIDGED and not _in_hole(before, at, holes)
        for minute in range(before, at)
    }
    return sorted(at for at in bridged | set(known) if not _in_hole(at, at, holes) or at in busy)


def _pauses(failed: list[int], at_work: list[int]) -> int:
    """The pauses between groups of failures: those longer than a fifth of the longest, the one at the end included."""
    place = {at: index for index, at in enumerate(at_work)}
    places = [place[at] for at in failed if at in place]
    if not places:
        return 0
    gaps = [later - earlier for earlier, later in pairwise(places)]
    longest = max([*gaps, len(at_work) - places[-1]])
    return sum(gap * APART > longest for gap in gaps)


def answered_by(
    traffic: Iterable[Traffic], environment: str, services: Iterable[str], revisions: Iterable[str] = ()
) -> dict[int, Served]:
    """Requests by minute of these services, on these revisions alone where any are named."""
    services, revisions = frozenset(services), frozenset(revisions)
    minutes: dict[int, Served] = {}
    for one in traffic:
        place = one.place
        if place.environment == environment and place.service in services:
            if revisions and place.revision not in revisions:
                continue
            for at, served in one.minutes.items():
                had = minutes.get(at, Served(0, 0))
                minutes[at] = Served(had.total + served.total, had.failed + served.failed)
    return dict(sorted(minutes.items()))


def lively(
    clusters: Iterable[Cluster], environment: str, services: Iterable[str], revisions: Iterable[str] = ()
) -> dict[int, Served]:
    """Where requests aren't logged: minutes in which the services logged something, as if each were one request.

    It counts as answered where no error was logged within two minutes of it: an instance that fails to start says much
    before it fails, and none of it shows that the service is at work.
    """
    services, revisions = frozenset(services), frozenset(revisions)
    spoke: set[int] = set()
    failed: set[int] = set()
    for cluster in clusters:
        place = cluster.place
        own = place.environment == environment and place.service in services
        if own and (not revisions or place.revision in revisions) and cluster.kind is not Kind.AUDIT:
            (failed if _is_error(cluster) else spoke).update(cluster.minutes)
    near = {at + by for at in failed for by in range(-_AROUND, _AROUND + 1)}
    return {at: Served(1, int(at in near)) for at in sorted(spoke | failed)}


def _is_error(cluster: Cluster) -> bool:
    least = Severity.WARNING if cluster.kind is Kind.SYSTEM else Severity.ERROR
    return cluster.severity >= least
