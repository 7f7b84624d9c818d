"""What a person's command makes of the states of issues. Pure; whether it may be done is decided here too."""

from collections.abc import Iterable, Mapping

import msgspec

from bot.errors import UsageError
from bot.lifecycle.absorb import absorb
from bot.lifecycle.carving import carve
from bot.lifecycle.moves import mute_of
from bot.model.incident import Evidence, Incident, IncidentKey
from bot.model.spell import MERGED
from bot.model.state import Decision, IssueState, Phase, Transition
from bot.model.time import iso


class Order(msgspec.Struct, frozen=True):
    """Who decides, when (wall clock, nanoseconds), and why ("": not said)."""

    by: str
    at: int
    because: str = ""


def final(number: int, states: Mapping[int, IssueState]) -> int:
    """Where the chain of merges from this issue ends. Raises UsageError where it leads in a circle or nowhere."""
    seen = [number]
    while states[number].phase is Phase.MERGED:
        number = states[number].merged_into
        if number in seen or number not in states:
            chain = " -> ".join(f"#{one}" for one in [*seen, number])
            raise UsageError(
                f"The merges {chain} lead in a circle or nowhere: reopen one of these issues and unmute it."
            )
        seen.append(number)
    return number


def decided(state: IssueState, what: str, order: Order) -> IssueState:
    """The state with the decision on record, once: an order that is given again is the same decision."""
    made = Decision(what, order.by, order.at, order.because)
    if made in state.decisions:
        return state
    return msgspec.structs.replace(state, decisions=(*state.decisions, made))


def moved(state: IssueState, phase: Phase, because: str) -> IssueState:
    """The state in another phase, at the newest log time it knows; as it is where it is in that phase."""
    if state.phase is phase:
        return state
    step = Transition(phase, state.incident.last, because)
    return msgspec.structs.replace(state, phase=phase, transitions=(*state.transitions, step))


def merge(into: int, one: IssueState, other: int, two: IssueState, order: Order) -> tuple[IssueState, IssueState]:
    """Both states once `other` is part of `into`: the first stands for every root the second stood for.

    Raises UsageError where the two are of different environments.
    """
    key, theirs = one.incident.key, two.incident.key
    if key.environment != theirs.environment:
        raise UsageError(
            f"#{other} is of {theirs.environment} and #{into} of {key.environment}: "
            "incidents of two environments stay two issues."
        )
    grown = msgspec.structs.replace(one, incident=_joined(one.incident, other, two.incident))
    grown = _standing_for(grown, roots_of(two))
    grown = msgspec.structs.replace(
        grown,
        aliases=tuple(sorted({*one.aliases, *two.aliases})),
        merged_from=tuple(sorted({*one.merged_from, other})),
    )
    gone = msgspec.structs.replace(moved(two, Phase.MERGED, f"merged into #{into}"), merged_into=into, mute=None)
    return (
        decided(grown, f"merged #{other} into this issue", order),
        decided(gone, f"merged this issue into #{into}", order),
    )


def _joined(one: Incident, other: int, two: Incident) -> Incident:
    """What the other was seen on, and how its requests fared, stays its own affair: see `bot.model.spell`."""
    if one.key.root == two.key.root:
        return absorb(one, two)
    words = f"a person merged its issue, {other}, into this one"
    merged = Evidence(one.key.root, two.key.root, MERGED, 1.0, words)
    traffic = two.traffic if two.key.service == one.key.service else {}
    return absorb(one, msgspec.structs.replace(two, evidence=(*two.evidence, merged), traffic=traffic))


def roots_of(state: IssueState) -> tuple[IncidentKey, ...]:
    """Every root an issue stands for."""
    key = state.incident.key
    return (key, *(IncidentKey(key.environment, key.service, one) for one in state.owned), *state.elsewhere)


def _standing_for(state: IssueState, roots: Iterable[IncidentKey]) -> IssueState:
    key = state.incident.key
    new = [root for root in roots if root not in roots_of(state)]
    here = [root.root for root in new if root.service == key.service]
    return msgspec.structs.replace(
        state,
        owned=(*state.owned, *here),
        elsewhere=(*state.elsewhere, *(root for root in new if root.service != key.service)),
        disowned=tuple(one for one in state.disowned if one not in {root.root for root in roots}),
    )


def named(state: IssueState, number: int, fingerprints: Iterable[str]) -> tuple[str, ...]:
    """The members that these fingerprints, or beginnings of them, name. Raises UsageError where one can't leave."""
    found: list[str] = []
    for wanted in fingerprints:
        fitting = [one.fingerprint for one in state.incident.members if one.fingerprint.startswith(wanted)]
        if len(fitting) != 1:
            how = "several members begin" if fitting else "no member begins"
            raise UsageError(f"In #{number} {how} with {wanted}; `incidentbot explain {number}` lists them.")
        if fitting[0] == state.incident.key.root:
            raise UsageError(f"{wanted} is the root that #{number} stands for: split off what is to leave it.")
        found.append(fitting[0])
    return tuple(dict.fromkeys(found))


def split(state: IssueState, fingerprints: tuple[str, ...], order: Order) -> tuple[IssueState, Incident]:
    """The state without these members, which it never takes back, and the incident they make by themselves."""
    rest, carved = carve(state.incident, fingerprints)
    if rest is None or carved is None:
        raise UsageError("A split leaves something on both sides: name some members, and not the root.")
    left = msgspec.structs.replace(
        state,
        incident=rest,
        owned=tuple(one for one in state.owned if one not in fingerprints),
        elsewhere=tuple(one for one in state.elsewhere if one.root not in fingerprints),
        disowned=tuple(dict.fromkeys((*state.disowned, *fingerprints))),
    )
    return decided(left, f"split off {', '.join(fingerprints)}", order), carved


def standing_alone(state: IssueState, incident: Incident, source: int, order: Order) -> IssueState:
    """The state of what was split off, standing for every member of it wherever that was seen."""
    roots = (
        IncidentKey(incident.key.environment, service, member.fingerprint)
        for member in incident.members
        for service in member.services
    )
    return decided(_standing_for(state, list(roots)), f"split off #{source}", order)


def mute(state: IssueState, until: int, order: Order) -> IssueState:
    """Muted until a log time (nanoseconds), or for good (0). Raises UsageError where the time is past."""
    if until and until <= max(order.at, state.incident.observed_until):
        raise UsageError(f"{iso(until)} is past, so a mute until then says nothing: name a later time, or none.")
    quiet = moved(state, Phase.MUTED, f"muted by {order.by}")
    what = f"muted this issue until {iso(until)}" if until else "muted this issue"
    return decided(
        msgspec.structs.replace(quiet, mute=mute_of(state, order.by, order.at, until, order.because)), what, order
    )


def unmute(state: IssueState, order: Order) -> IssueState:
    """Filed again."""
    loud = msgspec.structs.replace(moved(state, Phase.FILED, f"unmuted by {order.by}"), mute=None)
    return decided(loud, "unmuted this issue", order)


def adopt(incident: Incident, order: Order, former: Mapping[int, IssueState]) -> IssueState:
    """The state of a hand-written issue that becomes this incident's, in place of its former issue if there is one."""
    because = f"adopted by {order.by}"
    state = IssueState(
        incident, Phase.ADOPTED, transitions=(Transition(Phase.ADOPTED, incident.observed_until, because),)
    )
    for number, had in former.items():
        state = _standing_for(msgspec.structs.replace(state, incident=absorb(had.incident, incident)), roots_of(had))
        state = msgspec.structs.replace(state, disowned=had.disowned, merged_from=(number,))
    return decided(state, "adopted this issue for the incident below", order)
