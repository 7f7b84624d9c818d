"""The folder tracker when its process dies: a fault at every step of every write, and real kills."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.model.issue import DraftComment, Issue, IssueChange, IssueStatus, NewIssue
from bot.trackers.folder import FolderTracker
from tests.trackers.faulty import Died, FaultyDisk
from tests.trackers.files import listed, said

REPOSITORY = Path(__file__).parents[2]

A, B = NewIssue("first", "body of the first\n", ("P0",)), NewIssue("second", "---\nbody of the second", ("P1",))
CHANGE = IssueChange(title="GCP-new | first", body="changed\r\n" * 50, labels=("P1", "x"), status=IssueStatus.CLOSED)
COMMENT = DraftComment("closed:1", "It is over.")
STATE, NEXT_STATE = '{"intents":["first"]}', '{"intents":[]}' + " " * 200
STEPS = 14
"""Steps on the disk of an undisturbed run: six writes of two, two new folders."""


def run(tracker: FolderTracker) -> None:
    """What a run of the bot does: look at what is there, and do what is missing."""
    done = {issue.title for issue in tracker.list_issues()[0]}
    if tracker.read_state() is None:
        tracker.write_state(STATE)
    if not done & {A.title, CHANGE.title}:
        tracker.create(A)
    if B.title not in done:
        tracker.create(B)
    first = next(issue for issue in tracker.list_issues()[0] if issue.title in (A.title, CHANGE.title))
    tracker.change(first.number, CHANGE)
    tracker.comment(first.number, COMMENT)
    tracker.write_state(NEXT_STATE)


def facts(root: Path, issue: Issue) -> tuple[object, ...]:
    """Everything of an issue but its number and file."""
    comments = [comment.body for comment in said(root, issue.number)]
    return issue.title, issue.body, issue.labels, issue.status, issue.close_reason, issue.author, comments


def whole(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """The versions that each issue goes through, by its place in the run."""
    tracker = FolderTracker(root)
    number = tracker.create(A).number
    versions = [facts(root, listed(root)[0])]
    tracker.change(number, CHANGE)
    versions.append(facts(root, listed(root)[0]))
    tracker.comment(number, COMMENT)
    versions.append(facts(root, listed(root)[0]))
    return {"first": versions, "second": [facts(root, tracker.create(B))]}


def test_the_steps_are_all_of_them(tmp_path: Path) -> None:
    """An undisturbed run takes as many steps as there are faults below, so that none is left out."""
    disk = FaultyDisk(0, "")
    run(FolderTracker(tmp_path / "issues", disk=disk))
    assert disk.steps == STEPS


@pytest.mark.parametrize("when", ["before", "half", "after"])
@pytest.mark.parametrize("at", range(1, STEPS + 1))
def test_a_death_at_any_step(tmp_path: Path, at: int, when: str) -> None:
    """After a death at any step every issue is there once, in one of its whole versions; a second run completes it."""
    versions = whole(tmp_path / "undisturbed")
    root = tmp_path / "issues"
    disk = FaultyDisk(at, when)
    try:
        run(FolderTracker(root, disk=disk))
    except Died:
        assert disk.steps == at
    else:
        assert when == "half", "only a rename or a new folder has no half"
    issues, warned = FolderTracker(root).list_issues()
    assert warned == []
    firsts = [facts(root, issue) for issue in issues if issue.title in (A.title, CHANGE.title)]
    seconds = [facts(root, issue) for issue in issues if issue.title == B.title]
    assert len(firsts) + len(seconds) == len(issues)
    assert not firsts or (len(firsts) == 1 and firsts[0] in versions["first"])
    assert not seconds or seconds == versions["second"]
    assert FolderTracker(root).read_state() in (None, STATE, NEXT_STATE)
    run(FolderTracker(root))
    issues, warned = FolderTracker(root).list_issues()
    assert sorted(facts(root, issue) for issue in issues) == [versions["first"][-1], *versions["second"]]
    assert warned == []
    assert FolderTracker(root).read_state() == NEXT_STATE


def test_what_was_confirmed_before_a_death_stays(tmp_path: Path) -> None:
    """Whatever returned before the death is there after it, untouched: no later write disturbs an earlier one."""
    for at in range(1, 30):
        root = tmp_path / str(at)
        tracker, confirmed = FolderTracker(root, disk=FaultyDisk(at, "half" if at % 2 else "after")), []
        try:
            for n in range(10):
                confirmed.append(tracker.create(NewIssue(f"t{n}", f"b{n}")))
        except Died:
            pass
        listed = FolderTracker(root).list_issues()[0]
        assert listed[: len(confirmed)] == confirmed
        assert len(listed) - len(confirmed) in (0, 1)


CHILD = """
import sys
from pathlib import Path
from bot.model.issue import DraftComment, IssueChange, NewIssue
from bot.trackers.folder import FolderTracker

tracker = FolderTracker(Path(sys.argv[1]))
name = sys.argv[2]
for n in range(100_000):
    issue = tracker.create(NewIssue(f"{name}-{n}", f"body {name}-{n} " * 2_000, ("P0",)))
    print("created", issue.number, issue.title, flush=True)
    tracker.change(issue.number, IssueChange(body=f"changed {name}-{n} " * 3_000, labels=("P1",)))
    print("changed", issue.number, issue.title, flush=True)
    tracker.comment(issue.number, DraftComment("k", f"comment {name}-{n} " * 1_000))
    print("commented", issue.number, issue.title, flush=True)
    tracker.write_state(f"{name}-{n} " * 4_000)
    print("state", issue.number, issue.title, flush=True)
"""


def killed_run(root: Path, name: str, moment: float, lines: int) -> list[list[str]]:
    """Start a child, kill it `moment` seconds after it confirmed so many writes, and return what it confirmed."""
    command = [sys.executable, "-c", CHILD, str(root), name]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        said = [child.stdout.readline() for _ in range(lines)]
        time.sleep(moment)
        os.kill(child.pid, signal.SIGKILL)
        said += child.stdout.readlines()
    return [line.split() for line in said if line.endswith("\n")]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this platform has no SIGKILL")
def test_real_kills(tmp_path: Path) -> None:
    """A child killed at random moments leaves everything it confirmed, whole, and nothing half-written or doubled."""
    chance, confirmed = random.Random(8), list[list[str]]()
    for kill in range(8):
        confirmed += killed_run(tmp_path, f"run{kill}", chance.uniform(0, 0.012), chance.randint(1, 9))
    issues, warned = FolderTracker(tmp_path).list_issues()
    assert warned == []
    assert len({issue.title for issue in issues}) == len(issues)
    by_number = {issue.number: issue for issue in issues}
    for what, number, title in confirmed:
        issue = by_number[int(number)]
        assert issue.title == title
        assert issue.labels == ("P1",) or what == "created"
        assert said(tmp_path, issue.number) or what in ("created", "changed")
    for issue in issues:
        verb, times = ("changed", 3_000) if issue.labels == ("P1",) else ("body", 2_000)
        assert issue.body == f"{verb} {issue.title} " * times
        assert [comment.body for comment in said(tmp_path, issue.number)] in ([], [f"comment {issue.title} " * 1_000])
    state = FolderTracker(tmp_path).read_state()
    assert state
    assert state == (state.split()[0] + " ") * 4_000
    assert len(confirmed) >= 8


def test_a_copy_of_the_folder_is_the_folder(tmp_path: Path) -> None:
    """Nothing is kept outside the folder: a copy of it lists the same, wherever it is."""
    run(FolderTracker(tmp_path / "issues"))
    shutil.copytree(tmp_path / "issues", tmp_path / "elsewhere")
    original, copy = (FolderTracker(tmp_path / name).list_issues()[0] for name in ("issues", "elsewhere"))
    assert [facts(tmp_path / "issues", issue) for issue in original] == [
        facts(tmp_path / "elsewhere", issue) for issue in copy
    ]
    assert FolderTracker(tmp_path / "elsewhere").read_state() == NEXT_STATE
