"""Cloud Logging to GitHub as a team runs it: the Action's own steps, hour by hour, from served logs to issues."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.logging_server import LoggingServer
from tests.faces.action_bench import FakeRunner, Ran
from tests.faces.running import EXAMPLE, OUTAGE, ROOT, needs_outage

__all__ = ["bench", "servers"]


class Filed(NamedTuple):
    """What a person sees of an issue."""

    number: int
    open: bool
    labels: frozenset[str]
    title: str
    body: str


class Team:
    """A repository (the bench's own, or another that is named) whose workflow reads one project."""

    def __init__(
        self, bench: Bench, runner: FakeRunner, server: LoggingServer, project: str, repo: str | None = None
    ) -> None:
        self._bench, self._runner = bench, runner
        self._repo = repo or bench.repo
        self._inputs = {"project": project, "logging_endpoint": server.address, "repo": self._repo}

    def file(self, start: str, end: str) -> Ran:
        """A run over this window; it has to end well."""
        ran = self._runner(**self._inputs, **{"from": start, "to": end})
        assert ran.code == 0, ran.log
        return ran

    def resolve(self, number: int, commit: str) -> None:
        """Somebody links a fix, at a shell."""
        env = {"PATH": os.environ["PATH"], "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": self._bench.proxy.url}
        words = [sys.executable, "-m", "bot", "resolve", str(number), "--commit", commit, "--repo", self._repo]
        done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def writes(self, memory: bool = True) -> list[str]:
        """Requests so far that could change something; without `memory`, none of what the bot itself remembers."""
        [dashboard] = [issue["number"] for issue in self._listed() if not issue["title"].startswith("GCP-")]
        kept = "" if memory else f"/repos/{self._repo}/issues/{dashboard}"
        return [write for write in self._bench.proxy.writes if not kept or not write.endswith(kept)]

    def issues(self) -> list[Filed]:
        """The issues of incidents, lowest number first; the bot's own dashboard is none."""
        return [
            Filed(
                issue["number"],
                issue["state"] == "open",
                frozenset(label["name"] for label in issue["labels"]),
                issue["title"],
                issue["body"],
            )
            for issue in self._listed()
            if issue["title"].startswith("GCP-")
        ]

    def _listed(self) -> list[dict[str, Any]]:
        listed = self._bench.emulator.ask("GET", f"/repos/{self._repo}/issues?state=all&per_page=100")
        return sorted(listed, key=lambda issue: int(issue["number"]))


@pytest.fixture
def runner(bench: Bench, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> FakeRunner:
    """A runner before the emulated repository; its virtual environment is made once for all tests."""
    base = tmp_path_factory.getbasetemp()
    temp = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "runner-temp"
    return FakeRunner(tmp_path, temp, bench.proxy.url, bench.repo, TOKEN)


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    """A Cloud Logging without a project."""
    with LoggingServer() as server:
        yield server


class Hour(NamedTuple):
    """What a run over an hour of the outage does: issues created, updated, reopened, closed; those open at P0 then."""

    created: int
    updated: int
    reopened: int
    closed: int
    p0: tuple[int, ...]


HOURS = {
    1: Hour(1, 0, 0, 0, (1,)),
    2: Hour(1, 0, 0, 0, (1, 2)),
    3: Hour(0, 1, 0, 0, (1, 2)),
    4: Hour(0, 0, 0, 2, ()),
    5: Hour(0, 0, 1, 0, (2,)),
}


@pytest.fixture
def outage(bench: Bench, runner: FakeRunner, server: LoggingServer) -> tuple[Team, dict[str, Any]]:
    """The outage's hours in Cloud Logging, and what is expected of each."""
    for hour in range(1, 6):
        server.add("acme-staging", json.loads((OUTAGE / f"hour_{hour}.json").read_text(encoding="utf-8")))
    expected: dict[str, Any] = json.loads((OUTAGE / "expected.json").read_text(encoding="utf-8"))
    return Team(bench, runner, server, "acme-staging"), expected


def runs_as_expected(team: Team, expected: dict[str, Any], hour: int) -> None:
    """Run over an hour: what was read and done, and which P0 issues are open, is as it should be."""
    told, wanted = expected[f"hour_{hour}"], HOURS[hour]
    ran = team.file(told["from"], told["to"])
    assert f"{told['entries']:,} entries in " in ran.log
    done = tuple(int(ran.outputs[name]) for name in ("created", "updated", "reopened", "closed"))
    assert done == wanted[:4]
    issues = team.issues()
    nth = {issue.number: 1 + at for at, issue in enumerate(issues)}
    assert tuple(nth[one.number] for one in issues if one.open and "P0" in one.labels) == wanted.p0
    assert len(issues) == min(hour, 2), "only what is P0 is filed"


def changes_nothing(team: Team, expected: dict[str, Any], *hours: int, memory: bool = True) -> None:
    """Run over these hours once more: no issue changes, and no request is sent that could change one."""
    filed, before = team.issues(), team.writes(memory)
    for hour in hours:
        team.file(expected[f"hour_{hour}"]["from"], expected[f"hour_{hour}"]["to"])
    assert (team.issues(), team.writes(memory)) == (filed, before)


@needs_outage
def test_the_outage_is_filed_as_expected_and_again_changes_nothing(outage: tuple[Team, dict[str, Any]]) -> None:
    """A P0 whose root is the cause, a second one, an update; fixed and recovered; back again. Second pass: nothing."""
    team, expected = outage
    for hour in (1, 2, 3):
        runs_as_expected(team, expected, hour)
    database, module = team.issues()
    assert "Database initialization timeout" in database.title
    assert "ModuleNotFoundError" in module.title
    changes_nothing(team, expected, 1, 2, 3)
    team.resolve(module.number, expected["commits"]["fix"])
    assert "resolved-awaiting-deployment" in team.issues()[1].labels
    for hour in (4, 5):
        runs_as_expected(team, expected, hour)
    database, module = team.issues()
    assert (database.open, module.open, "regression" in module.labels) == (False, True, True)
    changes_nothing(team, expected, *HOURS, memory=False)


def test_the_bundled_outage_in_two_windows(bench: Bench, runner: FakeRunner, server: LoggingServer) -> None:
    """What two runs file of the bundled outage is what one files; both windows again write nothing."""
    server.add("harbor-prod", json.loads(EXAMPLE.read_text(encoding="utf-8")))
    team = Team(bench, runner, server, "harbor-prod")
    windows = [("2026-03-04T09:00:00Z", "2026-03-04T09:20:00Z"), ("2026-03-04T09:20:00Z", "2026-03-04T10:00:00Z")]
    for window in windows:
        team.file(*window)
    filed, before = team.issues(), team.writes()
    for window in windows:
        team.file(*window)
    assert (team.issues(), team.writes()) == (filed, before)
    other = Team(bench, runner, server, "harbor-prod", bench.emulator.new_repository())
    other.file(windows[0][0], windows[-1][1])
    assert filed
    assert [(one.open, one.labels, one.title) for one in filed] == [
        (one.open, one.labels, one.title) for one in other.issues()
    ]
