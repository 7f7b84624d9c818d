"""The five hours of an outage through the command line: from the first failure over the fix to the regression."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.model.issue import IssueChange, IssueStatus
from bot.trackers.folder import FolderTracker
from tests.bench.codeforge import CodeForge
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.faces.running import OUTAGE, Bot, needs_outage

__all__ = ["bench", "servers"]

pytestmark = needs_outage

START = 1_757_960_000
CLOSED = IssueChange(status=IssueStatus.CLOSED, close_reason="completed")
MODULE = "app/storefront/app/middleware/request_context_middleware.py"


def commits() -> dict[str, str]:
    """The commits that the outage's description names: broken, fix, again."""
    named: dict[str, str] = json.loads((OUTAGE / "expected.json").read_text(encoding="utf-8"))["commits"]
    return named


def settings(folder: Path, line: str) -> Path:
    """A settings file with this line about verification."""
    file = folder / "incidentbot.toml"
    file.write_text(f"[verification]\n{line}\n", encoding="utf-8")
    return file


class Hours:
    """The program over the hours, and what its tracker holds."""

    def __init__(self, bot: Bot, *where: str | Path) -> None:
        self.bot, self.where = bot, where

    def file(self, *hours: int) -> list[str]:
        """Run over these hours; the kinds of actions of the last."""
        for hour in hours:
            run = self.bot("file", "--logs", OUTAGE / f"hour_{hour}.json", *self.where, "--format", "json")
            assert run.status == 0, run.err
        return [action["action"] for action in run.json["actions"] if action["action"] != "none"]

    def issues(self) -> list[dict[str, Any]]:
        """The incidents' issues, the database first."""
        listed = self.bot("issues", *self.where, "--format", "json").json["issues"]
        return sorted((one for one in listed if "GCP-" in one["title"]), key=lambda one: int(one["number"]))

    def numbers(self) -> list[int]:
        """Their numbers."""
        return [one["number"] for one in self.issues()]

    def phases(self) -> list[tuple[str, str]]:
        """Open or closed, and the phase, of each."""
        return [(one["state"], one["phase"]) for one in self.issues()]

    def told(self, number: int) -> list[str]:
        """The comments of an issue, oldest first."""
        found = next(one for one in self.issues() if one["number"] == number)
        told: list[str] = found["comments"]
        return told


def lived_through(hours: Hours) -> None:
    """All five hours as they are to be, each step once, and any of them again without a change."""
    assert hours.file(1) == ["create"]
    assert hours.file(2) == ["create"]
    assert hours.file(3) == ["update"]
    database, module = hours.numbers()
    assert hours.phases() == [("open", "filed"), ("open", "filed")]

    resolved = hours.bot("resolve", str(module), "--commit", commits()["fix"], *hours.where, "--by", "ann")
    assert resolved.status == 0, resolved.err
    assert hours.phases()[1] == ("open", "resolved-awaiting-deployment")
    assert "resolved-awaiting-deployment" in hours.issues()[1]["labels"]
    assert "Resolved, waiting for deployment" in hours.told(module)[0]

    hours.file(4)
    assert hours.phases() == [("closed", "recovered"), ("closed", "verified")]
    assert "resolved-awaiting-deployment" not in hours.issues()[1]["labels"]
    steps = [comment.split("**")[1] for comment in hours.told(module)]
    assert steps == ["Resolved, waiting for deployment.", "Deployed, being watched.", "Verified: the fix works."]
    assert "23 episodes" in hours.told(module)[2]
    assert [comment.split("**")[1] for comment in hours.told(database)] == [
        "Recovered: the failure is gone, without a fix commit."
    ]

    hours.file(5)
    assert hours.phases() == [("closed", "recovered"), ("open", "regression")]
    assert "regression" in hours.issues()[1]["labels"]
    assert hours.issues()[1]["title"].startswith("GCP-regression | P0")
    assert f"git log {commits()['fix'][:9]}..{commits()['again'][:9]}" in hours.issues()[1]["body"]

    said = [len(hours.told(number)) for number in (database, module)]
    for hour in (5, 1, 2, 3, 4):
        assert hours.file(hour) == []
    assert [len(hours.told(number)) for number in (database, module)] == said


def test_five_hours_in_a_folder(bot: Bot, tmp_path: Path) -> None:
    """Without any code host: filed, resolved by a person, verified, recovered, back again; nothing said twice."""
    lived_through(Hours(bot, "--folder", tmp_path / "issues"))


@pytest.fixture
def github(bot: Bot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The program, with the variables that Actions sets."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    return bot


def with_history(forge: CodeForge) -> None:
    """The code as it went: what broke it, the fix, and what broke it again."""
    at = START
    forge.commit("start", {MODULE: "1", "README.md": "1"}, at=at)
    forge.commit("Trace requests", {MODULE: "2"}, sha=commits()["broken"], at=at + 100)
    forge.commit("Export the metrics module", {MODULE: "3"}, sha=commits()["fix"], at=at + 200)
    forge.commit("Say more in the README", {"README.md": "2"}, at=at + 300)
    forge.commit("Tidy the middleware", {MODULE: "4"}, sha=commits()["again"], at=at + 400)


def test_five_hours_on_github(github: Bot, bench: Bench) -> None:
    """With the repository's history: the same, and the page names the commit that touched the failing file first."""
    with_history(bench.script())
    hours = Hours(github, "--repo", bench.repo)
    lived_through(hours)
    body = hours.issues()[1]["body"]
    suspects = [row for row in body.split("## Suspects")[1].split("##")[0].splitlines() if row.startswith("| `")]
    assert [commits()["again"][:9] in row for row in suspects] == [True, False]
    assert "Export the metrics module" in body


def test_a_commits_words_link_it(github: Bot, bench: Bench) -> None:
    """A commit that says `Fixes #N` on the branch is found by the next run, without any command."""
    forge = bench.script()
    hours = Hours(github, "--repo", bench.repo)
    forge.commit("start", {MODULE: "1"}, at=START)
    hours.file(1, 2)
    module = hours.numbers()[1]
    forge.commit(f"Export it\n\nFixes #{module}", {MODULE: "2"}, sha=commits()["fix"], at=1_757_976_000)
    hours.file(3)
    assert hours.phases()[1] == ("open", "resolved-awaiting-deployment")
    assert hours.file(4)
    assert hours.phases()[1] == ("closed", "verified")


def test_explain_says_in_one_screen_why_it_is_open(bot: Bot, tmp_path: Path) -> None:
    """The phase and its reason first, then what is missing, within 40 lines."""
    hours = Hours(bot, "--folder", tmp_path / "issues")
    hours.file(1, 2)
    told = bot("explain", "2", *hours.where).out.splitlines()
    assert len(told) <= 40
    assert "#2 is open, filed since" in told[1]
    assert any("No fix is linked" in line for line in told)
    assert any("no data is never success" in line for line in told)


def test_deployed_and_verify_without_logs(bot: Bot, tmp_path: Path) -> None:
    """A deployment that a person tells of moves the issue by `verify` alone; nothing is verified without data."""
    hours = Hours(bot, "--folder", tmp_path / "issues")
    hours.file(1, 2, 3)
    bot("resolve", "2", "--commit", commits()["fix"], *hours.where)
    told = bot(
        "deployed", "storefront-api", "storefront-api-00725-kxv", "--commit", commits()["fix"],
        "--at", "2025-09-15T22:53:00Z", *hours.where,
    )  # fmt: skip
    assert told.status == 0, told.err
    assert bot("verify", *hours.where).status == 0
    assert hours.phases()[1] == ("open", "verifying")
    assert bot("verify", "2", *hours.where).status == 0
    assert hours.phases()[1] == ("open", "verifying")
    hours.file(4)
    assert hours.phases()[1] == ("closed", "verified")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("resolve", "1"), "Say what ended it"),
        (("resolve", "1", "--commit", "nonsense"), "is no commit's name"),
        (("resolve", "1", "--commit", "2f130c1", "--reason", "config"), "Say what ended it"),
        (("resolve", "7", "--commit", "2f130c1"), "has no issue 7"),
        (("deployed", "storefront-api"), "Name the revision"),
        (("deployed", "other", "r1"), "give --environment"),
        (("verify", "7"), "has no issue 7"),
    ],
)
def test_what_cannot_be_done_is_said(bot: Bot, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """A wrong commit, reason, number or service is a usage error that says what to do, and writes nothing."""
    hours = Hours(bot, "--folder", tmp_path / "issues")
    hours.file(1)
    run = bot(*words, *hours.where)
    assert (run.status, said in run.err) == (2, True), run.err
    assert hours.phases() == [("open", "filed")]


def test_rollback_is_watched_and_ends_as_recovered(bot: Bot, tmp_path: Path) -> None:
    """Ended without a commit, by a person's word: watched, and closed as recovered when the logs prove it."""
    hours = Hours(bot, "--folder", tmp_path / "issues")
    hours.file(1)
    bot("resolve", "1", "--reason", "config", "--why", "the socket's path", *hours.where)
    assert hours.phases() == [("open", "verifying")]
    hours.file(4)
    assert hours.phases()[0] == ("closed", "recovered")


def test_a_lease_runs_out_on_github(github: Bot, bench: Bench, tmp_path: Path) -> None:
    """The label of work goes, with a comment, when a lease passes without work; set again by a person, it holds."""
    forge = bench.script()
    forge.commit("start", {MODULE: "1"}, at=START)
    hours = Hours(github, "--repo", bench.repo, "--settings", settings(tmp_path, 'lease = "1h"'))
    hours.file(1)
    number, label = hours.numbers()[0], "actively-being-worked-on"
    bench.open().change(number, IssueChange(labels=("incidentbot", "P0", label)))
    hours.file(2)
    assert hours.phases()[0] == ("open", "in-progress")
    hours.file(3)
    assert hours.phases()[0] == ("open", "filed")
    assert label not in hours.issues()[0]["labels"]
    assert "No commit, pull request or comment since" in hours.told(number)[0]
    forge.event(number, "labeled", START + 20_000, label={"name": label})
    bench.open().change(number, IssueChange(labels=("incidentbot", "P0", label)))
    hours.file(3)
    assert hours.phases()[0] == ("open", "in-progress")


def test_a_keywords_close_before_the_deployment_is_opened_once(github: Bot, bench: Bench) -> None:
    """GitHub closes at the merge; the run opens the issue until the fix runs, and never a second time."""
    forge = bench.script()
    with_history(forge)
    hours = Hours(github, "--repo", bench.repo)
    hours.file(1, 2)
    number = hours.numbers()[1]
    forge.commit(f"Export it\n\nFixes #{number}", {MODULE: "5"}, at=START + 10_000)
    bench.open().change(number, CLOSED)
    hours.file(3)
    assert hours.phases()[1] == ("open", "resolved-awaiting-deployment")
    assert "isn't deployed yet" in hours.told(number)[0]
    bench.open().change(number, CLOSED)
    hours.file(3)
    assert hours.phases()[1][0] == "closed"


def test_a_persons_close_is_checked_and_told_once(bot: Bot, tmp_path: Path) -> None:
    """After the time that the settings say, a comment tells what the logs show of a close by hand."""
    hours = Hours(bot, "--folder", tmp_path / "issues", "--settings", settings(tmp_path, 'checks = ["1h", "3h"]'))
    hours.file(1)
    FolderTracker(tmp_path / "issues").change(1, CLOSED)
    hours.file(2, 3)
    assert hours.told(1) == []
    hours.file(4)
    assert hours.phases()[0] == ("closed", "recovered")
    assert "Closed by a person, and checked after 2 h" in hours.told(1)[0]
    hours.file(4, 5)
    assert len(hours.told(1)) == 1


def test_what_comes_back_much_later_is_a_new_issue(bot: Bot, tmp_path: Path) -> None:
    """Beyond the time to reopen, the failure gets a new issue with the label of a regression that links the old one."""
    hours = Hours(bot, "--folder", tmp_path / "issues", "--settings", settings(tmp_path, 'reopen_within = "1s"'))
    hours.file(1, 2, 3)
    bot("resolve", "2", "--commit", commits()["fix"], *hours.where)
    hours.file(4, 5)
    assert hours.phases()[1:] == [("closed", "verified"), ("open", "regression")]
    new = hours.issues()[2]
    assert new["title"].startswith("GCP-regression")
    assert "regression" in new["labels"]
    assert "- #2" in new["body"].split("## Related issues")[1]
    assert hours.file(5) == []


def test_a_mistyped_fix_is_taken_off(bot: Bot, tmp_path: Path) -> None:
    """Linked by mistake and unlinked, the issue is what it was; the right commit then goes the whole way."""
    hours = Hours(bot, "--folder", tmp_path / "issues")
    hours.file(1, 2, 3)
    told = bot("resolve", "2", "--commit", "deadbeef", *hours.where)
    assert "Nobody could look the commit up" in told.out
    assert "is no fix of #2" in bot("resolve", "2", "--unlink", "2f130c1", *hours.where).err
    assert bot("resolve", "2", "--unlink", "deadbeef", *hours.where).status == 0
    assert hours.phases()[1] == ("open", "filed")
    assert "resolved-awaiting-deployment" not in hours.issues()[1]["labels"]
    bot("resolve", "2", "--commit", commits()["fix"], *hours.where)
    hours.file(4)
    assert hours.phases()[1] == ("closed", "verified")


def test_a_person_closes_after_the_last_failure(github: Bot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failures from before a person's close, read only after it, are none of a regression."""
    bench.script().commit("start", {MODULE: "1"}, at=START)
    hours = Hours(github, "--repo", bench.repo)
    hours.file(1, 2)
    number = hours.numbers()[1]
    bench.open().change(number, CLOSED)
    closed = bench.open().read_issue(number)
    assert closed
    assert closed.closed
    monkeypatch.setattr("bot.usecases.gathering.LIVE_LOGS", 10**20)
    hours.file(3)
    assert hours.phases()[1][0] == "closed"


def test_what_was_deployed_when_it_went_is_named(bot: Bot, tmp_path: Path) -> None:
    """Recovered without a linked fix: the comment names the deployment that came right after the last failure."""
    examples = Path(__file__).resolve().parents[2] / "examples"
    for name in ("checkout-outage", "checkout-fixed"):
        bot("file", "--logs", examples / f"{name}.json", "--folder", tmp_path / "issues")
    [issue] = bot("issues", "--folder", tmp_path / "issues", "--format", "json").json["issues"]
    assert issue["phase"] == "recovered"
    assert "`incidentbot resolve 1 --commit c20f7a1be` records it" in issue["comments"][0]
