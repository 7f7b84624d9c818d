"""From incidents to drafts: what an issue should be, given what is known of it and what people changed."""

from collections.abc import Iterable

import msgspec

from bot.documents import incident_title, render_incident
from bot.lifecycle import Moved, absorb, advance, around, compose, encode_issue, file, fit
from bot.model.incident import Found, Incident, Priority
from bot.model.issue import Draft, DraftComment, Issue
from bot.model.state import IssueState, Phase
from bot.triage import assess, fitting
from bot.usecases.known import Known
from bot.usecases.setup import Setup

BODY_LIMIT = 65_536
_STATE_LIMIT = 24_000
_MARGIN = 512
_LEAST_PAGE = 12_000
_NO_ROOM = "What people wrote in this issue leaves no room for the incident's page; `incidentbot explain` shows it.\n"


class Drafted(msgspec.Struct, frozen=True):
    """A draft, and the state that its body's marker holds."""

    draft: Draft
    state: IssueState


def draft_of(found: Found, known: Known, setup: Setup) -> Drafted | None:
    """The draft of one incident's issue; None where its issue wants to be left alone (muted, merged)."""
    if not found.issue:
        return _new(_grown(found, known, setup), setup)
    state, issue = known.states[found.issue], known.issues[found.issue]
    moved = advance(state, issue, found.incident)
    if moved.state.phase in (Phase.MUTED, Phase.MERGED) and moved.state == state:
        return None
    grown = _grown(found, known, setup)
    return _existing(msgspec.structs.replace(moved.state, incident=grown), moved, issue, state, setup)


def judged(found: Found, known: Known, setup: Setup) -> Incident:
    """What the window shows of an incident, with the priority and the policies of all that is known of it."""
    grown = _grown(found, known, setup)
    return msgspec.structs.replace(found.incident, priority=grown.priority, policies=grown.policies)


def _grown(found: Found, known: Known, setup: Setup) -> Incident:
    if not found.issue:
        return assessed(_fit(found.incident), setup)
    both = absorb(known.states[found.issue].incident, found.incident)
    return assessed(_fit(both, len(around(known.issues[found.issue].body))), setup)


def assessed(incident: Incident, setup: Setup) -> Incident:
    """The incident with its priority and the policies that hold."""
    priority, policies = assess(incident, setup.policies, setup.ceiling(incident.key.environment))
    return msgspec.structs.replace(incident, priority=priority, policies=policies)


def key_of(incident: Incident) -> str:
    """What names an incident in intents and actions: the same in every run."""
    return "/".join((incident.key.environment, incident.key.service, incident.key.root))


def _fit(incident: Incident, beside: int = 0) -> Incident:
    limit = min(_STATE_LIMIT, max(0, BODY_LIMIT - beside) // 2)
    return fit(incident, lambda grown: len(encode_issue(IssueState(grown))), limit)


def _new(incident: Incident, setup: Setup) -> Drafted:
    title, labels = _title(incident, Phase.FILED, setup), _labels(incident, Phase.FILED, setup)
    state = msgspec.structs.replace(file(incident), title=title, labels=labels)
    because = (
        f"new incident, {incident.priority} by {'; '.join(f'{p.name}: {p.because}' for p in incident.policies[:1])}"
    )
    draft = Draft(key_of(incident), 0, title, _body(state, "", setup), labels, because, incident.priority)
    return Drafted(draft, state)


def _existing(state: IssueState, moved: Moved, issue: Issue, before: IssueState, setup: Setup) -> Drafted:
    title, labels = _title(state.incident, state.phase, setup), _labels(state.incident, state.phase, setup)
    state = msgspec.structs.replace(state, title=title, labels=_written(issue.labels, before.labels, labels, setup))
    because = moved.because or _news(before.incident, state.incident)
    said = (DraftComment(f"{state.phase}-{len(state.transitions)}", moved.because),) if moved.because else ()
    draft = Draft(
        key=key_of(state.incident),
        number=issue.number,
        title=title if issue.title == before.title else issue.title,
        body=_body(state, issue.body, setup),
        labels=_people_first(issue.labels, before.labels, labels, setup),
        because=because,
        priority=state.incident.priority,
        status=moved.status,
        comments=said,
    )
    return Drafted(draft, state)


def _title(incident: Incident, phase: Phase, setup: Setup) -> str:
    if phase is Phase.REGRESSION:
        return incident_title(incident, "regression")
    developing = incident.key.environment in setup.settings.development
    return incident_title(incident, "active-dev" if developing else "new")


def _labels(incident: Incident, phase: Phase, setup: Setup) -> tuple[str, ...]:
    names = setup.settings.labels
    of_phase = {
        Phase.IN_PROGRESS: names.in_progress,
        Phase.AWAITING: names.awaiting,
        Phase.REGRESSION: names.regression,
    }
    return tuple(name for name in (names.tracked, names.of(incident.priority), of_phase.get(phase, "")) if name)


def _people_first(
    there: tuple[str, ...], wrote: tuple[str, ...], wanted: tuple[str, ...], setup: Setup
) -> tuple[str, ...]:
    """The labels to be: people's own, and of the bot's what is wanted, short of what people removed or chose."""
    ours, removed = _folded(setup.settings.labels.all()), _folded(wrote) - _folded(there)
    chosen: frozenset[str] = frozenset()
    if _decided(there, wrote, setup):
        chosen = (_folded(there) - _folded(wrote)) & _priorities(setup)
        removed |= _priorities(setup)
    kept = [label for label in there if label.casefold() not in ours or label.casefold() in chosen]
    return tuple(dict.fromkeys([*(label for label in wanted if label.casefold() not in removed), *kept]))


def _written(there: tuple[str, ...], wrote: tuple[str, ...], wanted: tuple[str, ...], setup: Setup) -> tuple[str, ...]:
    """What to remember as the bot's labels. A priority that people took over stays remembered as it was then."""
    if not _decided(there, wrote, setup):
        return wanted
    priorities = _priorities(setup)
    kept = (label for label in wrote if label.casefold() in priorities)
    return (*(label for label in wanted if label.casefold() not in priorities), *kept)


def _decided(there: tuple[str, ...], wrote: tuple[str, ...], setup: Setup) -> bool:
    """True where people removed the bot's priority label, or set one themselves."""
    return bool((_folded(there) ^ _folded(wrote)) & _priorities(setup))


def _priorities(setup: Setup) -> frozenset[str]:
    return _folded(setup.settings.labels.of(Priority(name)) for name in Priority)


def _folded(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(label.casefold() for label in labels)


def _body(state: IssueState, before: str, setup: Setup) -> str:
    """The body with a fresh page; as it was, where what people wrote leaves no room even for the state."""
    room = BODY_LIMIT - _MARGIN - len(encode_issue(state, setup.ring)) - len(around(before))
    if room < len(_NO_ROOM):
        return before
    if room < _LEAST_PAGE:
        return compose(_NO_ROOM, state, before, setup.ring)
    books = fitting(state.incident, setup.playbooks)
    page = render_incident(state.incident, books, setup.templates, limit=room)
    return compose(page, state, before, setup.ring)


def _news(before: Incident, after: Incident) -> str:
    more = sum(m.count for m in after.members) - sum(m.count for m in before.members)
    if more:
        return f"{more} more entries of it"
    return "what is known of it changed" if after != before else "its page changed"
