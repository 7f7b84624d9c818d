"""What is wanted against what is there: drafts and existing issues in, actions out. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from bot.model.incident import Priority
from bot.model.issue import Action, ActionKind, Draft, Issue, IssueChange, IssueStatus, NewIssue


class Plan(msgspec.Struct, frozen=True):
    """Actions in the order they are to be done, and creations that are left for a later run."""

    actions: tuple[Action, ...]
    held_back: tuple[Action, ...]


def diff(drafts: Iterable[Draft], existing: Mapping[int, Issue], most_new: int) -> Plan:
    """The actions that make the existing issues what the drafts say.

    P0 and P1 come first and are never held back; of the rest at most `most_new` are created. A draft that changes
    nothing gives an action of kind NONE, so that a run can say why nothing was done. Comments come before the change
    that records their occasion: they are idempotent by key, so that neither is lost or doubled if a run ends between.
    """
    drafts = sorted(drafts, key=lambda draft: (draft.priority, draft.number == 0, draft.number, draft.key))
    actions: list[Action] = []
    held: list[Action] = []
    room = most_new
    for draft in drafts:
        if draft.number:
            actions.extend(_changes(draft, existing[draft.number]))
        elif draft.priority <= Priority.P1 or room > 0:
            room -= draft.priority > Priority.P1
            actions.append(_creation(draft))
        else:
            because = f"max_new_issues allows {most_new} new issues below P1 in one run; the next run goes on"
            held.append(Action(ActionKind.HOLD, draft.key, 0, draft.title, because))
    return Plan(tuple(actions), tuple(held))


def _creation(draft: Draft) -> Action:
    new = NewIssue(draft.title, draft.body, draft.labels, draft.assignees)
    return Action(ActionKind.CREATE, draft.key, 0, draft.title, draft.because, new=new)


def _changes(draft: Draft, issue: Issue) -> list[Action]:
    reopens = draft.status is IssueStatus.OPEN and issue.status is IssueStatus.CLOSED
    closes = draft.status is IssueStatus.CLOSED and issue.status is IssueStatus.OPEN
    change = IssueChange(
        title=draft.title if draft.title != issue.title else None,
        body=draft.body if draft.body != issue.body else None,
        labels=draft.labels if _folded(draft.labels) != _folded(issue.labels) else None,
        status=draft.status if reopens or closes else None,
        close_reason=(draft.close_reason or "completed") if closes else None,
    )
    kind = ActionKind.REOPEN if reopens else ActionKind.CLOSE if closes else ActionKind.UPDATE
    if not change.fields:
        return [Action(ActionKind.NONE, draft.key, issue.number, issue.title, "nothing new is known of it")]
    said = [
        Action(
            ActionKind.COMMENT, draft.key, issue.number, draft.title, comment.about or draft.because, comment=comment
        )
        for comment in draft.comments
    ]
    return [*said, Action(kind, draft.key, issue.number, draft.title, draft.because, change=change)]


def _folded(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(label.casefold() for label in labels)
