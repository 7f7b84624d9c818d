"""The history of local clones: the contract, and what hostile, shallow, foreign and damaged repositories do to it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import SettingsError, TrackerUnavailable
from bot.model.time import SECOND
from bot.trackers.git import GitHost
from bot.trackers.gitprocess import Git, environment
from tests.bench.repository import Repository
from tests.trackers.code_contract import DAY, START, CodeHostContract, History


class TestGit(CodeHostContract):
    """A local clone as any code host."""

    @pytest.fixture
    def history(self, tmp_path: Path) -> History:
        """A new repository."""
        return Repository(tmp_path / "repo")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A new repository."""
    return Repository(tmp_path / "repo")


HOSTILE_MESSAGES = [
    b"title\0hidden\n\nbody",
    b"caf\xe9 \xff\xfe\n\n\xf0\x28",
    b"\n\n  led by nothing\n\nbody\x1b[31m\r\nmore",
    b"",
    b"x" * 100_000,
    b"diff --git a/a b/a\n:100644 100644 a b M\n",
]


@pytest.mark.parametrize("message", HOSTILE_MESSAGES, ids=range(len(HOSTILE_MESSAGES)))
def test_hostile_messages(repo: Repository, message: bytes) -> None:
    """Whatever bytes a message holds, the commit is one record between its neighbours, each with its own files."""
    base = repo.commit("base", {"a": "1\n"})
    middle = repo.commit(message, {"b": "1\n"}, at=START + 1, author="\x07O'Neil [bot] <x@y>")
    last = repo.commit("last", {"c": "1\n"}, at=START + 2)
    found = repo.open().between(base, last)
    assert [(commit.sha, commit.files) for commit in found] == [(last, ("c",)), (middle, ("b",))]
    assert "\n" not in found[1].title
    assert found[1].title == message.split(b"\0")[0].decode("utf-8", "replace").strip().split("\n")[0].strip()


def test_hostile_paths(repo: Repository) -> None:
    """Paths that look like git's own output, options or a commit are paths, in ranges and in changes."""
    base = repo.commit("base", {"z": "1\n"})
    paths = [base, ":100644 100644 a b M", "-n", "--output=x", ":(glob)*", "a\nb", "1\t2\tz", '"q"', "@@ -1 +1 @@"]
    tip = repo.commit("tip", dict.fromkeys(paths, "diff --git a/z b/z\n@@ -1 +1 @@\n"), at=START + 1)
    host = repo.open()
    assert host.between(base, tip)[0].files == tuple(sorted(paths, key=lambda path: path.encode()))
    changes = host.changes(base, tip)
    assert [(change.path, change.added) for change in changes] == [(path, 2) for path in sorted(paths)]
    assert all(change.patch.startswith("@@ -0,0 +1,2 @@\n+diff --git") for change in changes)
    assert [host.file(path, tip) is None for path in sorted(paths)] == [False] * len(paths)
    assert host.file("*", tip) is None
    assert not (repo.folder / "x").exists()


@pytest.mark.parametrize(
    "branch", ["--upload-pack=x", "a..b", "a b", "@{-1}", "x.lock", ".hid", "a/.b", "/a", "@", "a\x07"]
)
def test_hostile_branch_names(repo: Repository, branch: str) -> None:
    """A name that can't be a branch's is a settings error, before any process."""
    with pytest.raises(SettingsError, match="can't be a branch"):
        repo.open(branch)


def test_branches_that_look_like_options(repo: Repository) -> None:
    """A branch `-x` that somebody made is only ever named in full."""
    tip = repo.commit("start", {"a": "1\n"})
    for name in ("refs/heads/-x", "refs/heads/HEAD", f"refs/heads/{tip}"):
        repo.git("update-ref", name, tip)
    assert repo.open().on_branch(tip) is True
    assert repo.open().activity(1) == 0


def test_nothing_of_the_repository_runs(repo: Repository, tmp_path: Path) -> None:
    """Hooks, drivers, helpers, monitors and aliases that a repository sets up are not started."""
    base = repo.commit("base", {"a.x": "1\n", ".gitattributes": "*.x diff=evil filter=evil\n"})
    tip = repo.commit("tip (#3)", {"a.x": "2\n"}, at=START + 1)
    proof = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {proof}\ncat\n")
    script.chmod(0o755)
    keys = ("core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.pager", "pager.log")
    for key in (*keys, "gpg.program", "filter.evil.smudge", "core.sshCommand", "core.editor", "pager.diff-tree"):
        repo.git("config", key, str(script))
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "core.hooksPath", str(tmp_path))
    host = repo.open()
    assert host.changes(base, tip)[0].added == 1
    assert host.recent(0)[0].sha == tip
    assert host.naming(["2"], tip) == ("a.x",)
    assert host.commit(base) is not None
    assert not proof.exists()


def test_the_callers_git_variables_count_for_nothing(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside a hook GIT_DIR names another repository; the folder is read all the same."""
    tip = repo.commit("start", {"a": "1\n"})
    monkeypatch.setenv("GIT_DIR", "nowhere")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    assert repo.open().recent(0)[0].sha == tip
    assert not [name for name in environment(os.environ) if name in ("GIT_DIR", "GIT_CONFIG_COUNT")]


def shallow(repo: Repository, folder: Path, depth: int) -> GitHost:
    """A clone of so many commits."""
    repo.git("clone", "--quiet", f"--depth={depth}", f"file://{repo.folder}", str(folder))
    return GitHost(folder)


def test_a_shallow_clone_does_not_guess(repo: Repository, tmp_path: Path) -> None:
    """What lies beyond a shallow clone's end is not known: None and nothing, not False and every file."""
    side = repo.commit("side", {"s": "1\n"}, branch="side")
    names = [repo.commit(f"c{n}", {f"f{n}": "1\n"}, at=START + n) for n in range(4)]
    repo.commit("Merge side", parents=(names[-1], side), at=START + 9)
    tip = repo.commit("tip", {"g": "1\n"}, at=START + 10)
    host = shallow(repo, tmp_path / "clone", 2)
    cut = host.recent(0)[-1].sha
    assert host.contains(tip, cut) is True
    assert host.contains(cut, tip) is False
    assert host.contains(tip, names[0]) is None
    assert host.contains(tip, side) is None
    assert host.between(names[0], tip) == ()
    found = host.commit(cut)
    assert found is not None
    assert found.files == ()
    assert [warned.where for warned in host.warnings] == [str(tmp_path / "clone")]
    assert repo.open().warnings == ()


def test_two_ends_of_a_shallow_clone(repo: Repository, tmp_path: Path) -> None:
    """Two commits that are both there, whose link is cut away, are not known to be apart."""
    base = repo.commit("base", {"a": "1\n"})
    side = repo.commit("side", {"b": "1\n"}, parents=(base,), branch="side")
    middle = repo.commit("Merge side", parents=(repo.commit("more", {"c": "1\n"}), side))
    tip = repo.commit("tip", {"d": "1\n"}, parents=(middle,))
    folder = tmp_path / "clone"
    repo.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{repo.folder}", str(folder))
    host = GitHost(folder)
    assert host.commit(side) is not None
    assert host.contains(tip, side) is None
    assert host.changes(side, tip) == ()
    assert repo.open().contains(tip, side) is True


def test_the_branch_of_origin_comes_first(repo: Repository, tmp_path: Path) -> None:
    """What isn't pushed isn't on the tracked branch; without a name it is origin's default branch."""
    shared = repo.commit("shared", {"a": "1\n"}, branch="trunk")
    repo.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    repo.git("clone", "--quiet", f"file://{repo.folder}", str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    own = clone.commit("not pushed", {"b": "1\n"}, branch="trunk")
    host = GitHost(clone.folder)
    assert [host.on_branch(shared), host.on_branch(own)] == [True, False]
    assert host.branch == "trunk"


def test_places_that_are_none(tmp_path: Path, repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """No repository, no folder, no branch yet, no git: each is one sentence that says what to do."""
    for folder, words in ((tmp_path, "no git repository"), (tmp_path / "gone", "can't be entered")):
        with pytest.raises(TrackerUnavailable, match=words):
            GitHost(folder).recent(0)
    with pytest.raises(TrackerUnavailable, match="no branch main with a commit"):
        GitHost(repo.folder).recent(0)
    tip = repo.commit("start", {"a": "1\n"})
    repo.git("update-ref", "--no-deref", "HEAD", tip)
    with pytest.raises(TrackerUnavailable, match="is at no branch"):
        GitHost(repo.folder).recent(0)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TrackerUnavailable, match="Git can't be started"):
        repo.open().recent(0)


def test_a_damaged_repository_is_no_empty_one(repo: Repository) -> None:
    """Where objects are gone, the answer is an error, not a shorter history."""
    repo.commit("one", {"a": "1\n"})
    gone = repo.commit("two", {"a": "2\n"}, at=START + 1)
    repo.commit("three", {"a": "3\n"}, at=START + 2)
    loose = repo.folder / ".git/objects" / gone[:2] / gone[2:]
    loose.chmod(0o644)
    loose.unlink()
    with pytest.raises(TrackerUnavailable, match=r"git log failed in .*: run git fsck there"):
        repo.open().recent(0)


def test_bounds_of_time_and_size(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that hangs, or writes without end, is ended and said so."""
    for name, body, words in (("slow", "sleep 30", "took over 0 s"), ("loud", "cat /dev/zero", "more than 1 MB")):
        folder = tmp_path / name
        folder.mkdir()
        program = folder / "git"
        program.write_text(f"#!/bin/sh\nexec {body}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        with pytest.raises(TrackerUnavailable, match=words):
            GitHost(repo.folder, "main", Git(repo.folder, 0.3, 2**20)).recent(0)


def test_who_names_an_issue(repo: Repository) -> None:
    """A commit on any branch that names the issue shows work on it; numbers that contain it, and bots, don't."""
    repo.commit("Fixes #12", {"a": "1\n"}, at=START)
    repo.commit("wip", {"a": "2\n"}, at=START + DAY, branch="issue-work")
    repo.commit("try harder\n\nfor issue-12.", {"a": "3\n"}, at=START + 2 * DAY, branch="issue-work")
    repo.commit("#123 and #112 and 12", {"a": "4\n"}, at=START + 3 * DAY)
    repo.commit("Bump #12", {"a": "5\n"}, at=START + 4 * DAY, author="renovate[bot] <x@y>")
    host = repo.open()
    assert host.activity(12) == (START + 2 * DAY) * SECOND
    assert host.activity(9) == 0


def test_late_clocks_end_no_history(repo: Repository) -> None:
    """A commit whose clock was a year behind doesn't hide those before it."""
    repo.commit("old", {"a": "0\n"}, at=START - DAY)
    wanted = [repo.commit("one", {"a": "1\n"}, at=START), repo.commit("late clock", {"a": "2\n"}, at=START - 365 * DAY)]
    wanted.append(repo.commit("three", {"a": "3\n"}, at=START + 2))
    assert [commit.sha for commit in repo.open().recent(START * SECOND)] == wanted[::-1]


def test_files_that_are_no_text(repo: Repository) -> None:
    """Bytes, links and what is over a megabyte are no text; a whole megabyte is."""
    tip = repo.commit("start", {"nul": "a\0b", "long": "x" * (2**20 + 1), "fits": "x" * 2**20})
    blob = repo.git("hash-object", "-w", "--stdin", given=b"/etc/passwd")
    tree = repo.git("mktree", "-z", given=f"120000 blob {blob}\tlink\0".encode())
    linked = repo.git("-c", "user.name=a", "-c", "user.email=a", "commit-tree", "-m", "link", tree)
    host = repo.open()
    assert [host.file(path, tip) is None for path in ("nul", "long", "fits")] == [True, True, False]
    assert host.file("link", linked) is None


def test_paths_and_words(repo: Repository) -> None:
    """Every path of a commit is listed, and which files hold a word, whatever the word looks like."""
    tip = repo.commit("start", {"a.py": "import shop.db\n", "b/c.py": "x = shopping\n", "-e": "a|b\n"})
    host = repo.open()
    assert host.paths(tip) == ("-e", "a.py", "b/c.py")
    assert host.naming(["shop"], tip) == ("a.py",)
    assert host.naming(["a|b", "-e"], tip) == ("-e",)
    assert host.naming([], tip) == ()
    assert host.texts(["b/c.py", "gone here", "b", "-e", "a\nb", "../a"], tip) == {
        "b/c.py": "x = shopping\n",
        "-e": "a|b\n",
    }
    assert host.texts(["a.py"], "abcdef012") == {}


def test_nothing_is_written(repo: Repository) -> None:
    """Reading leaves no lock, cache or index behind: the folder can be read-only."""
    tip = repo.commit("start", {"a": "1\n"})
    before = sorted(str(path) for path in repo.folder.rglob("*"))
    host = repo.open()
    host.recent(0), host.commit(tip), host.changes(tip, tip), host.naming(["1"], tip), host.activity(1)
    assert sorted(str(path) for path in repo.folder.rglob("*")) == before


def test_hosts_open_without_a_process(tmp_path: Path) -> None:
    """Opening starts nothing; and PyGithub isn't imported for a folder."""
    host = GitHost(tmp_path)
    assert host.requests == 0
    command = "import sys, bot.trackers.git; sys.exit('github' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
