"""Which part of an incident a figure is measured on: its own members, and the time since it last came back."""

from collections.abc import Iterable
from itertools import pairwise
from statistics import median

import msgspec

from bot.model.incident import Evidence, Incident, Member, Settled
from bot.model.time import MINUTE

MERGED = "merged"
_LONG_SILENCE = 60


def linked(incident: Incident) -> frozenset[str]:
    """Fingerprints of the root and of what evidence connects with it; that a person merged two issues is none."""
    return _reached({incident.root.fingerprint}, incident.evidence)


def merged_in(incident: Incident) -> frozenset[str]:
    """Fingerprints that are here because a person merged another issue into this one, and for no other reason."""
    joined = {end for one in incident.evidence if one.kind == MERGED for end in (one.cause, one.effect)}
    return _reached(joined - {incident.root.fingerprint}, incident.evidence) - linked(incident)


def _reached(start: Iterable[str], evidence: Iterable[Evidence]) -> frozenset[str]:
    found = set(start)
    ahead, edges = sorted(found), [(one.cause, one.effect) for one in evidence if one.kind != MERGED]
    while ahead:
        now = ahead.pop()
        new = {end for edge in edges if now in edge for end in edge} - found
        ahead.extend(sorted(new))
        found |= new
    return frozenset(found)


def own(incident: Incident) -> Incident:
    """The incident without the members that a person merged into it: what its figures are measured on."""
    other = merged_in(incident)
    return _with(incident, (one for one in incident.members if one.fingerprint not in other)) if other else incident


def beside(incident: Incident) -> Incident | None:
    """What a person merged into it, by itself; None where nothing was."""
    other = merged_in(incident)
    members = [one for one in incident.members if one.fingerprint in other]
    return _with(incident, members) if members else None


def _with(incident: Incident, members: Iterable[Member]) -> Incident:
    return msgspec.structs.replace(incident, members=tuple(members))


def returned(incident: Incident) -> int:
    """The minute since the epoch in which it came back: after a silence of over an hour and of ten usual pauses.

    0 where there was no such silence, or where older minutes are no longer kept one by one.
    """
    minutes = sorted({at for member in incident.members for at in member.minutes})
    pairs = list(pairwise(minutes))
    long = max(_LONG_SILENCE, 10 * median(later - earlier for earlier, later in pairs)) if pairs else 0
    return next((later for earlier, later in reversed(pairs) if later - earlier > long), 0)


def since_return(incident: Incident) -> Incident:
    """The incident as of its last return, whole where it never was away for long; its traffic stays whole.

    Members that weren't seen since are left out, but for the root. What is known to the minute begins with it.
    """
    began = returned(incident)
    if not began:
        return incident
    root, *others = (_from(member, began) for member in incident.members)
    return msgspec.structs.replace(
        _with(incident, (root, *(one for one in others if one.minutes))), settled_traffic=Settled()
    )


def before_return(incident: Incident) -> Incident | None:
    """What was there before its last return; None where it never was away for long."""
    began = returned(incident)
    members = [
        msgspec.structs.replace(
            member,
            minutes={at: minute for at, minute in member.minutes.items() if at < began},
            last=min(member.last, began * MINUTE),
        )
        for member in incident.members
    ]
    return _with(incident, members) if began else None


def _from(member: Member, began: int) -> Member:
    return msgspec.structs.replace(
        member,
        minutes={at: minute for at, minute in member.minutes.items() if at >= began},
        settled=Settled(),
        first=max(member.first, began * MINUTE),
        last=max(member.last, began * MINUTE),
    )
