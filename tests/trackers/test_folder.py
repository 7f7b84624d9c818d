"""The folder tracker: the contract and files that people wrote."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import TrackerUnavailable
from bot.model.issue import DraftComment, IssueChange, IssueStatus, NewIssue
from bot.trackers.folder import FolderTracker
from bot.trackers.pages import issue_name

from .contract import OpenTracker, TrackerContract
from .files import contents, listed, said, write


class TestContract(TrackerContract):
    """The folder is a tracker."""

    @pytest.fixture
    def open_tracker(self, tmp_path: Path) -> OpenTracker:
        """A folder that isn't there yet."""
        return lambda: FolderTracker(tmp_path / "new" / "issues")


def test_what_the_files_look_like(tmp_path: Path) -> None:
    """A person sees one file per issue, named by number and root cause, comments beside it, and plain front matter."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("GCP-new | P0 | checkout-api can't start: No module", "# Summary\n", ("P0", "status: new")))
    tracker.comment(1, DraftComment("filed:1", "Filed."))
    tracker.write_state("{}", "# Dashboard\n")
    assert {name: data.decode() for name, data in contents(tmp_path).items()} == {
        "0001-checkout-api-can-t-start-no-module.md": (
            "---\nnumber: 1\ntitle: 'GCP-new | P0 | checkout-api can''t start: No module'\nstate: open\n"
            'labels: [P0, "status: new"]\nassignees: []\nauthor: incidentbot\nlocked: false\n---\n\n# Summary\n'
        ),
        "0001.comments/0001.md": "---\nid: 1\nauthor: incidentbot\nkey: filed:1\n---\n\nFiled.",
        "state.json": "{}",
        "dashboard.md": "# Dashboard\n",
    }


@pytest.mark.parametrize(
    ("number", "title", "name"),
    [
        (7, "GCP-new | P0 | A: b/c", "0007-a-b-c.md"),
        (12345, "世界", "12345.md"),
        (1, "ends with |", "0001-ends-with.md"),
        (1, "../../etc/passwd\n", "0001-etc-passwd.md"),
        (1, "word " * 40, "0001-" + "-".join(["word"] * 12) + ".md"),
        (1, "x" * 300, "0001.md"),
    ],
)
def test_file_names(number: int, title: str, name: str) -> None:
    """A file's name is its number and the words of the root cause, short, and safe on every file system."""
    assert issue_name(number, title) == name


def test_a_new_title_keeps_the_file(tmp_path: Path) -> None:
    """A change of title changes neither the file's name nor the number."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("old", "b"))
    tracker.change(1, IssueChange(title="new"))
    assert list(contents(tmp_path)) == ["0001-old.md"]
    assert [(issue.number, issue.title) for issue in listed(tmp_path)] == [(1, "new")]


def test_listing_creates_nothing(tmp_path: Path) -> None:
    """Neither listing nor reading the state makes the folder; the first write does."""
    tracker = FolderTracker(tmp_path / "a" / "b")
    assert (tracker.list_issues(), tracker.read_state()) == (([], []), None)
    with pytest.raises(TrackerUnavailable, match="is not there"):
        tracker.change(1, IssueChange(title="x"))
    assert list(tmp_path.iterdir()) == []
    tracker.create(NewIssue("t", "b"))
    assert len(listed(tmp_path / "a" / "b")) == 1


@settings(max_examples=60, deadline=None)
@given(title=st.text(min_size=1, max_size=80), body=st.text(), label=st.text(min_size=1, max_size=20))
def test_any_issue_comes_back(tmp_path_factory: pytest.TempPathFactory, title: str, body: str, label: str) -> None:
    """Whatever is in title, body, label and comment comes back, and writing it again writes nothing."""
    root = tmp_path_factory.mktemp("folder")
    tracker = FolderTracker(root)
    tracker.create(NewIssue("first", ""))
    tracker.change(1, IssueChange(title=title, body=body, labels=(label,)))
    tracker.comment(1, DraftComment(title, body))
    tracker.create(NewIssue(title, body, (label,)))
    before = contents(root)
    first, second = listed(root)
    assert (
        (first.title, first.body, first.labels) == (second.title, second.body, second.labels) == (title, body, (label,))
    )
    assert said(root, 1)[0].body == body
    assert tracker.comment(1, DraftComment(title, "other")) == said(root, 1)[0]
    tracker.change(1, IssueChange(title=title, body=body, labels=(label,)))
    assert contents(root) == before


def test_a_write_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    """The same change, comment and state again touch no file, not even its time; labels in another order neither."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("t", "b", ("x", "y")))
    tracker.comment(1, DraftComment("k", "c"))
    tracker.write_state("{}", "page")
    before = {path: path.stat() for path in tmp_path.rglob("*")}
    tracker.change(1, IssueChange(title="t", body="b", labels=("y", "x"), status=IssueStatus.OPEN, close_reason=""))
    tracker.comment(1, DraftComment("k", "d"))
    tracker.write_state("{}", "page")
    tracker.write_state("{}")
    after = {path: path.stat() for path in tmp_path.rglob("*")}
    assert {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in after.items()} == {
        path: (stat.st_ino, stat.st_mtime_ns) for path, stat in before.items()
    }


def test_hand_edits_count(tmp_path: Path) -> None:
    """What a person changes in any field or the body is what is listed."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("t", "b", ("P0",)))
    [path] = tmp_path.glob("*.md")
    write(tmp_path, path.name, "---\ntitle: Mine now\n---\nEdited\n")
    [issue] = listed(tmp_path)
    assert (issue.number, issue.title, issue.body, issue.labels) == (1, "Mine now", "Edited\n", ())
    write(
        tmp_path,
        path.name,
        "---\nnumber: 1\ntitle: 1.10\nstate: Closed\nclose_reason: not planned\nlabels: P1, mine\n"
        "assignees:\n  - ann\n  - bob\nlocked: yes\nauthor: ann\n---\n\nBody\n",
    )
    [issue] = listed(tmp_path)
    assert (issue.title, issue.status, issue.close_reason) == ("1.10", IssueStatus.CLOSED, "not_planned")
    assert (issue.labels, issue.assignees) == (("P1", "mine"), ("ann", "bob"))
    assert (issue.locked, issue.author, issue.body) == (True, "ann", "Body\n")


def test_a_change_keeps_what_a_person_added(tmp_path: Path) -> None:
    """Unknown keys, comments and spelling in the front matter survive the bot's changes byte for byte."""
    head = "---\n# on call: ann\ntitle: t\nestimate: 1.50 # days\nlinks: {ticket: [A-1, B-2]}\nstate: open\n---\n"
    path = write(tmp_path, "0003-mine.md", head + "\nbody")
    FolderTracker(tmp_path).change(3, IssueChange(title="new", body="other", status=IssueStatus.CLOSED))
    closed = head.replace("title: t", "title: new").replace("state: open", "state: closed\nclose_reason: completed")
    assert path.read_text() == closed + "\nother"
    FolderTracker(tmp_path).change(3, IssueChange(title="t", body="body", status=IssueStatus.OPEN))
    assert path.read_text() == head + "\nbody"


def test_a_persons_comment(tmp_path: Path) -> None:
    """A plain Markdown file beside an issue is a comment; the bot's next one gets the next id."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("t", "b"))
    write(tmp_path, "0001.comments/0004-ann.md", "I am on it\r\n")
    assert tracker.comment(1, DraftComment("k", "c")).id == 5
    assert [(comment.id, comment.author, comment.body) for comment in said(tmp_path, 1)] == [
        (4, "", "I am on it\n"),
        (5, "incidentbot", "c"),
    ]


@pytest.mark.parametrize(
    "name", ["README.md", "2025-09-15-postmortem.md", "0000-template.md", "notes.txt", ".0001.md.swp", "0001.md~"]
)
def test_other_files_are_left_alone(tmp_path: Path, name: str) -> None:
    """Files that aren't meant as issues are neither listed nor warned of, and hold no number."""
    write(tmp_path, name, "# Hello\n---\nnot: front matter\n---\n")
    tracker = FolderTracker(tmp_path)
    assert tracker.create(NewIssue("t", "b")).number == 1
    assert [issue.number for issue in listed(tmp_path)] == [1]


def test_a_renamed_file_is_still_its_issue(tmp_path: Path) -> None:
    """A file whose name lost its number is the issue that its front matter says, and keeps its number."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("t", "b"))
    (tmp_path / "0001-t.md").rename(tmp_path / "checkout outage.md")
    assert tracker.create(NewIssue("u", "b")).number == 2
    tracker.change(1, IssueChange(body="c"))
    assert [(issue.number, issue.body) for issue in listed(tmp_path)] == [(1, "c"), (2, "b")]


BROKEN = [
    ("0002-x.md", b"", "no front matter"),
    ("0002-x.md", b"just text", "no front matter"),
    ("0002-x.md", b"---\nnumber: 2\ntitle: half", "not closed"),
    ("0002-x.md", b"---\ntitle: a: b\n---\n", "line 2"),
    ("0002-x.md", b"---\ntitle: x\n---\n\xff\xfe", "not UTF-8"),
    ("0002-x.md", b"---\nnumber: 3\ntitle: x\n---\n", "says number 3, its name 2"),
    ("0002-x.md", b"---\nnumber: [2]\ntitle: x\n---\n", "not a number"),
    ("0002-x.md", b"---\nnumber: -2\ntitle: x\n---\n", "not a number"),
    ("0001-z.md", b"---\nnumber: 1\ntitle: x\n---\n", "issue 1 is 0001-good.md already"),
]


@pytest.mark.parametrize(("name", "data", "says"), BROKEN)
def test_a_broken_file_is_reported_and_left_alone(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    """A broken file is one warning that names it; good issues list, it is never written to, its number never reused."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("good", "b"))
    write(tmp_path, name, data)
    issues, [warned] = tracker.list_issues()
    assert [issue.title for issue in issues] == ["good"]
    assert warned.where == str(tmp_path / name)
    assert says in warned.what
    tracker.change(1, IssueChange(body="c"))
    assert tracker.create(NewIssue("next", "")).number == (3 if name.startswith("0002") else 2)
    if name.startswith("0002"):
        with pytest.raises(TrackerUnavailable, match="0002-x"):
            tracker.change(2, IssueChange(body="c"))
    assert contents(tmp_path)[name] == data


def test_of_two_with_one_number_the_first_name_wins(tmp_path: Path) -> None:
    """Of two files with one number, the one whose name sorts first is the issue and is written to; the other is not."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("good", "b"))
    write(tmp_path, "0001-a.md", "---\ntitle: first\n---\n")
    write(tmp_path, "a.md", "---\nnumber: 1\ntitle: last\n---\n")
    before = contents(tmp_path)
    issues, warned = tracker.list_issues()
    assert [issue.title for issue in issues] == ["first"]
    assert [Path(warning.where).name for warning in warned] == ["0001-good.md", "a.md"]
    tracker.change(1, IssueChange(body="c"))
    assert [name for name, data in contents(tmp_path).items() if data != before[name]] == ["0001-a.md"]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("state: opened", "status", IssueStatus.OPEN),
        ("state: [closed]", "status", IssueStatus.OPEN),
        ("labels: {a: b}", "labels", ()),
        ("labels: [[a]]", "labels", ()),
        ("assignees: {ann: 1}", "assignees", ()),
        ("author: [ann]", "author", ""),
        ("locked: maybe", "locked", False),
        ("title: [a]", "title", "0001-x"),
    ],
)
def test_a_wrong_field_is_reported_and_the_issue_listed(tmp_path: Path, line: str, field: str, value: object) -> None:
    """A field of a wrong type or value is warned of and read as its default: the issue isn't lost, nor filed again."""
    title = "" if line.startswith("title") else "title: t\n"
    path = write(tmp_path, "0001-x.md", f"---\n{title}{line}\n---\n\nb")
    tracker = FolderTracker(tmp_path)
    [issue], warned = tracker.list_issues()
    assert getattr(issue, field) == value
    assert {warning.where for warning in warned} == {str(path)}
    assert line.partition(":")[0] in warned[0].what
    tracker.change(1, IssueChange(body="c"))
    assert line in path.read_text()


def test_broken_comments(tmp_path: Path) -> None:
    """A comment that can't be read is a warning; its issue lists with the others, and its id isn't given away."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("t", "b"))
    tracker.comment(1, DraftComment("k", "c"))
    write(tmp_path, "0001.comments/0002.md", "---\nid: 2\n")
    write(tmp_path, "0001.comments/0003.md", b"\xff")
    write(tmp_path, "0001.comments/1-again.md", "twin")
    write(tmp_path, "0001.comments/ann.md", "no number")
    assert len(listed(tmp_path)) == 1
    comments, warned = tracker.comments(1)
    assert [comment.body for comment in comments] == ["c"]
    assert [Path(warning.where).name for warning in warned] == ["0002.md", "0003.md", "1-again.md", "ann.md"]
    assert tracker.comment(1, DraftComment("l", "d")).id == 4


def test_what_is_no_file(tmp_path: Path) -> None:
    """Folders and dangling links with an issue's name are warned of and hold their number."""
    (tmp_path / "0001-folder.md").mkdir()
    (tmp_path / "0002-link.md").symlink_to(tmp_path / "gone")
    (tmp_path / "0003.comments").write_text("no folder")
    tracker = FolderTracker(tmp_path)
    issues, warned = tracker.list_issues()
    assert (issues, len(warned)) == ([], 2)
    assert tracker.create(NewIssue("t", "b")).number == 4


def test_left_over_comments_hold_their_number(tmp_path: Path) -> None:
    """A removed issue whose comments are still there doesn't pass them on to a new one."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("t", "b"))
    tracker.comment(1, DraftComment("k", "c"))
    (tmp_path / "0001-t.md").unlink()
    assert tracker.create(NewIssue("u", "b")).number == 2
    assert said(tmp_path, 2) == []
    assert [issue.number for issue in listed(tmp_path)] == [2]


def test_leftovers_of_killed_writes(tmp_path: Path) -> None:
    """Temporary files are never listed; those older than an hour are swept by the next write, and no other file is."""
    old = [".0001.tmp", ".0001-t.md.0123abcd.tmp", ".state.json.0123abcd.tmp", "0001.comments/.0001.tmp"]
    kept = [".mine.tmp", "0001.comments/.0002.tmp"]
    for name in (*old, *kept):
        path = write(tmp_path, name, "---\nnumber: 1\n")
        if name != "0001.comments/.0002.tmp":
            os.utime(path, (time.time() - 3700,) * 2)
    assert FolderTracker(tmp_path).list_issues() == ([], [])
    FolderTracker(tmp_path).write_state("{}")
    assert set(contents(tmp_path)) == {"state.json", *kept}


def test_permissions_are_kept(tmp_path: Path) -> None:
    """A file that was made readable for others stays so when it is replaced."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("t", "b"))
    (tmp_path / "0001-t.md").chmod(0o664)
    tracker.change(1, IssueChange(body="c"))
    assert (tmp_path / "0001-t.md").stat().st_mode & 0o777 == 0o664
