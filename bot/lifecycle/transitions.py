"""How an issue moves through its life: one pure table of rules, the first that fits decides.

Times are those of the logs, so that reading old logs again moves nothing.
"""

from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from bot.lifecycle import moves
from bot.lifecycle.case import ENDED, RESOLVED, UNTAKEN, Case, Facts
from bot.lifecycle.moves import Moved
from bot.lifecycle.people import Wishes
from bot.model.incident import Incident
from bot.model.issue import Issue
from bot.model.state import IssueState, Phase

NO_WISHES = Wishes()
NO_FACTS = Facts()

_MOST_STEPS = 6


class Rule(NamedTuple):
    """A row of the table: in words what the issue was, what is the case, what it becomes; and the same as functions."""

    was: str
    case: str
    becomes: str
    fits: Callable[[Case], bool]
    move: Callable[[Case], Moved]


def advance(
    state: IssueState,
    issue: Issue,
    seen: Incident | None,
    wishes: Wishes = NO_WISHES,
    factor: float = 10.0,
    facts: Facts = NO_FACTS,
) -> Moved:
    """Where the issue goes from here: by `RULES`, one after the other, as far as what is known carries it.

    `seen` is what this window showed of it (None: nothing), with the priority of all that is known; only the first step
    takes it into account, so that what is proven to be gone since isn't back because of it.
    """
    case = Case(state, issue, seen, wishes, facts, factor)
    moved = Moved(state, issue.status)
    for _ in range(_MOST_STEPS):
        step = step_of(case).move(case)
        if (step.state, step.status) == (moved.state, moved.status):
            break
        moved = Moved(step.state, step.status, step.because or moved.because, (*moved.told, *step.told))
        case = replace(case, state=step.state, issue=replace(issue, status=step.status), seen=None)
    return moved


def step_of(case: Case) -> Rule:
    """The first rule that fits; the last fits always."""
    return next(rule for rule in RULES if rule.fits(case))


RULES: tuple[Rule, ...] = (
    Rule("merged", "", "stays as it is", lambda c: c.state.phase is Phase.MERGED, moves.stay),
    Rule(
        "muted by its closing",
        "open again",
        "filed: whoever opened it wants to hear of it",
        moves.opened_by_person,
        lambda c: moves.unmuted(c, "opened again by a person", tell=False, at=c.state.incident.last),
    ),
    Rule(
        "muted",
        "newer failures, after its time or P0 now, or `unmute_factor` times worse than then",
        "filed, reopened, with a comment",
        lambda c: c.state.phase is Phase.MUTED and bool(moves.louder(c)),
        lambda c: moves.unmuted(c, moves.louder(c), at=moves.last_seen(c)),
    ),
    Rule("muted", "", "stays as it is", lambda c: c.state.phase is Phase.MUTED, moves.stay),
    Rule(
        "open: awaiting, verifying or no data",
        "a failure with the fix, or after what was done instead of one",
        "regression, with a comment",
        lambda c: c.open_in(*RESOLVED) and bool(c.facts.relapsed),
        moves.relapse,
    ),
    Rule(
        "open: awaiting, verifying or no data",
        "every fix is gone from the branch, or reverted",
        "what it was before, with a comment",
        lambda c: c.open_in(*RESOLVED) and c.fix_lost and not c.without_commit,
        moves.fix_lost,
    ),
    Rule(
        "open: awaiting",
        "the fix runs wherever the incident occurred",
        "verifying, with a comment",
        lambda c: c.open_in(Phase.AWAITING) and c.is_live,
        moves.deployed,
    ),
    Rule(
        "open: verifying or no data",
        "the fix runs no longer, or only partly",
        "awaiting, with a comment",
        lambda c: c.open_in(Phase.VERIFYING, Phase.NO_DATA) and c.is_not_live and not c.without_commit,
        moves.undeployed,
    ),
    Rule(
        "open: verifying or no data",
        "silence is proof",
        "verified by a fix, else recovered; closed, with a comment. Where the cause is still on the branch: mitigated",
        lambda c: c.open_in(Phase.VERIFYING, Phase.NO_DATA) and bool(c.facts.proven),
        moves.proven,
    ),
    Rule(
        "open: verifying",
        "nothing seen of the service for long",
        "no data, with a comment",
        lambda c: c.open_in(Phase.VERIFYING) and bool(c.facts.blind),
        lambda c: moves.to(c, Phase.NO_DATA, c.facts.blind),
    ),
    Rule(
        "open: no data",
        "the service is seen again",
        "verifying",
        lambda c: c.open_in(Phase.NO_DATA) and bool(c.facts.at) and not c.facts.blind,
        lambda c: moves.to(c, Phase.VERIFYING, "the service is seen again", tell=False),
    ),
    Rule(
        "open: filed, in progress, regression, adopted or mitigated",
        "a fix is on the branch",
        "resolved-awaiting-deployment, with a comment",
        lambda c: c.open_in(*UNTAKEN, Phase.IN_PROGRESS) and c.fixed,
        moves.resolved,
    ),
    Rule(
        "open: filed, in progress, regression, adopted or mitigated",
        "a person says that it was ended without a commit",
        "verifying, with a comment",
        lambda c: c.open_in(*UNTAKEN, Phase.IN_PROGRESS) and c.without_commit,
        lambda c: moves.to(
            c, Phase.VERIFYING, "It was ended without a commit; what the logs show from here on decides."
        ),
    ),
    Rule(
        "open: mitigated",
        "newer failures",
        "regression, with a comment",
        lambda c: c.open_in(Phase.MITIGATED) and c.newer,
        moves.relapse,
    ),
    Rule(
        "open: filed, regression or adopted",
        "silence is proof, the cause is still on the branch",
        "mitigated, with a comment",
        lambda c: c.open_in(Phase.FILED, Phase.REGRESSION, Phase.ADOPTED) and bool(c.facts.proven and c.facts.remains),
        moves.mitigated,
    ),
    Rule(
        "open: filed, regression, adopted or mitigated",
        "silence is proof, the cause isn't known to be on the branch",
        "recovered; closed, with a comment",
        lambda c: c.open_in(*UNTAKEN) and bool(c.facts.proven) and not c.facts.remains,
        moves.proven,
    ),
    Rule(
        "open: filed, regression, adopted or mitigated",
        "somebody works on it",
        "in progress",
        lambda c: c.open_in(*UNTAKEN) and c.taken,
        moves.taken,
    ),
    Rule(
        "open: in progress",
        "nobody works on it any more, or has shown so for as long as a lease lasts",
        "what it was before; with a comment where a lease ran out",
        lambda c: c.open_in(Phase.IN_PROGRESS) and not c.taken,
        moves.given_back,
    ),
    Rule(
        "open: verified or recovered",
        "opened again by a person",
        "filed",
        lambda c: c.open_in(*ENDED),
        lambda c: moves.changed(
            moves.to(c, Phase.FILED, "opened again by a person", tell=False), resolution=None, live=()
        ),
    ),
    Rule("open", "", "stays in its phase", lambda c: c.is_open, moves.stay),
    Rule(
        "closed as not planned",
        "",
        "muted",
        lambda c: c.issue.close_reason == "not_planned",
        moves.not_planned,
    ),
    Rule("closed as a duplicate", "", "stays as it is", lambda c: c.issue.close_reason == "duplicate", moves.stay),
    Rule(
        "closed",
        "newer failures, only where the fix doesn't run",
        "stays as it is",
        lambda c: c.newer and bool(c.facts.excused) and (c.ended or moves.TWICE in c.state.said),
        moves.stay,
    ),
    Rule(
        "closed by a person, or by a commit's words",
        "a fix is on the branch and known not to be deployed everywhere; the first time",
        "resolved-awaiting-deployment, reopened, with a comment",
        lambda c: moves.closed_by_person(c) and c.fixed and c.is_not_live and moves.TWICE not in c.state.said,
        moves.reopened_early,
    ),
    Rule(
        "closed",
        "newer failures",
        "regression, reopened, with a comment",
        lambda c: c.newer and not c.facts.excused,
        moves.relapse,
    ),
    Rule(
        "closed by a person",
        "a check is due, and silence is proof",
        "verified by a fix, else recovered; with a comment",
        lambda c: moves.closed_by_person(c) and bool(c.facts.check and c.facts.proven),
        moves.checked,
    ),
    Rule(
        "closed by a person",
        "the last check is due, and silence is no proof",
        "no data, stays closed, with a comment",
        lambda c: moves.closed_by_person(c) and c.facts.last_check and c.state.phase is not Phase.NO_DATA,
        moves.checked,
    ),
    Rule(
        "closed by a person",
        "seen for the first time",
        "stays as it is; checks count from here",
        lambda c: moves.closed_by_person(c) and not c.state.closed and bool(c.facts.at),
        lambda c: Moved(replace(c.state, closed=c.facts.at), c.issue.status),
    ),
    Rule("closed", "", "stays as it is", lambda c: True, moves.stay),
)
"""The table, also in docs/lifecycle.md."""
