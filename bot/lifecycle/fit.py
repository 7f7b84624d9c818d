"""Keeping what an issue remembers small enough for its body, however long the incident lasts.

Old minutes are settled into sums: from then on a window that reads them again changes nothing there. Lists that a
window could fill again are cut at constant lengths; only what can't come back is cut by how much room there is. So
fitting is idempotent, and absorbing an old window once more and fitting again gives the same incident.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

import msgspec

from bot.model.incident import Evidence, Incident, Member, Role, Settled, episodes_in
from bot.model.signature import ExceptionInfo, StackTrace
from bot.model.window import Deployment, Sample
from bot.text.visible import cut, cut_middle

MOST_MEMBERS = 40
MOST_EVIDENCE = 60
MOST_REVISIONS = 24
MOST_DEPLOYMENTS = 30
_MOST_EXCEPTIONS = 6
_CUT_MARK = 64

T = TypeVar("T")


class _Room(NamedTuple):
    """How much is kept: minutes of all members, and of traffic; characters of samples and words; frames of a trace."""

    minutes: int
    traffic: int
    root_text: int
    symptom_text: int
    words: int
    root_frames: int
    symptom_frames: int


_ROOMS = (
    _Room(1_600, 720, 8_000, 700, 600, 40, 12),
    _Room(1_600, 720, 4_000, 200, 300, 20, 5),
    _Room(800, 360, 3_000, 0, 200, 12, 2),
    _Room(200, 120, 2_000, 0, 120, 8, 0),
    _Room(40, 30, 1_000, 0, 60, 5, 0),
    _Room(1, 4, 300, 0, 30, 2, 0),
)


def fit(incident: Incident, size_of: Callable[[Incident], int], limit: int) -> Incident:
    """The incident, cut until `size_of` it is at most `limit`, or as far as it can be.

    Counts, episodes, first and last stay as they are. Idempotent and deterministic.
    """
    fitted = incident
    for room in _ROOMS:
        fitted = _within(incident, room)
        if size_of(fitted) <= limit:
            break
    return fitted


def _within(incident: Incident, room: _Room) -> Incident:
    root, *symptoms = _on_revisions(incident.members[:MOST_MEMBERS])
    each = max(1, room.minutes // (1 + len(symptoms)))
    members = (
        _member(root, each, room.root_text, room.root_frames, room.words),
        *(_member(symptom, each, room.symptom_text, room.symptom_frames, room.words) for symptom in symptoms),
    )
    old, before = _oldest(incident.traffic, room.traffic), incident.settled_traffic
    settled = (
        Settled(
            max(old) + 1,
            before.count + sum(s.total for s in old.values()),
            before.extra + sum(s.failed for s in old.values()),
        )
        if old
        else before
    )
    return msgspec.structs.replace(
        incident,
        members=members,
        evidence=_evidence(incident.evidence, members, room.words),
        traffic={at: served for at, served in incident.traffic.items() if at not in old},
        settled_traffic=settled,
        deployments=_deployments(incident.deployments),
    )


def _evidence(evidence: tuple[Evidence, ...], members: tuple[Member, ...], words: int) -> tuple[Evidence, ...]:
    kept = {member.fingerprint for member in members}
    within = [one for one in evidence if one.cause in kept and one.effect in kept][:MOST_EVIDENCE]
    return tuple(msgspec.structs.replace(one, words=_cut(one.words, words)) for one in within)


def _deployments(deployments: tuple[Deployment, ...]) -> tuple[Deployment, ...]:
    if len(deployments) <= MOST_DEPLOYMENTS:
        return deployments
    return deployments[: MOST_DEPLOYMENTS // 2] + deployments[-MOST_DEPLOYMENTS // 2 :]


def _on_revisions(members: tuple[Member, ...]) -> Iterator[Member]:
    """The members, on the last revisions by name of all that they were seen on."""
    kept = set(sorted({revision for member in members for revision in member.revisions})[-MOST_REVISIONS:])
    for member in members:
        within = tuple(revision for revision in member.revisions if revision in kept)
        yield msgspec.structs.replace(member, revisions=within)


def _member(member: Member, minutes: int, text: int, frames: int, words: int) -> Member:
    kept = member.samples if text > 200 else member.samples[:1] if text else ()
    return msgspec.structs.replace(
        _settled(member, minutes),
        title=_cut(member.title, words),
        samples=tuple(_sample(sample, text, frames if member.role is Role.ROOT else 0) for sample in kept),
        trace=_trace(member.trace, frames, words),
    )


def _settled(member: Member, most: int) -> Member:
    """Old minutes as sums. An episode that lasts from a settled minute into a kept one stays one."""
    old = _oldest(member.minutes, most)
    if not old:
        return member
    kept = {at: minute for at, minute in member.minutes.items() if at not in old}
    count = member.settled.count + sum(minute.count for minute in old.values())
    settled = Settled(max(old) + 1, count, member.episodes - episodes_in(kept))
    return msgspec.structs.replace(member, minutes=kept, settled=settled)


def _oldest(minutes: Mapping[int, T], most: int) -> dict[int, T]:
    if len(minutes) <= most:
        return {}
    return {at: minutes[at] for at in sorted(minutes)[: len(minutes) - max(1, most // 2)]}


def _sample(sample: Sample, text: int, frames: int) -> Sample:
    return msgspec.structs.replace(sample, text=_ends(sample.text, text), trace=_trace(sample.trace, frames, text))


def _trace(trace: StackTrace | None, frames: int, words: int) -> StackTrace | None:
    """The innermost frames, the application's own first; at most six exceptions from the cause on."""
    if trace is None or not frames:
        return None
    own = [frame for frame in trace.frames if frame.in_app] or list(trace.frames)
    kept = own[-frames:] if len(trace.frames) > frames else trace.frames
    start = max(0, min(trace.at, len(trace.chain) - _MOST_EXCEPTIONS))
    end = trace.chain[-1:] if len(trace.chain) >= start + _MOST_EXCEPTIONS else ()
    chain = (*trace.chain[start : start + _MOST_EXCEPTIONS - 1], *end)
    short = tuple(ExceptionInfo(one.type, _cut(one.value, words)) for one in chain)
    return StackTrace(short, tuple(kept), trace.at - start)


def _ends(text: str, length: int) -> str:
    """Both ends of a text of several lines: an exception stands at one of them."""
    return text if len(text) <= length + _CUT_MARK else cut_middle(text, length).raw


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length + _CUT_MARK else cut(text, length).raw
