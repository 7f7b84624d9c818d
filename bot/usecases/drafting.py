"""From incidents to drafts: what an issue should be, given what is known of it and what people changed."""

from collections.abc import Iterable

import msgspec

from bot.documents import incident_title, render_decisions, render_incident
from bot.lifecycle import Moved, Wishes, absorb, advance, around, compose, encode_issue, file, fit, resting, wishes
from bot.model.incident import Found, Incident, Priority
from bot.model.issue import Draft, DraftComment, Issue
from bot.model.state import IssueState, Phase
from bot.triage import assignable, fitting, settled
from bot.usecases.known import Known
from bot.usecases.setup import Setup

BODY_LIMIT = 65_536
_STATE_LIMIT = 24_000
_MARGIN = 512
_LEAST_PAGE = 12_000
_NO_ROOM = "What people wrote in this issue leaves no room for the incident's page; `incidentbot explain` shows it.\n"


class Drafted(msgspec.Struct, frozen=True):
    """A draft, the state that its body's marker holds, and what a person should know beside it."""

    draft: Draft
    state: IssueState
    note: str = ""


def draft_of(found: Found, known: Known, setup: Setup) -> Drafted | None:
    """The draft of one incident's issue; None where its issue wants to be left alone: see `silence`."""
    if not found.issue:
        return drafted_new(file(_grown(found, known, setup)), setup)
    state, issue = known.states[found.issue], known.issues[found.issue]
    grown, wanted = _grown(found, known, setup), _wishes(found.issue, known, setup)
    moved = advance(state, issue, _as_part_of(grown, found), wanted, setup.settings.unmute_factor)
    if wanted.ignored or (moved.state.phase in (Phase.MUTED, Phase.MERGED) and moved.state == state):
        return None
    return redrafted(msgspec.structs.replace(moved.state, incident=grown), moved, issue, state, setup)


def _wishes(number: int, known: Known, setup: Setup) -> Wishes:
    return wishes(known.issues[number], setup.settings.labels, known.states[number].assigned)


def silence(number: int, known: Known, setup: Setup) -> str:
    """Why nothing is said of an issue that people want to be left alone."""
    state, labels = known.states[number], setup.settings.labels
    if wishes(known.issues[number], labels).ignored:
        return f"a person asked for it to be left alone ({labels.ignore})"
    if state.phase is Phase.MERGED:
        return f"its issue is merged into #{state.merged_into}"
    return f"its issue is muted by {state.mute.by if state.mute else 'a person'}"


def judged(found: Found, known: Known, setup: Setup) -> Incident:
    """What the window shows of an incident, with the priority and the policies of all that is known of it."""
    return _as_part_of(_grown(found, known, setup), found)


def _as_part_of(grown: Incident, found: Found) -> Incident:
    return msgspec.structs.replace(found.incident, priority=grown.priority, policies=grown.policies)


def _grown(found: Found, known: Known, setup: Setup) -> Incident:
    if not found.issue:
        return assessed(_fit(found.incident), setup)
    both = absorb(known.states[found.issue].incident, found.incident)
    return fitted(both, known.issues[found.issue].body, setup)


def fitted(incident: Incident, body: str, setup: Setup) -> Incident:
    """The incident as an issue with this body can hold it, with its priority."""
    return assessed(_fit(incident, len(around(body))), setup)


def assessed(incident: Incident, setup: Setup) -> Incident:
    """The incident with its priority and the policies that hold."""
    return settled(incident, setup.policies, setup.ceiling(incident.key.environment))


def key_of(incident: Incident) -> str:
    """What names an incident in intents and actions: the same in every run."""
    return "/".join((incident.key.environment, incident.key.service, incident.key.root))


def _fit(incident: Incident, beside: int = 0) -> Incident:
    limit = min(_STATE_LIMIT, max(0, BODY_LIMIT - beside) // 2)
    return fit(incident, lambda grown: len(encode_issue(IssueState(grown))), limit)


def drafted_new(state: IssueState, setup: Setup, because: str = "") -> Drafted:
    """The draft of an issue that isn't there yet."""
    incident = state.incident
    title, labels = _title(state, setup), _labels(state, (), setup)
    owned = assignable(setup.owners(incident)) if setup.settings.assign else ()
    state = msgspec.structs.replace(state, title=title, labels=labels, assigned=owned)
    because = because or (
        f"new incident, {incident.priority} by {'; '.join(f'{p.name}: {p.because}' for p in incident.policies[:1])}"
    )
    draft = Draft(
        key_of(incident), 0, title, _body(state, "", setup), labels, because, incident.priority, assignees=owned
    )
    return Drafted(draft, state)


def redrafted(state: IssueState, moved: Moved, issue: Issue, before: IssueState, setup: Setup) -> Drafted:
    """The draft of an issue that is there: its new state, whether it is open, and what people changed, which stays.

    A comment tells of a transition that has a reason; on a locked issue it is left out.
    """
    title, labels = _title(state, setup), _labels(state, issue.labels, setup)
    state = msgspec.structs.replace(state, title=title, labels=_written(issue.labels, before.labels, labels, setup))
    because = moved.because or _news(before, state)
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
        comments=() if issue.locked else said,
    )
    note = f"#{issue.number} is locked: its page is kept true, the comment on it is left out" if issue.locked else ""
    return Drafted(draft, state, note if said else "")


def _title(state: IssueState, setup: Setup) -> str:
    if resting(state) is Phase.REGRESSION:
        return incident_title(state.incident, "regression")
    developing = state.incident.key.environment in setup.settings.development
    return incident_title(state.incident, "active-dev" if developing else "new")


def _labels(state: IssueState, there: Iterable[str], setup: Setup) -> tuple[str, ...]:
    """The labels that the bot wants. That somebody works on it is for people to say; a fix takes that label off."""
    names, phase = setup.settings.labels, resting(state)
    wanted = [names.tracked, names.of(state.incident.priority)]
    wanted += [names.awaiting] if phase is Phase.AWAITING else []
    wanted += [names.regression] if phase is Phase.REGRESSION else []
    is_taken = phase is not Phase.AWAITING and names.in_progress.casefold() in _folded(there)
    return (*wanted, names.in_progress) if is_taken else tuple(wanted)


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
    """The body with a fresh page; as it was, where what people wrote leaves no room even for the state.

    Where the bot has no section yet, it goes below what people wrote.
    """
    decisions = render_decisions(state.decisions, setup.templates)
    room = BODY_LIMIT - _MARGIN - len(encode_issue(state, setup.ring)) - len(around(before)) - len(decisions)
    if room < len(_NO_ROOM):
        return before
    if room < _LEAST_PAGE:
        return compose(_NO_ROOM, state, before, setup.ring, below=True)
    books = fitting(state.incident, setup.playbooks)
    owners = setup.owners(state.incident)
    page = render_incident(state.incident, books, setup.templates, limit=room, owners=owners)
    return compose(page + decisions, state, before, setup.ring, below=True)


def _news(before: IssueState, after: IssueState) -> str:
    if before.phase is not after.phase:
        return f"{before.phase} before, {after.phase} now"
    more = sum(m.count for m in after.incident.members) - sum(m.count for m in before.incident.members)
    if more:
        return f"{more} more entries of it"
    return "what is known of it changed" if after.incident != before.incident else "its page changed"
