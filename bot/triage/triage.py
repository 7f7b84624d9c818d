"""A Window and what open issues claim of it, to incidents and a verdict on every cluster."""

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from bot.model.habit import Habit
from bot.model.incident import Claim, Found, Incident, IncidentKey, Role, Verdict
from bot.model.window import Cluster, Window
from bot.triage.assembly import assemble, linked, traffic_by_service
from bot.triage.cascade import groups, root_of
from bot.triage.edge import ClusterId, Edge, id_of, richness
from bot.triage.evidence import edges
from bot.triage.habits import NO_HABITS, without_habits
from bot.triage.nature import is_failure, is_unrated, is_warning, not_a_failure

_SPEAKS_FOR_ITSELF = 2

_Owner = int | IncidentKey


class Triage(msgspec.Struct, frozen=True):
    """Incidents of this window, each with the issue it belongs to, and one verdict for each cluster at each place."""

    found: tuple[Found, ...]
    verdicts: tuple[Verdict, ...]


def triage(window: Window, claims: Mapping[ClusterId, Claim], habits: Mapping[str, Habit] = NO_HABITS) -> Triage:
    """Join the window's failing clusters into incidents; those that hold an issue's root belong to that issue.

    `habits` are what earlier runs saw (see `learnt`): what was always there joins nothing new.
    """
    warnings = [cluster for cluster in window.clusters if is_warning(cluster)]
    candidates = [cluster for cluster in window.clusters if is_failure(cluster) or is_unrated(cluster)]
    evidence = list(without_habits(edges(window, candidates), habits))
    joined = (group for group in groups(candidates, evidence) if any(map(is_failure, group)))
    parts: dict[_Owner, list[Cluster]] = defaultdict(list)
    for group in [*joined, *([warning] for warning in warnings)]:
        for issue, part in _by_owner(group, evidence, claims).items():
            parts[issue or _key(part, evidence)].extend(part)
    served = traffic_by_service(window)
    drawn = [
        (Found(owner if isinstance(owner, int) else 0, assemble(part, evidence, window, served)), part)
        for owner, part in parts.items()
    ]
    held = {id_of(cluster): found for found, part in drawn for cluster in part}
    return Triage(
        found=tuple(sorted((found for found, _ in drawn), key=_order)),
        verdicts=tuple(_verdict(cluster, held.get(id_of(cluster))) for cluster in window.clusters),
    )


def _order(found: Found) -> tuple[bool, int, int, IncidentKey]:
    return found.issue == 0, found.issue, found.incident.first, found.incident.key


def _key(group: list[Cluster], evidence: list[Edge]) -> IncidentKey:
    root, _ = root_of(group, evidence)
    return IncidentKey(root.place.environment, root.place.service, root.fingerprint)


def _by_owner(
    group: list[Cluster], evidence: list[Edge], claims: Mapping[ClusterId, Claim]
) -> dict[int, list[Cluster]]:
    """The group, or its parts by issue: an issue's root draws the group to it; symptoms alone don't draw a new root."""
    claimed = {id_of(cluster): claims[id_of(cluster)] for cluster in group if id_of(cluster) in claims}
    roots = sorted({claim.issue for claim in claimed.values() if claim.role is Role.ROOT})
    if len(roots) == 1:
        return {roots[0]: group}
    if roots:
        return _split(group, evidence, claimed, roots[0])
    if not claimed or _has_cause_of_its_own(group, evidence, claimed):
        return {0: group}
    return {min(claim.issue for claim in claimed.values()): group}


def _has_cause_of_its_own(group: list[Cluster], evidence: list[Edge], claimed: Mapping[ClusterId, Claim]) -> bool:
    """True where something that speaks for itself is neither known nor explained by what is known."""
    explained = {id_of(effect) for cause, effect, _ in evidence if id_of(cause) in claimed}
    unknown = [cluster for cluster in group if id_of(cluster) not in claimed and id_of(cluster) not in explained]
    return any(richness(cluster) >= _SPEAKS_FOR_ITSELF for cluster in unknown)


def _split(
    group: list[Cluster], evidence: list[Edge], claimed: Mapping[ClusterId, Claim], default: int
) -> dict[int, list[Cluster]]:
    """The parts by issue; what none knows goes where its strongest evidence points."""
    near: dict[ClusterId, tuple[float, int]] = {}
    for cause, effect, link in evidence:
        for known, new in ((id_of(cause), id_of(effect)), (id_of(effect), id_of(cause))):
            if known in claimed and link.strength > near.get(new, (0.0, 0))[0]:
                near[new] = link.strength, claimed[known].issue
    parts: dict[int, list[Cluster]] = defaultdict(list)
    for cluster in group:
        claim = claimed.get(id_of(cluster))
        parts[claim.issue if claim else near.get(id_of(cluster), (0.0, default))[1]].append(cluster)
    return parts


def _verdict(cluster: Cluster, found: Found | None) -> Verdict:
    if found is None:
        return Verdict(cluster.fingerprint, cluster.place, cluster.title, "none", None, 0, not_a_failure(cluster))
    incident, is_root = found.incident, cluster.fingerprint == found.incident.key.root
    because = _as_root(cluster, incident) if is_root else linked(incident.evidence, cluster.fingerprint)
    role = Role.ROOT if is_root else Role.SYMPTOM
    words = because or "known to the issue, at the same place and time as its root"
    return Verdict(cluster.fingerprint, cluster.place, cluster.title, role.value, incident.key, found.issue, words)


def _as_root(cluster: Cluster, incident: Incident) -> str:
    if is_warning(cluster):
        return "an application's own warning: standing beside an error is no evidence that it belongs to it"
    if not incident.symptoms:
        return "nothing else stands in evidence with it"
    return f"of {len(incident.members)} clusters that evidence joins, nothing explains it and it explains the others"
