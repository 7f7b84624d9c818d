"""The folder tracker on disks that refuse, under a lock, and with several processes at once."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.errors import TrackerUnavailable
from bot.model.issue import DraftComment, IssueChange, NewIssue
from bot.trackers.disk import Disk
from bot.trackers.folder import FolderTracker

from .files import contents, listed, said, write

REPOSITORY = Path(__file__).parents[2]


class Refusing(Disk):
    """A disk on which some methods fail."""

    def __init__(self, number: int, *methods: str) -> None:
        for method in methods:
            setattr(self, method, self._refuse)
        self._number = number

    def _refuse(self, path: Path, *_: object) -> None:
        raise OSError(self._number, os.strerror(self._number), str(path))


@pytest.mark.parametrize(
    ("number", "methods", "says"),
    [
        (errno.EACCES, ["names", "read"], "can't be read: permission denied"),
        (errno.EIO, ["names", "read"], "can't be read: input/output error"),
    ],
)
def test_a_folder_that_can_not_be_read(tmp_path: Path, number: int, methods: list[str], says: str) -> None:
    """A folder, or one file in it, that the disk won't give is TrackerUnavailable, never an empty or shorter list."""
    FolderTracker(tmp_path).create(NewIssue("t", "b"))
    for method in methods:
        with pytest.raises(TrackerUnavailable, match=says) as raised:
            FolderTracker(tmp_path, disk=Refusing(number, method)).list_issues()
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("method", ["stage", "publish"])
@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EACCES, "can't be written: permission denied"),
        (errno.EROFS, "can't be written: read-only file system"),
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EIO, "can't be written: input/output error"),
    ],
)
def test_a_folder_that_can_not_be_written(tmp_path: Path, method: str, number: int, says: str) -> None:
    """A refused write of any kind is TrackerUnavailable, on one line, and leaves every byte and no temporary file."""
    tracker = FolderTracker(tmp_path)
    tracker.create(NewIssue("t", "b"))
    tracker.comment(1, DraftComment("k", "c"))
    tracker.write_state("{}")
    before = contents(tmp_path)
    refused = FolderTracker(tmp_path, disk=Refusing(number, method))
    for write_it in (
        lambda: refused.create(NewIssue("u", "b")),
        lambda: refused.change(1, IssueChange(body="c")),
        lambda: refused.comment(1, DraftComment("l", "d")),
        lambda: refused.write_state("[]"),
    ):
        with pytest.raises(TrackerUnavailable, match=says) as raised:
            write_it()
        assert "\n" not in str(raised.value)
    assert contents(tmp_path) == before


def test_a_full_disk_leaves_no_temporary_file(tmp_path: Path) -> None:
    """A real write that fails half-way takes its temporary file with it."""
    tracker = FolderTracker(tmp_path)
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from bot.trackers.folder import FolderTracker; from bot.model.issue import NewIssue\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "FolderTracker(Path(sys.argv[1])).create(NewIssue('big', 'x' * 10_000))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert "TrackerUnavailable" in run.stderr
    assert contents(tmp_path) == {}
    assert tracker.create(NewIssue("t", "b")).number == 1


def test_the_folder_is_a_file(tmp_path: Path) -> None:
    """A file where the folder or one above it should be is named, on reading and on writing."""
    file = write(tmp_path, "file", "x")
    for root in (file, file / "issues"):
        for call in (FolderTracker(root).list_issues, lambda root=root: FolderTracker(root).create(NewIssue("t", "b"))):
            with pytest.raises(TrackerUnavailable, match="is a file where a folder is needed"):
                call()
    assert file.read_text() == "x"


def test_the_state_is_gone_or_broken(tmp_path: Path) -> None:
    """A removed state file is no state; one that is no text is TrackerUnavailable: afresh could be twice."""
    tracker = FolderTracker(tmp_path)
    tracker.write_state("{}")
    (tmp_path / "state.json").unlink()
    assert tracker.read_state() is None
    write(tmp_path, "state.json", b"\xff")
    with pytest.raises(TrackerUnavailable, match=r"state\.json is not UTF-8"):
        tracker.read_state()


def test_a_lock_that_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process writes, a write waits, and then says so; reading goes on."""
    monkeypatch.setattr("bot.trackers.disk.LOCK_PATIENCE", 0.05)
    FolderTracker(tmp_path).create(NewIssue("t", "b"))
    with Disk().lock(tmp_path):
        with pytest.raises(TrackerUnavailable, match="another process"):
            FolderTracker(tmp_path).create(NewIssue("u", "b"))
        assert len(listed(tmp_path)) == 1
    assert FolderTracker(tmp_path).create(NewIssue("u", "b")).number == 2


CREATES = """
import sys, contextlib
from pathlib import Path
from bot.model.issue import DraftComment, NewIssue
from bot.trackers.disk import Disk
from bot.trackers.folder import FolderTracker

class NoLock(Disk):
    lock = lambda self, folder: contextlib.nullcontext()

root, name, locked = sys.argv[1:]
tracker = FolderTracker(Path(root), disk=Disk() if locked == "locked" else NoLock())
sys.stdin.readline()
for n in range(20):
    print(tracker.create(NewIssue(f"{name} {n}", f"body of {name} {n}")).number)
    if locked == "locked":
        tracker.comment(1, DraftComment(f"key {n}", f"said {n}"))
"""


@pytest.mark.parametrize("locked", ["locked", "without locks"])
def test_two_processes_at_once(tmp_path: Path, locked: str) -> None:
    """Two processes creating 20 issues each get 40 numbers and lose none, locks or no locks; a key is posted once."""
    command = [sys.executable, "-c", CREATES, str(tmp_path)]
    children = [
        subprocess.Popen(
            [*command, name, locked], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    time.sleep(0.5)
    for child in children:
        assert child.stdin
        child.stdin.write("go\n")
        child.stdin.flush()
    numbers = [int(line) for child in children for line in child.communicate(timeout=60)[0].split()]
    issues = listed(tmp_path)
    assert len(set(numbers)) == 40
    assert sorted(numbers) == [issue.number for issue in issues]
    assert {issue.title for issue in issues} == {f"{name} {n}" for name in ("one", "two") for n in range(20)}
    assert all(issue.body == f"body of {issue.title}" for issue in issues)
    if locked == "locked":
        assert sorted(comment.body for comment in said(tmp_path, 1)) == sorted(f"said {n}" for n in range(20))
