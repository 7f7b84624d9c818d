"""`resolve`: a person says what ended an incident. `deployed`: a person tells of a deployment that no log tells of."""

import re
from collections.abc import Iterable

import msgspec

from bot.errors import UsageError
from bot.fixes import fix_of
from bot.lifecycle import Facts, Moved, advance, decisions, resting
from bot.model.fix import Commit, FixCommit, Standing
from bot.model.issue import IssueStatus
from bot.model.state import IssueState, Phase, Reason, Resolution
from bot.model.window import Deployment
from bot.usecases.acting import MOST_DEPLOYMENTS
from bot.usecases.codebase import Codebase
from bot.usecases.deciding import Decided, Desk, carried, steps_of
from bot.usecases.drafting import redrafted, wishes_of
from bot.usecases.errand import LIVE_LOGS
from bot.usecases.known import Known

_SHA = re.compile(r"[0-9a-f]{7,64}", re.ASCII)
_TOLD = "told by a person"


def resolve_issue(desk: Desk, number: int, commits: Iterable[str] = (), reason: Reason = Reason.COMMIT) -> Decided:
    """Link commits to an issue as its fix, or say what ended it without one; its comment is the wrap-up.

    The commits' names may be abbreviated. Raises UsageError where a name is none, or the code has no such commit.
    """
    state = desk.standing_alone(number)
    commits = tuple(dict.fromkeys(commits))
    if (reason is Reason.COMMIT) != bool(commits):
        raise UsageError(
            "Say what ended it: --commit SHA for a fix, or --reason rollback, config or external where there is none."
        )
    at, code = newest(desk.known), Codebase(desk.setup.code, state.incident.first)
    linked = tuple(_fix(name, at, desk.order.by, code) for name in commits)
    since = desk.order.at if abs(desk.order.at - at) < LIVE_LOGS else at
    after = msgspec.structs.replace(
        state,
        fixes=_linked(state, linked, reason),
        resolution=Resolution(reason, desk.order.by, since, desk.order.because),
    )
    if after.fixes == state.fixes and state.resolution and state.resolution.reason is reason:
        return carried(desk, f"#{number} says so already: nothing to change.", [])
    after = decisions.decided(after, _what(reason, linked), desk.order)
    issue = desk.known.issues[number]
    facts = Facts(at=at, fixes=code.fixes(number, after))
    moved = advance(after, issue, None, wishes_of(number, desk.known, desk.setup), facts=facts)
    if moved.state == after:
        moved = msgspec.structs.replace(moved, state=msgspec.structs.replace(after, fixes=facts.fixes))
    drafted = redrafted(moved.state, moved, issue, state, desk.setup)
    actions = steps_of(issue, drafted, moved.state, _what(reason, linked))
    said = _said(number, moved.state, issue.status)
    if linked and code.host is None:
        said += " Nobody could look the commit up: no code is known here (setting clone)."
    return carried(desk, said, actions)


def unlink_fixes(desk: Desk, number: int, commits: Iterable[str]) -> Decided:
    """Take commits off an issue that don't fix it; without any left it is what it was before.

    Raises UsageError where a name fits none of its fixes.
    """
    state = desk.standing_alone(number)
    wrong = [_fitting(name, state, number) for name in commits]
    left = tuple(fix for fix in state.fixes if fix not in wrong)
    after = msgspec.structs.replace(state, fixes=left)
    if not left:
        after = decisions.moved(after, resting(state), "its fix was taken off")
        after = msgspec.structs.replace(after, resolution=None, live=())
    what = f"took {', '.join(fix.sha[:9] for fix in wrong)} off its fixes"
    after = decisions.decided(after, what, desk.order)
    issue = desk.known.issues[number]
    drafted = redrafted(after, Moved(after, issue.status), issue, state, desk.setup)
    return carried(desk, f"#{number} is {after.phase}.", steps_of(issue, drafted, after, what))


def _fitting(name: str, state: IssueState, number: int) -> FixCommit:
    found = [fix for fix in state.fixes if len(name) >= 7 and fix.sha.startswith(name.strip().lower())]
    if len(found) != 1:
        known = ", ".join(fix.sha[:9] for fix in state.fixes) or "none"
        raise UsageError(f"{name[:60]!r} is no fix of #{number}: its fixes are {known}.")
    return found[0]


def record_deployment(
    desk: Desk, service: str, revision: str, commit: str = "", environment: str = "", at: int = 0
) -> Decided:
    """Remember a deployment that a person tells of, for issues to be moved by. `at` is nanoseconds (0: now).

    Raises UsageError where neither revision nor commit is named, or the environment isn't clear.
    """
    if not revision and not commit:
        raise UsageError("Name the revision that was deployed, or its commit with --commit SHA.")
    if commit and not _SHA.fullmatch(commit):
        raise UsageError(f"{commit[:60]!r} is no commit's name: give 7 to 64 hexadecimal digits.")
    where = environment or _environment(service, desk.known)
    told = Deployment(at or desk.order.at, where, service, revision, commit, _TOLD)
    repo = desk.known.repo
    there = [one for one in repo.deployments if (one.environment, one.service, one.revision) == _place(told)]
    if revision and any(one.commit == commit for one in there):
        return carried(desk, f"{revision} of {service} is on record already.", [])
    kept = [one for one in repo.deployments if one not in there or not revision]
    after = msgspec.structs.replace(repo, deployments=tuple(sorted([*kept, told]))[-MOST_DEPLOYMENTS:])
    what = revision or commit[:9]
    return carried(
        desk, f"{what} of {service} in {where} is on record; `incidentbot verify` moves issues by it.", [], after
    )


def newest(known: Known) -> int:
    """The newest log time (nanoseconds) that any issue or run has seen."""
    seen = (state.incident.observed_until for state in known.states.values())
    return max([0, *seen, *(run.end for run in known.repo.runs)])


def _place(one: Deployment) -> tuple[str, str, str]:
    return one.environment, one.service, one.revision


def _environment(service: str, known: Known) -> str:
    """The one environment that issues and deployments know this service in."""
    found = {state.incident.key.environment for state in known.states.values() if state.incident.key.service == service}
    found |= {one.environment for one in known.repo.deployments if one.service == service}
    if len(found) != 1:
        named = ", ".join(sorted(found)) or "none"
        raise UsageError(f"Which environment {service} was deployed in isn't clear ({named}): give --environment.")
    return found.pop()


def _fix(name: str, at: int, by: str, code: Codebase) -> FixCommit:
    name = name.strip().lower()
    if not _SHA.fullmatch(name):
        raise UsageError(f"{name[:60]!r} is no commit's name: give 7 to 64 hexadecimal digits.")
    commit = code.commit(name)
    if commit is None and code.host is not None and not code.warnings:
        raise UsageError(f"{code.name} has no commit {name}: push it first, or name another.")
    return fix_of(commit or Commit(name, ""), at, f"{by}, by `resolve`")


def _linked(state: IssueState, new: tuple[FixCommit, ...], reason: Reason) -> tuple[FixCommit, ...]:
    """The fixes with new ones; one that failed before counts again. Another reason puts away what isn't known."""
    if reason is not Reason.COMMIT:
        return tuple(fix for fix in state.fixes if fix.standing is not Standing.UNKNOWN)
    names = {fix.sha for fix in new}
    kept = [fix for fix in state.fixes if fix.standing is not Standing.FAILED or fix.sha not in names]
    known = {sha for fix in kept for sha in (fix.sha, *fix.formerly)}
    return (*kept, *(fix for fix in new if fix.sha not in known))


def _what(reason: Reason, linked: tuple[FixCommit, ...]) -> str:
    if reason is not Reason.COMMIT:
        return f"called this issue ended by: {reason}"
    return f"linked {', '.join(fix.sha[:9] for fix in linked)} as the fix"


def _said(number: int, state: IssueState, status: IssueStatus) -> str:
    if state.phase is Phase.AWAITING:
        return f"#{number} waits for its fix to be deployed."
    if any(fix.standing is Standing.ELSEWHERE for fix in state.fixes):
        return f"#{number} has its fix linked, and moves on when that is on the tracked branch."
    return f"#{number} is {state.phase}, {status}."
