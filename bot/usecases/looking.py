"""`cluster`, `issues` and `explain`: looking without touching."""

from collections.abc import Callable

import msgspec

from bot.clustering import explain, widen
from bot.errors import UsageError
from bot.logs import Reading
from bot.model.incident import Incident, Verdict
from bot.model.issue import Comment, Issue
from bot.model.run import ReadReport, Warned
from bot.model.state import IssueState
from bot.model.time import iso
from bot.model.window import Window
from bot.trackers.interface import Tracker
from bot.triage import triage
from bot.usecases.counting import with_counts
from bot.usecases.drafting import assessed
from bot.usecases.known import Known, load_known
from bot.usecases.setup import Setup
from bot.usecases.windowing import observed

Assign = Callable[[str, str], None]


def cluster_logs(reading: Reading, setup: Setup, assign: Assign | None = None) -> tuple[Window, ReadReport]:
    """The window of these logs; `assign` is called with (insertId, fingerprint) of every entry in input order.

    Both know the aliases that these logs show; so assignments come at the end, when all were read.
    """
    assigned: list[tuple[int, str, str]] = []
    told = (lambda *one: assigned.append(one)) if assign else None
    window = with_counts(observed(reading, setup, told).window(widen), reading, setup)
    wide = {member: cluster.fingerprint for cluster in window.clusters for member in cluster.members}
    if assign:
        for _, insert_id, fingerprint in sorted(assigned):
            assign(insert_id, wide.get(fingerprint, fingerprint))
    return window, reading.report()


class Tracked(msgspec.Struct, frozen=True):
    """An issue, with its state where it is one of the bot's. Its comments are only there where they were asked for."""

    issue: Issue
    state: IssueState | None
    comments: tuple[Comment, ...] = ()


def tracked(tracker: Tracker, setup: Setup, comments: bool = False) -> tuple[list[Tracked], tuple[Warned, ...]]:
    """Every issue of the tracker, and what could not be read; `comments` cost a request an issue."""
    known = load_known(tracker, setup.ring, setup.settings.labels.tracked)
    warnings = [*known.warnings]
    found = []
    for number, issue in known.issues.items():
        said, warned = tracker.comments(number) if comments else ([], [])
        warnings += warned
        found.append(Tracked(issue, known.states.get(number), tuple(said)))
    return found, tuple(warnings)


class Explained(msgspec.Struct, frozen=True):
    """Why a cluster is, or is no, incident: the verdict, and the incident it belongs to with its priority assessed.

    `steps` lead from its earliest entry to its fingerprint, where they were asked for: (what was done, text after it).
    """

    verdict: Verdict
    incident: Incident | None
    filed: str
    steps: tuple[tuple[str, str], ...] = ()


def explain_logs(reading: Reading, setup: Setup, fingerprint: str = "") -> list[Explained]:
    """A verdict on every cluster of these logs, or on those whose fingerprint begins so, and these with their steps.

    The fingerprint that aliases give a cluster stands for all its members. Raises UsageError where none begins so.
    """
    observer = observed(reading, setup)
    outcome = triage(with_counts(observer.window(), reading, setup), {})
    members = {
        one
        for wide in observer.window(widen).clusters
        if wide.fingerprint.startswith(fingerprint)
        for one in wide.members
    }
    earliest = observer.earliest() if fingerprint else {}
    by_key = {found.incident.key: assessed(found.incident, setup) for found in outcome.found}
    explained = [
        Explained(
            verdict,
            incident := by_key.get(verdict.incident) if verdict.incident else None,
            _would_file(incident, setup),
            tuple(explain(*earliest[verdict.fingerprint])) if earliest else (),
        )
        for verdict in outcome.verdicts
        if verdict.fingerprint.startswith(fingerprint) or verdict.fingerprint in members
    ]
    if not explained:
        raise UsageError(
            f"No cluster of these logs has a fingerprint that begins with {fingerprint}; `cluster` lists them."
        )
    return explained


def _would_file(incident: Incident | None, setup: Setup) -> str:
    if incident is None:
        return "no incident"
    least = setup.settings.file_from
    if incident.priority > least:
        return f"{incident.priority} is below {least} (file_from): reported, not filed"
    return f"{incident.priority} is filed (file_from = {least})"


def explain_issue(tracker: Tracker, setup: Setup, number: int) -> Tracked:
    """The issue and its state. Raises UsageError where the number is unknown or the issue isn't the bot's."""
    return issue_in(load_known(tracker, setup.ring, setup.settings.labels.tracked), tracker.name, number)


def issue_in(known: Known, where: str, number: int) -> Tracked:
    """An issue among what is known of a tracker; raises as `explain_issue` does."""
    if number not in known.issues:
        raise UsageError(f"{where} has no issue {number} of incidentbot's; `incidentbot issues` lists them.")
    return Tracked(known.issues[number], known.states.get(number))


def issue_about(known: Known, where: str, fingerprint: str) -> int:
    """The number of the issue whose root's fingerprint begins so; where no root's does, that of a member.

    Raises UsageError where none or more than one is about it.
    """
    states = known.states
    roots = [number for number, state in states.items() if state.incident.key.root.startswith(fingerprint)]
    found = roots or [number for number, state in states.items() if _holds(state, fingerprint)]
    if not found:
        raise UsageError(
            f"{where} has no issue about a failure whose fingerprint begins with {fingerprint[:60]}: name an "
            "issue's number, or give --logs FILE or --project ID to explain what is in logs."
        )
    if len(found) > 1:
        named = ", ".join(f"#{number}" for number in sorted(found)[:10])
        raise UsageError(f"{len(found)} issues are about what begins with {fingerprint[:60]} ({named}): name one.")
    return found[0]


def _holds(state: IssueState, fingerprint: str) -> bool:
    return any(member.fingerprint.startswith(fingerprint) for member in state.incident.members)


def story(state: IssueState) -> list[str]:
    """An issue's life so far, a line each: transitions with their time and reason."""
    return [
        f"{iso(step.at)} {step.to}" + (f": {step.because}" if step.because not in ("", step.to) else "")
        for step in state.transitions
    ]
