"""`file` and `plan`: the whole run over a window, from entries to true issues."""

from collections.abc import Iterable

import msgspec

from bot.clustering import Clusterer
from bot.filing import diff
from bot.lifecycle import claims
from bot.logs import Reading
from bot.model.incident import Found
from bot.model.issue import Action, ActionKind
from bot.model.run import Reported, RunResult, WindowSummary
from bot.model.state import RepoState
from bot.model.window import Window
from bot.observing import observe
from bot.trackers.interface import Tracker
from bot.triage import triage
from bot.usecases.acting import execute_plan
from bot.usecases.drafting import Drafted, draft_of, judged, key_of
from bot.usecases.known import Known, load_known
from bot.usecases.setup import Setup


def file_incidents(reading: Reading, tracker: Tracker, setup: Setup, wall: int, dry_run: bool = False) -> RunResult:
    """Read the logs, and make the tracker's issues true of them; with `dry_run` only say what would be done.

    `wall` is the wall clock's nanoseconds. Raises LogsUnavailable, TrackerUnavailable, PartlyDone, SettingsError.
    """
    known = load_known(tracker, setup.ring, setup.settings.labels.tracked)
    window = _remembering(observe(reading, Clusterer().signature, setup.environment_of), known.repo)
    read = reading.report()
    outcome = triage(window, claims(window, known.states))
    drafts, reported = _drafts(outcome.found, known, setup)
    plan = diff((one.draft for one in drafts), known.issues, setup.settings.max_new_issues)
    done = plan.actions if dry_run else execute_plan(plan, drafts, window, tracker, known, setup, wall)
    return RunResult(
        window=_summary(window),
        read=read,
        incidents=_with_numbers(reported, done, plan.held_back),
        verdicts=outcome.verdicts,
        actions=done,
        held_back=plan.held_back,
        warnings=known.warnings,
        tracker=tracker.name,
        requests=tracker.requests,
        dry_run=dry_run,
    )


def _remembering(window: Window, repo: RepoState) -> Window:
    return msgspec.structs.replace(window, deployments=tuple(sorted({*window.deployments, *repo.deployments})))


def _drafts(found: Iterable[Found], known: Known, setup: Setup) -> tuple[list[Drafted], list[Reported]]:
    drafts, reported = [], []
    least = setup.settings.file_from
    for one in found:
        incident = judged(one, known, setup)
        if not one.issue and incident.priority > least:
            because = f"{incident.priority} is below {least} (file_from): reported, not filed"
            reported.append(Reported(0, incident, because))
            continue
        if not one.issue and (number := known.might_be(incident)):
            reported.append(Reported(0, incident, f"#{number} names it, but its marker can't be read: mend that first"))
            continue
        draft = draft_of(one, known, setup)
        reported.append(Reported(one.issue, incident, "" if draft else "its issue is muted or merged"))
        if draft:
            drafts.append(draft)
    return drafts, sorted(reported, key=lambda one: (one.incident.priority, one.incident.first))


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
