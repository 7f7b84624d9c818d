"""Every row of the table of transitions."""

import msgspec
import pytest

from bot.lifecycle import Wishes, advance, file, resting
from bot.model.incident import Incident, Priority
from bot.model.issue import Issue, IssueStatus
from bot.model.state import IssueState, Mute, Phase, Transition
from bot.model.time import MINUTE
from tests.lifecycle.memories import FIRST_MINUTE, History, incident

KNOWN = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r")]})
LATER = incident({"root": [((FIRST_MINUTE + 9) * MINUTE, "i", "r")]})
FILED = file(KNOWN)
OPEN = Issue(1, "title", "body")
CLOSED = msgspec.structs.replace(OPEN, status=IssueStatus.CLOSED, close_reason="completed")
UNWANTED = msgspec.structs.replace(CLOSED, close_reason="not_planned")
DUPLICATE = msgspec.structs.replace(CLOSED, close_reason="duplicate")


def in_phase(phase: Phase, mute: Mute | None = None) -> IssueState:
    """A filed state moved to this phase."""
    return msgspec.structs.replace(FILED, phase=phase, mute=mute)


def test_filed_when_the_logs_were_read() -> None:
    """A new issue is filed at the log time that was read until, not at the failure's first entry."""
    state = file(KNOWN)
    assert (state.phase, [step.to for step in state.transitions]) == (Phase.FILED, [Phase.FILED])
    assert state.transitions[0].at == KNOWN.observed_until


@pytest.mark.parametrize("phase", [Phase.FILED, Phase.REGRESSION, Phase.ADOPTED, Phase.AWAITING, Phase.VERIFYING])
@pytest.mark.parametrize("seen", [None, KNOWN, LATER])
def test_open_stays_in_its_phase(phase: Phase, seen: Incident | None) -> None:
    """An open issue stays where it is, whatever the window shows, as long as nothing is known beside it."""
    moved = advance(in_phase(phase), OPEN, seen)
    assert (moved.state, moved.status, moved.because) == (in_phase(phase), IssueStatus.OPEN, "")


@pytest.mark.parametrize("phase", [Phase.MUTED, Phase.MERGED])
@pytest.mark.parametrize("issue", [OPEN, CLOSED, UNWANTED, DUPLICATE])
def test_muted_and_merged_stay(phase: Phase, issue: Issue) -> None:
    """What was muted or merged is left alone, open or closed, even when the failure goes on."""
    moved = advance(in_phase(phase), issue, LATER)
    assert (moved.state, moved.status, moved.because) == (in_phase(phase), issue.status, "")


@pytest.mark.parametrize("seen", [None, KNOWN, LATER])
def test_not_planned_mutes(seen: Incident | None) -> None:
    """Closing as not planned mutes the issue, and it stays closed even if the failure goes on."""
    moved = advance(FILED, UNWANTED, seen)
    assert (moved.state.phase, moved.status, moved.because) == (Phase.MUTED, IssueStatus.CLOSED, "")
    assert moved.state.mute
    assert moved.state.transitions[-1].to is Phase.MUTED


def test_opening_a_muted_issue_unmutes_it() -> None:
    """Whoever opens an issue again that was closed as not planned hears of it again."""
    muted = advance(FILED, UNWANTED, LATER).state
    moved = advance(muted, OPEN, LATER)
    assert (moved.state.phase, moved.state.mute, moved.status) == (Phase.FILED, None, IssueStatus.OPEN)


def test_mute_of_an_open_issue_stays() -> None:
    """An issue that a person muted while it was open stays muted."""
    muted = in_phase(Phase.MUTED, Mute("ann", 1))
    assert advance(muted, OPEN, LATER).state == muted


@pytest.mark.parametrize("before", [Phase.FILED, Phase.REGRESSION, Phase.ADOPTED])
def test_a_lease_comes_and_goes(before: Phase) -> None:
    """Somebody at work moves an issue to in progress; when nobody is any more, it is what it was."""
    state = msgspec.structs.replace(FILED, phase=before, transitions=(Transition(before, 1, "so"),))
    taken = advance(state, OPEN, None, Wishes(working=True))
    assert (taken.state.phase, resting(taken.state), taken.because) == (Phase.IN_PROGRESS, before, "")
    assert advance(taken.state, OPEN, LATER, Wishes(working=True)).state == taken.state
    left = advance(taken.state, OPEN, None)
    assert (left.state.phase, left.status) == (before, IssueStatus.OPEN)


def busy(times: int) -> Incident:
    """The incident nine minutes later, with so many entries."""
    history: History = {"root": [((FIRST_MINUTE + 9) * MINUTE + n, "i", "r") for n in range(times)]}
    return incident(history)


@pytest.mark.parametrize(("times", "factor", "opens"), [(9, 10, False), (10, 10, True), (10, 11, False), (3, 2, True)])
def test_mute_breaks_when_it_gets_much_worse(times: int, factor: float, opens: bool) -> None:
    """A muted issue is reopened when the busiest hour has `factor` times the entries it had then, and says so."""
    muted = advance(FILED, UNWANTED, LATER).state
    moved = advance(muted, UNWANTED, busy(times), factor=factor)
    assert (moved.status is IssueStatus.OPEN, bool(moved.because)) == (opens, opens)
    assert moved.state.phase is (Phase.FILED if opens else Phase.MUTED)


def test_mute_breaks_once_at_p0() -> None:
    """P0 breaks the mute of what was P1; muted again as P0 it stays muted."""
    p0 = msgspec.structs.replace(LATER, priority=Priority.P0)
    muted = advance(FILED, UNWANTED, LATER).state
    broken = advance(muted, UNWANTED, p0)
    assert "P0" in broken.because
    again = advance(msgspec.structs.replace(broken.state, incident=p0), UNWANTED, p0).state
    later = msgspec.structs.replace(p0, members=busy(2).members)
    assert advance(again, UNWANTED, later).state == again


def test_mute_of_old_logs_does_not_break() -> None:
    """What was known when it was muted breaks no mute, however bad."""
    muted = advance(FILED, UNWANTED, LATER).state
    known_p0 = msgspec.structs.replace(KNOWN, priority=Priority.P0)
    assert advance(muted, UNWANTED, known_p0).state == muted


@pytest.mark.parametrize(("until", "opens"), [(LATER.last - 1, True), (LATER.last, False)])
def test_mute_ends_at_its_time(until: int, opens: bool) -> None:
    """Failures after the time until which it was muted speak again; those up to it don't."""
    muted = in_phase(Phase.MUTED, Mute("ann", 1, until))
    assert (advance(muted, CLOSED, LATER).status is IssueStatus.OPEN) is opens


@pytest.mark.parametrize("seen", [None, KNOWN, LATER])
def test_duplicate_stays_closed(seen: Incident | None) -> None:
    """What a person closed as a duplicate isn't opened again."""
    moved = advance(FILED, DUPLICATE, seen)
    assert (moved.state, moved.status) == (FILED, IssueStatus.CLOSED)


def test_newer_failures_reopen() -> None:
    """Failures later than all that was known when the issue was closed reopen it as a regression, with the time."""
    moved = advance(FILED, CLOSED, LATER)
    assert (moved.state.phase, moved.status) == (Phase.REGRESSION, IssueStatus.OPEN)
    assert moved.state.transitions[-1].at == LATER.last
    assert "2025-" in moved.because
    assert "later than anything known" in moved.because


@pytest.mark.parametrize("seen", [None, KNOWN])
def test_old_failures_do_not_reopen(seen: Incident | None) -> None:
    """Reading old logs again, or none of it, leaves a closed issue closed."""
    moved = advance(FILED, CLOSED, seen)
    assert (moved.state, moved.status, moved.because) == (FILED, IssueStatus.CLOSED, "")
