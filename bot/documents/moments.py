"""When things happened in an incident: deployments, the seconds of its timeline, restarts."""

from itertools import groupby, pairwise
from statistics import median

from bot.documents.detail import Detail
from bot.documents.view import DeploymentView, MomentView, RestartsView
from bot.model.incident import Incident, Nature
from bot.model.signature import Kind
from bot.model.time import MINUTE, SECOND
from bot.text.visible import cut

_EARLY = 5 * MINUTE
_LONG_SILENCE = 60


def onset(incident: Incident) -> int:
    """Nanoseconds of the first entry of the root, or of what evidence connects with it.

    What a person merged in, what is only known to the issue, and what other causes brought about too, may be older: it
    says nothing of when this began. Nothing that the root brought about is minutes older than the root.
    """
    linked, ahead = {incident.root.fingerprint}, [incident.root.fingerprint]
    while ahead:
        now = ahead.pop()
        ends = {
            end
            for one in incident.evidence
            for end in (one.cause, one.effect)
            if one.kind != "merged" and now in (one.cause, one.effect)
        }
        ahead.extend(sorted(ends - linked))
        linked |= ends
    since = incident.root.first - _EARLY
    return min(m.first for m in incident.members if m.fingerprint in linked and m.first >= since)


def last_onset(incident: Incident) -> int:
    """Nanoseconds of when it began the last time: after a silence of over an hour and of ten usual pauses.

    Where there was none, or where older minutes are no longer kept one by one, it is the onset. It is known to the
    minute; a deployment within that minute came before.
    """
    minutes = sorted({at for member in incident.members for at in member.minutes})
    pauses = [later - earlier for earlier, later in pairwise(minutes)]
    long = max(_LONG_SILENCE, 10 * median(pauses)) if pauses else 0
    began = next((later for earlier, later in reversed(list(pairwise(minutes))) if later - earlier > long), 0)
    firsts = [member.first for member in incident.members if member.first // MINUTE == began]
    if not began:
        return onset(incident)
    rolled_out = (one.nanos for one in incident.deployments if one.nanos // MINUTE == began)
    return min(firsts, default=max(rolled_out, default=began * MINUTE))


def deployments_of(incident: Incident, detail: Detail) -> tuple[DeploymentView, ...]:
    """The deployment just before the first entry, then those after it."""
    ordered = sorted(incident.deployments)
    first, since = onset(incident), last_onset(incident)
    before = [deployment for deployment in ordered if deployment.nanos <= first][-1:]
    after = [deployment for deployment in ordered if deployment.nanos > first]
    return tuple(
        DeploymentView(
            at=deployment.nanos,
            revision=cut(deployment.revision, detail.name),
            commit=cut(deployment.commit, detail.name),
            source=cut(deployment.source, detail.name),
            before=since - deployment.nanos,
        )
        for deployment in (before + after)[: detail.listed]
    )


def timeline_of(incident: Incident, deployments: tuple[DeploymentView, ...]) -> tuple[MomentView, ...]:
    """What happened second by second, in order; several things in one second are one moment."""
    deployed = [MomentView(deployment.at, "deployment", deployment) for deployment in deployments]
    said = sorted(_seen(incident), key=lambda one: one[0] // SECOND)
    moments = [
        MomentView(second * SECOND, "; ".join(what for _, what in same))
        for second, same in groupby(said, key=lambda one: one[0] // SECOND)
    ]
    return tuple(sorted(deployed + moments, key=lambda moment: moment.at))


def _seen(incident: Incident) -> list[tuple[int, str]]:
    root = incident.root
    seen = [(incident.observed_from, "oldest log entry read")]
    if root.first != incident.first:
        seen.append((incident.first, "first entry of a symptom"))
    at_once = root.first // SECOND == root.last // SECOND
    seen.append((root.first, "root seen" if at_once else "root first seen"))
    failed = [member.first for member in incident.symptoms if member.kind is Kind.REQUEST]
    if failed:
        seen.append((min(failed), "first failed request"))
    again = last_onset(incident)
    if again != onset(incident):
        seen.append((again, "seen again after a silence"))
    if not at_once:
        seen.append((root.last, "root last seen"))
    if incident.last != root.last:
        seen.append((incident.last, "last entry of a symptom"))
    return [*seen, (incident.observed_until, "newest log entry read")]


def restarts_of(incident: Incident, detail: Detail) -> RestartsView | None:
    """Exits by the minute, of the words on them that came in most minutes; None for fewer than three."""
    ends = [member for member in incident.members if member.nature is Nature.EXIT]
    most = max(ends, key=lambda member: (len(member.minutes), member.fingerprint), default=None)
    pauses = [(later - earlier) * MINUTE for earlier, later in pairwise(sorted(most.minutes))] if most else []
    if not most or len(pauses) < 2:
        return None
    return RestartsView(
        title=cut(most.title, detail.name),
        count=sum(minute.count for minute in most.minutes.values()),
        since=min(most.minutes) * MINUTE,
        median=round(median(pauses)),
        shortest=min(pauses),
        longest=max(pauses),
    )
