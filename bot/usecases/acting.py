"""Carrying a plan out, and what the repository remembers of it afterwards."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from bot.documents import Entry, render_dashboard
from bot.errors import UnclearOutcome
from bot.filing import Outcome, Pace, Plan, execute
from bot.lifecycle import ENDED, BrokenState, decode_issue, encode_repo
from bot.logs import Coverage
from bot.model.fix import Watch
from bot.model.issue import Action, ActionKind, Issue, IssueStatus
from bot.model.state import Phase, RepoState, RunNote
from bot.model.time import SECOND, length_of
from bot.model.window import Deployment, Window
from bot.triage import learnt
from bot.usecases.advancing import advanced
from bot.usecases.drafting import Drafted
from bot.usecases.errand import Errand
from bot.usecases.known import Known, name_of, tracked_after
from bot.usecases.setup import Setup

UNHURRIED = Pace(time.monotonic, time.sleep)
"""No deadline, and no sleep of over a minute."""

MOST_DEPLOYMENTS = 500
_MOST_RUNS = 20


def pace_of(setup: Setup) -> Pace:
    """The pace of a run that begins now: its deadline is the settings', and no limit is slept for over a minute."""
    length = setup.settings.deadline
    until = time.monotonic() + length_of(length) / SECOND if length else None
    return Pace(time.monotonic, time.sleep, until)


def execute_plan(
    plan: Plan,
    drafted: Iterable[Drafted],
    window: Window,
    known: Known,
    errand: Errand,
    coverages: tuple[Coverage, ...] = (),
    watches: Mapping[int | str, Watch] = {},
    deployments: tuple[Deployment, ...] = (),
) -> tuple[Action, ...]:
    """Do what the plan says and store what is to be remembered; a run that changes nothing writes nothing.

    `coverages` are what was read of sources that go on from run to run; their watermarks follow where all is done.
    `watches` are what was seen of the services of quiet issues, by number or, until it has one, by the draft's key;
    `deployments` are to be remembered.
    Returns the actions with the numbers of what was created. Raises what `execute` raises.
    """
    memory = _Memory(plan, tuple(drafted), window, known, errand, coverages, watches, deployments)
    pace = errand.pace or pace_of(errand.setup)
    return execute(plan.actions, errand.tracker, known.repo, memory, errand.wall, pace).done


class _Memory:
    """The tracker's state, as the executor asks for it."""

    def __init__(
        self,
        plan: Plan,
        drafted: tuple[Drafted, ...],
        window: Window,
        known: Known,
        errand: Errand,
        coverages: tuple[Coverage, ...],
        watches: Mapping[int | str, Watch],
        deployments: tuple[Deployment, ...],
    ) -> None:
        self._coverages, self._watches, self._deployments = coverages, dict(watches), deployments
        self._plan, self._drafted, self._window, self._wall = plan, drafted, window, errand.wall
        self._tracker, self._known, self._setup = errand.tracker, known, errand.setup
        self._above = 0

    def intend(self, state: RepoState) -> None:
        """Store the intents."""
        self._above = min((intent.above for intent in state.intents), default=0)
        self._write(state)

    def find(self, action: Action) -> int:
        """The number of the issue that a lost answer was about: it is labelled, and says what was to be filed."""
        label = self._setup.settings.labels.tracked.casefold()
        for issue in self._tracker.unlisted(self._above):
            labelled = label in (name.casefold() for name in issue.labels)
            if labelled and issue.number not in self._known.issues and self._says(issue, action):
                return issue.number
        return 0

    def _says(self, issue: Issue, action: Action) -> bool:
        if action.new is not None and issue.body == action.new.body:
            return True
        with contextlib.suppress(BrokenState):
            state = decode_issue(issue.body, self._setup.ring)
            return state is not None and name_of(state.incident) == action.key
        return False

    def conclude(self, outcome: Outcome) -> None:
        """Store what is to be remembered, and the page over all; nothing where both stand already."""
        entries = _entries(self._known, self._drafted, outcome.done)
        after = _remembered(self._known, self._window, self._plan, outcome, entries, self._wall)
        after = self._learning(advanced(after, self._known.repo, self._coverages), outcome)
        if after == self._known.repo and not any(action.kind is ActionKind.CREATE for action in outcome.done):
            return
        authors = {*after.authors, *self._tracker.authors} - {*self._setup.settings.authors}
        after = msgspec.structs.replace(after, authors=tuple(sorted(authors)))
        self._write(after, render_dashboard(entries, after, self._setup.templates))

    def _learning(self, after: RepoState, outcome: Outcome) -> RepoState:
        """With what was seen of quiet issues, and of what is always there.

        Where the next run reads that again anyway, it alone is not written.
        """
        if after == self._known.repo and any(one.continuing for one in self._coverages):
            return after
        created = {action.key: action.number for action in outcome.done if action.kind is ActionKind.CREATE}
        numbered = {created.get(key, 0) if isinstance(key, str) else key: one for key, one in self._watches.items()}
        states = {entry.number: entry.state for entry in _entries(self._known, self._drafted, outcome.done)}
        quiet = (Phase.MUTED, Phase.MERGED, *ENDED)
        watches = {
            number: watch
            for number, watch in sorted((after.watches | numbered).items())
            if number in self._known.broken or (number in states and states[number].phase not in quiet)
        }
        told = tuple(sorted({*after.deployments, *self._deployments}))[-MOST_DEPLOYMENTS:]
        after = msgspec.structs.replace(after, deployments=told)
        return msgspec.structs.replace(after, watches=watches, habits=learnt(after.habits, self._window))

    def _write(self, state: RepoState, page: str = "") -> None:
        """Write the state; where the answer is lost, see whether it stands."""
        text = encode_repo(state)
        try:
            self._tracker.write_state(text, page)
        except UnclearOutcome:
            self._tracker.unlisted(self._above)
            if self._tracker.read_state() != text:
                raise


def _remembered(
    known: Known, window: Window, plan: Plan, outcome: Outcome, entries: Iterable[Entry], wall: int
) -> RepoState:
    state, kinds = outcome.state, Counter(action.kind for action in outcome.done)
    held = {action.key for action in plan.held_back} | {one.action.key for one in outcome.left}
    note = RunNote(
        at=wall,
        start=window.start,
        end=window.end,
        created=kinds[ActionKind.CREATE],
        updated=kinds[ActionKind.UPDATE],
        reopened=kinds[ActionKind.REOPEN],
        closed=kinds[ActionKind.CLOSE],
        held_back=len(held),
    )
    filed = {name_of(entry.state.incident) for entry in entries}
    changed = any(kind is not ActionKind.NONE for kind in kinds)
    open_now = {e.number: name_of(e.state.incident) for e in entries if e.status is IssueStatus.OPEN}
    return msgspec.structs.replace(
        state,
        intents=tuple(one for one in state.intents if one.key not in filed and one.expires > wall),
        deployments=tuple(sorted({*state.deployments, *window.deployments}))[-MOST_DEPLOYMENTS:],
        held_back=tuple(sorted(held)),
        runs=(*state.runs, note)[-_MOST_RUNS:] if changed else state.runs,
        tracked=tracked_after(known, open_now),
        said=known.said,
    )


def _entries(known: Known, drafted: tuple[Drafted, ...], done: tuple[Action, ...]) -> list[Entry]:
    """Every issue of the bot's as it is after the run: as drafted where that was done, else as it was."""
    numbers: Mapping[str, int] = {action.key: action.number for action in done if action.kind is ActionKind.CREATE}
    true = {action.number for action in done if action.change or action.kind is ActionKind.NONE}
    entries = {number: Entry(number, known.issues[number].status, state) for number, state in known.states.items()}
    for one in drafted:
        number = one.draft.number or numbers.get(one.draft.key, 0)
        if number and (number in true or not one.draft.number):
            entries[number] = Entry(number, one.draft.status, one.state)
    return list(entries.values())
