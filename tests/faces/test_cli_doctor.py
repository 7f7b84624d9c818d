"""`doctor` over the emulated GitHub and Cloud Logging: a sound set-up is well, a broken one is named with its mend."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.faces.cli import printing
from bot.model.time import MINUTE, iso
from tests.bench.codeforge import CodeForge
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.logging_server import LoggingServer
from tests.bench.repository import Repository
from tests.faces.running import EXAMPLE, Bot, Ran

__all__ = ["bench", "servers"]

PROJECT = "harbor-prod"
DENIED = {"message": "Resource not accessible by integration"}


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    """Cloud Logging, with three entries of a minute ago."""
    with LoggingServer() as server:
        resource = {"type": "cloud_run_revision", "labels": {"service_name": "shop"}}
        at = iso(time.time_ns() - MINUTE)
        server.add(PROJECT, [{"insertId": f"i{n}", "timestamp": at, "textPayload": "x", "resource": resource,
                              "logName": f"projects/{PROJECT}/logs/a"} for n in range(3)])  # fmt: skip
        yield server


@pytest.fixture
def forge(bench: Bench) -> CodeForge:
    """The repository's code: one commit of today."""
    forge = bench.script()
    forge.commit("begin", {"a.py": "1"}, at=int(time.time()) - 600)
    return forge


@pytest.fixture
def github(bot: Bot, bench: Bench, forge: CodeForge, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The program on a repository whose labels are made."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    assert bot("labels", "--repo", bench.repo).status == 0
    return bot


def looked(bot: Bot, *words: object) -> dict[str, Any]:
    """The findings that are faults, by part; the exit code agrees."""
    ran = bot("doctor", *words, "--format", "json")
    assert ran.status == (1 if ran.json["faults"] else 0), ran.err
    return {one["part"]: one for one in ran.json["findings"] if one["health"] == "fault"}


def the_fault(found: dict[str, Any], part: str, what: str, mend: str, where: str = "") -> None:
    """The one fault is of this part, in these words, and is mended so."""
    assert list(found) == [part], found
    assert what in found[part]["what"]
    assert mend in found[part]["mend"]
    assert where in found[part]["where"]


def settings(text: str) -> None:
    """Write the settings file."""
    Path("incidentbot.toml").write_text(text, encoding="utf-8")


def test_a_sound_set_up_is_well(github: Bot, bench: Bench, server: LoggingServer) -> None:
    """Nothing is at fault, every part is looked at, one entry is read, and nothing that stands is changed."""
    before = bench.emulator.ask("GET", f"/repos/{bench.repo}/labels?per_page=100")
    words = ("doctor", "--repo", bench.repo, "--project", PROJECT, "--logging-endpoint", server.address)
    ran = github(*words)
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "0 faults.")
    well = [line.split()[1] for line in ran.out.splitlines() if line.startswith("well")]
    assert well == [
        "settings", "templates", "repository", "token", "clock", "labels", "memory", "code", "deployments", "checks",
        "logs",
    ]  # fmt: skip
    assert [asked.page_size for asked in server.asked] == [1]
    assert bench.emulator.ask("GET", f"/repos/{bench.repo}/labels?per_page=100") == before
    assert bench.issues() == []
    assert bench.proxy.writes[len(before) :] == [f"PATCH /repos/{bench.repo}/labels/incidentbot"]
    assert "| token | well |" in github(*words, "--format", "markdown").out


def test_no_token(github: Bot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """GITHUB_TOKEN is empty."""
    monkeypatch.delenv("GITHUB_TOKEN")
    the_fault(looked(github, "--repo", bench.repo), "repository", "is empty", "set GITHUB_TOKEN", bench.repo)


def test_a_wrong_token(github: Bot, bench: Bench) -> None:
    """GitHub doesn't know the token."""
    bench.proxy.answer("GET", 401, {"message": "Bad credentials"}, times=9)
    the_fault(looked(github, "--repo", bench.repo), "repository", "Bad credentials", "into GITHUB_TOKEN", bench.repo)


def test_no_such_repository(github: Bot, bench: Bench) -> None:
    """The repository isn't there, or the token can't see it."""
    the_fault(looked(github, "--repo", "acme/nowhere"), "repository", "doesn't exist", "--repo", "acme/nowhere")


def test_an_archived_repository(github: Bot, bench: Bench) -> None:
    """Nothing can be written to it."""
    url = f"{bench.proxy.url}/repos/{bench.repo}"
    bench.proxy.answer(f"GET /repos/{bench.repo}$", 200, {"url": url, "archived": True, "default_branch": "main"})
    the_fault(looked(github, "--repo", bench.repo), "repository", "archived", "unarchive it", bench.repo)


def test_issues_are_disabled(github: Bot, bench: Bench) -> None:
    """A fork has none until they are enabled."""
    url = f"{bench.proxy.url}/repos/{bench.repo}"
    bench.proxy.answer(f"GET /repos/{bench.repo}$", 200, {"url": url, "has_issues": False, "default_branch": "main"})
    the_fault(looked(github, "--repo", bench.repo), "repository", "disabled", "Settings > General > Features")


def test_a_token_that_only_reads(github: Bot, bench: Bench) -> None:
    """A change that changes nothing is refused: the permission that lacks is named."""
    bench.proxy.answer("PATCH", 403, DENIED)
    found = looked(github, "--repo", bench.repo)
    the_fault(found, "token", "may not go on writing labels and issues", '"issues: write"', bench.repo)


def test_a_classic_token_without_scope(bot: Bot, bench: Bench, forge: CodeForge, monkeypatch: Any) -> None:
    """In a repository without a label nothing can be tried: the scopes say it, beside the labels that lack."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    body = {"url": f"{bench.proxy.url}/repos/{bench.repo}", "default_branch": "main"}
    bench.proxy.answer(f"GET /repos/{bench.repo}$", 200, body, {"X-OAuth-Scopes": "read:org, gist"})
    found = looked(bot, "--repo", bench.repo)
    assert list(found) == ["token", "labels"]
    assert "read:org, gist" in found["token"]["what"]
    assert 'scope "repo"' in found["token"]["mend"]


def test_labels_are_missing(github: Bot, bench: Bench) -> None:
    """The command that makes them is the mend, and does mend it."""
    bench.emulator.ask("DELETE", f"/repos/{bench.repo}/labels/regression")
    found = looked(github, "--repo", bench.repo)
    the_fault(found, "labels", "missing: regression", f"incidentbot labels --repo {bench.repo}", bench.repo)
    github(*found["labels"]["mend"].split("`")[1].split()[1:])
    assert looked(github, "--repo", bench.repo) == {}


def test_a_damaged_memory(github: Bot, bench: Bench) -> None:
    """The dashboard's marker was cut by somebody."""
    assert github("file", "--logs", EXAMPLE, "--repo", bench.repo).status == 0
    [board] = [one for one in bench.issues() if one["title"] == "incidentbot dashboard"]
    damaged = board["body"].replace("state ", "state zz", 1)
    bench.emulator.ask("PATCH", f"/repos/{bench.repo}/issues/{board['number']}", {"body": damaged}, TOKEN)
    found = looked(github, "--repo", bench.repo)
    the_fault(found, "memory", f"#{board['number']} can't be read", "start afresh", bench.repo)


def test_a_wrong_clock(github: Bot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is a quarter of an hour ahead of the host's Date."""
    monkeypatch.setattr(printing, "wall_clock", lambda: time.time_ns() + 15 * MINUTE)
    the_fault(looked(github, "--repo", bench.repo), "clock", "ahead of", "NTP", "this machine")


def test_a_branch_that_is_not_there(github: Bot, bench: Bench) -> None:
    """The settings name another than the code has."""
    settings('branch = "trunk"\n')
    the_fault(looked(github, "--repo", bench.repo), "code", "no branch trunk", '"contents: read"', bench.repo)


def test_deployments_can_not_be_read(github: Bot, bench: Bench) -> None:
    """What proves a fix can't be read: the permission is named as a workflow writes it."""
    bench.proxy.answer("GET .*/deployments", 403, DENIED)
    found = looked(github, "--repo", bench.repo)
    the_fault(found, "deployments", "may not", '"deployments: read"', bench.repo)


def test_checks_can_not_be_read(github: Bot, bench: Bench) -> None:
    """A report alone goes by them: a note, with the permission."""
    bench.proxy.answer("GET .*/check-runs", 403, DENIED)
    ran = github("doctor", "--repo", bench.repo)
    assert ran.status == 0
    [line] = [line for line in ran.out.splitlines() if " checks (" in line]
    assert line.startswith("note")
    assert '"checks: read"' in line


def test_a_clone_that_is_none(bot: Bot, tmp_path: Path) -> None:
    """The setting names a folder without git."""
    settings('clone = "nothing"\n')
    the_fault(looked(bot, "--folder", tmp_path / "issues"), "code", "nothing", "")


@pytest.mark.parametrize(
    ("break_it", "what", "mend"),
    [
        (lambda server: server.forbidden.add(PROJECT), "may not read the logs", "roles/logging.viewer"),
        (lambda server: server.projects.clear(), "no project harbor-prod", "project id"),
    ],
)
def test_no_access_to_the_logs(
    bot: Bot, server: LoggingServer, break_it: Callable[[LoggingServer], None], what: str, mend: str
) -> None:
    """Cloud Logging refuses, or knows no such project."""
    break_it(server)
    found = looked(bot, "--project", PROJECT, "--logging-endpoint", server.address)
    the_fault(found, "logs", what, mend, f"project {PROJECT}")


def test_quiet_logs_are_a_note(bot: Bot, server: LoggingServer) -> None:
    """That a service said nothing within the hour is no fault, and is told with what else it could be."""
    ran = bot("doctor", "--project", PROJECT, "--service", "other", "--logging-endpoint", server.address)
    assert ran.status == 0
    [line] = [line for line in ran.out.splitlines() if " logs (" in line]
    assert line.startswith("note")
    assert "--service" in line


def test_settings_that_can_not_be_read(bot: Bot, server: LoggingServer) -> None:
    """An unknown key is named, and the logs are looked at all the same."""
    settings('file_form = "P1"\n')
    ran: Ran = bot("doctor", "--project", PROJECT, "--logging-endpoint", server.address)
    assert ran.status == 1
    assert "fault settings (incidentbot.toml): Setting file_form" in ran.out
    assert "well logs" in ran.out


@pytest.mark.parametrize(
    ("text", "part", "what", "mend"),
    [
        ("[policies.mine]\nactivate = 1.0\n", "policies", "Policy mine", "give what it lacks"),
        ("[redaction.rules]\nx = '('\n", "redaction", "rule x", "correct or remove it"),
        ('playbooks = "none"\n', "playbooks", "no folder none", "name the folder"),
        ('playbooks = "books"\n', "playbooks", "bad.toml", "mend or remove it"),
        ('codeowners = "OWNERS"\n', "codeowners", "OWNERS", "name another"),
        ('templates = "none"\n', "templates", "no folder none", "name the folder"),
        ('templates = "syntax"\n', "templates", "line 2", "correct the syntax"),
        ('templates = "unknown"\n', "templates", "nothing", "correct the template"),
        ('[slack]\nworkspaces = ["T1"]\n', "slack", "slack.signing_secrets", "docs/slack.md"),
        ('[notify]\nslack_channel = "C0123OPS"\n', "notify", "Slack isn't told", "SLACK_BOT_TOKEN"),
    ],
)
def test_parts_of_the_settings(bot: Bot, text: str, part: str, what: str, mend: str) -> None:
    """Each part by itself: what is wrong in which file and line, and how to mend it."""
    for file, content in {
        "books/bad.toml": "title = 1",
        "syntax/incident.md.j2": "a\n{% if %}",
        "unknown/worklog.md.j2": "{{ nothing.there }}",
    }.items():
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).write_text(content, encoding="utf-8")
    settings(text)
    the_fault(looked(bot), part, what, mend, part)


def test_every_part_is_looked_at_whatever_the_others_lack(bot: Bot, bench: Bench, monkeypatch: Any) -> None:
    """Five faults at once are five faults."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    settings('playbooks = "p"\ncodeowners = "c"\ntemplates = "t"\n[slack]\nusers = ["U1"]\n')
    found = looked(bot, "--repo", bench.repo)
    assert {"playbooks", "codeowners", "templates", "slack", "labels"} <= set(found)


def test_own_templates_are_rendered(bot: Bot) -> None:
    """A template of the team's that is sound is well, and it is said that it was rendered; nothing is left behind."""
    Path("pages").mkdir()
    bot("templates", "incident.md.j2", "--copy", "pages")
    settings('templates = "pages"\n')
    ran = bot("doctor")
    assert ran.status == 0, ran.out
    assert "rendered over a rehearsal: incident.md.j2" in ran.out
    assert not Path("incidents").exists()


def test_an_owners_file_that_names_nobody(bot: Bot) -> None:
    """It can be read and is of no use: a note."""
    Path("OWNERS").write_text("# nobody yet\n", encoding="utf-8")
    settings('codeowners = "OWNERS"\n')
    ran = bot("doctor", "--format", "json")
    [found] = [one for one in ran.json["findings"] if one["part"] == "codeowners"]
    assert (ran.status, found["health"]) == (0, "note")
    assert "@ada" in found["mend"]


def test_log_files(bot: Bot, tmp_path: Path) -> None:
    """A file that gives an entry is well; one that isn't there, or holds none, is a fault."""
    (tmp_path / "bad.json").write_text(json.dumps({"a": 1})[:4])
    assert looked(bot, "--logs", EXAMPLE) == {}
    for name in ("bad.json", "gone.json"):
        assert list(looked(bot, "--logs", tmp_path / name)) == ["logs"]


def test_the_workflow_of_the_clone(bot: Bot, tmp_path: Path) -> None:
    """In a clone the workflow is looked at, whatever folder of it one is in: here it lost a right."""
    Repository(tmp_path).git("remote", "add", "origin", "https://github.com/acme/shop")
    assert bot("init", "--action-ref", f"acme/incidentbot@{'1f' * 20}", "--yes").status == 0
    assert looked(bot) == {}
    assert "give --repo acme/shop to look at that" in bot("doctor").out
    assert "give --repo acme" not in bot("doctor", "--folder", "issues").out
    file = tmp_path / ".github" / "workflows" / "incidentbot.yml"
    file.write_text(file.read_text().replace("issues: write", "issues: read"))
    the_fault(looked(bot), "workflow", "issues: write", "permissions", ".github/workflows/incidentbot.yml")


def test_words_that_do_not_fit(bot: Bot) -> None:
    """Options of Cloud Logging without a project, two places for the issues: exit 2."""
    for words in (("--since", "1h"), ("--repo", "a/b", "--folder", "x"), ("--project", "NOT ONE")):
        assert bot("doctor", *words).status == 2
