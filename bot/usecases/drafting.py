"""From incidents to drafts: what an issue should be, given what is known of it and what people changed."""

from collections.abc import Iterable, Iterator

import msgspec

from bot.documents import (
    FOOTER,
    incident_title,
    policy_news,
    render_decisions,
    render_incident,
    render_resolution,
    step_comment,
)
from bot.lifecycle import (
    ENDED,
    NO_FACTS,
    RESOLVED,
    Facts,
    Moved,
    Wishes,
    absorb,
    advance,
    around,
    compose,
    encode_issue,
    file,
    fit,
    resting,
    wishes,
)
from bot.lifecycle.decisions import Order, decided
from bot.model.incident import Found, Incident, Priority
from bot.model.issue import Draft, DraftComment, Issue
from bot.model.state import IssueState, Phase
from bot.triage import assignable, fitting, settled
from bot.usecases.known import Known
from bot.usecases.relating import former_of, related_to
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


def draft_of(
    found: Found, known: Known, setup: Setup, asked: Order | None = None, facts: Facts = NO_FACTS
) -> Drafted | None:
    """The draft of one incident's issue; None where its issue wants to be left alone: see `silence`.

    A new issue records who asked for the run, where somebody did. `facts` are what is known of an issue that is there.
    """
    if not found.issue:
        state = _filed(_grown(found, known, setup), known, facts)
        return drafted_new(decided(state, "asked for the run that filed this issue", asked) if asked else state, setup)
    state, issue = known.states[found.issue], known.issues[found.issue]
    grown, wanted = _grown(found, known, setup), wishes_of(found.issue, known, setup)
    moved = advance(state, issue, _as_part_of(grown, found), wanted, setup.settings.unmute_factor, facts)
    if wanted.ignored or (moved.state.phase in (Phase.MUTED, Phase.MERGED) and moved.state == state):
        return None
    return redrafted(msgspec.structs.replace(moved.state, incident=grown), moved, issue, state, setup)


def _filed(incident: Incident, known: Known, facts: Facts) -> IssueState:
    """The state of a new issue, with what may have brought it and the issues it is akin to."""
    former = former_of(incident, known)
    state = file(incident, former)
    akin = tuple(dict.fromkeys((*state.related, *related_to(incident, known))))
    return msgspec.structs.replace(state, related=akin, between=facts.between, suspects=facts.suspects)


def draft_of_silent(number: int, known: Known, setup: Setup, facts: Facts) -> Drafted | None:
    """The draft of an issue that the window shows nothing of; None where nothing moves it, or nothing may be said.

    Raises SettingsError where a template can't be rendered.
    """
    state, issue = known.states[number], known.issues[number]
    wanted = wishes_of(number, known, setup)
    moved = advance(state, issue, None, wanted, setup.settings.unmute_factor, facts)
    if wanted.ignored or (moved.state == state and moved.status is issue.status):
        return None
    return redrafted(moved.state, moved, issue, state, setup)


def wishes_of(number: int, known: Known, setup: Setup) -> Wishes:
    """What people ask for on an issue."""
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

    A comment tells of each transition that a person should hear of; on a locked issue it is left out.
    """
    title, labels = _title(state, setup), _labels(state, _without_lease(issue.labels, before, state, setup), setup)
    state = msgspec.structs.replace(state, title=title, labels=_written(issue.labels, before.labels, labels, setup))
    become = _people_first(issue.labels, before.labels, labels, setup)
    said = _said(before, state, moved, issue, become, setup)
    draft = Draft(
        key=key_of(state.incident),
        number=issue.number,
        title=title if issue.title == before.title else issue.title,
        body=_body(state, issue.body, setup),
        labels=become,
        because=moved.because or policy_news(before.incident, state.incident) or _news(before, state),
        priority=state.incident.priority,
        status=moved.status,
        comments=() if issue.locked else said,
    )
    note = f"#{issue.number} is locked: its page is kept true, the comment on it is left out" if issue.locked else ""
    return Drafted(draft, state, note if moved.told else "")


def _said(
    before: IssueState, state: IssueState, moved: Moved, issue: Issue, become: tuple[str, ...], setup: Setup
) -> tuple[DraftComment, ...]:
    """A comment on each step that is to be told, else on another priority; labels change with the last step."""
    added = tuple(label for label in become if label.casefold() not in _folded(issue.labels))
    removed = tuple(label for label in issue.labels if label.casefold() not in _folded(become))
    command = setup.settings.deploy_command
    steps = [
        step_comment(state, place, setup.templates, added if last else (), removed if last else (), command)
        for place, last in ((place, place == moved.told[-1]) for place in moved.told)
    ]
    return tuple(steps) or tuple(_repriced(before.incident, state))


def _repriced(before: Incident, state: IssueState) -> Iterator[DraftComment]:
    """A comment where the priority of what is spoken of is another than before."""
    after = state.incident
    news = policy_news(before, after)
    if news and before.priority is not after.priority and state.phase not in (*ENDED, Phase.MUTED, Phase.MERGED):
        yield DraftComment(f"priority-{after.priority}-{before.observed_until}", news, f"{after.priority} now")


def _without_lease(there: tuple[str, ...], before: IssueState, state: IssueState, setup: Setup) -> tuple[str, ...]:
    """The labels without that of work, where whoever had taken the issue on has given it back."""
    if before.phase is not Phase.IN_PROGRESS or state.phase is Phase.IN_PROGRESS:
        return there
    working = setup.settings.labels.in_progress.casefold()
    return tuple(label for label in there if label.casefold() != working)


def _title(state: IssueState, setup: Setup) -> str:
    if any(step.to is Phase.REGRESSION for step in state.transitions):
        return incident_title(state.incident, "regression")
    developing = state.incident.key.environment in setup.settings.development
    return incident_title(state.incident, "active-dev" if developing else "new")


def _labels(state: IssueState, there: Iterable[str], setup: Setup) -> tuple[str, ...]:
    """The labels that the bot wants. That somebody works on it is for people to say; a fix takes that label off."""
    names = setup.settings.labels
    wanted = [names.tracked, names.of(state.incident.priority)]
    wanted += [names.awaiting] if state.phase is Phase.AWAITING else []
    wanted += [names.regression] if resting(state) is Phase.REGRESSION else []
    is_taken = state.phase not in (*RESOLVED, *ENDED) and names.in_progress.casefold() in _folded(there)
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
    decisions = render_resolution(state, setup.templates, setup.settings.deploy_command)
    decisions += render_decisions(state.decisions, setup.templates) + FOOTER
    room = BODY_LIMIT - _MARGIN - len(encode_issue(state, setup.ring)) - len(around(before)) - len(decisions)
    if room < len(_NO_ROOM):
        return before
    if room < _LEAST_PAGE:
        return compose(_NO_ROOM, state, before, setup.ring, below=True)
    books = fitting(state.incident, setup.playbooks)
    owners = setup.owners(state.incident)
    page = render_incident(state.incident, books, setup.templates, limit=room, owners=owners, over=state.phase in ENDED)
    return compose(page + decisions, state, before, setup.ring, below=True)


def _news(before: IssueState, after: IssueState) -> str:
    if before.phase is not after.phase:
        return f"{before.phase} before, {after.phase} now"
    more = sum(m.count for m in after.incident.members) - sum(m.count for m in before.incident.members)
    if more:
        return f"{more} more entries of it"
    return "what is known of it changed" if after.incident != before.incident else "its page changed"
