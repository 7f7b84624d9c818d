"""When things happened in an incident: deployments, the seconds of its timeline, restarts."""

from itertools import groupby, pairwise
from statistics import median

from bot.documents.detail import Detail
from bot.documents.momentsview import DeploymentView, MomentView, RestartsView
from bot.model.incident import Incident, Nature
from bot.model.signature import Kind
from bot.model.spell import linked, returned
from bot.model.time import MINUTE, SECOND
from bot.text.visible import cut

_EARLY = 5 * MINUTE


def onset(incident: Incident) -> int:
    """Nanoseconds of the first entry of the root, or of what evidence connects with it.

    What a person merged in, what is only known to the issue, and what other causes brought about too, may be older: it
    says nothing of when this began. Nothing that the root brought about is minutes older than the root.
    """
    joined, since = linked(incident), incident.root.first - _EARLY
    return min(m.first for m in incident.members if m.fingerprint in joined and m.first >= since)


def last_onset(incident: Incident) -> int:
    """Nanoseconds of when it began the last time: where it came back, that; else the onset.

    A return is often known to the minute alone (`to_the_minute`); a deployment within that minute came before.
    """
    began = returned(incident)
    if not began:
        return onset(incident)
    firsts = [member.first for member in incident.members if member.first // MINUTE == began]
    rolled_out = (one.nanos for one in incident.deployments if one.nanos // MINUTE == began)
    return min(firsts, default=max(rolled_out, default=began * MINUTE))


def to_the_minute(incident: Incident) -> bool:
    """True where nothing tells the second of its last return: minutes are counted, and no entry of it was its first."""
    began = returned(incident)
    return bool(began) and all(member.first // MINUTE != began for member in incident.members)


def deployments_of(incident: Incident, detail: Detail) -> tuple[DeploymentView, ...]:
    """The deployment just before the first entry, then those after it."""
    ordered = sorted(incident.deployments)
    first, since, rough = onset(incident), last_onset(incident), to_the_minute(incident)
    before = [deployment for deployment in ordered if deployment.nanos <= first][-1:]
    after = [deployment for deployment in ordered if deployment.nanos > first]
    return tuple(
        DeploymentView(
            at=deployment.nanos,
            revision=cut(deployment.revision, detail.name),
            commit=cut(deployment.commit, detail.name),
            source=cut(deployment.source, detail.name),
            before=since - deployment.nanos,
            to_minute=rough,
        )
        for deployment in (before + after)[: detail.listed]
    )


def timeline_of(incident: Incident, deployments: tuple[DeploymentView, ...]) -> tuple[MomentView, ...]:
    """What happened second by second, in order; several things in one second are one moment, but for a return."""
    deployed = [MomentView(deployment.at, "deployment", deployment) for deployment in deployments]
    said = sorted(_seen(incident), key=lambda one: one[0] // SECOND)
    moments = [
        MomentView(second * SECOND, "; ".join(what for _, what in same))
        for second, same in groupby(said, key=lambda one: one[0] // SECOND)
    ]
    again = last_onset(incident)
    if again != onset(incident):
        moments.append(MomentView(again, "seen again after a silence", to_minute=to_the_minute(incident)))
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
