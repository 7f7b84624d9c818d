"""The stability report of a fix: what was checked, what runs, what the logs show, what is against it."""

import math
import re
from collections import Counter
from collections.abc import Iterable

import jinja2

from bot.documents.resolution import ENDINGS, fix_view
from bot.documents.rollback import rollback_command
from bot.documents.stabilityview import (
    ChecksView,
    CheckView,
    FileView,
    FindingView,
    ImportersView,
    InclusionView,
    PlaceView,
    ScopeView,
    SinceView,
    StabilityView,
)
from bot.model.fix import Check, FixCommit, Live, Liveness, Outcome, Standing
from bot.model.incident import Incident, episodes_in
from bot.model.scope import Evidence, Reach, Scope
from bot.model.state import IssueState, Phase
from bot.model.time import MINUTE
from bot.text.templates import render
from bot.text.untrusted import Untrusted
from bot.text.visible import cut

TEMPLATE = "stability.md.j2"

_NAME, _LONG, _PATCH = 200, 600, 4_000
_MOST_FILES, _MOST_CHECKS, _MOST_PASSED, _MOST_IMPORTERS = 60, 40, 12, 10
_SHA = re.compile(r"[0-9a-f]{7,64}")
_WANTING = (Outcome.FAILED, Outcome.PENDING)
_OVER = (Phase.VERIFIED, Phase.RECOVERED)
_SURE = 99.99
_HELD = {True: "yes", False: "no", None: "not known"}


def stability_view(number: int, state: IssueState, evidence: Evidence) -> StabilityView:
    """What the report shows of an issue's fix, from its state and what was gathered for it."""
    incident, trace = state.incident, state.incident.root.trace
    where = trace.origin if trace else None
    good = good_before(incident, evidence.live)
    return StabilityView(
        number=number,
        at=evidence.at,
        title=cut(incident.root.title, _NAME),
        priority=incident.priority.value,
        phase=state.phase.value,
        over=state.phase in _OVER,
        cause=cut(f"{trace.cause.type}: {trace.cause.value}" if trace else incident.root.title, _NAME),
        location=cut(f"{where.file or where.module}:{where.line}" if where and where.line else "", _NAME),
        ending=ENDINGS[state.resolution.reason] if state.resolution else "",
        fixes=tuple(fix_view(fix) for fix in evidence.fixes),
        checks=_by_source(evidence.checks),
        health=tuple(_check(one) for one in evidence.health),
        came_back=cut(_came_back(state), _LONG),
        since=_since(state, evidence),
        places=_places(state, evidence),
        wanted=evidence.wanted,
        scope=_scope(evidence.scope) if evidence.scope else None,
        importers=_importers(evidence.reach) if evidence.reach else None,
        unread=tuple(cut(path, _NAME) for path in (evidence.reach.unread if evidence.reach else ())),
        inclusions=_inclusions(evidence),
        risk=evidence.risk.value,
        findings=tuple(FindingView(f.name, f.risk.value, f.rule, cut(f.saw, _LONG)) for f in evidence.findings),
        good=cut(good, _NAME),
        back=cut(rollback_command(incident.place, good) if good else "", _LONG),
        revert=_revert(evidence.fixes),
        deploy=cut(evidence.deploy, _LONG),
        floor=evidence.floor,
        prevention=evidence.prevention,
        unknown=tuple(cut(one, _LONG) for one in evidence.unknown),
    )


def render_stability(view: StabilityView, environment: jinja2.Environment) -> str:
    """The Markdown page. Raises SettingsError where the user's template can't be rendered."""
    return render(environment, TEMPLATE, stability=view).strip() + "\n"


def _by_source(checks: Iterable[Check]) -> tuple[ChecksView, ...]:
    sources: dict[str, list[Check]] = {}
    for check in checks:
        sources.setdefault(check.source, []).append(check)
    return tuple(_checks(source, found) for source, found in sources.items())


def _checks(source: str, found: list[Check]) -> ChecksView:
    told = Counter(check.outcome for check in found)
    wanting = sorted((check for check in found if check.outcome in _WANTING), key=lambda check: check.outcome)
    passed = [check for check in found if check.outcome is Outcome.PASSED]
    return ChecksView(
        source=cut(source, _NAME),
        total=len(found),
        outcomes={outcome.value: told[outcome] for outcome in Outcome if told[outcome]},
        wanting=tuple(_check(one) for one in wanting[:_MOST_CHECKS]),
        passed=tuple(_check(one) for one in passed[:_MOST_PASSED]),
    )


def _check(one: Check) -> CheckView:
    return CheckView(
        cut(one.name, _NAME), one.outcome.value, cut(one.source, _NAME), cut(one.detail, _LONG), one.seconds
    )


def _since(state: IssueState, evidence: Evidence) -> SinceView | None:
    """What was counted in whole minutes after the fix went live in the last of its places."""
    since = max((one.since for one in evidence.live if one.liveness is Liveness.LIVE), default=0)
    if not since:
        return None
    entries, episodes = _later(state.incident, since // MINUTE)
    return SinceView(
        since=since,
        until=max(evidence.read_until, since),
        entries=entries,
        episodes=episodes,
        last=state.incident.last,
    )


def _came_back(state: IssueState) -> str:
    if state.phase is not Phase.REGRESSION:
        return ""
    return next((step.because for step in reversed(state.transitions) if step.to is Phase.REGRESSION), "")


def _later(incident: Incident, minute: int) -> tuple[int | None, int | None]:
    """(entries of all members, episodes of the root) after a minute; None where older minutes were summed up since."""
    if incident.last // MINUTE <= minute:
        return 0, 0
    if any(one.settled.until > minute for one in incident.members):
        return None, None
    later = [{at: m for at, m in one.minutes.items() if at > minute} for one in incident.members]
    return sum(m.count for minutes in later for m in minutes.values()), episodes_in(later[0])


def _places(state: IssueState, evidence: Evidence) -> tuple[PlaceView, ...]:
    """The places that are known; the proof is of the incident's own environment, all its services together."""
    home, over = state.incident.key.environment, state.phase in _OVER
    return tuple(_place(one, one.environment == home, over, evidence) for one in evidence.live)


def _place(one: Live, own: bool, over: bool, evidence: Evidence) -> PlaceView:
    is_live = own and one.liveness is Liveness.LIVE
    proof = evidence.proof if is_live else None
    proved = is_live and over
    missing = "No failure of this environment is tracked here." if not own else evidence.unproven
    return PlaceView(
        environment=cut(one.environment, _NAME),
        service=cut(one.service, _NAME),
        liveness=one.liveness.value,
        since=one.since,
        revisions=tuple(cut(name, _NAME) for name in one.revisions[-5:]),
        assumed=one.assumed,
        because=cut(one.because, _LONG),
        confidence=1 - proof.chance if proof else None,
        sure=_sure(1 - proof.chance) if proof else "proved" if proved else "not known",
        proven=proof.proven if proof else proved,
        why=cut(proof.why if proof else missing, _LONG),
    )


def _sure(confidence: float) -> str:
    """In per cent, rounded down: what is nearly sure is never called so whole."""
    percent = math.floor(confidence * 10_000) / 100
    return f"over {_SURE} %" if percent >= _SURE else f"{percent:.2f} %"


def good_before(incident: Incident, live: Iterable[Live]) -> str:
    """The last good revision, unless it is one that has the fix: the logs know of none from before the failure then."""
    fixed = {name for one in live for name in one.revisions}
    return incident.good.revision if incident.good and incident.good.revision not in fixed else ""


def _scope(scope: Scope) -> ScopeView:
    parts = Counter(part.value for _, part in scope.files)
    shown = scope.files[:_MOST_FILES]
    return ScopeView(
        files=tuple(
            FileView(
                cut(change.path, _NAME),
                part.value,
                change.status,
                change.added,
                change.removed,
                cut(change.before, _NAME),
                cut(change.patch, _PATCH) if change.patch else Untrusted(""),
            )
            for change, part in shown
        ),
        more=len(scope.files) - len(shown),
        total=len(scope.files),
        parts=dict(sorted(parts.items())),
        added=scope.added,
        removed=scope.removed,
        complete=scope.complete,
    )


def _importers(reach: Reach) -> tuple[ImportersView, ...]:
    found = []
    for changed in reach.looked:
        mine = [one for one in reach.importers if one.changed == changed]
        named = tuple((cut(one.path, _NAME), one.line) for one in mine[:_MOST_IMPORTERS])
        found.append(ImportersView(cut(changed, _NAME), len(mine), named))
    return tuple(found)


def _inclusions(evidence: Evidence) -> tuple[InclusionView, ...] | None:
    if evidence.inclusions is None:
        return None
    return tuple(
        InclusionView(cut(one.path, _NAME), cut(one.dockerfile, _NAME), _HELD[one.held], cut(one.because, _LONG))
        for one in evidence.inclusions[:_MOST_FILES]
    )


def _revert(fixes: Iterable[FixCommit]) -> str:
    """What takes the fix commits back, the newest first; "" where none is on the branch."""
    names = [fix.sha[:12] for fix in fixes if fix.standing is Standing.ON_BRANCH and _SHA.fullmatch(fix.sha)]
    return f"git revert {' '.join(reversed(names))}" if names else ""
