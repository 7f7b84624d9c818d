"""Each action once, whatever fails between: intents first, confirmation last."""

import msgspec
import pytest

from bot.errors import IncidentbotError, PartlyDone, RateLimited, Refused, TrackerUnavailable, UnclearOutcome
from bot.filing import Outcome, diff, execute
from bot.filing.executor import INTENT_LASTS
from bot.model.incident import Priority
from bot.model.issue import Action, Draft, DraftComment, Issue, IssueChange, IssueStatus, NewIssue
from bot.model.state import Intent, RepoState, Watermark
from bot.model.time import HOUR, MINUTE
from tests.filing.pretending import Clock, Memory

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


def run(tracker: Memory, before: RepoState = BEFORE, clock: Clock | None = None) -> tuple[Action, ...]:
    """One run over what the tracker holds."""
    actions = diff(drafts(tracker), tracker.issues, 10).actions
    return execute(actions, tracker, before, tracker, NOW, (clock or Clock()).pace()).done


def kept(state: RepoState) -> RepoState:
    """The state but for the times of creations."""
    return msgspec.structs.replace(state, created=())


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
    intents = tuple(Intent(key, key, NOW, NOW + INTENT_LASTS, 2) for key in ("three", "four"))
    assert [kept(state) for state in tracker.states[1:]] == [msgspec.structs.replace(BEFORE, intents=intents), AFTER]


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
    execute(action, tracker, BEFORE, tracker, NOW, Clock().pace())
    assert tracker.log == ["comment 1", "change 1", "state"]


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
    assert kept(tracker.states[-1]) == AFTER


@pytest.mark.parametrize(
    ("step", "intended"),
    [(2, ["three", "four"]), (3, []), (4, ["three"]), (5, ["four"]), (6, ["three", "four"])],
)
def test_failed_run_leaves_the_intents_that_may_be_done(step: int, intended: list[str]) -> None:
    """The stored state names each creation whose outcome isn't known; all of them where nothing could be stored."""
    tracker = Memory(*KNOWN, fails_at=step)
    with pytest.raises(IncidentbotError):
        run(tracker)
    assert [intent.key for intent in tracker.states[-1].intents] == intended


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
    tracker = Memory(fails_at=3)
    with pytest.raises(PartlyDone, match=r"1 of 12 .*: create n001, .*create n005 and 6 more\. It stopped at"):
        execute(many(12), tracker, BEFORE, tracker, NOW, Clock().pace())


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


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(2, 6))
def test_unclear_outcome_is_looked_up(step: int, after: bool) -> None:
    """A write whose answer is lost is confirmed if it stands, else left and named; nothing is sent twice."""
    tracker = Memory(*KNOWN, fails_at=step, after=after, raises=UnclearOutcome)
    names = ["comment #1", "update #1", "create three", "create four"]
    if after and step > 2:
        assert len(run(tracker)) == 5
    else:
        with pytest.raises(PartlyDone, match=r"left for the next run: ") as part:
            run(tracker)
        assert names[step - 2].split()[-1] in str(part.value)
    assert len(tracker.log) == len(set(tracker.log)) + tracker.log.count("state") - 1
    run(tracker, tracker.states[-1])
    assert sorted(issue.title for issue in tracker.issues.values()) == ["four", "one", "three", "two"]
    assert tracker.comments == [(1, "regression-2")]
    assert kept(tracker.states[-1]) == AFTER


@pytest.mark.parametrize("step", range(2, 6))
def test_refusal_keeps_back_only_what_depends_on_it(step: int) -> None:
    """What is refused is left with its reason, and what bears its key; everything else is done and stored."""
    tracker = Memory(*KNOWN, fails_at=step, raises=Refused)
    with pytest.raises(PartlyDone, match=f"no answer to write {step}") as part:
        run(tracker)
    assert isinstance(part.value.result, Outcome)
    left = [one.action.key for one in part.value.result.left]
    assert left == {2: ["one", "one"], 3: ["one"], 4: ["three"], 5: ["four"]}[step]
    assert {"create three", "create four"} - set(tracker.log) == {f"create {key}" for key in left if key != "one"}
    assert tracker.states[-1].intents == ()


def test_limit_is_waited_for_once() -> None:
    """A limit that asks for a minute is slept and the write done; one that asks for an hour holds all the rest back."""

    class Limited(Memory):
        waits: tuple[float, ...] = (60.0,)

        def create(self, new: NewIssue) -> Issue:
            if self.waits:
                wait, *rest = self.waits
                self.waits = tuple(rest)
                raise RateLimited("slow", wait)
            return super().create(new)

    clock = Clock()
    assert len(run(Limited(*KNOWN), clock=clock)) == 5
    assert clock.slept == [60.0]
    for waits in ((3600.0,), (30.0, 30.0)):
        hurried = Limited(*KNOWN)
        hurried.waits = waits
        with pytest.raises(PartlyDone, match=r"2 of 4 actions .*: create three, create four\. slow"):
            run(hurried)
        assert hurried.states[-1].intents == ()


def test_deadline_holds_the_rest_back() -> None:
    """What the deadline doesn't leave time for is held back, named, and done by the next run."""

    class Slow(Memory):
        def change(self, number: int, change: IssueChange) -> Issue:
            clock.now += 600
            return super().change(number, change)

    clock, tracker = Clock(), Slow(*KNOWN)
    actions = diff(drafts(tracker), tracker.issues, 10).actions
    with pytest.raises(PartlyDone, match=r"create three, create four\. The deadline of this run is over"):
        execute(actions, tracker, BEFORE, tracker, NOW, clock.pace(600))
    run(tracker, tracker.states[-1])
    assert kept(tracker.states[-1]) == AFTER


def many(count: int) -> tuple[Action, ...]:
    """So many creations."""
    wanted = [Draft(f"n{n:03}", 0, f"n{n:03}", "b", (), "new", Priority.P0) for n in range(count)]
    return diff(wanted, {}, 0).actions


def test_budget_of_a_minute_and_an_hour() -> None:
    """The 81st creation of a minute waits for the minute's end; what another run made within the hour counts too."""
    clock, tracker = Clock(), Memory()
    assert len(execute(many(81), tracker, RepoState(), tracker, NOW, clock.pace()).done) == 81
    assert sum(clock.slept) == pytest.approx(60)
    spent = msgspec.structs.replace(RepoState(), created=(2 * HOUR - 1,) * 499)
    with pytest.raises(PartlyDone, match=r"1 of 2 .*: create n001\. The budget of creations is spent; .* 58 min"):
        execute(many(2), Memory(), spent, Memory(), 2 * HOUR + MINUTE, clock.pace())
    late = execute(many(2), tracker := Memory(), spent, tracker, 4 * HOUR, clock.pace())
    assert late.state.created == (4 * HOUR, 4 * HOUR)


def test_endless_unclear_outcomes_stop_the_run() -> None:
    """After three answers lost and nothing found, nothing more is sent."""

    class Gone(Memory):
        def create(self, new: NewIssue) -> Issue:
            self.log.append("sent")
            raise UnclearOutcome("lost")

    tracker = Gone()
    with pytest.raises(PartlyDone):
        execute(many(9), tracker, RepoState(), tracker, NOW, Clock().pace())
    assert tracker.log.count("sent") == 3
    assert len(tracker.states[-1].intents) == 3
