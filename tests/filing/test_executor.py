"""Each action once, whatever fails between: intents first, confirmation last."""

import msgspec
import pytest

from bot.errors import IncidentbotError, PartlyDone, TrackerUnavailable
from bot.filing import diff, execute
from bot.filing.executor import INTENT_LASTS
from bot.model.incident import Priority
from bot.model.issue import Action, Draft, DraftComment, Issue, IssueStatus
from bot.model.state import Intent, RepoState, Watermark
from tests.filing.pretending import Memory

NOW = 1_000
BEFORE = RepoState(held_back=("old",))
AFTER = RepoState(watermarks=(Watermark("files", 9),), held_back=())
KNOWN = (
    Issue(1, "one", "old", IssueStatus.CLOSED, ("incidentbot",)),
    Issue(2, "two", "same", IssueStatus.OPEN, ("incidentbot",)),
)


def drafts(tracker: Memory) -> list[Draft]:
    """What is wanted: one reopened with a comment, one as it is, two new ones unless a listing shows them."""
    filed = {issue.title: issue.number for issue in tracker.issues.values()}
    label = ("incidentbot",)
    said = (DraftComment("regression-2", "It is back."),)
    return [
        Draft("one", 1, "one", "new", label, "back", Priority.P0, comments=said),
        Draft("two", 2, "two", "same", label, "same", Priority.P1),
        Draft("three", filed.get("three", 0), "three", "new", label, "new", Priority.P0),
        Draft("four", filed.get("four", 0), "four", "new", label, "new", Priority.P2),
    ]


def run(tracker: Memory, before: RepoState = BEFORE) -> tuple[Action, ...]:
    """One run over what the tracker holds."""
    return execute(
        diff(drafts(tracker), tracker.issues, 10).actions,
        tracker,
        before,
        tracker.write,
        lambda _: tracker.write(AFTER),
        NOW,
    )


def test_whole_run_in_order() -> None:
    """Intents, then the worst first, then the confirmed state; creations come back with their numbers."""
    tracker = Memory(*KNOWN)
    done = run(tracker)
    assert tracker.log == ["state", "comment 1", "change 1", "create three", "create four", "state"]
    assert {action.key: action.number for action in done} == {"one": 1, "two": 2, "three": 3, "four": 4}


def test_intents_stand_before_the_first_creation_and_go_at_the_end() -> None:
    """All intents are in one write beside what was known before; nothing of the new state is until all is confirmed."""
    tracker = Memory(*KNOWN)
    run(tracker)
    intents = tuple(Intent(key, key, NOW, NOW + INTENT_LASTS) for key in ("three", "four"))
    assert tracker.states[1:] == [msgspec.structs.replace(BEFORE, intents=intents), AFTER]


def test_intents_of_former_runs_stand_until_they_expire() -> None:
    """An intent whose outcome is still unclear outlives the next intents; one that has expired doesn't."""
    unclear, expired = Intent("x", "x", 1, NOW + 1), Intent("y", "y", 1, NOW)
    tracker = Memory(*KNOWN)
    run(tracker, msgspec.structs.replace(BEFORE, intents=(unclear, expired)))
    assert [intent.key for intent in tracker.states[1].intents] == ["x", "three", "four"]


def test_run_without_creations_writes_no_intents() -> None:
    """Updates alone need no intents: the state is not written before they are done."""
    tracker = Memory(*KNOWN)
    action = diff(drafts(tracker)[:2], tracker.issues, 10).actions
    execute(action, tracker, BEFORE, tracker.write, lambda _: None, NOW)
    assert tracker.log == ["comment 1", "change 1"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(1, 7))
def test_second_run_completes_what_failed_anywhere(step: int, after: bool) -> None:
    """Whichever write fails, done or not, a second run leaves one of each issue and comment, and no intent."""
    tracker = Memory(*KNOWN, fails_at=step, after=after)
    with pytest.raises(IncidentbotError):
        run(tracker)
    run(tracker, tracker.states[-1])
    assert sorted(issue.title for issue in tracker.issues.values()) == ["four", "one", "three", "two"]
    assert tracker.comments == [(1, "regression-2")]
    assert tracker.issues[1].status is IssueStatus.OPEN
    assert tracker.states[-1] == AFTER


@pytest.mark.parametrize("step", range(2, 7))
def test_failed_run_leaves_its_intents(step: int) -> None:
    """From the first write on until all is confirmed, the stored state names every creation that was intended."""
    tracker = Memory(*KNOWN, fails_at=step)
    with pytest.raises(IncidentbotError):
        run(tracker)
    assert [intent.key for intent in tracker.states[-1].intents] == ["three", "four"]
    assert tracker.states[-1].watermarks == ()


def test_failure_before_anything_is_the_trackers_own() -> None:
    """Where nothing was done, the tracker's own error says it all."""
    for step in (1, 2):
        with pytest.raises(TrackerUnavailable, match=f"no answer to write {step}"):
            run(Memory(*KNOWN, fails_at=step))


def test_failure_in_between_says_what_is_left() -> None:
    """Where some was done, the message counts it and names what is left; what needed nothing isn't counted."""
    with pytest.raises(PartlyDone) as failure:
        run(Memory(*KNOWN, fails_at=4))
    assert str(failure.value) == (
        "2 of 4 actions are done; left for the next run: create three, create four. It stopped at: no answer to write 4"
    )


def test_long_list_of_what_is_left_is_cut() -> None:
    """Of many that are left, five are named and the rest counted."""
    many = [Draft(f"n{n:02}", 0, f"n{n:02}", "b", (), "new", Priority.P0) for n in range(12)]
    tracker = Memory(fails_at=3)
    with pytest.raises(PartlyDone, match=r"1 of 12 .*: create n01, .*create n05 and 6 more\. It stopped at"):
        execute(diff(many, {}, 99).actions, tracker, BEFORE, tracker.write, lambda _: None, NOW)


def test_failure_of_the_last_write_says_that_all_is_done() -> None:
    """Where only the state could not be stored, the message says so."""
    with pytest.raises(PartlyDone, match=r"Every action is done \(4\), but the state could not be stored"):
        run(Memory(*KNOWN, fails_at=6))


def test_other_errors_are_not_swallowed() -> None:
    """A programming error isn't taken for a tracker's refusal."""

    class Broken(Memory):
        def create(self, new: object) -> Issue:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(Broken(*KNOWN))
