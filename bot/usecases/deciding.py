"""What people decide by a command: `merge`, `split`, `mute`, `unmute`, `adopt`. The issue records and tells it."""

from collections.abc import Iterable, Mapping

import msgspec

from bot.documents import decision_comment
from bot.errors import TrackerUnavailable, UsageError
from bot.lifecycle import Moved, claims, decisions, file, parted
from bot.lifecycle.decisions import Order
from bot.logs import Reading
from bot.model.incident import Incident, Priority
from bot.model.issue import Action, ActionKind, DraftComment, Issue, IssueChange, IssueStatus, NewIssue
from bot.model.run import Warned
from bot.model.state import IssueState, Phase, RepoState
from bot.model.time import iso
from bot.trackers.interface import Tracker
from bot.triage import triage
from bot.usecases.carrying import carry_out
from bot.usecases.drafting import Drafted, drafted_new, fitted, judged, redrafted
from bot.usecases.known import Known, load_known
from bot.usecases.setup import Setup
from bot.usecases.windowing import window_of


class Decided(msgspec.Struct, frozen=True):
    """The result of a decision: in a sentence what holds now, and the actions that made it so."""

    said: str
    actions: tuple[Action, ...]
    warnings: tuple[Warned, ...]
    tracker: str
    requests: int
    dry_run: bool


class Desk(msgspec.Struct, frozen=True):
    """Where decisions are taken: the tracker as it stands, the setup, who decides, and whether it is only tried."""

    tracker: Tracker
    setup: Setup
    order: Order
    known: Known
    dry_run: bool = False

    def state(self, number: int) -> IssueState:
        """The state of an issue of the bot's. Raises UsageError where it is none."""
        if number not in self.known.states:
            raise UsageError(
                f"{self.tracker.name} has no issue {number} of incidentbot's; `incidentbot issues` lists them."
            )
        return self.known.states[number]

    def standing_alone(self, number: int) -> IssueState:
        """The state of an issue that isn't merged into another. Raises UsageError where it is."""
        state = self.state(number)
        if state.phase is Phase.MERGED:
            raise UsageError(f"#{number} is merged into #{state.merged_into}: name that one.")
        return state


def sit_down(tracker: Tracker, setup: Setup, order: Order, dry_run: bool = False) -> Desk:
    """List the tracker. Raises TrackerUnavailable."""
    return Desk(tracker, setup, order, load_known(tracker, setup.ring, setup.settings.labels.tracked), dry_run)


def merge_issues(desk: Desk, into: int, other: int) -> Decided:
    """Make the other's incident part of `into`'s; the other issue is closed as its duplicate.

    Of issues that are merged already, the ends of their chains count. Raises UsageError where both are one already.
    """
    if into == other:
        desk.state(into)
        raise UsageError(f"#{into} can't be merged into itself: name the issue that stays and another.")
    one, two = _end(desk, into), _end(desk, other)
    states = desk.known.states
    if one == two:
        if other in (states[one].merged_from or ()):
            return carried(desk, f"#{other} is merged into #{one} already.", [])
        raise UsageError(
            f"#{into} and #{other} are merged into #{one} already: merging them again would make a circle."
        )
    grown, gone = decisions.merge(one, states[one], two, states[two], desk.order)
    kept, closed = _existing(desk, one, grown), _existing(desk, two, gone, IssueStatus.CLOSED)
    actions = [
        *_changes(desk, one, kept, f"#{two} is merged into it"),
        *_changes(desk, two, closed, f"merged into #{one}", "duplicate"),
    ]
    return carried(desk, f"#{two} is merged into #{one}, which stands for both from now on.", actions)


def split_issue(desk: Desk, number: int, fingerprints: Iterable[str]) -> Decided:
    """Move members of an issue to an issue of their own; the former never takes them back.

    Raises UsageError where a fingerprint names no member, several, or the root.
    """
    state = desk.standing_alone(number)
    wanted = decisions.named(state, number, fingerprints)
    left, carved = decisions.split(state, wanted, desk.order)
    actions: list[Action] = []
    there = _standing(desk, carved, number)
    if not there:
        alone = decisions.standing_alone(file(fitted(carved, "", desk.setup)), carved, number, desk.order)
        actions.append(_creation(drafted_new(alone, desk.setup, f"split off #{number}")))
    actions += _changes(desk, number, _existing(desk, number, left), f"{len(wanted)} members are split off")
    done = carried(desk, "", actions)
    new = there or next((action.number for action in done.actions if action.kind is ActionKind.CREATE), 0)
    where = f"#{new}" if new else "an issue of their own"
    return msgspec.structs.replace(done, said=f"{', '.join(wanted)} left #{number} for {where}.")


def mute_issue(desk: Desk, number: int, until: int = 0) -> Decided:
    """Say nothing of an issue until a log time (nanoseconds; 0: for good), short of an escalation."""
    state = decisions.mute(desk.standing_alone(number), until, desk.order)
    actions = _changes(desk, number, _existing(desk, number, state), "muted")
    worse = f"{desk.setup.settings.unmute_factor:g} times worse"
    short = f"although it is P0, short of {worse}" if _is_p0(state) else f"short of P0 or {worse}"
    length = f" until {iso(until)}" if until else ""
    return carried(desk, f"#{number} is muted{length}, {short}.", actions)


def _is_p0(state: IssueState) -> bool:
    return state.incident.priority is Priority.P0


def unmute_issue(desk: Desk, number: int) -> Decided:
    """Say again what there is to say, and open the issue if it is closed. Raises UsageError if it isn't muted."""
    state = desk.standing_alone(number)
    issue = desk.known.issues[number]
    by_closing = issue.status is IssueStatus.CLOSED and issue.close_reason == "not_planned"
    if state.phase is not Phase.MUTED and not by_closing:
        raise UsageError(f"#{number} is not muted: it is {state.phase}.")
    loud = _existing(desk, number, decisions.unmute(state, desk.order), IssueStatus.OPEN)
    return carried(desk, f"#{number} is heard again.", _changes(desk, number, loud, "unmuted"))


def adopt_issue(desk: Desk, number: int, fingerprint: str, reading: Reading | None = None) -> Decided:
    """Take over an issue that a person wrote: its text stays, the bot's section is put below it.

    The incident is the one with this root: that of an issue of the bot's, which is merged into the adopted one then, or
    one of these logs. Raises UsageError where there is none, or the issue is the bot's already.
    """
    if number in desk.known.states:
        raise UsageError(f"#{number} is incidentbot's already; to make two issues one, use `incidentbot merge`.")
    issue = _read(desk, number)
    incident, former = _incident(desk, fingerprint, reading)
    had = {former: desk.known.states[former]} if former else {}
    state = decisions.adopt(fitted(incident, issue.body, desk.setup), desk.order, had)
    blank = IssueState(state.incident)
    moved = Moved(state, issue.status)
    drafted = redrafted(state, moved, issue, blank, desk.setup)
    actions = steps_of(issue, drafted, state, "adopted")
    for other, before in had.items():
        _, gone = decisions.merge(number, state, other, before, desk.order)
        closed = _existing(desk, other, gone, IssueStatus.CLOSED)
        actions += _changes(desk, other, closed, f"merged into #{number}", "duplicate")
    repo = desk.known.repo
    after = msgspec.structs.replace(
        repo,
        adopted=tuple(sorted({*repo.adopted, number})),
        tracked={**repo.tracked, number: drafted.draft.key} if issue.status is IssueStatus.OPEN else repo.tracked,
    )
    return carried(desk, f"#{number} is the issue of {incident.key.root} now.", actions, after)


def _incident(desk: Desk, fingerprint: str, reading: Reading | None) -> tuple[Incident, int]:
    """The incident with this root, and the issue that has it (0: none)."""
    states = desk.known.states.items()
    tracked = {
        number: state.incident
        for number, state in states
        if state.phase is not Phase.MERGED and state.incident.key.root.startswith(fingerprint)
    }
    if len(tracked) > 1:
        named = ", ".join(f"#{number}" for number in tracked)
        raise UsageError(f"{fingerprint} is the root of several issues, {named}: merge the right one instead.")
    for number, incident in tracked.items():
        return incident, number
    if reading is None:
        raise UsageError(f"No issue has a root {fingerprint}; give --logs FILE with entries of it.")
    window = window_of(reading, desk.setup, desk.known)
    found = parted(triage(window, claims(window, desk.known.states)).found, desk.known.states)
    fitting = [one for one in found if one.incident.key.root.startswith(fingerprint)]
    if len(fitting) != 1:
        how = "Several incidents" if fitting else "No incident"
        raise UsageError(f"{how} of these logs have a root {fingerprint}; `incidentbot explain --logs` lists them.")
    return judged(fitting[0], desk.known, desk.setup), fitting[0].issue


def _end(desk: Desk, number: int) -> int:
    desk.state(number)
    return decisions.final(number, desk.known.states)


def _read(desk: Desk, number: int) -> Issue:
    """An issue, listed or not: what people wrote needn't carry the bot's label."""
    issue = desk.known.issues.get(number) or desk.tracker.read_issue(number)
    if issue is None:
        raise TrackerUnavailable(f"There is no issue {number} in {desk.tracker.name}: name one that is there.")
    return issue


def _standing(desk: Desk, incident: Incident, not_this: int) -> int:
    """The issue that stands for this incident's root already, as after a split that was cut short; 0 for none."""
    states: Mapping[int, IssueState] = desk.known.states
    fitting = (
        number
        for number, state in sorted(states.items())
        if number != not_this and state.phase is not Phase.MERGED and incident.key in decisions.roots_of(state)
    )
    return next(fitting, 0)


def _existing(desk: Desk, number: int, state: IssueState, status: IssueStatus | None = None) -> Drafted:
    """The draft of an issue in its new state, its incident made to fit and weighed anew."""
    issue, before = desk.known.issues[number], desk.known.states[number]
    state = msgspec.structs.replace(state, incident=fitted(state.incident, issue.body, desk.setup))
    return redrafted(state, Moved(state, status or issue.status), issue, before, desk.setup)


def _changes(desk: Desk, number: int, drafted: Drafted, because: str, reason: str = "") -> list[Action]:
    return steps_of(desk.known.issues[number], drafted, drafted.state, because, reason)


def steps_of(issue: Issue, drafted: Drafted, state: IssueState, because: str, reason: str = "") -> list[Action]:
    """The comments that tell of it, unless the issue is locked, then the change that records it.

    Where no step of the issue's life tells it, the newest decision does.
    """
    draft, number = drafted.draft, issue.number
    status = draft.status if draft.status is not issue.status else None
    change = IssueChange(
        title=draft.title if draft.title != issue.title else None,
        body=draft.body if draft.body != issue.body else None,
        labels=draft.labels if set(draft.labels) != set(issue.labels) else None,
        status=status,
        close_reason=(reason or "completed") if status is IssueStatus.CLOSED else None,
    )
    decision = DraftComment(f"decision-{len(state.decisions)}", decision_comment(state.decisions[-1]))
    said = [
        Action(ActionKind.COMMENT, draft.key, number, draft.title, because, comment=comment)
        for comment in draft.comments or (decision,)
    ]
    kinds = {IssueStatus.OPEN: ActionKind.REOPEN, IssueStatus.CLOSED: ActionKind.CLOSE, None: ActionKind.UPDATE}
    changed = Action(kinds[status], draft.key, number, draft.title, because, change=change)
    return [changed] if issue.locked else [*said, changed]


def _creation(drafted: Drafted) -> Action:
    draft = drafted.draft
    new = NewIssue(draft.title, draft.body, draft.labels)
    return Action(ActionKind.CREATE, draft.key, 0, draft.title, draft.because, new=new)


def carried(desk: Desk, said: str, actions: list[Action], after: RepoState | None = None) -> Decided:
    """Carry it out as one: what fails first keeps back the rest."""
    one = tuple(msgspec.structs.replace(action, key=actions[0].key) for action in actions)
    known, tracker = desk.known, desk.tracker
    done = one if desk.dry_run else carry_out(one, after or known.repo, tracker, known, desk.setup, desk.order.at)
    return Decided(said, done, known.warnings, tracker.name, tracker.requests, desk.dry_run)
