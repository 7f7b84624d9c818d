"""Doing the actions, each exactly once: all intents in one state write, act, confirm.

A run that ends anywhere in between leaves intents behind. The next run lists first; what the list shows was done, what
it doesn't show was not, and is done then.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from bot.errors import IncidentbotError, PartlyDone
from bot.filing.interface import Writes
from bot.model.issue import Action, ActionKind
from bot.model.state import Intent, RepoState
from bot.model.time import MINUTE

INTENT_LASTS = 30 * MINUTE
_MOST_NAMED = 5

WriteState = Callable[[RepoState], None]
Conclude = Callable[[tuple[Action, ...]], None]


def execute(
    actions: Iterable[Action], tracker: Writes, before: RepoState, write: WriteState, conclude: Conclude, now: int
) -> tuple[Action, ...]:
    """Do the actions in order and return them with the numbers of what was created.

    `before` is the state as it was read; beside it nothing but the intents is written, by `write`, until all is
    confirmed and `conclude` is given what was done. `now` is the wall clock's nanoseconds. Raises PartlyDone where a
    write fails after others were confirmed, and the write's own error where none was.
    """
    actions = tuple(actions)
    intended = _intending(before, actions, now)
    if intended != before:
        write(intended)
    done: list[Action] = []
    for action in actions:
        try:
            done.append(_do(action, tracker))
        except IncidentbotError as error:
            raise _partly(error, done, actions[len(done) :]) from error
    try:
        conclude(tuple(done))
    except IncidentbotError as error:
        raise _partly(error, done, ()) from error
    return tuple(done)


def _intending(before: RepoState, actions: Iterable[Action], now: int) -> RepoState:
    """The state with an intent for each creation, beside those of former runs that still stand."""
    new = {a.key: Intent(a.key, a.title, now, now + INTENT_LASTS) for a in actions if a.kind is ActionKind.CREATE}
    if not new:
        return before
    standing = (intent for intent in before.intents if intent.expires > now and intent.key not in new)
    return msgspec.structs.replace(before, intents=(*standing, *new.values()))


def _do(action: Action, tracker: Writes) -> Action:
    if action.new is not None:
        return msgspec.structs.replace(action, number=tracker.create(action.new).number)
    if action.change is not None:
        tracker.change(action.number, action.change)
    if action.comment is not None:
        tracker.comment(action.number, action.comment)
    return action


def _partly(error: IncidentbotError, done: Iterable[Action], left: Sequence[Action]) -> IncidentbotError:
    confirmed = sum(action.kind is not ActionKind.NONE for action in done)
    if not confirmed:
        return error
    waiting = [_named(action) for action in left if action.kind is not ActionKind.NONE]
    if not waiting:
        return PartlyDone(f"Every action is done ({confirmed}), but the state could not be stored: {error}")
    more = len(waiting) - _MOST_NAMED
    named = ", ".join(waiting[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    share = f"{confirmed} of {confirmed + len(waiting)} actions are done"
    return PartlyDone(f"{share}; left for the next run: {named}. It stopped at: {error}")


def _named(action: Action) -> str:
    return f"{action.kind} #{action.number}" if action.number else f"{action.kind} {action.key}"
