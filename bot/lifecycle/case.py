"""One issue at one run, as the table of transitions looks at it: what it was, what was seen, what is known beside."""

import msgspec

from bot.lifecycle.people import Wishes
from bot.model.fix import FixCommit, Live, Liveness, Standing, Suspect
from bot.model.incident import Incident
from bot.model.issue import Issue, IssueStatus
from bot.model.state import IssueState, Phase, Reason

UNTAKEN = (Phase.FILED, Phase.REGRESSION, Phase.ADOPTED, Phase.MITIGATED)
"""Open, and nobody has said that it is resolved or that they work on it."""

RESOLVED = (Phase.AWAITING, Phase.VERIFYING, Phase.NO_DATA)
"""Open, and somebody has said that it is resolved."""

ENDED = (Phase.VERIFIED, Phase.RECOVERED)
"""Closed by the bot."""

_STANDS = (Standing.ON_BRANCH, Standing.UNKNOWN)
_LOST = (Standing.GONE, Standing.REVERTED)


class Facts(msgspec.Struct, frozen=True):
    """What a run knows of one issue beside its window. Every text is a sentence for a person, "" where it isn't so.

    `at` is the log time until which was read. `fixes` have their standing now, `live` is where they run. `relapsed`:
    the failure was seen with the fix, or after what was done instead of one. `excused`: it was seen only where the fix
    doesn't run. `proven`: the failure is gone, with the arithmetic; `doubt`: why that isn't proven. `blind`: nothing
    was seen of the service for long. `remains`: it is gone, but its cause is still on the branch. `idle`: who took it
    on hasn't shown work for as long as a lease lasts. `check`: a check of a person's close is due; `last_check`: no
    other follows. `suspects` are what may have brought the failure that was seen, out of the commits `between`.
    `closed_at` is when a person closed the issue, in the time of the logs (0: not known).
    """

    at: int = 0
    fixes: tuple[FixCommit, ...] = ()
    live: tuple[Live, ...] = ()
    relapsed: str = ""
    excused: str = ""
    proven: str = ""
    doubt: str = ""
    blind: str = ""
    remains: str = ""
    idle: str = ""
    check: str = ""
    last_check: bool = False
    between: tuple[str, str] = ("", "")
    suspects: tuple[Suspect, ...] = ()
    closed_at: int = 0


class Case(msgspec.Struct, frozen=True):
    """What the rules ask about. `seen` has the priority of all that is known; `factor` is what "much worse" means."""

    state: IssueState
    issue: Issue
    seen: Incident | None = None
    wishes: Wishes = Wishes()
    facts: Facts = Facts()
    factor: float = 10.0

    @property
    def is_open(self) -> bool:
        """True if the issue is open now."""
        return self.issue.status is IssueStatus.OPEN

    def open_in(self, *phases: Phase) -> bool:
        """True if the issue is open and in one of these phases."""
        return self.is_open and self.state.phase in phases

    @property
    def newer(self) -> bool:
        """True if failures newer than any known, and than a person's close, were seen."""
        known = max(self.state.incident.last, 0 if self.is_open else self.facts.closed_at)
        return self.seen is not None and self.seen.last > known

    @property
    def fixed(self) -> bool:
        """True if a fix commit stands on the branch, as far as is known, that hasn't failed before."""
        failed = {fix.sha for fix in self.state.fixes if fix.standing is Standing.FAILED}
        return any(fix.standing in _STANDS and fix.sha not in failed for fix in self.facts.fixes)

    @property
    def fix_lost(self) -> bool:
        """True if the fix commits were all taken off the branch, or reverted there."""
        counted = [fix for fix in self.facts.fixes if fix.standing is not Standing.FAILED]
        return bool(counted) and all(fix.standing in _LOST for fix in counted)

    @property
    def without_commit(self) -> bool:
        """True if it was resolved by something that leaves no commit."""
        resolution = self.state.resolution
        return resolution is not None and resolution.reason is not Reason.COMMIT

    @property
    def is_live(self) -> bool:
        """True if the fix runs wherever the incident occurred and anything runs still."""
        runs = [one.liveness for one in self.facts.live if one.liveness is not Liveness.RETIRED]
        return bool(runs) and all(one is Liveness.LIVE for one in runs)

    @property
    def is_not_live(self) -> bool:
        """True if the fix is known not to run somewhere where the incident occurred."""
        return any(one.liveness in (Liveness.ABSENT, Liveness.PARTLY) for one in self.facts.live)

    @property
    def taken(self) -> bool:
        """True if somebody works on it and has shown so lately."""
        return self.wishes.working and not self.facts.idle

    @property
    def ended(self) -> bool:
        """True if the bot itself closed it."""
        return self.state.phase in ENDED


def resting(state: IssueState) -> Phase:
    """The phase, or the one before somebody took the issue on or called it resolved."""
    if state.phase is not Phase.IN_PROGRESS and state.phase not in RESOLVED:
        return state.phase
    before = (step.to for step in reversed(state.transitions) if step.to in UNTAKEN)
    return next(before, Phase.FILED)
