"""What is seen of a service since its failure was last seen: the evidence that silence has to be measured by."""

from collections.abc import Iterable, Mapping

from bot.fixes.exposure import MINUTES, answered_by, failing_of, lively, quieter, watched
from bot.model.fix import Live, Liveness, Watch
from bot.model.incident import Incident
from bot.model.state import Hole
from bot.model.window import Served, Window


def watch_of(
    had: Watch | None,
    grown: Incident,
    runs: Iterable[Live],
    window: Window,
    holes: tuple[Hole, ...],
    verified: int = 0,
) -> Watch:
    """The watch of an incident, grown by a window; it begins anew when the failure was seen, or its fix went live.

    `had` is what was remembered. Where this run can't tell where the fix runs, what was known of that stays.
    """
    runs = tuple(runs)
    since = max([grown.last, *(one.since for one in runs if one.liveness is Liveness.LIVE)])
    unclear = all(one.liveness is Liveness.UNKNOWN for one in runs)
    if had and unclear and had.since >= since:
        since = had.since
    if had is None or had.since != since:
        had = Watch(failing_of(grown, since, holes, verified), since)
    return quieter(watched(had, _work(window, grown, runs), holes), _hours(window, grown))


def places_of(incident: Incident) -> list[tuple[str, str]]:
    """Where the root occurred: (environment, service), sorted."""
    return sorted((incident.key.environment, service) for service in {incident.key.service, *incident.root.services})


def _work(window: Window, incident: Incident, runs: tuple[Live, ...]) -> Mapping[int, Served]:
    """Requests by minute in which every service that the root occurred in was at work."""
    revisions = sorted({name for one in runs for name in one.revisions})
    each = [_of_one(window, place, revisions) for place in places_of(incident)]
    shared = set(each[0]).intersection(*each[1:])
    return {minute: _sum(one[minute] for one in each) for minute in sorted(shared)}


def _of_one(window: Window, place: tuple[str, str], revisions: list[str]) -> Mapping[int, Served]:
    environment, service = place
    answered = answered_by(window.traffic, environment, (service,), revisions)
    return answered or lively(window.clusters, environment, (service,))


def _sum(parts: Iterable[Served]) -> Served:
    parts = tuple(parts)
    return Served(sum(one.total for one in parts), sum(one.failed for one in parts))


def _hours(window: Window, incident: Incident) -> set[int]:
    """Hours since the epoch in which each service that the root occurred in logged anything."""
    seen: dict[tuple[str, str], set[int]] = {place: set() for place in places_of(incident)}
    logged = ((one.place, one.minutes.keys()) for one in window.clusters)
    served = ((one.place, one.minutes.keys()) for one in window.traffic)
    for place, minutes in (*logged, *served):
        if (hours := seen.get((place.environment, place.service))) is not None:
            hours.update(minute // MINUTES for minute in minutes)
    return set.intersection(*seen.values())
