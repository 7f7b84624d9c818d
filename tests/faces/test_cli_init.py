"""`init` in a repository: everything is shown before it is written, and nothing of anybody's is lost."""

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.settings import Labels
from bot.usecases.initialising import WORKFLOW, Scene, drafted, write
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.repository import Repository
from tests.faces.beginning import PROJECT, REF, SETTINGS, place, written
from tests.faces.running import EXAMPLE, ROOT, Bot
from tests.faces.test_action_workflows import PINNED

__all__ = ["bench", "place", "servers"]


def test_nothing_is_written_that_was_not_agreed_to(bot: Bot, place: Path) -> None:
    """Without --yes, and without a terminal to ask on, the whole of both files is shown and neither is written."""
    for words in ((), ("--dry-run",), ("--dry-run", "--yes")):
        ran = bot("init", "--action-ref", REF, *words)
        assert ran.status == 0, ran.err
        assert written(place) == {}
        assert "Nothing is written" in ran.err
        assert f"create {WORKFLOW}" in ran.out
        assert f"        uses: {REF}" in ran.out
        assert 'file_from = "P2"' in ran.out


def test_yes_writes_what_was_shown(bot: Bot, place: Path) -> None:
    """The files are those that were shown, to the byte; what is left to do is told; once more changes nothing."""
    words = ("init", "--action-ref", REF, "--project", PROJECT)
    shown = {one["path"]: one["body"] for one in bot(*words, "--format", "json").json["files"]}
    ran = bot(*words, "--yes")
    assert written(place) == shown
    assert list(shown) == [WORKFLOW, SETTINGS]
    assert f"incidentbot init --baseline --project {PROJECT} --since 1d --repo acme/shop" in ran.out
    assert "GCP_WORKLOAD_IDENTITY_PROVIDER" in ran.out
    again = bot(*words, "--yes", "--format", "json").json
    assert {one["action"] for one in again["files"]} == {"same"}
    assert written(place) == shown


def test_a_changed_file_is_kept_and_told(bot: Bot, place: Path) -> None:
    """What a person changed stays, with the difference shown; --overwrite says so and replaces it."""
    bot("init", "--action-ref", REF, "--yes")
    file = place / WORKFLOW
    file.write_text(file.read_text().replace("timeout-minutes: 10", "timeout-minutes: 30"))
    before = written(place)
    ran = bot("init", "--yes")
    assert written(place) == before
    assert f"keep {WORKFLOW}" in ran.out
    assert "-    timeout-minutes: 30" in ran.out
    assert "+    timeout-minutes: 10" in ran.out
    assert f"replace {WORKFLOW}" in bot("init", "--yes", "--overwrite").out
    assert "timeout-minutes: 10" in file.read_text()


def test_the_action_that_is_used_stays(bot: Bot, place: Path) -> None:
    """A second call needs no --action-ref: it takes the one that the workflow names."""
    bot("init", "--action-ref", REF, "--yes")
    ran = bot("init", "--format", "json").json
    assert ran["action"] == REF
    assert {one["action"] for one in ran["files"]} == {"same"}


@pytest.mark.parametrize(
    "ref", ["acme/incidentbot@main", "acme/incidentbot@v1.0.0", "acme@" + "1" * 40, "x y", "a/b@1"]
)
def test_an_action_that_is_not_pinned_is_refused(bot: Bot, place: Path, ref: str) -> None:
    """A branch or a tag may say something else tomorrow: the sentence asks for a commit's full name."""
    ran = bot("init", "--action-ref", ref, "--yes")
    assert ran.status == 2
    assert "40 digits of a commit" in ran.err
    assert written(place) == {}


def test_where_the_action_is_not_known_nothing_is_guessed(
    bot: Bot, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation that doesn't say where it came from is told so, before anything is written; or goes without."""
    monkeypatch.setattr("bot.usecases.checkout.distribution", lambda _: NoRecord())
    ran = bot("init", "--yes")
    assert ran.status == 2
    assert "--action-ref OWNER/REPO@SHA" in ran.err
    assert written(place) == {}
    assert bot("init", "--yes", "--no-workflow").status == 0
    assert list(written(place)) == [SETTINGS]


class NoRecord:
    """An installation from an index: no address is recorded."""

    def read_text(self, _: str) -> None:
        """No file of this name."""


class Recorded:
    """An installation from a repository of GitHub's."""

    def read_text(self, _: str) -> str:
        """What pip records of `git+https://...@v1.2.3`."""
        vcs = {"vcs": "git", "requested_revision": "v1.2.3", "commit_id": "ab" * 20}
        return json.dumps({"url": "https://github.com/acme/incidentbot.git", "vcs_info": vcs})


def test_the_commit_that_was_installed_is_used(bot: Bot, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a repository of GitHub's, pip records the commit; the workflow pins it, with the tag beside it."""
    monkeypatch.setattr("bot.usecases.checkout.distribution", lambda _: Recorded())
    assert bot("init", "--format", "json").json["action"] == f"acme/incidentbot@{'ab' * 20} # v1.2.3"
    assert bot("init", "--yes").status == 0
    [line] = [line.strip() for line in written(place)[WORKFLOW].splitlines() if "uses: acme" in line]
    assert PINNED.match(line)


def test_labels_are_shown_then_made(bot: Bot, bench: Bench, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a token the labels are part of what is shown, and of what is written; without, it says who makes them."""
    Repository(place / "clone").git("remote", "add", "origin", f"https://github.com/{bench.repo}.git")
    monkeypatch.chdir(place / "clone")
    assert f"incidentbot labels --repo {bench.repo}" in bot("init", "--action-ref", REF).out
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    assert "create label P0: #b60205" in bot("init", "--action-ref", REF).out
    assert bench.proxy.writes == []
    assert bot("init", "--action-ref", REF, "--yes").status == 0
    assert len(bench.proxy.writes) == len(Labels.model_fields)
    assert "| keep | `P0` |" in bot("init", "--format", "markdown").out


def test_labels_that_can_not_be_looked_at_keep_nothing_from_being_written(
    bot: Bot, bench: Bench, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub refuses the token: that is told, with the command that makes the labels, and the files are written."""
    monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    bench.proxy.answer("GET", 401, {"message": "Bad credentials"}, times=9)
    ran = bot("init", "--action-ref", REF, "--yes")
    assert ran.status == 0
    assert "Which labels are missing can't be told. GitHub refused the token" in ran.out
    assert "incidentbot labels --repo acme/shop" in ran.out
    assert sorted(written(place)) == [WORKFLOW, SETTINGS]


def test_a_folder_of_the_repository_is_its_root(bot: Bot, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a folder below, the files go to the root, where GitHub reads them."""
    (place / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(place / "a" / "b")
    bot("init", "--action-ref", REF, "--yes")
    assert sorted(written(place)) == [WORKFLOW, SETTINGS]


def test_what_does_not_fit_is_refused(bot: Bot, place: Path) -> None:
    """Another repository than the folder's, options of --baseline, names that are none: exit 2, nothing written."""
    for words, told in (
        (("--repo", "acme/other"), "acme/shop"),
        (("--since", "1h"), "--baseline"),
        (("--logs", EXAMPLE), "--baseline"),
        (("--project", "NOT ONE"), "--project"),
        (("--service", "a\nb: c"), "--service"),
        (("--repo", "acme/shop", "--folder", "x"), "--folder"),
    ):
        ran = bot("init", "--action-ref", REF, "--yes", *words)
        assert (ran.status, told in ran.err) == (2, True), (words, ran.err)
    assert written(place) == {}


def test_for_a_folder_there_is_no_workflow(bot: Bot, place: Path) -> None:
    """Issues in a folder need settings alone; what is left to do names the folder."""
    ran = bot("init", "--folder", "issues", "--yes")
    assert sorted(written(place)) == [SETTINGS]
    assert "--folder issues" in ran.out
    assert "Labels" not in ran.out


def test_what_can_not_be_written_is_told(bot: Bot, place: Path) -> None:
    """A file where a folder is needed: one sentence, exit 2, and what was there stays."""
    (place / ".github").write_text("mine")
    ran = bot("init", "--action-ref", REF, "--yes")
    assert ran.status == 2
    assert WORKFLOW in ran.err
    assert written(place) == {".github": "mine"}


def test_the_package_carries_what_is_written() -> None:
    """The starters lie inside the package, which wheel and sdist hold whole."""
    assert {path.name for path in (ROOT / "bot" / "usecases" / "starters").iterdir()} == {"incidentbot.yml", SETTINGS}


def on_a_terminal(place: Path, answer: str) -> str:
    """What a person sees who answers so; the program runs as a process of its own, on a terminal."""
    words = [sys.executable, "-m", "bot", "init", "--action-ref", REF]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "dumb"}
    main, other = pty.openpty()
    with subprocess.Popen(words, cwd=place, env=env, stdin=other, stdout=other, stderr=other) as process:
        os.close(other)
        seen, answered = b"", False
        with contextlib.suppress(OSError):
            while more := os.read(main, 65_536):
                seen += more
                if not answered and b"Write this?" in seen:
                    os.write(main, answer.encode() + b"\n")
                    answered = True
    os.close(main)
    assert process.returncode == 0, seen
    return seen.decode()


def test_on_a_terminal_it_asks_after_it_has_shown(place: Path) -> None:
    """The whole is shown, then one question: anything but yes writes nothing."""
    seen = on_a_terminal(place, "n")
    assert seen.index("cancel-in-progress") < seen.index("Write this?")
    assert written(place) == {}
    assert "Written:" in on_a_terminal(place, "y")
    assert sorted(written(place)) == [WORKFLOW, SETTINGS]


def test_what_changed_since_it_was_shown_is_left_alone(place: Path) -> None:
    """Between the look and the write somebody made the file, or changed it: it is told, and theirs stays."""
    scene = Scene(place, action=REF)
    pieces = drafted(scene)
    (place / SETTINGS).write_text("theirs = 1\n")
    with pytest.raises(UsageError, match=r"incidentbot\.toml changed"):
        write(place, pieces)
    assert (place / SETTINGS).read_text() == "theirs = 1\n"
    replacing = drafted(scene, overwrite=True)
    (place / SETTINGS).write_text("theirs = 2\n")
    with pytest.raises(UsageError, match="changed"):
        write(place, replacing)
    assert (place / SETTINGS).read_text() == "theirs = 2\n"


def test_a_write_that_fails_leaves_no_half(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk at the last moment: what was there stays whole, no temporary file is left."""
    pieces = drafted(Scene(place, action=REF))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left"):
        write(place, pieces)
    assert written(place) == {}


def test_files_may_be_read_by_whom_the_umask_lets(bot: Bot, place: Path) -> None:
    """What is written has the rights of any new file, not those of a temporary one."""
    (place / "plain").touch()
    bot("init", "--action-ref", REF, "--yes")
    assert (place / SETTINGS).stat().st_mode == (place / "plain").stat().st_mode
