"""Carrying a plan out, and what the repository remembers of it afterwards."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from bot.documents import Entry, render_dashboard
from bot.filing import Plan, execute
from bot.lifecycle import encode_repo
from bot.model.issue import Action, ActionKind
from bot.model.state import RepoState, RunNote
from bot.model.window import Window
from bot.trackers.interface import Tracker
from bot.usecases.drafting import Drafted
from bot.usecases.known import Known
from bot.usecases.setup import Setup

_MOST_DEPLOYMENTS = 500
_MOST_RUNS = 20


def execute_plan(
    plan: Plan, drafted: Iterable[Drafted], window: Window, tracker: Tracker, known: Known, setup: Setup, wall: int
) -> tuple[Action, ...]:
    """Do what the plan says and store what is to be remembered; a run that changes nothing writes nothing.

    Returns the actions with the numbers of what was created. Raises what `execute` raises.
    """
    drafted = tuple(drafted)

    def conclude(done: tuple[Action, ...]) -> None:
        after = _remembered(known.repo, window, plan, done, wall)
        if after != known.repo or any(action.kind is ActionKind.CREATE for action in done):
            page = render_dashboard(_entries(known, drafted, done), after, setup.templates)
            tracker.write_state(encode_repo(after), page)

    return execute(
        plan.actions, tracker, known.repo, lambda state: tracker.write_state(encode_repo(state)), conclude, wall
    )


def _remembered(repo: RepoState, window: Window, plan: Plan, done: Iterable[Action], wall: int) -> RepoState:
    kinds = Counter(action.kind for action in done)
    note = RunNote(
        at=wall,
        start=window.start,
        end=window.end,
        created=kinds[ActionKind.CREATE],
        updated=kinds[ActionKind.UPDATE],
        reopened=kinds[ActionKind.REOPEN],
        closed=kinds[ActionKind.CLOSE],
        held_back=len(plan.held_back),
    )
    changed = any(kind is not ActionKind.NONE for kind in kinds)
    return msgspec.structs.replace(
        repo,
        intents=(),
        deployments=window.deployments[-_MOST_DEPLOYMENTS:],
        held_back=tuple(sorted(action.key for action in plan.held_back)),
        runs=(*repo.runs, note)[-_MOST_RUNS:] if changed else repo.runs,
    )


def _entries(known: Known, drafted: tuple[Drafted, ...], done: tuple[Action, ...]) -> list[Entry]:
    """Every issue of the bot's as it is after the run."""
    numbers: Mapping[str, int] = {action.key: action.number for action in done if action.kind is ActionKind.CREATE}
    entries = {number: Entry(number, known.issues[number].status, state) for number, state in known.states.items()}
    for one in drafted:
        number = one.draft.number or numbers.get(one.draft.key, 0)
        if number:
            entries[number] = Entry(number, one.draft.status, one.state)
    return list(entries.values())
