"""What people changed wins: titles, labels, priorities, and the text around the bot's section."""

import msgspec
import pytest

from bot.filing import diff
from bot.lifecycle import around, compose, decode_issue, page_of
from bot.model.incident import Found, Incident
from bot.model.issue import Draft, Issue, IssueStatus
from bot.model.state import IssueState, RepoState
from bot.settings import Settings
from bot.triage import triage
from bot.usecases.drafting import BODY_LIMIT, draft_of
from bot.usecases.known import Known
from bot.usecases.setup import Setup, make
from tests.triage import scenes

SETUP = make(Settings())


def knowing(*issues: Issue) -> Known:
    """What a tracker with these issues holds."""
    by_number = {issue.number: issue for issue in issues}
    return Known(
        issues=by_number,
        states={issue.number: state(issue) for issue in issues},
        broken=(),
        repo=RepoState(),
        warnings=(),
    )


def state(issue: Issue) -> IssueState:
    """What the issue's marker says."""
    found = decode_issue(issue.body)
    assert found
    return found


SEEN = triage(scenes.window(*scenes.outage()), {}).found[0].incident
MORE = triage(scenes.window(*scenes.outage(from_=4000)), {}).found[0].incident


def drafted(found: Found, known: Known, setup: Setup = SETUP) -> Draft | None:
    """The draft, without its state."""
    found_draft = draft_of(found, known, setup)
    return found_draft.draft if found_draft else None


FILED = drafted(Found(0, SEEN), knowing())
assert FILED is not None
ISSUE = Issue(1, FILED.title, FILED.body, labels=FILED.labels)


def after(issue: Issue, incident: Incident = MORE) -> Draft | None:
    """The draft of the next run, over a window that shows more of it."""
    return drafted(Found(1, incident), knowing(issue), SETUP)


def done(issue: Issue, draft: Draft | None) -> Issue:
    """The issue once the draft is true."""
    assert draft
    return msgspec.structs.replace(issue, title=draft.title, body=draft.body, labels=draft.labels, status=draft.status)


def changed(**fields: object) -> Issue:
    """The filed issue, as a person left it."""
    return msgspec.structs.replace(ISSUE, **fields)


def test_filed_issue_is_labelled_and_stable() -> None:
    """The first draft has the bot's label and the priority; the same window again changes nothing."""
    assert ISSUE.labels == ("incidentbot", "P0")
    assert [a.kind for a in diff([after(ISSUE, incident=SEEN)], {1: ISSUE}, 1).actions] == ["none"]  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        (("incidentbot", "P0"), ("incidentbot", "P0")),
        (("incidentbot", "P0", "team/a"), ("incidentbot", "P0", "team/a")),
        (("IncidentBot", "p0"), ("incidentbot", "P0")),
        (("incidentbot", "P2"), ("incidentbot", "P2")),
        (("incidentbot", "P0", "p2"), ("incidentbot", "p2")),
        (("incidentbot",), ("incidentbot",)),
    ],
)
def test_labels_of_people_win(labels: tuple[str, ...], kept: tuple[str, ...]) -> None:
    """Own labels stay, a chosen priority replaces the bot's, a removed one stays away, run after run."""
    issue = changed(labels=labels)
    for _ in range(3):
        issue = done(issue, after(issue))
        assert issue.labels == kept


def test_chosen_priority_outlives_the_bots_own_choice_of_it() -> None:
    """A person's P1 stays when the bot wants P1 for a while, and then P0 again."""
    calm = make(Settings(ceilings={"prod": "P1"}))
    issue = changed(labels=("incidentbot", "P1"))
    for setup in (SETUP, calm, SETUP, SETUP):
        known = knowing(issue)
        issue = done(issue, drafted(Found(1, MORE), known, setup))
        assert issue.labels == ("incidentbot", "P1")


def test_bots_own_priority_follows_the_policies() -> None:
    """Where nobody interfered, the priority's label is exchanged."""
    calm = make(Settings(ceilings={"prod": "P1"}))
    known = knowing(ISSUE)
    draft = drafted(Found(1, MORE), known, calm)
    assert draft
    assert draft.labels == ("incidentbot", "P1")


def test_edited_title_stays() -> None:
    """A person's title stays in every later run."""
    issue = changed(title="Prices are down")
    for _ in range(3):
        issue = done(issue, after(issue))
        assert issue.title == "Prices are down"


def test_text_around_the_section_stays() -> None:
    """Notes above and below survive the update, byte for byte."""
    issue = changed(body=f"note above\r\n\r\n{ISSUE.body}\n\n- [ ] call ann ")
    updated = done(issue, after(issue))
    assert around(updated.body) == around(issue.body)
    assert page_of(updated.body) != page_of(issue.body)


def test_not_planned_is_heard() -> None:
    """Closed as not planned: recorded once, then no draft at all, however much more is seen."""
    issue = changed(status=IssueStatus.CLOSED, close_reason="not_planned")
    draft = after(issue)
    assert draft
    assert draft.status is IssueStatus.CLOSED
    assert draft.comments == ()
    assert after(done(issue, draft)) is None


def test_comment_of_a_transition_keeps_its_key_until_it_is_recorded() -> None:
    """A run that ended after the comment, and a later one over other logs, mean the same comment."""
    issue = changed(status=IssueStatus.CLOSED, close_reason="completed")
    later = triage(scenes.window(*scenes.outage(from_=9000)), {}).found[0].incident
    first, second = after(issue), after(issue, incident=later)
    assert first
    assert second
    assert [comment.key for comment in first.comments] == [comment.key for comment in second.comments]
    assert first.labels == ("incidentbot", "P0", "regression")
    assert after(done(issue, first)).comments == ()  # type: ignore[union-attr]


@pytest.mark.parametrize("length", [40_000, 55_000, 63_000, 65_000])
def test_long_human_text_never_breaks_the_run(length: int) -> None:
    """However long people's text is, it stays whole, and the body stays within GitHub's limit."""
    words = ("word " * length)[:length]
    issue = changed(body=compose("page", state(ISSUE), words))
    draft = after(issue)
    assert draft
    assert words in draft.body
    assert len(draft.body) <= max(BODY_LIMIT, len(issue.body))
