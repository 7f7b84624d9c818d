"""What an issue remembers, grown by what a window shows of it.

Absorbing is idempotent, and two windows may come in any order: a minute that is read again replaces what is stored of
it if it tells more, times widen, and evidence stands as it was first measured.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec

from bot.model.incident import Evidence, Incident, LastGood, Member, Recurrence, Role
from bot.model.spell import merged_in, own
from bot.model.window import Minute, Sample, Served

_INSTANCES_A_MINUTE = 16
_TRACES = 32

Counted = TypeVar("Counted", Minute, Served)


def absorb(known: Incident, seen: Incident) -> Incident:
    """The incident that an issue knows, with what was seen of it. Key and root stay the known ones."""
    members = {member.fingerprint: member for member in known.members}
    for member in seen.members:
        had = members.get(member.fingerprint)
        members[member.fingerprint] = _absorb_member(had, member) if had else _as_symptom(member)
    root = members.pop(known.key.root)
    symptoms = sorted(members.values(), key=lambda member: (member.first, member.fingerprint))
    grown = msgspec.structs.replace(
        known,
        members=(root, *symptoms),
        evidence=_absorb_evidence(known.evidence, seen.evidence),
        traffic=_absorb_minutes(known.traffic, seen.traffic, _fuller_served, known.settled_traffic.until),
        deployments=tuple(sorted({*known.deployments, *seen.deployments})),
        observed_from=min(known.observed_from, seen.observed_from),
        observed_until=max(known.observed_until, seen.observed_until),
        runner_up=known.runner_up or (seen.runner_up if seen.key == known.key else ""),
        cannot_start=known.cannot_start or seen.cannot_start,
        recurrence=_fuller_recurrence(known, seen),
        traces=tuple(sorted({*known.traces, *seen.traces})[:_TRACES]),
    )
    return msgspec.structs.replace(grown, good=_later_good(known, seen, grown))


def _later_good(known: Incident, seen: Incident, grown: Incident) -> LastGood | None:
    """The revision that answered last, of those that the incident wasn't seen on since.

    What a person merged in says nothing of it: neither the revisions it was seen on, nor the one good for it.
    """
    bad = own(grown).revisions
    is_own = seen.key.service == known.key.service and seen.key.root not in merged_in(grown)
    told = [one.good for one in ((known, seen) if is_own else (known,)) if one.good and one.good.revision not in bad]
    return max(told, key=lambda good: (good.until, good.answered, good.revision), default=None)


def _fuller_recurrence(known: Incident, seen: Incident) -> Recurrence | None:
    """That of the known root alone: how another one comes back says nothing of it."""
    told = [one.recurrence for one in (known, seen) if one.recurrence and one.key.root == known.key.root]
    return max(told, key=lambda r: (r.pauses, r.median, r.low, r.high), default=None)


def _as_symptom(member: Member) -> Member:
    return msgspec.structs.replace(member, role=Role.SYMPTOM)


def _absorb_member(known: Member, seen: Member) -> Member:
    earliest = seen if seen.first < known.first else known
    latest = seen if seen.last > known.last else known
    return msgspec.structs.replace(
        known,
        title=earliest.title,
        severity=max(known.severity, seen.severity),
        services=tuple(sorted({*known.services, *seen.services})),
        revisions=tuple(sorted({*known.revisions, *seen.revisions})),
        first=earliest.first,
        last=latest.last,
        minutes=_absorb_minutes(known.minutes, seen.minutes, _fuller_minute, known.settled.until),
        samples=_absorb_samples(known, seen),
        trace=latest.trace,
        nature=known.nature or seen.nature,
        alias=_wider(known.alias, seen.alias),
    )


def _wider(one: str, other: str) -> str:
    """The alias with more holes; of two as wide the first by its text."""
    return min((one, other), key=lambda alias: (-alias.count(","), not alias, alias))


def _absorb_samples(known: Member, seen: Member) -> tuple[Sample, ...]:
    """The earliest and the latest; a window within what is known adds none, even where samples were cut to fit."""
    earliest = seen.samples[:1] if seen.first < known.first else known.samples[:1]
    latest = seen.samples[-1:] if seen.last > known.last else known.samples[-1:]
    return earliest if earliest == latest else (*earliest, *latest)


def _absorb_minutes(
    known: Mapping[int, Counted], seen: Mapping[int, Counted], fuller: Callable[[Counted, Counted], Counted], since: int
) -> dict[int, Counted]:
    minutes = dict(known)
    for at, counted in seen.items():
        if at >= since:
            minutes[at] = fuller(minutes[at], counted) if at in minutes else counted
    return dict(sorted(minutes.items()))


def _fuller_minute(one: Minute, other: Minute) -> Minute:
    instances = sorted({*one.instances, *other.instances})[:_INSTANCES_A_MINUTE]
    return Minute(max(one.count, other.count), tuple(instances))


def _fuller_served(one: Served, other: Served) -> Served:
    return max(one, other, key=lambda served: (served.total, served.failed))


def _absorb_evidence(known: Iterable[Evidence], seen: Iterable[Evidence]) -> tuple[Evidence, ...]:
    kept = {(e.cause, e.effect, e.kind): e for e in (*seen, *known)}
    return tuple(sorted(kept.values(), key=lambda e: (-e.strength, e.kind, e.cause, e.effect)))
