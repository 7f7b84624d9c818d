"""Carrying out what a person's command wants of the issues, as exactly once as a run does."""

import time
from collections.abc import Iterable

from msgspec.structs import replace as replaced

from bot.documents import Entry, render_dashboard
from bot.filing import Outcome, Pace, execute
from bot.lifecycle import Kind, decode_issue, encode_repo
from bot.model.issue import Action, ActionKind, IssueStatus
from bot.model.state import RepoState
from bot.trackers.interface import Tracker
from bot.usecases.known import Known
from bot.usecases.setup import Setup


class _Remembering:
    """Stores the state; knows what it created by its whole body."""

    def __init__(self, tracker: Tracker, known: Known, after: RepoState, setup: Setup) -> None:
        self._tracker, self._known, self._before, self._after, self._setup = tracker, known, known.repo, after, setup
        self._above = 0

    def intend(self, state: RepoState) -> None:
        """Store the intents."""
        self._above = min((intent.above for intent in state.intents), default=0)
        self._tracker.write_state(encode_repo(state))

    def find(self, action: Action) -> int:
        """The issue with the body that was to be created; 0 where the list shows none."""
        wanted = action.new.body.strip() if action.new else ""
        found = self._tracker.unlisted(self._above)
        return next((issue.number for issue in found if issue.body.strip() == wanted), 0)

    def conclude(self, outcome: Outcome) -> None:
        """Store what the command leaves, with the intents that still stand and the budget that was spent."""
        tracked = self._tracked(outcome.done)
        after = replaced(self._after, intents=outcome.state.intents, created=outcome.state.created, tracked=tracked)
        if outcome.done or after != self._before or outcome.state != self._before:
            page = render_dashboard(self._entries(outcome.done), after, self._setup.templates)
            self._tracker.write_state(encode_repo(after), page)

    def _entries(self, done: Iterable[Action]) -> list[Entry]:
        """Every issue of the bot's as it is after the command."""
        statuses = {number: self._known.issues[number].status for number in self._known.states}
        states = dict(self._known.states)
        for action in done:
            body = action.new.body if action.new else action.change.body if action.change else None
            state = decode_issue(body, self._setup.ring) if body else None
            if state:
                states[action.number] = state
                statuses.setdefault(action.number, IssueStatus.OPEN)
            if action.change and action.change.status and action.number in statuses:
                statuses[action.number] = action.change.status
        return [Entry(number, statuses[number], state) for number, state in states.items()]

    def _tracked(self, done: Iterable[Action]) -> dict[int, str]:
        """The open issues of incidents, each with the key of its incident."""
        tracked = dict(self._after.tracked)
        for action in done:
            if action.kind is ActionKind.CLOSE:
                tracked.pop(action.number, None)
            elif action.kind in (ActionKind.CREATE, ActionKind.REOPEN) and action.key not in tuple(Kind):
                tracked[action.number] = action.key
        return dict(sorted(tracked.items()))


def carry_out(
    actions: Iterable[Action], after: RepoState, tracker: Tracker, known: Known, setup: Setup, wall: int
) -> tuple[Action, ...]:
    """Do the actions, store `after` and draw the dashboard anew; returns them with the numbers of what was created.

    `wall` is the wall clock's nanoseconds. Raises PartlyDone, or the error of a first write that failed.
    """
    memory = _Remembering(tracker, known, after, setup)
    return execute(actions, tracker, known.repo, memory, wall, Pace(clock=time.monotonic, sleep=time.sleep)).done
