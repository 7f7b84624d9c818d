"""The command line on the emulated GitHub: the same issues as in a folder, with no request too many."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.faces.running import EXAMPLE, OUTAGE, Bot, needs_outage

__all__ = ["bench", "servers"]


@pytest.fixture
def github(bot: Bot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The program, with the variables that Actions sets."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    return bot


def known(issues: list[dict[str, Any]]) -> list[tuple[str, str, set[str], str]]:
    """Title, state, labels and page of each; the state marker differs in its bytes, the numbers by the dashboard."""
    return [
        (
            issue["title"],
            issue["state"],
            {label if isinstance(label, str) else label["name"] for label in issue["labels"]},
            re.sub(r"<!-- incidentbot:state .* -->|#\d+", "", issue["body"]),
        )
        for issue in issues
    ]


def in_folder(bot: Bot, folder: Path, *logs: Path) -> list[tuple[str, str, set[str], str]]:
    """What the folder holds after a run over each log."""
    for log in logs:
        bot("file", "--logs", log, "--folder", folder)
    return known(bot("issues", "--folder", folder, "--format", "json").json["issues"])


def incidents(bench: Bench) -> list[dict[str, Any]]:
    """The repository's issues without the dashboard."""
    return [issue for issue in bench.issues() if issue["title"].startswith("GCP-")]


def test_the_example_ends_in_the_same_issue(github: Bot, bench: Bench, tmp_path: Path) -> None:
    """Title, labels and page are those of the folder; the listing of the command line agrees with GitHub's."""
    assert github("file", "--logs", EXAMPLE, "--repo", bench.repo).status == 0
    assert known(incidents(bench)) == in_folder(github, tmp_path / "issues", EXAMPLE)
    listed = github("issues", "--repo", bench.repo, "--format", "json").json["issues"]
    assert known(listed) == known(incidents(bench))


@needs_outage
def test_three_hours_end_in_the_same_issues(github: Bot, bench: Bench, tmp_path: Path) -> None:
    """One open P0, two, still two, as in the folder; any hour again sends no write request."""
    hours = [OUTAGE / f"hour_{n}.json" for n in (1, 2, 3)]
    for hour, wanted in zip(hours, (1, 2, 2), strict=True):
        assert github("file", "--logs", hour, "--repo", bench.repo).status == 0
        assert [i["state"] for i in incidents(bench)] == ["open"] * wanted
    assert known(incidents(bench)) == in_folder(github, tmp_path / "issues", *hours)
    writes = len(bench.proxy.writes)
    for hour in hours:
        assert "Nothing to change" in github("file", "--logs", hour, "--repo", bench.repo).out
    assert bench.proxy.writes[writes:] == []


def test_requests_are_counted_and_few(github: Bot, bench: Bench) -> None:
    """The result's count is what the server saw; an idle run reads lists and state, then the branch and its commits."""
    words = ("file", "--logs", EXAMPLE, "--repo", bench.repo, "--format", "json")
    first = github(*words).json
    assert first["tracker"]["requests"] == len(bench.proxy.log)
    before = len(bench.proxy.log)
    idle = github(*words).json
    sent = bench.proxy.log[before:]
    assert idle["tracker"]["requests"] == len(sent)
    assert {request.method for request in sent} == {"GET"}
    assert len(sent) <= 3 + 3


def test_explaining_lists_the_issues_once(github: Bot, bench: Bench) -> None:
    """An issue, by its number or its root, is explained from one listing; nothing is written."""
    github("file", "--logs", EXAMPLE, "--repo", bench.repo)
    [issue] = incidents(bench)
    for what in (str(issue["number"]), "v1-e23b"):
        before = len(bench.proxy.log)
        told = github("explain", what, "--repo", bench.repo)
        assert told.status == 0, told.err
        sent = bench.proxy.log[before:]
        assert {request.method for request in sent} == {"GET"}
        assert sum("labels=incidentbot" in request.target for request in sent) == 1


def test_variables_of_actions_choose_the_repository(
    github: Bot, bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """GITHUB_REPOSITORY stands in for --repo; a --folder still wins."""
    monkeypatch.setenv("GITHUB_REPOSITORY", bench.repo)
    github("file", "--logs", EXAMPLE, "--folder", tmp_path / "issues")
    assert bench.issues() == []
    github("file", "--logs", EXAMPLE)
    assert len(incidents(bench)) == 1


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (401, "Bad credentials", ("GITHUB_TOKEN",)),
        (403, "Resource not accessible by integration", ("issues",)),
        (404, "Not Found", ("REPO",)),
        (410, "Issues are disabled for this repo", ("disabled",)),
        (403, "Repository was archived so is read-only.", ("archived",)),
    ],
)
def test_refusals_are_exit_5(github: Bot, bench: Bench, status: int, message: str, words: tuple[str, ...]) -> None:
    """Each refusal is one line that says what to do, and nothing is half done."""
    bench.checked = False
    bench.proxy.answer(".", status, {"message": message}, times=9)
    ran = github("file", "--logs", EXAMPLE, "--repo", bench.repo)
    assert (ran.status, ran.out) == (5, "")
    [line] = [line for line in ran.err.splitlines() if line.startswith("incidentbot:")]
    assert all(word.replace("REPO", bench.repo) in line for word in words), line
    assert bench.issues() == []


def test_a_missing_token_is_said(bot: Bot) -> None:
    """Without a token nothing is tried."""
    ran = bot("file", "--logs", EXAMPLE, "--repo", "acme/shop")
    assert ran.status == 5
    assert "GITHUB_TOKEN" in ran.err
