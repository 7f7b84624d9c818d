"""What any tracker must do, whatever is behind it. Derive a class, and give it an `open_tracker` fixture."""

from collections.abc import Callable

import pytest

from bot.errors import TrackerUnavailable
from bot.model.issue import DraftComment, IssueChange, IssueStatus, NewIssue
from bot.trackers.interface import Tracker

OpenTracker = Callable[[], Tracker]

LONGEST_BODY = 65_536
LABEL = "incidentbot"
AWKWARD_BODIES = [
    "",
    "one line",
    "\n\nbegins and ends with empty lines\n\n",
    "---\nnumber: 99\n---\nlooks like front matter",
    'a fence\n\n```\n---\n```\n<!-- a marker: {"a": 1} -->\n',
    "Grüße, 世界 🚒 e\u0301\u200d",
    "trailing spaces   \n\ttabs\t",
    "x" * LONGEST_BODY,
    "é" * LONGEST_BODY,
]
AWKWARD_TITLES = [
    'GCP-new | P0 | checkout-api: can\'t start ["x"] # {y}',
    "- not a list",
    "1.10",
    "null",
    "#1 @all",
    "Fehler 世界 🚒",
]


class TrackerContract:
    """The tests of the contract. `open_tracker` opens the same place again each time it is called."""

    @pytest.fixture
    def open_tracker(self) -> OpenTracker:
        """To be given by the class that is derived."""
        raise NotImplementedError

    def test_nothing_at_first(self, open_tracker: OpenTracker) -> None:
        """A new place has no issues, no warnings and no state, and asking changes nothing of that."""
        tracker = open_tracker()
        assert tracker.list_issues() == ([], [])
        assert tracker.read_state() is None
        assert open_tracker().list_issues() == ([], [])

    def test_create_shows_what_was_asked_for(self, open_tracker: OpenTracker) -> None:
        """A created issue is listed by whoever opens the place next, field by field as it was asked for."""
        created = open_tracker().create(NewIssue("a title", "a body\n", ("P0", "status: new"), ()))
        [listed], warned = open_tracker().list_issues()
        assert listed == created
        assert (listed.title, listed.body, set(listed.labels)) == ("a title", "a body\n", {"P0", "status: new"})
        assert (listed.status, listed.close_reason) == (IssueStatus.OPEN, "")
        assert open_tracker().comments(listed.number) == ([], [])
        assert listed.number > 0
        assert listed.author
        assert warned == []

    def test_numbers_rise_and_order_the_list(self, open_tracker: OpenTracker) -> None:
        """Each issue gets a higher number than the one before, across openings, and the list is in that order."""
        numbers = [open_tracker().create(NewIssue(f"issue {n}", "")).number for n in range(12)]
        assert numbers == sorted(set(numbers))
        assert [issue.number for issue in open_tracker().list_issues()[0]] == numbers

    @pytest.mark.parametrize("body", AWKWARD_BODIES, ids=range(len(AWKWARD_BODIES)))
    def test_bodies_come_back_exactly(self, open_tracker: OpenTracker, body: str) -> None:
        """Bodies that look like syntax, are long or not ASCII come back exactly, from create and from change."""
        tracker = open_tracker()
        created, other = tracker.create(NewIssue("t", body)), tracker.create(NewIssue("t", "other"))
        tracker.change(other.number, IssueChange(body=body))
        assert [issue.body for issue in open_tracker().list_issues()[0]] == [body, body]
        assert created.body == body

    @pytest.mark.parametrize("title", AWKWARD_TITLES)
    def test_titles_come_back_exactly(self, open_tracker: OpenTracker, title: str) -> None:
        """Titles that look like syntax come back exactly, from create and from change."""
        tracker = open_tracker()
        tracker.create(NewIssue(title, ""))
        tracker.change(tracker.create(NewIssue("other", "")).number, IssueChange(title=title))
        assert [issue.title for issue in open_tracker().list_issues()[0]] == [title, title]

    @pytest.mark.parametrize(
        "change",
        [IssueChange(title="new"), IssueChange(body="new"), IssueChange(labels=("new", "P1")), IssueChange(labels=())],
        ids=lambda change: "+".join(change.fields),
    )
    def test_change_touches_the_named_fields_alone(self, open_tracker: OpenTracker, change: IssueChange) -> None:
        """A change sets the fields it names, leaves every other, and touches no other issue."""
        tracker = open_tracker()
        old, other = tracker.create(NewIssue("t", "b", ("P0",))), tracker.create(NewIssue("o", "o", ("P2",)))
        changed = tracker.change(old.number, change)
        listed, untouched = open_tracker().list_issues()[0]
        assert listed == changed
        assert untouched == other
        for field in ("title", "body", "status", "close_reason"):
            assert getattr(listed, field) == (getattr(old if field not in change.fields else change, field))
        assert set(listed.labels) == set(old.labels if change.labels is None else change.labels)

    @pytest.mark.parametrize("reason", ["completed", "not_planned", "duplicate"])
    def test_close_reasons(self, open_tracker: OpenTracker, reason: str) -> None:
        """An issue with the bot's label closes with its reason; reopening it forgets the reason."""
        tracker = open_tracker()
        number = tracker.create(NewIssue("t", "b", (LABEL,))).number
        tracker.change(number, IssueChange(status=IssueStatus.CLOSED, close_reason=reason))
        [closed] = open_tracker().list_issues()[0]
        assert (closed.status, closed.close_reason) == (IssueStatus.CLOSED, reason)
        tracker.change(number, IssueChange(status=IssueStatus.OPEN))
        [opened] = open_tracker().list_issues()[0]
        assert (opened.status, opened.close_reason) == (IssueStatus.OPEN, "")

    def test_closing_without_a_reason_is_completed(self, open_tracker: OpenTracker) -> None:
        """A close that names no reason is "completed"; closing again changes nothing."""
        tracker = open_tracker()
        number = tracker.create(NewIssue("t", "b")).number
        close = IssueChange(status=IssueStatus.CLOSED)
        first = tracker.change(number, close)
        assert first.close_reason == "completed"
        assert tracker.change(number, close) == first

    def test_comments_are_posted_once_by_key(self, open_tracker: OpenTracker) -> None:
        """A key is posted once, whoever asks again and with whatever text; other keys and issues are on their own."""
        tracker = open_tracker()
        one, two = (tracker.create(NewIssue(title, "")).number for title in "ab")
        first = tracker.comment(one, DraftComment("filed:1", "hello\n"))
        again = open_tracker().comment(one, DraftComment("filed:1", "hello, again"))
        tracker.comment(one, DraftComment("closed:1", "bye"))
        tracker.comment(two, DraftComment("filed:1", "hello two"))
        assert again == first
        (said, _), (said_two, _) = open_tracker().comments(one), open_tracker().comments(two)
        assert [comment.body for comment in said] == ["hello\n", "bye"]
        assert [comment.body for comment in said_two] == ["hello two"]
        assert said[0] == first
        assert len({comment.id for comment in said}) == 2

    @pytest.mark.parametrize("body", AWKWARD_BODIES[1:], ids=range(1, len(AWKWARD_BODIES)))
    def test_comment_bodies_come_back_exactly(self, open_tracker: OpenTracker, body: str) -> None:
        """A comment's text comes back exactly."""
        tracker = open_tracker()
        number = tracker.create(NewIssue("t", "")).number
        assert tracker.comment(number, DraftComment('k: "1" 世界', body)).body == body
        assert open_tracker().comments(number)[0][0].body == body

    def test_comments_survive_a_change(self, open_tracker: OpenTracker) -> None:
        """A change of the title, the labels or the status keeps the comments."""
        tracker = open_tracker()
        number = tracker.create(NewIssue("t", "b")).number
        comment = tracker.comment(number, DraftComment("k", "said"))
        change = IssueChange(title="u", labels=("x",), status=IssueStatus.CLOSED)
        tracker.change(number, change)
        assert open_tracker().comments(number) == ([comment], [])

    @pytest.mark.parametrize("state", ["{}", "", '{"a": "世界 🚒\\n"}\r\n\n', "s" * 300_000], ids=range(4))
    def test_state_comes_back_exactly(self, open_tracker: OpenTracker, state: str) -> None:
        """The state text comes back exactly, replaces the one before, and is no issue."""
        tracker = open_tracker()
        tracker.write_state("before")
        tracker.write_state(state)
        assert open_tracker().read_state() == state
        assert open_tracker().list_issues() == ([], [])

    def test_an_issue_by_its_number(self, open_tracker: OpenTracker) -> None:
        """An issue read by its number is as it stands; a number that nobody has is None."""
        tracker = open_tracker()
        created = tracker.create(NewIssue("t", "b"))
        changed = tracker.change(created.number, IssueChange(body="c"))
        assert open_tracker().read_issue(created.number) == changed
        assert open_tracker().read_issue(created.number + 1) is None

    def test_what_comes_is_above_the_newest(self, open_tracker: OpenTracker) -> None:
        """What is created later has a higher number than `newest` told, and is listed, or found above that number."""
        tracker = open_tracker()
        tracker.create(NewIssue("t", "b", (LABEL,)))
        above = open_tracker().newest()
        later = tracker.create(NewIssue("u", "b", (LABEL,)))
        assert later.number > above
        again = open_tracker()
        found = [*again.list_issues()[0], *again.unlisted(above)]
        assert later in found

    def test_the_author_is_one_of_its_authors(self, open_tracker: OpenTracker) -> None:
        """A tracker knows the account that it files by, once it has."""
        tracker = open_tracker()
        assert tracker.create(NewIssue("t", "b")).author in tracker.authors

    def test_unknown_issue(self, open_tracker: OpenTracker) -> None:
        """Changing or commenting on an issue that isn't there is TrackerUnavailable, one line, and creates nothing."""
        tracker = open_tracker()
        tracker.create(NewIssue("t", "b"))
        with pytest.raises(TrackerUnavailable, match="4711") as raised:
            tracker.change(4711, IssueChange(title="x"))
        with pytest.raises(TrackerUnavailable, match="4711"):
            tracker.comment(4711, DraftComment("k", "x"))
        assert "\n" not in str(raised.value)
        assert len(open_tracker().list_issues()[0]) == 1

    def test_requests_are_counted(self, open_tracker: OpenTracker) -> None:
        """Every call that reads or writes makes the counter rise."""
        tracker = open_tracker()
        number = tracker.create(NewIssue("t", "b")).number
        counts = [tracker.requests]
        calls: list[Callable[[], object]] = [
            tracker.list_issues,
            lambda: tracker.change(number, IssueChange(title="u")),
            lambda: tracker.comment(number, DraftComment("k", "x")),
            lambda: tracker.write_state("{}"),
            tracker.read_state,
        ]
        for call in calls:
            call()
            counts.append(tracker.requests)
        assert counts[0] > 0
        assert counts == sorted(set(counts))
