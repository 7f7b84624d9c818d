"""Taking members out of an incident, so that they stand for themselves."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from bot.lifecycle.absorb import absorb
from bot.model.incident import Evidence, Found, Incident, IncidentKey, Member, Nature, Priority, Role, Settled
from bot.model.state import IssueState, Phase


def carve(incident: Incident, fingerprints: Iterable[str]) -> tuple[Incident | None, Incident | None]:
    """The incident without these members, and an incident of them, the first of the named as its root.

    Either is None where it has no member. Its priority is to be assessed anew.
    """
    named = list(dict.fromkeys(fingerprints))
    by_print = {member.fingerprint: member for member in incident.members}
    taken = [by_print[one] for one in named if one in by_print]
    left = [member for member in incident.members if member.fingerprint not in named]
    return _of(incident, left), _of(incident, taken)


def _of(incident: Incident, members: list[Member]) -> Incident | None:
    if not members:
        return None
    root, *others = members
    if root.fingerprint == incident.root.fingerprint:
        return msgspec.structs.replace(
            incident, members=tuple(members), evidence=_within(incident.evidence, members), runner_up=""
        )
    same = incident.key.service in root.services
    service = incident.key.service if same else root.services[0]
    place = incident.place._replace(service=service, revision=(*root.revisions, "")[0])
    symptoms = sorted(
        (msgspec.structs.replace(member, role=Role.SYMPTOM) for member in others),
        key=lambda member: (member.first, member.fingerprint),
    )
    return msgspec.structs.replace(
        incident,
        key=IncidentKey(incident.key.environment, service, root.fingerprint),
        place=place,
        priority=Priority.P3,
        policies=(),
        members=(msgspec.structs.replace(root, role=Role.ROOT), *symptoms),
        evidence=_within(incident.evidence, members),
        traffic=incident.traffic if same else {},
        settled_traffic=incident.settled_traffic if same else Settled(),
        deployments=tuple(one for one in incident.deployments if one.service == service),
        runner_up="",
        cannot_start=incident.cannot_start and any(member.nature is not Nature.PLAIN for member in members),
        good=incident.good if same else None,
        recurrence=None,
        stopped=(),
        traces=(),
    )


def _within(evidence: tuple[Evidence, ...], members: list[Member]) -> tuple[Evidence, ...]:
    """The evidence between these members. What was known by way of one that left is so by way of its cause.

    Where that isn't here either, the cause before it is taken, and so on.
    """
    kept = {member.fingerprint for member in members}
    within = [one for one in evidence if one.cause in kept and one.effect in kept]
    explained = {one.effect for one in within}
    for link in evidence:
        if link.effect in kept - explained and (causes := _before(link.cause, evidence) & kept - {link.effect}):
            cause = next(member.fingerprint for member in members if member.fingerprint in causes)
            within.append(
                msgspec.structs.replace(link, cause=cause, words=f"by way of what was split off: {link.words}")
            )
            explained.add(link.effect)
    return tuple(within)


def _before(fingerprint: str, evidence: tuple[Evidence, ...]) -> set[str]:
    """All that led to this one."""
    found, ahead = {fingerprint}, [fingerprint]
    while ahead:
        now = ahead.pop()
        causes = {one.cause for one in evidence if one.effect == now} - found
        found |= causes
        ahead.extend(sorted(causes))
    return found


def parted(found: Iterable[Found], states: Mapping[int, IssueState]) -> list[Found]:
    """What was found, with each member that was split off an issue given to the issue that has it now.

    One part for each issue; what no issue has is new (0).
    """
    owned: dict[int, Incident] = {}
    new: list[Found] = []
    for one in found:
        for part in _parts(one, states):
            if part.issue == 0:
                new.append(part)
            elif part.issue in owned:
                owned[part.issue] = absorb(owned[part.issue], part.incident)
            else:
                owned[part.issue] = part.incident
    return [*(Found(number, incident) for number, incident in sorted(owned.items())), *new]


def _parts(found: Found, states: Mapping[int, IssueState]) -> Iterator[Found]:
    disowned = states[found.issue].disowned if found.issue in states else ()
    off = [member.fingerprint for member in found.incident.members if member.fingerprint in disowned]
    if not off:
        yield found
        return
    rest, _ = carve(found.incident, off)
    if rest:
        yield Found(found.issue, rest)
    for fingerprint in off:
        _, part = carve(found.incident, [fingerprint])
        if part:
            yield Found(_owner(part.key.environment, fingerprint, found.issue, states), part)


def _owner(environment: str, fingerprint: str, not_this: int, states: Mapping[int, IssueState]) -> int:
    """The lowest issue but one that stands for a fingerprint in an environment; 0 where none does."""
    for number, state in sorted(states.items()):
        roots = {state.incident.key.root, *state.owned, *(key.root for key in state.elsewhere)}
        same = state.incident.key.environment == environment and state.phase is not Phase.MERGED
        if number != not_this and same and fingerprint in roots:
            return number
    return 0
