"""Drafts against issues: only what differs, in the right order, with a cap that never hides a P0."""

import msgspec
import pytest
from hypothesis import given

from bot.filing import diff, execute
from bot.model.incident import Priority
from bot.model.issue import ActionKind, Draft, DraftComment, Issue, IssueChange, IssueStatus
from bot.model.state import RepoState
from tests.filing.pretending import Clock, Memory, worlds

ISSUE = Issue(7, "title", "body", labels=("incidentbot", "P1"))
DRAFT = Draft("prod/api/root", 7, "title", "body", ("incidentbot", "P1"), "because", Priority.P1)


def changed(draft: Draft = DRAFT, issue: Issue = ISSUE, **fields: object) -> Draft:
    """The draft with these fields."""
    return msgspec.structs.replace(draft, **fields)


def new(key: str, priority: Priority) -> Draft:
    """The draft of a new issue."""
    return changed(key=key, number=0, priority=priority)


@given(worlds())
def test_second_diff_is_empty(world: tuple[list[Draft], list[Issue]]) -> None:
    """Once the actions are done, the same drafts under their new numbers ask for nothing more."""
    drafts, existing = world
    tracker = Memory(*existing)
    plan = diff(drafts, tracker.issues, 10)
    done = execute(plan.actions, tracker, RepoState(), tracker, 0, Clock().pace()).done
    numbers = {action.key: action.number for action in done if action.kind is ActionKind.CREATE}
    known = [changed(draft, number=draft.number or numbers[draft.key]) for draft in drafts]
    again = diff(known, tracker.issues, 10)
    assert [action.kind for action in again.actions] == [ActionKind.NONE] * len(drafts)
    assert plan.held_back == again.held_back == ()


@given(worlds())
def test_what_no_draft_names_is_left_alone(world: tuple[list[Draft], list[Issue]]) -> None:
    """Issues without a draft stay as they are."""
    drafts, existing = world
    tracker = Memory(*existing)
    execute(diff(drafts, tracker.issues, 10).actions, tracker, RepoState(), tracker, 0, Clock().pace())
    named = {draft.number for draft in drafts}
    assert [tracker.issues[i.number] for i in existing if i.number not in named] == [
        i for i in existing if i.number not in named
    ]


def test_only_the_fields_that_differ_change() -> None:
    """A change names its fields, and nothing else."""
    actions = diff([changed(body="other")], {7: ISSUE}, 1).actions
    assert [(a.kind, a.number, a.change) for a in actions] == [(ActionKind.UPDATE, 7, IssueChange(body="other"))]
    assert actions[0].because == "because"


def test_nothing_to_do_says_so() -> None:
    """A draft that is true already gives an action that does nothing and says why."""
    actions = diff([DRAFT], {7: ISSUE}, 1).actions
    assert [(a.kind, a.because, a.change) for a in actions] == [(ActionKind.NONE, "nothing new is known of it", None)]


@pytest.mark.parametrize("labels", [("p1", "IncidentBot"), ("P1", "incidentbot"), ("INCIDENTBOT", "p1", "P1")])
def test_labels_compare_without_case_and_order(labels: tuple[str, ...]) -> None:
    """Labels that GitHub takes for the same are the same."""
    assert [a.kind for a in diff([changed(labels=labels)], {7: ISSUE}, 1).actions] == [ActionKind.NONE]
    assert diff([changed(labels=("P1",))], {7: ISSUE}, 1).actions[0].change == IssueChange(labels=("P1",))


def test_closing_and_reopening_have_their_own_kinds() -> None:
    """A draft that wants another status closes as completed, or reopens."""
    closed = msgspec.structs.replace(ISSUE, status=IssueStatus.CLOSED)
    closing = diff([changed(status=IssueStatus.CLOSED)], {7: ISSUE}, 1).actions[0]
    reopening = diff([DRAFT], {7: closed}, 1).actions[0]
    assert (closing.kind, closing.change) == (
        ActionKind.CLOSE,
        IssueChange(status=IssueStatus.CLOSED, close_reason="completed"),
    )
    assert (reopening.kind, reopening.change) == (ActionKind.REOPEN, IssueChange(status=IssueStatus.OPEN))


def test_comment_comes_before_the_change_that_records_it() -> None:
    """A comment is posted before the body says that its occasion is past: a run that ends between repeats both."""
    said = changed(body="other", comments=(DraftComment("k", "words"),))
    assert [a.kind for a in diff([said], {7: ISSUE}, 1).actions] == [ActionKind.COMMENT, ActionKind.UPDATE]


def test_worst_come_first_and_updates_before_creations() -> None:
    """By priority, and within one priority what is tracked already before what is new."""
    drafts = [
        new("d", Priority.P2),
        new("c", Priority.P0),
        changed(body="x", priority=Priority.P2),
        new("a", Priority.P1),
    ]
    actions = diff(drafts, {7: ISSUE}, 10).actions
    assert [a.key for a in actions] == ["c", "a", "prod/api/root", "d"]


def test_cap_holds_back_the_rest_by_name_and_never_the_worst() -> None:
    """P0 and P1 are outside of the cap; of the rest the worst are filed, and each other is named with its reason."""
    drafts = [new(f"p{p.value}-{n}", p) for n in range(3) for p in Priority]
    plan = diff(drafts, {}, 2)
    assert [a.key for a in plan.actions] == [
        "pP0-0", "pP0-1", "pP0-2", "pP1-0", "pP1-1", "pP1-2", "pP2-0", "pP2-1",
    ]  # fmt: skip
    assert [a.key for a in plan.held_back] == ["pP2-2", "pP3-0", "pP3-1", "pP3-2"]
    assert {a.kind for a in plan.held_back} == {ActionKind.HOLD}
    assert plan.held_back[0].because == "max_new_issues allows 2 new issues below P1 in one run; the next run goes on"


def test_cap_of_none_still_files_the_worst() -> None:
    """With a cap of 0 P0 and P1 are filed."""
    plan = diff([new("a", Priority.P1), new("b", Priority.P2)], {}, 0)
    assert ([a.key for a in plan.actions], [a.key for a in plan.held_back]) == (["a"], ["b"])
