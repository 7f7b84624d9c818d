"""From clusters at places to the patterns of a report: what one service says the same, counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.documents.reportview import EffectView, PatternView
from bot.documents.view import FrameView, SampleView
from bot.model.incident import Evidence, Incident, IncidentKey, Role, Verdict, episodes_in
from bot.model.run import Reported
from bot.model.window import Cluster, Minute, Sample
from bot.text.visible import cut, cut_middle

NAME = 300
_INSTANCES_KEPT = 16
_SAMPLE = 1_200

Key = tuple[str, str, str]
"""Environment, service and fingerprint."""


def incident_names(reported: Sequence[Reported]) -> dict[IncidentKey, str]:
    """`I1`, `I2`... in the order they are reported."""
    return {one.incident.key: f"I{n}" for n, one in enumerate(reported, 1)}


def patterns_of(
    clusters: Iterable[Cluster], verdicts: Iterable[Verdict], reported: Sequence[Reported]
) -> tuple[PatternView, ...]:
    """Every cluster, those of one service and fingerprint together: by incident, root first, then those of none."""
    by_key: dict[Key, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        by_key[key_of(cluster)].append(cluster)
    told: dict[Key, Verdict] = {}
    for verdict in verdicts:
        key = (verdict.place.environment, verdict.place.service, verdict.fingerprint)
        if key not in told or (verdict.incident and not told[key].incident):
            told[key] = verdict
    owners = _owners(told, reported)
    numbers = {one.incident.key: n for n, one in enumerate(reported)}
    ordered = sorted(by_key, key=lambda key: _rank(key, by_key[key], owners.get(key), numbers))
    names = {key: f"C{n}" for n, key in enumerate(ordered, 1)}
    linked = _Links(
        {(owners[key].incident.key, key[2]): name for key, name in reversed(names.items()) if key in owners}
    )
    incidents = incident_names(reported)
    return tuple(_pattern(names[key], by_key[key], told[key], owners.get(key), incidents, linked) for key in ordered)


def _owners(told: Mapping[Key, Verdict], reported: Sequence[Reported]) -> dict[Key, Reported]:
    """The reported incident each pattern is part of: as the verdict says, else as the incident's members say."""
    by_incident = {one.incident.key: one for one in reported}
    members = {
        (one.incident.key.environment, service, member.fingerprint): one
        for one in reversed(reported)
        for member in one.incident.members
        for service in member.services
    }
    owners: dict[Key, Reported] = {}
    for key, verdict in told.items():
        if owner := (by_incident.get(verdict.incident) if verdict.incident else None) or members.get(key):
            owners[key] = owner
    return owners


def key_of(cluster: Cluster) -> Key:
    """What makes two clusters one pattern."""
    return cluster.place.environment, cluster.place.service, cluster.fingerprint


def _rank(
    key: Key, same: list[Cluster], owner: Reported | None, numbers: Mapping[IncidentKey, int]
) -> tuple[int, bool, int, int, int, Key]:
    at = numbers[owner.incident.key] if owner else len(numbers)
    count, severity = sum(one.count for one in same), max(one.severity for one in same)
    is_root = owner is not None and owner.incident.key.root == key[2]
    return at, not is_root, -severity, min(one.first for one in same), -count, key


def strongest(incident: Incident) -> dict[str, Evidence]:
    """The strongest evidence for each effect, by the effect's fingerprint; of equals, that of the earlier member."""
    order = {member.fingerprint: n for n, member in enumerate(incident.members)}
    links = [link for link in incident.evidence if link.cause in order and link.effect != incident.root.fingerprint]
    best: dict[str, Evidence] = {}
    for link in sorted(links, key=lambda one: (-one.strength, order[one.cause])):
        best.setdefault(link.effect, link)
    return best


class _Links:
    """The evidence between patterns, told by their names; `names` are those of a fingerprint within an incident."""

    def __init__(self, names: Mapping[tuple[IncidentKey, str], str]) -> None:
        self._names = names

    def of(self, owner: Reported | None, fingerprint: str, backwards: bool) -> tuple[EffectView, ...]:
        """What brought a pattern about (`backwards`), or what it brought about, by each effect's strongest evidence."""
        found: dict[str, EffectView] = {}
        for link in strongest(owner.incident).values() if owner else ():
            here, there = (link.effect, link.cause) if backwards else (link.cause, link.effect)
            name = self._names.get((owner.incident.key, there), "") if owner and here == fingerprint else ""
            if name:
                found[name] = EffectView(name, link.kind, link.strength, cut(link.words, NAME))
        return tuple(found.values())


def _pattern(
    name: str,
    same: list[Cluster],
    verdict: Verdict,
    owner: Reported | None,
    incidents: Mapping[IncidentKey, str],
    linked: _Links,
) -> PatternView:
    first, minutes = min(same, key=lambda one: (one.first, one.place)), _minutes(same)
    peak_at = max(minutes, key=lambda at: (minutes[at].count, -at), default=0)
    worst = max(one.severity for one in same)
    causes = linked.of(owner, first.fingerprint, backwards=True)
    return PatternView(
        name=name,
        fingerprint=first.fingerprint,
        kind=first.kind.value,
        severity=worst.name,
        level=int(worst),
        title=cut(first.title, NAME),
        environment=cut(first.place.environment, NAME),
        service=cut(first.place.service, NAME),
        revisions=tuple(cut(name, NAME) for name in sorted({one.place.revision for one in same if one.place.revision})),
        count=sum(one.count for one in same),
        first=first.first,
        last=max(one.last for one in same),
        minutes={at: minutes[at].count for at in sorted(minutes)},
        peak=minutes[peak_at].count if minutes else 0,
        peak_at=peak_at,
        episodes=episodes_in(minutes),
        instances=len({instance for minute in minutes.values() for instance in minute.instances}),
        instances_capped=any(len(m.instances) >= _INSTANCES_KEPT for one in same for m in one.minutes.values()),
        status=first.status,
        location=_location(same),
        sample=_sample(same),
        role=_role(owner, first.fingerprint),
        incident=incidents[owner.incident.key] if owner else "",
        issue=owner.issue if owner else verdict.issue,
        because=causes[0].words if causes else cut(verdict.because, NAME),
        causes=causes,
        effects=linked.of(owner, first.fingerprint, backwards=False),
    )


def _role(owner: Reported | None, fingerprint: str) -> str:
    if not owner:
        return "none"
    return Role.ROOT.value if owner.incident.key.root == fingerprint else Role.SYMPTOM.value


def _minutes(same: list[Cluster]) -> dict[int, Minute]:
    """Clusters of several revisions minute by minute; their instances together."""
    merged: dict[int, Minute] = {}
    for one in same:
        for at, minute in one.minutes.items():
            before = merged.get(at, Minute(0))
            instances = tuple(dict.fromkeys((*before.instances, *minute.instances)))
            merged[at] = Minute(before.count + minute.count, instances)
    return merged


def _location(same: list[Cluster]) -> FrameView | None:
    origin = next((one.trace.origin for one in same if one.trace and one.trace.origin), None)
    if not origin:
        return None
    texts = (cut(text, NAME) for text in (origin.module, origin.function, origin.file, origin.source))
    module, function, file, source = texts
    return FrameView(module, function, file, origin.line, source)


def _sample(same: list[Cluster]) -> SampleView | None:
    """The entry that says most: one with a stack trace, else the first that says more than the title."""
    kept = [sample for one in same for sample in one.samples]
    traced = [sample for sample in kept if sample.trace and "\n" in sample.text]
    telling = [sample for sample in kept if sample.text.strip() != same[0].title.strip()]
    return next((_shown(sample) for sample in (*traced, *telling)), None)


def _shown(sample: Sample) -> SampleView:
    text = cut_middle(sample.text, _SAMPLE)
    return SampleView(sample.nanos, cut(sample.insert_id, NAME), cut(sample.log_id, NAME), text, "\n" in text.raw)
