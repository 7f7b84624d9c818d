"""From an Incident to the values its page shows; every figure is counted from the incident, none is made up."""

from collections.abc import Iterable
from itertools import pairwise
from statistics import median

import msgspec

from bot.documents.query import log_filter
from bot.documents.rollback import rollback_command
from bot.documents.view import (
    CauseView,
    ComponentView,
    DeploymentView,
    EvidenceView,
    FilterView,
    FrameView,
    IncidentView,
    MemberView,
    MomentView,
    PlaybookView,
    PolicyView,
    RecurrenceView,
    RequestsView,
    RestartsView,
    RollbackView,
    SampleView,
)
from bot.model.incident import ActivePolicy, Evidence, Incident, Member, Nature, Playbook
from bot.model.signature import ExceptionInfo, Frame, Kind
from bot.model.time import MINUTE, minute_of
from bot.model.window import Sample
from bot.text.untrusted import Untrusted
from bot.text.visible import cut

_STILL = 10 * MINUTE
_INSTANCES_KEPT = 16
_LONG_LINES, _LONG_CHARS = 6, 500
_LONGEST_NAME = 300


class Detail(msgspec.Struct, frozen=True):
    """How much a page shows: characters a sample and a name, samples of root and symptom, and how many of each list."""

    trace: int = 6_000
    root_samples: int = 2
    root_chars: int = 2_000
    symptom_samples: int = 2
    symptom_chars: int = 1_200
    symptoms: int = 100
    listed: int = 30
    name: int = _LONGEST_NAME


def view_of(
    incident: Incident, playbooks: Iterable[Playbook], detail: Detail, owners: Iterable[str] = ()
) -> IncidentView:
    """What the page shows of an incident, in this much detail."""
    shown = incident.symptoms[: detail.symptoms]
    names = {incident.root.fingerprint: "R"} | {member.fingerprint: f"S{n}" for n, member in enumerate(shown, 1)}
    instances, capped = _instances(incident)
    deployments = _deployments(incident, detail)
    return IncidentView(
        priority=incident.priority.value,
        environment=cut(incident.place.environment, detail.name),
        project=cut(incident.place.project, detail.name),
        location=cut(incident.place.location, detail.name),
        service=cut(incident.place.service, detail.name),
        fingerprint=incident.key.root,
        severity=max(member.severity for member in incident.members).name,
        cannot_start=incident.cannot_start,
        failed_starts=incident.exits if incident.cannot_start else 0,
        first=incident.first,
        last=incident.last,
        observed_from=incident.observed_from,
        observed_until=incident.observed_until,
        started_before=_started_before(incident),
        ongoing=incident.observed_until - incident.last <= _usual_pause(incident),
        policies=_policies((p for p in incident.policies if p.priority == incident.policies[0].priority), detail),
        stopped=_policies(incident.stopped, detail),
        requests=_requests(incident),
        services=_cut_all(sorted({name for member in incident.members for name in member.services}), detail),
        revisions=_cut_all(incident.revisions, detail),
        instances=instances,
        instances_capped=capped,
        cause=_cause(incident.root, detail),
        components=_components(incident, names, detail),
        root=_member(incident.root, incident.evidence, names, detail),
        symptoms=tuple(_member(member, incident.evidence, names, detail) for member in shown),
        symptoms_more=len(incident.symptoms) - len(shown),
        runner_up=cut(incident.runner_up, detail.name),
        deployments=deployments,
        timeline=_timeline(incident, deployments),
        restarts=_restarts(incident, detail),
        rollback=_rollback(incident, detail),
        recurrence=_recurrence(incident),
        owners=_cut_all(owners, detail),
        playbooks=tuple(
            PlaybookView(book.name, book.hint, book.now, book.checks, book.prevention, book.reference)
            for book in playbooks
        ),
        filter=FilterView(Untrusted(log_filter(incident))),
    )


def _policies(policies: Iterable[ActivePolicy], detail: Detail) -> tuple[PolicyView, ...]:
    return tuple(
        PolicyView(cut(one.name, detail.name), one.priority.value, cut(one.because, detail.name), one.since)
        for one in list(policies)[: detail.listed]
    )


def _cut_all(names: Iterable[str], detail: Detail) -> tuple[Untrusted, ...]:
    every = list(names)
    kept = [cut(name, detail.name) for name in every[: detail.listed]]
    more = len(every) - len(kept)
    return (*kept, Untrusted(f"{more:,} more")) if more else tuple(kept)


def _started_before(incident: Incident) -> int | None:
    """The start of what was read, where nothing shows that the failure began after it."""
    deployed = any(incident.observed_from <= deployment.nanos <= incident.first for deployment in incident.deployments)
    from_the_start = minute_of(incident.first) - minute_of(incident.observed_from) < 1
    return incident.observed_from if from_the_start and not deployed else None


def _usual_pause(incident: Incident) -> int:
    minutes = sorted({minute for member in incident.members for minute in member.minutes})
    pauses = [later - earlier for earlier, later in pairwise(minutes)]
    return max(_STILL, round(2 * median(pauses) * MINUTE) if pauses else 0)


def _instances(incident: Incident) -> tuple[int, bool]:
    settled = any(member.settled.count for member in incident.members)
    counted = [minute.instances for member in incident.members for minute in member.minutes.values()]
    full = any(len(names) >= _INSTANCES_KEPT for names in counted)
    return len({name for names in counted for name in names}), full or settled


def _requests(incident: Incident) -> RequestsView | None:
    settled, first, last = incident.settled_traffic, minute_of(incident.first), minute_of(incident.last)
    during = [served for at, served in incident.traffic.items() if first <= at <= last]
    before = [served for at, served in incident.traffic.items() if at < first]
    total = settled.count + sum(served.total for served in during)
    failed = settled.extra + sum(served.failed for served in during)
    answered = sum(served.total - served.failed for served in before)
    if not total:
        return None
    return RequestsView(total, failed, failed / total if failed < total or answered else None, answered)


def _cause(root: Member, detail: Detail) -> CauseView:
    if not root.trace:
        return CauseView(Untrusted(""), cut(root.title, 2 * detail.name), (), None, None)
    cause, origin = root.trace.cause, root.trace.origin
    logged = _traced(root)
    return CauseView(
        type=cut(cause.type, detail.name),
        message=cut(cause.value, 2 * detail.name),
        outer=_cut_all(map(_said, root.trace.chain[1:]), detail),
        location=_frame(origin, detail) if origin else None,
        trace=_sample(logged, detail.trace, detail) if logged else None,
    )


def _traced(root: Member) -> Sample | None:
    """The latest sample with a stack trace: the one whose lines the location names."""
    return next((sample for sample in reversed(root.samples) if sample.trace and "\n" in sample.text), None)


def _said(exception: ExceptionInfo) -> str:
    return f"{exception.type}: {exception.value}" if exception.value else exception.type


def _frame(frame: Frame, detail: Detail) -> FrameView:
    module, function, file, source = (
        cut(text, detail.name) for text in (frame.module, frame.function, frame.file, frame.source)
    )
    return FrameView(module, function, file, frame.line, source)


def _components(incident: Incident, names: dict[str, str], detail: Detail) -> tuple[ComponentView, ...]:
    """In-app modules, where the root failed first; of several frames in a module, the innermost."""
    frames: dict[str, Frame] = {}
    seen: dict[str, list[str]] = {}
    for member in incident.members:
        name = names.get(member.fingerprint)
        for frame in reversed(member.trace.frames if member.trace and name else ()):
            if frame.in_app and name:
                frames.setdefault(frame.module, frame)
                seen.setdefault(frame.module, [])
                if name not in seen[frame.module]:
                    seen[frame.module].append(name)
    listed = list(frames.items())[: detail.listed]
    return tuple(ComponentView(_frame(frame, detail), tuple(seen[module])) for module, frame in listed)


def _member(member: Member, evidence: tuple[Evidence, ...], names: dict[str, str], detail: Detail) -> MemberView:
    is_root = names[member.fingerprint] == "R"
    traced = _traced(member) if is_root else None
    chars = detail.root_chars if is_root else detail.symptom_chars
    telling = [one for one in member.samples if one is not traced and one.text.strip() != member.title.strip()]
    samples = telling[: detail.root_samples if is_root else detail.symptom_samples]
    return MemberView(
        name=names[member.fingerprint],
        kind=member.kind.value,
        fingerprint=member.fingerprint,
        title=cut(member.title, detail.name),
        severity=member.severity.name,
        services=_cut_all(member.services, detail),
        count=member.count,
        first=member.first,
        last=member.last,
        status=member.status,
        evidence=() if is_root else _evidence(member, evidence, names, detail),
        samples=tuple(_sample(sample, chars, detail) for sample in samples) if chars else (),
    )


def _evidence(
    member: Member, evidence: tuple[Evidence, ...], names: dict[str, str], detail: Detail
) -> tuple[EvidenceView, ...]:
    own = [edge for edge in evidence if edge.effect == member.fingerprint and edge.cause in names]
    own.sort(key=lambda edge: (-edge.strength, len(names[edge.cause]), names[edge.cause]))
    return tuple(
        EvidenceView(names[edge.cause], edge.kind, edge.strength, cut(edge.words, detail.name))
        for edge in own[: detail.listed]
    )


def _sample(sample: Sample, chars: int, detail: Detail) -> SampleView:
    text = cut(sample.text, chars)
    long = len(text) > _LONG_CHARS or text.raw.count("\n") >= _LONG_LINES
    return SampleView(sample.nanos, cut(sample.insert_id, detail.name), cut(sample.log_id, detail.name), text, long)


def _deployments(incident: Incident, detail: Detail) -> tuple[DeploymentView, ...]:
    """The deployment just before the first entry, then those after it."""
    ordered = sorted(incident.deployments)
    before = [deployment for deployment in ordered if deployment.nanos <= incident.first][-1:]
    after = [deployment for deployment in ordered if deployment.nanos > incident.first]
    return tuple(
        DeploymentView(
            at=deployment.nanos,
            revision=cut(deployment.revision, detail.name),
            commit=cut(deployment.commit, detail.name),
            source=cut(deployment.source, detail.name),
            before=incident.first - deployment.nanos,
        )
        for deployment in (before + after)[: detail.listed]
    )


def _timeline(incident: Incident, deployments: tuple[DeploymentView, ...]) -> tuple[MomentView, ...]:
    moments = [MomentView(deployment.at, "deployment", deployment) for deployment in deployments]
    if incident.root.first != incident.first:
        moments.append(MomentView(incident.first, "first entry of a symptom"))
    moments.append(MomentView(incident.root.first, "root first seen"))
    failed = [member.first for member in incident.members if member.kind is Kind.REQUEST]
    if failed:
        moments.append(MomentView(min(failed), "first failed request"))
    moments.append(MomentView(incident.root.last, "root last seen"))
    if incident.last != incident.root.last:
        moments.append(MomentView(incident.last, "last entry of a symptom"))
    moments.append(MomentView(incident.observed_until, "newest log entry read"))
    return tuple(sorted(moments, key=lambda moment: moment.at))


def _exits(incident: Incident) -> list[Member]:
    return [member for member in incident.members if member.nature is Nature.EXIT]


def _restarts(incident: Incident, detail: Detail) -> RestartsView | None:
    most = max(_exits(incident), key=lambda member: (len(member.minutes), member.fingerprint), default=None)
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


def _rollback(incident: Incident, detail: Detail) -> RollbackView | None:
    good = incident.good
    if good is None:
        return None
    command = Untrusted(rollback_command(incident.place, good.revision))
    return RollbackView(cut(good.revision, detail.name), command, good.answered, good.until * MINUTE)


def _recurrence(incident: Incident) -> RecurrenceView | None:
    found = incident.recurrence
    return RecurrenceView(found.median, found.low, found.high, found.pauses) if found else None
