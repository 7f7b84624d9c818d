"""`file` and `plan`: the whole run over a window, from entries to true issues."""

from collections.abc import Callable, Iterable

import msgspec

from bot.errors import PartlyDone
from bot.filing import Outcome, Pace, diff
from bot.lifecycle import claims, parted
from bot.logs import Reading
from bot.model.incident import Found, Incident, Verdict
from bot.model.issue import Action, ActionKind
from bot.model.run import ReadReport, Reported, RunResult, WindowSummary
from bot.model.state import RepoState
from bot.model.window import Window
from bot.trackers.interface import Tracker
from bot.triage import triage
from bot.usecases.acting import execute_plan, pace_of
from bot.usecases.advancing import hole_warnings, spanned
from bot.usecases.baselining import Baseline, baseline, still_known
from bot.usecases.drafting import Drafted, draft_of, judged, key_of, silence
from bot.usecases.flooding import with_storm
from bot.usecases.healing import heal
from bot.usecases.known import Known, load_known, refuse_collapse
from bot.usecases.proposing import handwritten, proposal
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
) -> RunResult:
    """Read the logs, and make the tracker's issues true of them; with `dry_run` only say what would be done.

    `wall` is the wall clock's nanoseconds; `seen` is given the window before anything is written. Raises
    LogsUnavailable, TrackerUnavailable, SettingsError, and PartlyDone with the RunResult as its `result`.
    """
    pace = pace or pace_of(setup)
    known = load_known(tracker, setup.ring, setup.settings.labels.tracked)
    refuse_collapse(known, setup.settings.labels.tracked, tracker.name)
    healed = heal(known, setup, wall)
    known = healed.known
    reading.resume(known.repo.watermarks)
    window = _remembering(window_of(reading, setup), known.repo)
    read, coverages = reading.report(), reading.coverages()
    window = spanned(window, coverages)
    if seen:
        seen(window)
    known = msgspec.structs.replace(known, warnings=(*known.warnings, *hole_warnings(coverages)))
    outcome = triage(window, claims(window, known.states))
    drafts, reported = _drafts(healed.found(parted(outcome.found, known.states)), known, setup)
    drafts += healed.closing
    plan = diff((one.draft for one in drafts), known.issues, setup.settings.max_new_issues)
    plan = with_storm(plan, drafts, known, window.end, setup)

    def told(done: tuple[Action, ...], held: tuple[Action, ...]) -> RunResult:
        return _result(window, read, outcome.verdicts, reported, done, held, known, tracker, dry_run)

    if dry_run:
        return told(plan.actions, plan.held_back)
    try:
        return told(execute_plan(plan, drafts, window, tracker, known, setup, wall, pace, coverages), plan.held_back)
    except PartlyDone as part:
        if not isinstance(part.result, Outcome):
            raise
        left = tuple(msgspec.structs.replace(one.action, because=one.because) for one in part.result.left)
        raise PartlyDone(str(part), told(part.result.done, (*plan.held_back, *left))) from part


def _result(
    window: Window,
    read: ReadReport,
    verdicts: tuple[Verdict, ...],
    reported: list[Reported],
    done: tuple[Action, ...],
    held: tuple[Action, ...],
    known: Known,
    tracker: Tracker,
    dry_run: bool,
) -> RunResult:
    return RunResult(
        window=_summary(window),
        read=read,
        incidents=_with_numbers(reported, done, held),
        verdicts=verdicts,
        actions=done,
        held_back=held,
        warnings=known.warnings,
        tracker=tracker.name,
        requests=tracker.requests,
        dry_run=dry_run,
    )


def _remembering(window: Window, repo: RepoState) -> Window:
    return msgspec.structs.replace(window, deployments=tuple(sorted({*window.deployments, *repo.deployments})))


def _drafts(found: Iterable[Found], known: Known, setup: Setup) -> tuple[list[Drafted], list[Reported]]:
    drafts, reported = [], []
    before, by_hand = baseline(known, setup), handwritten(known)
    for one in found:
        incident = judged(one, known, setup)
        because = "" if one.issue else _unfiled(incident, known, before, setup)
        if one.issue in known.unlabelled:
            because = "its label was taken off: it is left alone, and not filed again"
        draft = None if because else draft_of(one, known, setup)
        if draft:
            drafts.append(draft)
            because = draft.note if one.issue else proposal(incident, by_hand)
        reported.append(Reported(one.issue, incident, because or ("" if draft else silence(one.issue, known, setup))))
    return drafts, sorted(reported, key=lambda one: (one.incident.priority, one.incident.first))


def _unfiled(incident: Incident, known: Known, before: Baseline, setup: Setup) -> str:
    """Why an incident that has no issue gets none; "" where it is to be filed."""
    least = setup.settings.file_from
    if incident.priority > least:
        return f"{incident.priority} is below {least} (file_from): reported, not filed"
    if number := known.might_be(incident):
        return f"#{number} names it, but its marker can't be read: mend that first"
    return still_known(incident, before, setup)


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
