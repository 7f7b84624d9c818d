"""How an issue moves through its life: one pure table of rules. Fix commits and verification join it later."""

import msgspec

from bot.lifecycle.people import Wishes
from bot.lifecycle.worse import escalated, peak
from bot.model.incident import Incident
from bot.model.issue import Issue, IssueStatus
from bot.model.state import IssueState, Mute, Phase, Transition
from bot.model.time import iso

NO_WISHES = Wishes()

_CLOSER = "whoever closed it as not planned"
_UNTAKEN = (Phase.FILED, Phase.REGRESSION, Phase.ADOPTED)


class Moved(msgspec.Struct, frozen=True):
    """What a rule makes of an issue: its state, open or closed, and a sentence for a person where the phase changed."""

    state: IssueState
    status: IssueStatus
    because: str = ""


def file(incident: Incident) -> IssueState:
    """The state of an incident's new issue, filed at the log time until which was read."""
    return IssueState(incident, transitions=(Transition(Phase.FILED, incident.observed_until, "filed"),))


def advance(
    state: IssueState, issue: Issue, seen: Incident | None, wishes: Wishes = NO_WISHES, factor: float = 10.0
) -> Moved:
    """Where the issue goes from here, given what this window showed of it (None: nothing), the first rule that fits.

    | was | and | becomes |
    |---|---|---|
    | muted by its closing | open again | filed: whoever opened it wants to hear of it |
    | muted until a time | failures after it | filed, reopened |
    | muted | newer failures, P0 now or `factor` times worse than then | filed, reopened |
    | merged or muted | | stays as it is |
    | open, filed, regression or adopted | somebody works on it | in progress |
    | open, in progress | nobody works on it any more | what it was before |
    | open | | stays in its phase |
    | closed as not planned | | muted |
    | closed as a duplicate | | stays as it is |
    | closed | failures newer than any known | regression, reopened |
    | closed | | stays as it is |

    `seen` has the priority of all that is known; times are log time.
    """
    is_open = issue.status is IssueStatus.OPEN
    if state.phase is Phase.MUTED:
        return _muted(state, issue, seen, factor)
    if state.phase is Phase.MERGED:
        return Moved(state, issue.status)
    if is_open:
        return Moved(_leased(state, wishes), issue.status)
    if issue.close_reason == "duplicate":
        return Moved(state, issue.status)
    if issue.close_reason == "not_planned":
        muted = _to(state, Phase.MUTED, state.incident.last, "closed as not planned")
        return Moved(msgspec.structs.replace(muted, mute=mute_of(state, _CLOSER, state.incident.last)), issue.status)
    if seen and seen.last > state.incident.last:
        because = f"The failure was seen at {iso(seen.last)}, later than anything known when this issue was closed."
        return Moved(_to(state, Phase.REGRESSION, seen.last, because), IssueStatus.OPEN, because)
    return Moved(state, issue.status)


def mute_of(state: IssueState, by: str, at: int, until: int = 0, because: str = "") -> Mute:
    """A mute that remembers how bad it was, so that an escalation shows."""
    return Mute(by, at, until, because, state.incident.priority, peak(state.incident))


def resting(state: IssueState) -> Phase:
    """The phase, or the one before somebody took the issue on."""
    if state.phase is not Phase.IN_PROGRESS:
        return state.phase
    before = (step.to for step in reversed(state.transitions) if step.to is not Phase.IN_PROGRESS)
    return next((phase for phase in before if phase in _UNTAKEN), Phase.FILED)


def _muted(state: IssueState, issue: Issue, seen: Incident | None, factor: float) -> Moved:
    mute = state.mute or Mute("", 0)
    if issue.status is IssueStatus.OPEN and mute.by == _CLOSER:
        return Moved(_unmuted(state, state.incident.last, "opened again by a person"), issue.status)
    if seen is None or seen.last <= state.incident.last:
        return Moved(state, issue.status)
    because = ""
    if mute.until and seen.last > mute.until:
        because = f"It was muted until {iso(mute.until)}; the failure was seen at {iso(seen.last)}."
    elif worse := escalated(mute.priority, mute.peak, seen, factor):
        because = f"It was muted, but it got worse. {worse}"
    return (
        Moved(_unmuted(state, seen.last, because), IssueStatus.OPEN, because) if because else Moved(state, issue.status)
    )


def _unmuted(state: IssueState, at: int, because: str) -> IssueState:
    return msgspec.structs.replace(_to(state, Phase.FILED, at, because), mute=None)


def _leased(state: IssueState, wishes: Wishes) -> IssueState:
    if wishes.working and state.phase in _UNTAKEN:
        return _to(state, Phase.IN_PROGRESS, state.incident.last, "somebody works on it")
    if not wishes.working and state.phase is Phase.IN_PROGRESS:
        return _to(state, resting(state), state.incident.last, "nobody works on it any more")
    return state


def _to(state: IssueState, phase: Phase, at: int, because: str) -> IssueState:
    transitions = (*state.transitions, Transition(phase, at, because))
    return msgspec.structs.replace(state, phase=phase, transitions=transitions)
