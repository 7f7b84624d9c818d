"""From an Incident to the values its page shows; every figure is counted from the incident, none is made up."""

from collections.abc import Iterable
from itertools import pairwise
from statistics import median

import msgspec

from bot.documents.detail import Detail, cut_all
from bot.documents.members import cascade_of, cause_of, components_of, member_view, names_of, quotes_of
from bot.documents.moments import deployments_of, last_onset, onset, restarts_of, timeline_of, to_the_minute
from bot.documents.momentsview import EarlierView
from bot.documents.query import log_filter
from bot.documents.rollback import rollback_command, rollback_note
from bot.documents.timeline import timeline_diagram
from bot.documents.view import (
    FilterView,
    IncidentView,
    PlaybookView,
    PolicyView,
    RecurrenceView,
    RequestsView,
    RollbackView,
    TracesView,
)
from bot.model.incident import ActivePolicy, Incident, Nature, Playbook
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.spell import before_return, own, since_return
from bot.model.time import MINUTE, SECOND, minute_of
from bot.text.untrusted import Untrusted
from bot.text.visible import cut

__all__ = ["Detail", "view_of"]

_STILL = 10 * MINUTE
_INSTANCES_KEPT = 16
_LEAST_PAUSES = 3
_TRACES_KEPT = 32
_OF_REVISION = "failed start"


def view_of(
    incident: Incident, playbooks: Iterable[Playbook], detail: Detail, owners: Iterable[str] = (), over: bool = False
) -> IncidentView:
    """What the page shows of an incident, in this much detail; `over` where nothing is to be done about it any more."""
    shown = incident.symptoms[: detail.symptoms]
    names, mine = names_of(incident, shown), own(incident)
    now = since_return(mine)
    instances, capped = _instances(now)
    deployments, restarts = deployments_of(mine, detail), restarts_of(now, detail)
    view = IncidentView(
        priority=incident.priority.value,
        environment=cut(incident.place.environment, detail.name),
        project=cut(incident.place.project, detail.name),
        location=cut(incident.place.location, detail.name),
        service=cut(incident.place.service, detail.name),
        fingerprint=incident.key.root,
        severity=max(member.severity for member in incident.members).name,
        verb=_verb(mine, not over and _is_ongoing(mine)),
        cannot_start=incident.cannot_start,
        failed_starts=now.exits if incident.cannot_start else 0,
        first=onset(mine),
        since=last_onset(mine),
        last=mine.last,
        observed_from=incident.observed_from,
        observed_until=incident.observed_until,
        started_before=_started_before(mine),
        ongoing=_is_ongoing(mine) and not over,
        policies=_policies((p for p in incident.policies if p.priority == incident.policies[0].priority), detail, now),
        stopped=_policies(incident.stopped, detail, now),
        requests=_requests(now),
        services=cut_all(sorted({name for member in mine.members for name in member.services}), detail),
        revisions=cut_all(mine.revisions, detail),
        instances=instances,
        instances_capped=capped,
        cause=cause_of(incident.root, detail),
        components=components_of(incident, names, detail),
        root=member_view(incident.root, incident, names, detail),
        symptoms=tuple(member_view(member, incident, names, detail) for member in shown),
        symptoms_more=len(incident.symptoms) - len(shown),
        runner_up=cut(incident.runner_up, detail.name),
        deployments=deployments,
        timeline=timeline_of(mine, deployments),
        restarts=restarts,
        owners=cut_all(owners, detail),
        playbooks=_playbooks(playbooks),
        filter=FilterView(Untrusted(log_filter(incident))),
    )
    return _with_evidence(msgspec.structs.replace(view, over=over), incident, names, detail)


def _with_evidence(view: IncidentView, incident: Incident, names: dict[str, str], detail: Detail) -> IncidentView:
    return msgspec.structs.replace(
        view,
        traces=_traces(incident),
        cascade=cascade_of(view.symptoms),
        quotes=quotes_of(incident, names, detail),
        diagram=timeline_diagram(own(incident)) if incident.symptoms or view.deployments else "",
        to_minute=to_the_minute(own(incident)),
        earlier=_earlier(own(incident)),
        rollback=_rollback(incident, detail),
        recurrence=_recurrence(incident, view.restarts is not None),
    )


def _playbooks(playbooks: Iterable[Playbook]) -> tuple[PlaybookView, ...]:
    return tuple(
        PlaybookView(book.name, book.hint, book.now, book.checks, book.prevention, book.reference) for book in playbooks
    )


def _is_ongoing(incident: Incident) -> bool:
    return incident.observed_until - incident.last <= _usual_pause(incident)


def _verb(incident: Incident, ongoing: bool) -> str:
    """What the entries show that the service does, and no more: an error that was logged failed nobody's request."""
    going = ongoing and incident.last - incident.first >= SECOND
    members = incident.members
    alone = sum(member.count for member in members) == 1
    if incident.cannot_start:
        return "does not start" if going else "did not start"
    if any(member.nature is Nature.EXIT for member in members):
        return "crashes" if going else "crashed"
    if any(member.kind is Kind.REQUEST for member in members):
        return "fails requests" if going else "failed a request" if alone else "failed requests"
    one, many = (
        ("an error", "errors") if max(m.severity for m in members) >= Severity.ERROR else ("a warning", "warnings")
    )
    return f"logs {many}" if going else f"logged {one if alone else many}"


def _policies(policies: Iterable[ActivePolicy], detail: Detail, now: Incident) -> tuple[PolicyView, ...]:
    alone = now.revisions[0] if len(now.revisions) == 1 else ""
    return tuple(
        PolicyView(
            name=cut(one.name, detail.name),
            priority=one.priority.value,
            because=cut(one.because, detail.name),
            since=one.since,
            revision=cut(alone if _OF_REVISION in one.because else "", detail.name),
        )
        for one in list(policies)[: detail.listed]
    )


def _started_before(incident: Incident) -> int | None:
    """The start of what was read, where nothing shows that the failure began after it."""
    first = onset(incident)
    deployed = any(incident.observed_from <= deployment.nanos <= first for deployment in incident.deployments)
    from_the_start = minute_of(first) - minute_of(incident.observed_from) < 1
    return incident.observed_from if from_the_start and not deployed else None


def _usual_pause(incident: Incident) -> int:
    """Nanoseconds of silence that don't mean the end: twice the median pause, where four minutes show it."""
    minutes = sorted({minute for member in incident.members for minute in member.minutes})
    pauses = [later - earlier for earlier, later in pairwise(minutes)]
    return max(_STILL, round(2 * median(pauses) * MINUTE) if len(pauses) >= _LEAST_PAUSES else 0)


def _instances(incident: Incident) -> tuple[int, bool]:
    settled = any(member.settled.count for member in incident.members)
    counted = [minute.instances for member in incident.members for minute in member.minutes.values()]
    full = any(len(names) >= _INSTANCES_KEPT for names in counted)
    return len({name for names in counted for name in names}), full or settled


def _traces(incident: Incident) -> TracesView | None:
    """Distinct traces, where no failed request tells how many were met; beyond 32 an estimate.

    It is made of how close together the 32 smallest hashes lie, to two figures, and 36 % off in one of twenty cases.
    Source: Bar-Yossef et al., Counting Distinct Elements in a Data Stream (2002): (k - 1) / the k-th smallest.
    """
    hashes = incident.traces
    if not hashes or any(member.kind is Kind.REQUEST for member in incident.members):
        return None
    if len(hashes) < _TRACES_KEPT:
        return TracesView(len(hashes), False)
    part = (int(hashes[-1], 16) + 1) / 16 ** len(hashes[-1])
    most = sum(member.count for member in incident.members)
    about = min(most, max(_TRACES_KEPT, round((_TRACES_KEPT - 1) / part)))
    return TracesView(int(float(f"{about:.2g}")), True)


def _requests(incident: Incident) -> RequestsView | None:
    settled, first, last = incident.settled_traffic, minute_of(incident.first), minute_of(incident.last)
    during = [served for at, served in incident.traffic.items() if first <= at <= last]
    before = [served for at, served in incident.traffic.items() if at < first]
    total = settled.count + sum(served.total for served in during)
    failed = settled.extra + sum(served.failed for served in during)
    answered = sum(served.total - served.failed for served in before)
    if not total:
        return None
    own = sum(member.count for member in incident.members if member.kind is Kind.REQUEST)
    told = own == failed and any(f"{failed} of {total} requests failed" in one.because for one in incident.policies)
    return RequestsView(total, failed, failed / total if failed < total or answered else None, answered, own, told)


def _earlier(incident: Incident) -> EarlierView | None:
    before = before_return(incident)
    if before is None:
        return None
    until = max(at for member in before.members for at in member.minutes) * MINUTE
    failed = sum(member.count for member in before.members if member.kind is Kind.REQUEST)
    return EarlierView(onset(incident), until, before.exits if incident.cannot_start else 0, failed)


def _rollback(incident: Incident, detail: Detail) -> RollbackView | None:
    good = incident.good
    if good is None:
        return None
    command = rollback_command(incident.place, good.revision)
    revision = cut(good.revision, detail.name)
    return RollbackView(revision, Untrusted(command), good.answered, good.until * MINUTE, rollback_note(command))


def _recurrence(incident: Incident, restarts: bool) -> RecurrenceView | None:
    """How the root comes back, unless what is told of the restarts says it, and better."""
    found = incident.recurrence
    if found is None or (restarts and (incident.root.nature is Nature.EXIT or not found.high)):
        return None
    return RecurrenceView(found.median, found.low, found.high, found.pauses)
