"""`file` and `plan`: the whole run over a window, from entries to true issues."""

from collections.abc import Callable, Iterable

import msgspec

from bot.errors import PartlyDone
from bot.filing import Outcome, Pace, diff
from bot.lifecycle import claims, parted
from bot.lifecycle.decisions import Order
from bot.logs import Coverage, Reading
from bot.model.incident import Priority, Verdict
from bot.model.issue import Action, ActionKind
from bot.model.run import ReadReport, Reported, RunResult, WindowSummary
from bot.model.state import IssueState, RepoState
from bot.model.window import Window
from bot.settings import Labels
from bot.trackers.interface import Tracker
from bot.triage import triage
from bot.usecases.acting import execute_plan, pace_of
from bot.usecases.advancing import hole_warnings, spanned
from bot.usecases.drafting import Drafted, key_of
from bot.usecases.errand import Errand
from bot.usecases.flooding import with_storm
from bot.usecases.gathering import SEEN
from bot.usecases.healing import heal
from bot.usecases.judging import judge, living
from bot.usecases.known import Known, load_known, refuse_collapse
from bot.usecases.setup import Setup
from bot.usecases.windowing import window_of


def file_incidents(
    reading: Reading,
    tracker: Tracker,
    setup: Setup,
    wall: int,
    dry_run: bool = False,
    pace: Pace | None = None,
    seen: Callable[[Window], None] | None = None,
    asked: Order | None = None,
) -> RunResult:
    """Read the logs, and make the tracker's issues true of them; with `dry_run` only say what would be done.

    The arguments are those of `Errand`. Raises LogsUnavailable, TrackerUnavailable, SettingsError, and PartlyDone with
    the RunResult as its `result`.
    """
    return file_reading(reading, Errand(tracker, setup, wall, dry_run, pace or pace_of(setup), seen, asked))


def file_reading(reading: Reading, errand: Errand) -> RunResult:
    """The run of an errand over these logs; raises what `file_incidents` raises."""
    known = known_of(errand)
    reading.resume(known.repo.watermarks)
    window = window_of(reading, errand.setup, known)
    read, coverages = reading.report(), reading.coverages()
    return file_window(spanned(window, coverages), read, coverages, known, errand)


def known_of(errand: Errand) -> Known:
    """What the tracker holds. Raises TrackerUnavailable, also where most of what was tracked lost its label at once."""
    label = errand.setup.settings.labels.tracked
    known = load_known(errand.tracker, errand.setup.ring, label)
    refuse_collapse(known, label, errand.tracker.name)
    return known


def file_window(
    window: Window, read: ReadReport, coverages: tuple[Coverage, ...], known: Known, errand: Errand
) -> RunResult:
    """Make the tracker's issues true of a window, however it was come by. Raises what `file_incidents` raises."""
    setup = errand.setup
    healed = heal(known, setup, errand.wall)
    window, known = _remembering(window, known.repo), healed.known
    if errand.seen:
        errand.seen(window)
    known = msgspec.structs.replace(known, warnings=(*known.warnings, *hole_warnings(coverages)))
    outcome = triage(window, claims(window, living(known, window.end, setup)), known.repo.habits)
    judged = judge(healed.found(parted(outcome.found, known.states)), window, known, errand, coverages)
    drafts = [*judged.drafts, *healed.closing]
    known = msgspec.structs.replace(known, warnings=(*known.warnings, *judged.warnings))
    plan = diff((one.draft for one in drafts), known.issues, setup.settings.max_new_issues)
    plan = with_storm(plan, drafts, known, window.end, setup)

    def told(done: tuple[Action, ...], held: tuple[Action, ...]) -> RunResult:
        reported = [_with_label(one, known, setup.settings.labels) for one in judged.reported]
        return _result(window, read, outcome.verdicts, reported, done, held, known, errand)

    if errand.dry_run:
        return told(plan.actions, plan.held_back)
    try:
        done = execute_plan(plan, drafts, window, known, errand, coverages, judged.watches, judged.deployments)
        return msgspec.structs.replace(told(done, plan.held_back), states=_left(known, drafts, done))
    except PartlyDone as part:
        if not isinstance(part.result, Outcome):
            raise
        left = tuple(msgspec.structs.replace(one.action, because=one.because) for one in part.result.left)
        result = told(part.result.done, (*plan.held_back, *left))
        new = (one for one in drafts if not one.draft.number)
        states = _left(known, new, part.result.done)
        raise PartlyDone(str(part), msgspec.structs.replace(result, states=states)) from part


def _left(known: Known, drafts: Iterable[Drafted], done: Iterable[Action]) -> dict[int, IssueState]:
    """The states of all issues after what was drafted is done."""
    created = {action.key: action.number for action in done if action.kind is ActionKind.CREATE}
    drafted = {one.draft.number or created.get(one.draft.key, 0): one.state for one in drafts}
    return known.states | {number: state for number, state in drafted.items() if number}


def _result(
    window: Window,
    read: ReadReport,
    verdicts: tuple[Verdict, ...],
    reported: list[Reported],
    done: tuple[Action, ...],
    held: tuple[Action, ...],
    known: Known,
    errand: Errand,
) -> RunResult:
    return RunResult(
        window=_summary(window),
        read=read,
        incidents=_with_numbers(reported, done, held),
        verdicts=verdicts,
        actions=done,
        held_back=held,
        warnings=known.warnings,
        tracker=errand.tracker.name,
        requests=errand.tracker.requests + (errand.setup.code.requests if errand.setup.code else 0),
        dry_run=errand.dry_run,
        states=known.states,
    )


def _remembering(window: Window, repo: RepoState) -> Window:
    told = (one for one in repo.deployments if one.source not in SEEN)
    return msgspec.structs.replace(window, deployments=tuple(sorted({*window.deployments, *told})))


def _with_label(one: Reported, known: Known, labels: Labels) -> Reported:
    """An incident with, where nothing else is said of it, the priority that a person's label gives its issue."""
    issue, state = known.issues.get(one.issue), known.states.get(one.issue)
    if one.because or issue is None or state is None:
        return one
    own, there = (frozenset(name.casefold() for name in names) for names in (state.labels, issue.labels))
    theirs = [p for p in Priority if p is not one.incident.priority and labels.of(p).casefold() in there - own]
    return msgspec.structs.replace(one, because=f"labelled {theirs[0]} by a person") if theirs else one


def _with_numbers(reported: list[Reported], done: Iterable[Action], held: Iterable[Action]) -> tuple[Reported, ...]:
    numbers = {action.key: action.number for action in done if action.kind is ActionKind.CREATE}
    waiting = {action.key: action.because for action in held}
    return tuple(
        msgspec.structs.replace(
            one,
            issue=one.issue or numbers.get(key_of(one.incident), 0),
            because=one.because or ("" if one.issue else waiting.get(key_of(one.incident), "")),
        )
        for one in reported
    )


def _summary(window: Window) -> WindowSummary:
    return WindowSummary(window.start, window.end, window.entries, window.severities, len(window.clusters))
