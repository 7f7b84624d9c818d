"""What each rule of the table of transitions makes of an issue."""

import msgspec
from msgspec.structs import replace

from bot.lifecycle.case import Case, resting
from bot.lifecycle.worse import escalated, peak
from bot.model.fix import FixCommit, Standing
from bot.model.incident import Incident
from bot.model.issue import IssueStatus
from bot.model.state import IssueState, Mute, Phase, Transition
from bot.model.time import iso

TWICE = "reopened before its deployment"
"""What an issue has said that was reopened once because its fix wasn't deployed."""

_CLOSER = "whoever closed it as not planned"


class Moved(msgspec.Struct, frozen=True):
    """What the rules make of an issue: its state, open or closed, and a sentence for a person where one should know.

    `told` are the places in `state.transitions` of the steps that a comment tells.
    """

    state: IssueState
    status: IssueStatus
    because: str = ""
    told: tuple[int, ...] = ()


def file(incident: Incident, after: int = 0) -> IssueState:
    """The state of an incident's new issue, filed at the log time until which was read.

    `after` is the issue that stood for the same incident and ended too long ago to be reopened (0: none).
    """
    at = incident.observed_until
    filed = IssueState(incident, transitions=(Transition(Phase.FILED, at, "filed"),))
    if not after:
        return filed
    back = Transition(Phase.REGRESSION, at, "It was closed as over before, in the first of the related issues.")
    return replace(filed, phase=Phase.REGRESSION, transitions=(*filed.transitions, back), related=(after,))


def mute_of(state: IssueState, by: str, at: int, until: int = 0, because: str = "") -> Mute:
    """A mute that remembers how bad it was, so that an escalation shows."""
    return Mute(by, at, until, because, state.incident.priority, peak(state.incident))


def stay(case: Case) -> Moved:
    """As it is."""
    return Moved(case.state, case.issue.status)


def to(
    case: Case, phase: Phase, because: str, status: IssueStatus | None = None, tell: bool = True, at: int = 0
) -> Moved:
    """In another phase, with a transition at the log time that the run has reached."""
    state = case.state
    step = Transition(phase, at or max(case.facts.at, state.incident.last), because)
    moved = replace(state, phase=phase, transitions=(*state.transitions, step))
    told = (len(state.transitions),) if tell else ()
    return Moved(moved, status or case.issue.status, because if tell else "", told)


def changed(moved: Moved, **changes: object) -> Moved:
    """The move with further fields of its state changed."""
    return replace(moved, state=replace(moved.state, **changes))


def not_planned(case: Case) -> Moved:
    """Muted by whoever closed it, as bad as it was then."""
    last = case.state.incident.last
    muted = to(case, Phase.MUTED, "closed as not planned", tell=False, at=last)
    return changed(muted, mute=mute_of(case.state, _CLOSER, last))


def opened_by_person(case: Case) -> bool:
    """True if an issue is open again whose closing had muted it."""
    mute = case.state.mute or Mute("", 0)
    return case.open_in(Phase.MUTED) and mute.by == _CLOSER


def unmuted(case: Case, because: str, tell: bool = True, at: int = 0) -> Moved:
    """Filed and open, without its mute."""
    return changed(to(case, Phase.FILED, because, IssueStatus.OPEN, tell, at), mute=None)


def louder(case: Case) -> str:
    """Why a muted issue speaks again; "" where it doesn't."""
    mute, seen = case.state.mute or Mute("", 0), case.seen
    if seen is None or not case.newer:
        return ""
    if mute.until and seen.last > mute.until:
        return f"It was muted until {iso(mute.until)}; the failure was seen at {iso(seen.last)}."
    worse = escalated(mute.priority, mute.peak, seen, case.factor)
    return f"It was muted, but it got worse. {worse}" if worse else ""


def relapse(case: Case) -> Moved:
    """Back, with the fixes marked that didn't help."""
    because = case.facts.relapsed or _seen_again(case)
    moved = to(case, Phase.REGRESSION, because, IssueStatus.OPEN, at=last_seen(case))
    failed = tuple(_failed(fix) for fix in case.facts.fixes)
    moved = changed(moved, fixes=failed or case.state.fixes, resolution=None, live=(), closed=0)
    return changed(moved, between=case.facts.between, suspects=case.facts.suspects)


def _failed(fix: FixCommit) -> FixCommit:
    held = fix.standing in (Standing.ON_BRANCH, Standing.UNKNOWN)
    return replace(fix, standing=Standing.FAILED) if held else fix


def last_seen(case: Case) -> int:
    """The newest log time of the failure in this window (nanoseconds); where it shows none, until when was read."""
    return case.seen.last if case.seen else case.facts.at


def _seen_again(case: Case) -> str:
    return f"The failure was seen at {iso(last_seen(case))}, later than anything known when this issue was closed."


def resolved(case: Case) -> Moved:
    """Waiting for its fix to be deployed."""
    on_branch = any(fix.standing is Standing.ON_BRANCH for fix in case.facts.fixes)
    where = "is on the branch" if on_branch else "is linked"
    because = f"A fix {where}; it isn't known to be deployed everywhere yet."
    return changed(to(case, Phase.AWAITING, because), fixes=case.facts.fixes)


def fix_lost(case: Case) -> Moved:
    """Back to where it was before somebody called it resolved."""
    gone = ", ".join(f"{fix.sha[:9]} is {fix.standing}" for fix in case.facts.fixes)
    because = f"The fix is lost: {gone}."
    return changed(to(case, resting(case.state), because), fixes=case.facts.fixes, resolution=None, live=())


def deployed(case: Case) -> Moved:
    """Watched: the fix runs."""
    where = "; ".join(one.because for one in case.facts.live if one.because)
    moved = to(case, Phase.VERIFYING, where or "The fix is deployed wherever the failure occurred.")
    return changed(moved, live=case.facts.live, fixes=case.facts.fixes)


def undeployed(case: Case) -> Moved:
    """Waiting again: what runs lacks the fix."""
    where = "; ".join(one.because for one in case.facts.live if one.because)
    return changed(to(case, Phase.AWAITING, where or "The fix runs no longer."), live=case.facts.live)


def proven(case: Case) -> Moved:
    """Closed as verified by a fix, or as recovered without one; mitigated where the cause is still on the branch."""
    if case.facts.remains and not case.fixed:
        return mitigated(case)
    phase = Phase.VERIFIED if case.fixed else Phase.RECOVERED
    moved = to(case, phase, case.facts.proven, IssueStatus.CLOSED)
    return changed(moved, fixes=case.facts.fixes or case.state.fixes, live=case.facts.live)


def mitigated(case: Case) -> Moved:
    """Gone, but kept open: the next deployment may bring it back."""
    return changed(to(case, Phase.MITIGATED, f"{case.facts.proven} {case.facts.remains}"), resolution=None)


def reopened_early(case: Case) -> Moved:
    """Open again, once: its fix is not deployed yet."""
    because = "It was closed, but its fix isn't deployed yet; it closes by itself once the fix is proven to work."
    moved = to(case, Phase.AWAITING, because, IssueStatus.OPEN)
    return changed(moved, said=(*case.state.said, TWICE), fixes=case.facts.fixes, closed=0)


def checked(case: Case) -> Moved:
    """A person's close, with what a check of it found."""
    because = f"Closed by a person, and checked {case.facts.check}. {case.facts.proven or case.facts.doubt}"
    if not case.facts.proven:
        return to(case, Phase.NO_DATA, because)
    return to(case, Phase.VERIFIED if case.fixed else Phase.RECOVERED, because)


def given_back(case: Case) -> Moved:
    """What it was before somebody took it on."""
    if case.wishes.working:
        return to(case, resting(case.state), f"{case.facts.idle} Whoever takes it on now may set the label again.")
    return to(case, resting(case.state), "nobody works on it any more", tell=False)


def taken(case: Case) -> Moved:
    """Somebody works on it."""
    return to(case, Phase.IN_PROGRESS, "somebody works on it", tell=False)


def closed_by_person(case: Case) -> bool:
    """True if the close wasn't the bot's, and calls the issue done."""
    return not case.is_open and not case.ended and case.issue.close_reason not in ("duplicate", "not_planned")
