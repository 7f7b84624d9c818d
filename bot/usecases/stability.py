"""`report stability N`: what there is to know of a fix before and after it is deployed, gathered and judged."""

from pathlib import Path

import msgspec

from bot.documents.rollback import rollback_command
from bot.documents.stability import good_before, render_stability, stability_view
from bot.documents.stabilityview import StabilityView
from bot.errors import UsageError
from bot.fixes.risk import Sight, findings, overall
from bot.fixes.validation import Unreadable, checks_in
from bot.model.fix import Check, Live, Liveness, Standing
from bot.model.scope import Evidence
from bot.model.state import IssueState, Phase
from bot.model.time import iso, length_of
from bot.trackers.git import GitHost
from bot.trackers.interface import Tracker
from bot.triage import fitting
from bot.usecases.changed import Changed
from bot.usecases.errand import Errand
from bot.usecases.health import asked, split
from bot.usecases.known import Known, load_known
from bot.usecases.proving import proof_of, read_until
from bot.usecases.setup import Setup
from bot.usecases.verifying import standings

MOST_BYTES = 64 * 2**20

GONE = (Standing.GONE, Standing.REVERTED, Standing.FAILED)
"""Where a fix commit that counts no more stands."""

_UNDER_WAY = (Phase.FILED, Phase.IN_PROGRESS, Phase.AWAITING, Phase.VERIFYING, Phase.MITIGATED, Phase.NO_DATA)
"""Phases in which a linked fix is in force."""


class Wanted(msgspec.Struct, frozen=True):
    """What a stability report is asked for: the issue, files of check results, health URLs, a Dockerfile's path.

    `clone` is a folder to look into where the code is known from elsewhere.
    """

    number: int
    results: tuple[Path, ...] = ()
    health: tuple[str, ...] = ()
    dockerfile: str = ""
    clone: Path | None = None


def stability(tracker: Tracker, setup: Setup, wanted: Wanted, wall: int) -> StabilityView:
    """The report's values. `wall` is the clock's nanoseconds.

    Raises UsageError where the issue isn't the bot's, a URL can't be one or a file can't be read; TrackerUnavailable.
    """
    for url in wanted.health:
        split(url)
    handed = tuple(check for file in wanted.results for check in read_results(file))
    known = load_known(tracker, setup.ring, setup.settings.labels.tracked)
    state = issue_state(known, wanted.number, tracker)
    health = tuple(asked(url) for url in wanted.health)
    changed = Changed(setup.code, GitHost(wanted.clone, setup.settings.branch) if wanted.clone else None)
    there = msgspec.structs.replace(setup, code=setup.code or changed.clone)
    live = _runs(known, wanted.number, Errand(tracker, there, wall))
    evidence = _judged(_gathered(changed, known, setup, wanted, live, wall), state, handed, health)
    return stability_view(wanted.number, state, evidence)


def as_markdown(view: StabilityView, setup: Setup) -> str:
    """The report as Markdown. Raises SettingsError where the user's template can't be rendered."""
    return render_stability(view, setup.templates)


def issue_state(known: Known, number: int, tracker: Tracker) -> IssueState:
    """What the bot knows of an issue. Raises UsageError where it isn't the bot's."""
    if number not in known.states:
        raise UsageError(f"{tracker.name} has no issue {number} of incidentbot's; `incidentbot issues` lists them.")
    return known.states[number]


def read_results(file: Path) -> tuple[Check, ...]:
    """The checks of a file of results. Raises UsageError where it can't be read or holds none."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Unreadable(f"it is larger than {MOST_BYTES // 2**20} MB")
        return checks_in(data, file.name)
    except OSError as error:
        raise UsageError(f"--results {file} can't be read: {error.strerror}; name another file.") from None
    except Unreadable as why:
        raise UsageError(f"--results {file} can't be used: {why}; hand in JUnit XML or JSON.") from None


def _runs(known: Known, number: int, errand: Errand) -> tuple[Live, ...]:
    """Where the fix ran when the issue last moved; where it hasn't moved since, by what is remembered."""
    state = known.states[number]
    if state.live or not state.fixes or state.phase not in _UNDER_WAY:
        return state.live
    return standings(known, errand, (number,))[0].facts.live


def _gathered(
    changed: Changed, known: Known, setup: Setup, wanted: Wanted, live: tuple[Live, ...], wall: int
) -> Evidence:
    """What the code and the tracker tell, where the fix runs as in `live`."""
    state, rules = known.states[wanted.number], setup.settings.verification
    until = read_until(wanted.number, known)
    fixes = changed.fixes(wanted.number, state, until)
    counted = tuple(fix for fix in fixes if fix.standing not in GONE)
    head, scope = counted[-1].sha if counted else "", changed.scope(counted)
    is_live = any(one.liveness is Liveness.LIVE for one in live)
    proof = proof_of(wanted.number, known, setup) if is_live else None
    return Evidence(
        at=wall,
        read_until=until,
        wanted=rules.confidence,
        floor=length_of(rules.floor),
        fixes=fixes,
        live=live,
        proof=proof,
        unproven="" if proof else _unproven(state, is_live),
        checks=changed.checks(head) if head else (),
        scope=scope,
        reach=changed.reach(scope, head),
        inclusions=changed.inclusions(scope, head, wanted.dockerfile),
        deploy=setup.settings.deploy_command,
        prevention=tuple(step for book in fitting(state.incident, setup.playbooks) for step in book.prevention),
        unknown=tuple(dict.fromkeys((*_without(changed, setup), *changed.unknown))),
    )


def _judged(evidence: Evidence, state: IssueState, handed: tuple[Check, ...], health: tuple[Check, ...]) -> Evidence:
    """The same with what was handed in and asked, and what the rules find."""
    checks = (*handed, *evidence.checks)
    found = findings(
        Sight(
            fixes=evidence.fixes,
            scope=evidence.scope,
            checks=checks,
            health=health,
            reach=evidence.reach,
            inclusions=evidence.inclusions,
            failing=_failing(state),
            said=_said(state),
            rollback=_way_back(state, evidence.live),
        )
    )
    return msgspec.structs.replace(evidence, checks=checks, health=health, findings=found, risk=overall(found))


def _failing(state: IssueState) -> tuple[str, ...]:
    """The application's own files in the root's stack trace."""
    trace = state.incident.root.trace
    return tuple(dict.fromkeys(frame.file for frame in trace.frames if frame.in_app and frame.file)) if trace else ()


def _said(state: IssueState) -> str:
    trace = state.incident.root.trace
    return trace.cause.value if trace else state.incident.root.title


def _way_back(state: IssueState, live: tuple[Live, ...]) -> bool | None:
    good = good_before(state.incident, live)
    return bool(rollback_command(state.incident.place, good)) if good else None


def _unproven(state: IssueState, is_live: bool) -> str:
    """What to say of a place where nothing is measured at present."""
    if state.phase in (Phase.VERIFIED, Phase.RECOVERED) and state.transitions:
        return f"It was proved at {iso(state.transitions[-1].at)}: {state.transitions[-1].because}"
    if is_live:
        return "Its silence wasn't watched yet: `file` and `verify` do that with the logs from after the deployment."
    if state.fixes:
        return "The fix has to be deployed first."
    return "No fix is linked."


def _without(changed: Changed, setup: Setup) -> list[str]:
    """What would be known with more to ask."""
    if changed.clone:
        return []
    if setup.code:
        return ["Who imports what changed: that takes a local clone; name one with `--clone`."]
    return ["The code: name a clone with `--clone`, or the repository with `--repo`."]
