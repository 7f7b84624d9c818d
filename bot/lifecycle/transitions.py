"""How an issue moves through its life: one pure table of rules. Fix commits and verification join it later."""

import msgspec

from bot.model.incident import Incident
from bot.model.issue import Issue, IssueStatus
from bot.model.state import IssueState, Mute, Phase, Transition
from bot.model.time import iso

_CLOSER = "whoever closed it as not planned"


class Moved(msgspec.Struct, frozen=True):
    """What a rule makes of an issue: its state, open or closed, and a sentence for a person where the phase changed."""

    state: IssueState
    status: IssueStatus
    because: str = ""


def file(incident: Incident) -> IssueState:
    """The state of an incident's new issue, filed at the log time until which was read."""
    return IssueState(incident, transitions=(Transition(Phase.FILED, incident.observed_until, "filed"),))


def advance(state: IssueState, issue: Issue, seen: Incident | None) -> Moved:
    """Where the issue goes from here, given what this window showed of it (None: nothing), the first rule that fits.

    | was | and | becomes |
    |---|---|---|
    | muted by its closing | open again | filed: whoever opened it wants to hear of it |
    | merged or muted | | stays as it is |
    | open | | stays in its phase |
    | closed as not planned | | muted |
    | closed as a duplicate | | stays as it is |
    | closed | failures newer than any known | regression, reopened |
    | closed | | stays as it is |
    """
    is_open = issue.status is IssueStatus.OPEN
    if state.phase is Phase.MUTED and is_open and state.mute and state.mute.by == _CLOSER:
        opened = _to(state, Phase.FILED, state.incident.last, "opened again by a person")
        return Moved(msgspec.structs.replace(opened, mute=None), issue.status)
    if is_open or state.phase in (Phase.MERGED, Phase.MUTED) or issue.close_reason == "duplicate":
        return Moved(state, issue.status)
    if issue.close_reason == "not_planned":
        muted = _to(state, Phase.MUTED, state.incident.last, "closed as not planned")
        return Moved(msgspec.structs.replace(muted, mute=Mute(_CLOSER, state.incident.last)), issue.status)
    if seen and seen.last > state.incident.last:
        because = f"The failure was seen at {iso(seen.last)}, later than anything known when this issue was closed."
        return Moved(_to(state, Phase.REGRESSION, seen.last, because), IssueStatus.OPEN, because)
    return Moved(state, issue.status)


def _to(state: IssueState, phase: Phase, at: int, because: str) -> IssueState:
    transitions = (*state.transitions, Transition(phase, at, because))
    return msgspec.structs.replace(state, phase=phase, transitions=transitions)
