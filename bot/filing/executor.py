"""Doing the actions, each exactly once: all intents in one state write, act, confirm.

A run that ends anywhere in between leaves intents behind. The next run looks for them first; what it finds was done,
what it doesn't find was not, and is done then. One refusal keeps back what depends on it, and nothing else.
"""

from collections.abc import Iterable, Sequence

import msgspec

from bot.errors import IncidentbotError, PartlyDone, RateLimited, Refused, UnclearOutcome
from bot.filing.interface import Left, Memory, Outcome, Writes
from bot.filing.pace import Budget, Pace
from bot.model.issue import Action, ActionKind, Issue, IssueChange
from bot.model.state import Intent, RepoState
from bot.model.time import MINUTE, SECOND, in_words

INTENT_LASTS = 30 * MINUTE
"""Nanoseconds; longer than any lag of a list, so that an intent is given up only when a list can be believed."""

_MOST_UNCLEAR = 3
_MOST_NAMED = 5


def execute(
    actions: Iterable[Action], tracker: Writes, before: RepoState, memory: Memory, now: int, pace: Pace
) -> Outcome:
    """Do the actions in order; what can't be done is left with its reason, and so is all that bears its key.

    `before` is the state as it was read; beside it nothing but the intents is written until all is done. `now` is the
    wall clock's nanoseconds. Raises PartlyDone, its `result` the Outcome, where anything is left; the first write's own
    error where that one already failed for a reason that all others share.
    """
    actions = tuple(actions)
    intended = _intending(before, actions, tracker, now)
    if intended != before:
        memory.intend(intended)
    run = _Run(tracker, memory, pace, Budget(_spent(before), now), now)
    for action in actions:
        run.take(action)
    if run.stopped and not _count(run.done):
        raise run.stopped
    unclear = {one.action.key for one in run.left if one.unclear}
    standing = tuple(intent for intent in intended.intents if intent.expires > now and _stands(intent, unclear, run))
    after = msgspec.structs.replace(before, intents=standing, created=run.created or before.created)
    outcome = Outcome(tuple(run.done), tuple(run.left), after)
    try:
        memory.conclude(outcome)
    except IncidentbotError as error:
        raise _partly(outcome, run.stopped, error) from error
    if outcome.left:
        raise _partly(outcome, run.stopped)
    return outcome


def _intending(before: RepoState, actions: Iterable[Action], tracker: Writes, now: int) -> RepoState:
    """The state with an intent for each creation, beside those of former runs that still stand.

    An intent that is renewed looks as far back as it did: its first request may still be under way.
    """
    wanted = {action.key: action for action in actions if action.kind is ActionKind.CREATE}
    if not wanted:
        return before
    above = tracker.newest()
    former = {intent.key: intent.above for intent in before.intents if intent.expires > now}
    new = (
        Intent(key, action.title, now, now + INTENT_LASTS, min(above, former.get(key, above)))
        for key, action in wanted.items()
    )
    standing = (intent for intent in before.intents if intent.expires > now and intent.key not in wanted)
    return msgspec.structs.replace(before, intents=(*standing, *new))


def _spent(before: RepoState) -> list[int]:
    """Creations of former runs, and those that a lost run may have made."""
    return [*before.created, *(intent.at for intent in before.intents)]


def _stands(intent: Intent, unclear: set[str], run: "_Run") -> bool:
    """Whether what is intended may yet be found to have been created."""
    return intent.key in unclear or intent.key not in run.keys


class _Run:
    """Takes one action after the other and sorts them into `done` and `left`."""

    def __init__(self, tracker: Writes, memory: Memory, pace: Pace, budget: Budget, now: int) -> None:
        self.done: list[Action] = []
        self.left: list[Left] = []
        self.keys: set[str] = set()
        self.stopped: IncidentbotError | None = None
        self._tracker, self._memory, self._pace, self._budget = tracker, memory, pace, budget
        self._now, self._start = now, pace.clock()
        self._blocked: dict[str, str] = {}
        self._halted = ""
        self._unclear = 0
        self._created = 0

    @property
    def created(self) -> tuple[int, ...]:
        """Times of the creations of the last hour; none where this run made none."""
        return self._budget.times if self._created else ()

    def take(self, action: Action) -> None:
        """Do an action, or leave it."""
        if action.kind is ActionKind.NONE:
            self.done.append(action)
            return
        if action.kind is ActionKind.CREATE:
            self.keys.add(action.key)
        if because := self._barred(action):
            self._leave(action, because)
            return
        try:
            self.done.append(self._patiently(action))
        except UnclearOutcome as error:
            self._look(action, error)
        except RateLimited as error:
            self._halted = str(error)
            self._leave(action, self._halted)
        except Refused as error:
            self._leave(action, str(error))
        except IncidentbotError as error:
            self.stopped, self._halted = error, f"It stopped at: {error}"
            self._leave(action, self._halted, unclear=action.kind is ActionKind.CREATE)

    def _barred(self, action: Action) -> str:
        if self._halted:
            return self._halted
        if self._pace.over:
            return "The deadline of this run is over."
        if action.kind is ActionKind.CREATE and (wait := self._budget.wait(self._wall())) and not self._pace.wait(wait):
            return f"The budget of creations is spent; the next is in {in_words(int(wait * SECOND))}."
        return self._blocked.get(action.key, "")

    def _patiently(self, action: Action) -> Action:
        """Do it; a limit that asks for a short pause is waited for, once."""
        try:
            return self._do(action)
        except RateLimited as limit:
            if not self._pace.wait(limit.wait):
                raise
        return self._do(action)

    def _do(self, action: Action) -> Action:
        if action.new is not None:
            self._budget.spend(self._wall())
            self._created += 1
            return msgspec.structs.replace(action, number=self._tracker.create(action.new).number)
        if action.change is not None:
            self._tracker.change(action.number, action.change)
        if action.comment is not None:
            self._tracker.comment(action.number, action.comment)
        return action

    def _look(self, action: Action, error: UnclearOutcome) -> None:
        """See what stands, now that the answer is lost: a write is never sent again on a guess."""
        try:
            found = self._standing(action)
        except IncidentbotError:
            found = None
        if found:
            self.done.append(found)
            return
        self._unclear += 1
        if self._unclear >= _MOST_UNCLEAR:
            self._halted = str(error)
        self._leave(action, str(error), unclear=True)

    def _standing(self, action: Action) -> Action | None:
        if action.new is not None:
            number = self._memory.find(action)
            return msgspec.structs.replace(action, number=number) if number else None
        issue = self._tracker.read_issue(action.number) if action.change else None
        return action if issue and action.change and _is_so(issue, action.change) else None

    def _leave(self, action: Action, because: str, unclear: bool = False) -> None:
        self._blocked.setdefault(action.key, because)
        self.left.append(Left(action, because, unclear))

    def _wall(self) -> int:
        return self._now + int((self._pace.clock() - self._start) * SECOND)


def _is_so(issue: Issue, change: IssueChange) -> bool:
    """Whether the issue is what the change makes of it."""
    wanted = {name: getattr(change, name) for name in change.fields}
    is_ = {name: getattr(issue, name) for name in wanted}
    for fields in (wanted, is_):
        if "labels" in fields:
            fields["labels"] = {label.casefold() for label in fields["labels"]}
    return wanted == is_


def _count(actions: Iterable[Action]) -> int:
    return sum(action.kind is not ActionKind.NONE for action in actions)


def _partly(outcome: Outcome, stopped: IncidentbotError | None, unstored: IncidentbotError | None = None) -> PartlyDone:
    confirmed, waiting = _count(outcome.done), [_named(one.action) for one in outcome.left]
    if not waiting:
        told = f"Every action is done ({confirmed}), but the state could not be stored: {unstored}"
    else:
        reasons = list(dict.fromkeys(one.because for one in outcome.left))[:_MOST_NAMED]
        if unstored and str(unstored) != str(stopped):
            reasons.append(f"Nor could the state be stored: {unstored}")
        share = f"{confirmed} of {confirmed + len(waiting)} actions are done"
        told = f"{share}; left for the next run: {_listed(waiting)}. {' '.join(reasons)}"
    return PartlyDone(told, outcome)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _named(action: Action) -> str:
    return f"{action.kind} #{action.number}" if action.number else f"{action.kind} {action.key}"
