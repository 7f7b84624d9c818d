"""Carrying out what a person's command wants of the issues, as exactly once as a run does."""

import time
from collections.abc import Iterable

from msgspec.structs import replace as replaced

from bot.filing import Outcome, Pace, execute
from bot.lifecycle import Kind, encode_repo
from bot.model.issue import Action, ActionKind
from bot.model.state import RepoState
from bot.trackers.interface import Tracker
from bot.usecases.known import Known


class _Remembering:
    """Stores the state; knows what it created by its whole body."""

    def __init__(self, tracker: Tracker, before: RepoState, after: RepoState) -> None:
        self._tracker, self._before, self._after = tracker, before, after
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
        if after != self._before or outcome.state != self._before:
            self._tracker.write_state(encode_repo(after))

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
    actions: Iterable[Action], after: RepoState, tracker: Tracker, known: Known, wall: int
) -> tuple[Action, ...]:
    """Do the actions and store `after`; returns them with the numbers of what was created.

    `wall` is the wall clock's nanoseconds. Raises PartlyDone, or the error of a first write that failed.
    """
    memory = _Remembering(tracker, known.repo, after)
    return execute(actions, tracker, known.repo, memory, wall, Pace(clock=time.monotonic, sleep=time.sleep)).done
