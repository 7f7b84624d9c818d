"""From a group of clusters to an Incident: members, traffic, deployments, and whether the service starts at all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from bot.model.entry import Place
from bot.model.incident import Evidence, Incident, IncidentKey, Member, Nature, Priority, Role
from bot.model.time import HOUR
from bot.model.window import Cluster, Deployment, Minute, Served, Window
from bot.triage.cascade import evidence_within, root_of
from bot.triage.coincidence import traces_of
from bot.triage.edge import Edge, id_of
from bot.triage.nature import is_exit, refuses_start
from bot.triage.returning import last_good, recurrence
from bot.triage.starting import cannot_start

_INSTANCES_A_MINUTE = 16
_TRACES = 32

ServedBy = Mapping[tuple[str, str], Mapping[int, Served]]
"""Requests by minute, by (environment, service)."""


def assemble(group: list[Cluster], found: list[Edge], window: Window, served: ServedBy) -> Incident:
    """The incident of one group; `served` is the window's traffic by service. It is P3 until it is assessed."""
    root, runner_up = root_of(group, found)
    by_print: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in group:
        by_print[cluster.fingerprint].append(cluster)
    members = [_member(same, Role.ROOT if fp == root.fingerprint else Role.SYMPTOM) for fp, same in by_print.items()]
    members.sort(key=lambda member: (member.role is Role.SYMPTOM, member.first, member.fingerprint))
    places = {cluster.place for cluster in group}
    return Incident(
        key=IncidentKey(root.place.environment, root.place.service, root.fingerprint),
        place=root.place,
        priority=Priority.P3,
        policies=(),
        members=tuple(members),
        evidence=evidence_within(group, found),
        traffic=_traffic(served, places),
        deployments=_deployments(window, places),
        observed_from=window.start,
        observed_until=window.end,
        runner_up=runner_up.title if runner_up else "",
        cannot_start=cannot_start(group, _crashed(group, found), window),
        good=last_good(window, root.place, first=min(c.first for c in group), bad=_revisions(group, root)),
        traces=tuple(sorted(frozenset().union(*map(traces_of, group)))[:_TRACES]),
        recurrence=recurrence([cluster for cluster in group if cluster.fingerprint == root.fingerprint]),
    )


def _revisions(group: list[Cluster], root: Cluster) -> frozenset[str]:
    """The revisions of the root's service that the incident was seen on."""
    return frozenset(cluster.place.revision for cluster in group if cluster.place.service == root.place.service)


def _member(same: list[Cluster], role: Role) -> Member:
    same = sorted(same, key=lambda cluster: (cluster.first, cluster.place))
    minutes: dict[int, Minute] = {}
    for cluster in same:
        for at, minute in cluster.minutes.items():
            minutes[at] = _sum(minutes[at], minute) if at in minutes else minute
    samples = sorted((sample for cluster in same for sample in cluster.samples), key=lambda s: (s.nanos, s.insert_id))
    latest = max(same, key=lambda cluster: (cluster.last, cluster.place))
    return Member(
        fingerprint=same[0].fingerprint,
        kind=same[0].kind,
        role=role,
        title=same[0].title,
        severity=max(cluster.severity for cluster in same),
        services=tuple(sorted({cluster.place.service for cluster in same})),
        revisions=tuple(sorted({cluster.place.revision for cluster in same if cluster.place.revision})),
        first=same[0].first,
        last=latest.last,
        minutes=dict(sorted(minutes.items())),
        samples=tuple(samples[:1] + samples[1:][-1:]),
        trace=latest.trace,
        status=same[0].status,
        nature=_nature(same[0]),
        alias=max(cluster.alias for cluster in same),
    )


def _nature(cluster: Cluster) -> Nature:
    if is_exit(cluster):
        return Nature.EXIT
    return Nature.REFUSED if refuses_start(cluster) else Nature.PLAIN


def _sum(one: Minute, other: Minute) -> Minute:
    instances = sorted({*one.instances, *other.instances})[:_INSTANCES_A_MINUTE]
    return Minute(one.count + other.count, tuple(instances))


def traffic_by_service(window: Window) -> ServedBy:
    """Requests by minute of each service, whatever the revision: what people met with."""
    services: dict[tuple[str, str], dict[int, Served]] = defaultdict(dict)
    for traffic in window.traffic:
        _add(services[traffic.place.environment, traffic.place.service], traffic.minutes)
    return services


def _traffic(served: ServedBy, places: set[Place]) -> dict[int, Served]:
    minutes: dict[int, Served] = {}
    for service in sorted({(place.environment, place.service) for place in places}):
        _add(minutes, served.get(service, {}))
    return dict(sorted(minutes.items()))


def _add(minutes: dict[int, Served], more: Mapping[int, Served]) -> None:
    for at, served in more.items():
        had = minutes.get(at)
        minutes[at] = Served(had.total + served.total, had.failed + served.failed) if had else served


def _deployments(window: Window, places: set[Place]) -> tuple[Deployment, ...]:
    """All of the services concerned, from an hour before the logs begin: also what went well, and what came after.

    Later ones, which other windows told of, are left out: an old window read again adds nothing.
    """
    services = {(place.environment, place.service) for place in places}
    return tuple(
        one
        for one in window.deployments
        if (one.environment, one.service) in services and window.start - HOUR <= one.nanos <= window.end
    )


def _crashed(group: list[Cluster], found: list[Edge]) -> list[Cluster]:
    """The exits of the group that errors of the group led to."""
    ids = {id_of(cluster) for cluster in group}
    ends = {id_of(effect) for cause, effect, evidence in found if evidence.kind == "crash" and id_of(cause) in ids}
    return [cluster for cluster in group if id_of(cluster) in ends]


def linked(evidence: Iterable[Evidence], fingerprint: str) -> str:
    """Why this cluster is a member: the words of the strongest evidence to it, or from it; "" without any."""
    touching = [e for e in evidence if fingerprint in (e.effect, e.cause)]
    best = sorted(touching, key=lambda e: (e.effect != fingerprint, -e.strength))
    return best[0].words if best else ""
