"""From the fix to the proof: every row of the table that a fix, its deployment or its silence moves."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.lifecycle import ENDED, RESOLVED, RULES, Facts, Wishes, advance, file, resting
from bot.model.fix import FixCommit, Live, Liveness, Standing
from bot.model.incident import Incident
from bot.model.issue import Issue, IssueStatus
from bot.model.state import IssueState, Phase, Reason, Resolution, Transition
from bot.model.time import HOUR, MINUTE
from tests.lifecycle.memories import FIRST_MINUTE, incident

KNOWN = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r1")]})
LATER = incident({"root": [((FIRST_MINUTE + 9) * MINUTE, "i", "r2")]})
AT = KNOWN.last + HOUR
FILED = file(KNOWN)
OPEN = Issue(1, "title", "body")
CLOSED = msgspec.structs.replace(OPEN, status=IssueStatus.CLOSED, close_reason="completed")
FIX = FixCommit("2f130c1085d7", "Export it", standing=Standing.ON_BRANCH)
LIVE = Live("prod", "api", Liveness.LIVE, AT - MINUTE, ("r2",), ("r1",), because="r2 has it.")
ABSENT = Live("prod", "api", Liveness.ABSENT, because="r1 still serves.")
PARTLY = Live("prod", "api", Liveness.PARTLY, because="r1 still serves 20% of the requests.")
TOUCHED = (*RESOLVED, *ENDED, Phase.MITIGATED)


def state(phase: Phase, **fields: object) -> IssueState:
    """A state that came to this phase by its steps."""
    steps = (*FILED.transitions, Transition(phase, KNOWN.last, "so"))
    return msgspec.structs.replace(FILED, phase=phase, transitions=steps, **fields)


def facts(**known: object) -> Facts:
    """Facts at a log time after the failure."""
    return msgspec.structs.replace(Facts(at=AT), **known)


def fixed(standing: Standing = Standing.ON_BRANCH) -> tuple[FixCommit, ...]:
    """One fix that stands so."""
    return (msgspec.structs.replace(FIX, standing=standing),)


@pytest.mark.parametrize("phase", [Phase.FILED, Phase.REGRESSION, Phase.ADOPTED, Phase.MITIGATED, Phase.IN_PROGRESS])
@pytest.mark.parametrize("standing", [Standing.ON_BRANCH, Standing.UNKNOWN])
def test_a_fix_on_the_branch_awaits_its_deployment(phase: Phase, standing: Standing) -> None:
    """A fix on the branch, or one that nobody can look up, makes an open issue wait for its deployment."""
    moved = advance(state(phase), OPEN, None, facts=facts(fixes=fixed(standing)))
    assert (moved.state.phase, moved.status, moved.told) == (Phase.AWAITING, IssueStatus.OPEN, (2,))
    assert moved.state.fixes == fixed(standing)


@pytest.mark.parametrize("standing", [Standing.ELSEWHERE, Standing.GONE, Standing.REVERTED, Standing.FAILED])
def test_a_fix_that_is_not_on_the_branch_moves_nothing(standing: Standing) -> None:
    """An unmerged, vanished, reverted or failed fix is no reason to wait for a deployment."""
    assert advance(FILED, OPEN, None, facts=facts(fixes=fixed(standing))).state == FILED


def test_a_fix_that_failed_once_does_not_count_again() -> None:
    """The same commit, deployed before without help, doesn't move the issue a second time."""
    had = state(Phase.REGRESSION, fixes=fixed(Standing.FAILED))
    assert advance(had, OPEN, None, facts=facts(fixes=fixed())).state == had


def test_the_whole_way_in_one_run() -> None:
    """A run that knows fix, deployment and proof takes an issue the whole way, and tells of each step once."""
    known = facts(fixes=fixed(), live=(LIVE,), proven="Silence by chance is below 1%.")
    moved = advance(FILED, OPEN, None, facts=known)
    assert [step.to for step in moved.state.transitions[1:]] == [Phase.AWAITING, Phase.VERIFYING, Phase.VERIFIED]
    assert (moved.status, moved.told) == (IssueStatus.CLOSED, (1, 2, 3))
    assert advance(moved.state, CLOSED, None, facts=known).told == ()


@pytest.mark.parametrize("runs", [(), (ABSENT,), (PARTLY,), (LIVE, ABSENT)])
def test_not_deployed_everywhere_waits(runs: tuple[Live, ...]) -> None:
    """Unknown, absent, partial, and live in one service of two: each keeps the issue waiting, whatever the silence."""
    had = state(Phase.AWAITING, fixes=fixed())
    assert advance(had, OPEN, None, facts=facts(fixes=fixed(), live=runs, proven="so")).state == had


def test_a_retired_service_is_not_waited_for() -> None:
    """What is retired runs nothing: the fix counts as deployed where the rest has it; alone it proves nothing."""
    retired = msgspec.structs.replace(ABSENT, liveness=Liveness.RETIRED)
    had = state(Phase.AWAITING, fixes=fixed())
    assert advance(had, OPEN, None, facts=facts(fixes=fixed(), live=(LIVE, retired))).state.phase is Phase.VERIFYING
    assert advance(had, OPEN, None, facts=facts(fixes=fixed(), live=(retired,))).state == had


@pytest.mark.parametrize("phase", [Phase.VERIFYING, Phase.NO_DATA])
@pytest.mark.parametrize("runs", [ABSENT, PARTLY])
def test_a_rollback_of_the_fix_leads_back(phase: Phase, runs: Live) -> None:
    """What runs lacks the fix again: the issue waits for its deployment once more, and says why."""
    moved = advance(state(phase, fixes=fixed()), OPEN, None, facts=facts(fixes=fixed(), live=(runs,)))
    assert (moved.state.phase, moved.because) == (Phase.AWAITING, runs.because)


@pytest.mark.parametrize("phase", RESOLVED)
@pytest.mark.parametrize("standing", [Standing.GONE, Standing.REVERTED])
def test_a_lost_fix_is_called_out(phase: Phase, standing: Standing) -> None:
    """A fix that was force-pushed away or reverted leads back to where the issue was, naming the commit."""
    moved = advance(state(phase, fixes=fixed()), OPEN, None, facts=facts(fixes=fixed(standing), live=(LIVE,)))
    assert (moved.state.phase, resting(moved.state)) == (Phase.FILED, Phase.FILED)
    assert FIX.sha[:9] in moved.because
    assert standing.value in moved.because


@pytest.mark.parametrize("phase", RESOLVED)
def test_a_failure_with_the_fix_is_a_regression(phase: Phase) -> None:
    """Seen where the fix runs: a regression, its fix marked as failed, the suspects kept."""
    known = facts(fixes=fixed(), live=(LIVE,), relapsed="Seen on r2, which has the fix.", between=("a", "b"))
    moved = advance(state(phase, fixes=fixed()), OPEN, LATER, facts=known)
    assert (moved.state.phase, moved.because) == (Phase.REGRESSION, known.relapsed)
    assert moved.state.between == ("a", "b")
    assert {fix.standing for fix in moved.state.fixes} == {Standing.FAILED}


@pytest.mark.parametrize("phase", RESOLVED)
def test_a_failure_without_the_fix_is_none(phase: Phase) -> None:
    """Seen only where the fix doesn't run: nothing moves, open or ended."""
    known = facts(fixes=fixed(), excused="Seen on r1 only, without the fix.")
    had = state(phase, fixes=fixed())
    left = advance(had, OPEN, LATER, facts=known)
    assert left.state.phase in (had.phase, Phase.VERIFYING)
    ended = state(Phase.VERIFIED, fixes=fixed())
    assert advance(ended, CLOSED, LATER, facts=known).status is IssueStatus.CLOSED


def test_an_ended_issue_reopens_on_a_relapse() -> None:
    """Verified, then seen with the fix: reopened as a regression; a recovered one by any newer failure."""
    known = facts(fixes=fixed(), relapsed="Seen on r2, which has the fix.")
    moved = advance(state(Phase.VERIFIED, fixes=fixed()), CLOSED, LATER, facts=known)
    assert (moved.state.phase, moved.status) == (Phase.REGRESSION, IssueStatus.OPEN)
    again = advance(state(Phase.RECOVERED), CLOSED, LATER, facts=facts())
    assert (again.state.phase, again.status) == (Phase.REGRESSION, IssueStatus.OPEN)


@pytest.mark.parametrize("phase", [Phase.FILED, Phase.REGRESSION, Phase.ADOPTED])
def test_silence_alone_recovers_or_mitigates(phase: Phase) -> None:
    """Gone without a commit: closed as recovered; where its cause is still on the branch, kept open as mitigated."""
    gone = facts(proven="Silence by chance is below 1%.")
    moved = advance(state(phase), OPEN, None, facts=gone)
    assert (moved.state.phase, moved.status) == (Phase.RECOVERED, IssueStatus.CLOSED)
    kept = advance(state(phase), OPEN, None, facts=msgspec.structs.replace(gone, remains="`r1` runs again."))
    assert (kept.state.phase, kept.status) == (Phase.MITIGATED, IssueStatus.OPEN)
    assert "`r1` runs again." in kept.because


def test_what_somebody_works_on_is_not_closed_under_them() -> None:
    """Silence doesn't close what a person is at work on."""
    taken = state(Phase.IN_PROGRESS)
    assert advance(taken, OPEN, None, Wishes(working=True), facts=facts(proven="so")).state == taken


def test_mitigated_comes_back_or_ends() -> None:
    """A mitigated issue becomes a regression when it fails again, and recovers once its cause is off the branch."""
    had = state(Phase.MITIGATED)
    assert advance(had, OPEN, LATER, facts=facts()).state.phase is Phase.REGRESSION
    assert advance(had, OPEN, None, facts=facts(proven="so", remains="so")).state == had
    assert advance(had, OPEN, None, facts=facts(proven="so")).state.phase is Phase.RECOVERED


def test_no_data_is_never_success() -> None:
    """Nothing seen of the service for long is told once, and no proof; when it is seen again, watching goes on."""
    had = state(Phase.VERIFYING, fixes=fixed())
    blind = facts(fixes=fixed(), live=(LIVE,), blind="Nothing seen since noon.")
    moved = advance(had, OPEN, None, facts=blind)
    assert (moved.state.phase, moved.status, moved.because) == (Phase.NO_DATA, IssueStatus.OPEN, blind.blind)
    assert advance(moved.state, OPEN, None, facts=blind).told == ()
    seen = advance(moved.state, OPEN, None, facts=facts(fixes=fixed(), live=(LIVE,)))
    assert (seen.state.phase, seen.told) == (Phase.VERIFYING, ())


@pytest.mark.parametrize("reason", sorted({*Reason} - {Reason.COMMIT}))
def test_ended_without_a_commit(reason: Reason) -> None:
    """A person's word alone starts the watch; proof ends it as recovered, a later failure makes it a regression."""
    had = msgspec.structs.replace(FILED, resolution=Resolution(reason, "ann", AT))
    watched = advance(had, OPEN, None, facts=facts())
    assert watched.state.phase is Phase.VERIFYING
    assert advance(watched.state, OPEN, None, facts=facts(proven="so")).state.phase is Phase.RECOVERED
    assert advance(watched.state, OPEN, LATER, facts=facts(relapsed="so")).state.phase is Phase.REGRESSION


def test_a_close_before_the_deployment_is_opened_once() -> None:
    """A keyword's close before the deployment is reopened once; a second close by a person is left alone."""
    known = facts(fixes=fixed(), live=(ABSENT,))
    moved = advance(FILED, CLOSED, None, facts=known)
    assert (moved.state.phase, moved.status) == (Phase.AWAITING, IssueStatus.OPEN)
    again = advance(moved.state, CLOSED, None, facts=known)
    assert (again.status, again.told) == (IssueStatus.CLOSED, ())
    unknown = advance(FILED, CLOSED, None, facts=facts(fixes=fixed()))
    assert unknown.status is IssueStatus.CLOSED


def test_a_persons_close_is_checked() -> None:
    """A close is remembered, and told of at the first check that proves it, or else at the last."""
    first = advance(FILED, CLOSED, None, facts=facts())
    assert (first.state.closed, first.told) == (AT, ())
    due = facts(check="after 1 d", doubt="Not enough traffic.")
    assert advance(first.state, CLOSED, None, facts=due).state == first.state
    proven = advance(first.state, CLOSED, None, facts=msgspec.structs.replace(due, proven="so"))
    assert (proven.state.phase, proven.status) == (Phase.RECOVERED, IssueStatus.CLOSED)
    last = msgspec.structs.replace(due, last_check=True)
    doubtful = advance(first.state, CLOSED, None, facts=last)
    assert (doubtful.state.phase, doubtful.status) == (Phase.NO_DATA, IssueStatus.CLOSED)
    assert "Not enough traffic." in doubtful.because
    assert advance(doubtful.state, CLOSED, None, facts=last).told == ()


def test_a_lease_runs_out() -> None:
    """Whoever set the label without showing work gives the issue back, told once; new work takes it again."""
    idle = facts(idle="No commit for 4 d.")
    back = advance(state(Phase.IN_PROGRESS), OPEN, None, Wishes(working=True), facts=idle)
    assert (back.state.phase, back.told) == (Phase.FILED, (2,))
    assert advance(back.state, OPEN, None, Wishes(working=True), facts=idle).state == back.state
    assert advance(back.state, OPEN, None, Wishes(working=True), facts=facts()).state.phase is Phase.IN_PROGRESS


def test_opening_what_has_ended_files_it() -> None:
    """A person who opens a verified issue wants to hear of it."""
    assert advance(state(Phase.VERIFIED), OPEN, None, facts=facts()).state.phase is Phase.FILED


SENTENCES = st.sampled_from(["", "A sentence."])
KNOWLEDGE = st.builds(
    Facts,
    at=st.just(AT),
    fixes=st.sampled_from([(), *(fixed(standing) for standing in Standing)]),
    live=st.sampled_from([(), (LIVE,), (ABSENT,), (PARTLY,)]),
    relapsed=SENTENCES, excused=SENTENCES, proven=SENTENCES, blind=SENTENCES, remains=SENTENCES, idle=SENTENCES,
    check=SENTENCES, last_check=st.booleans(),
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(sorted({*Phase} - {Phase.MUTED})), st.sampled_from([OPEN, CLOSED]), KNOWLEDGE,
    st.sampled_from([None, KNOWN, LATER]), st.booleans(),
)  # fmt: skip
def test_the_same_facts_move_an_issue_once(
    phase: Phase, issue: Issue, known: Facts, seen: Incident | None, working: bool
) -> None:
    """Whatever is known: told again to the issue it made, it changes nothing, so that no comment comes twice."""
    wishes = Wishes(working=working)
    once = advance(state(phase), issue, seen, wishes, facts=known)
    there = msgspec.structs.replace(issue, status=once.status)
    if once.status is IssueStatus.CLOSED:
        there = msgspec.structs.replace(there, close_reason="completed")
    taken_in = msgspec.structs.replace(once.state, incident=seen or KNOWN)
    once = msgspec.structs.replace(once, state=taken_in)
    facts_then = msgspec.structs.replace(known, relapsed="", excused="") if seen is LATER else known
    again = advance(once.state, there, seen, wishes, facts=facts_then)
    assert (again.state, again.status, again.told) == (once.state, once.status, ())


def test_what_is_gone_since_is_not_back_by_the_same_window() -> None:
    """A window that shows the last failures and then the proof closes the issue, once, with one comment."""
    moved = advance(FILED, OPEN, LATER, facts=facts(proven="so"))
    assert [step.to for step in moved.state.transitions] == [Phase.FILED, Phase.RECOVERED]
    assert (moved.status, moved.told) == (IssueStatus.CLOSED, (1,))


def test_the_docs_have_the_same_table() -> None:
    """docs/lifecycle.md shows every rule of the code, in its order and its words."""
    text = (Path(__file__).resolve().parents[2] / "docs/lifecycle.md").read_text(encoding="utf-8")
    table = re.search(r"\| was \| and \| becomes \|\n\|---\|---\|---\|\n((?:\|.*\|\n)+)", text)
    assert table
    rows = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in table[1].splitlines()]
    assert rows == [(rule.was, rule.case, rule.becomes) for rule in RULES]
