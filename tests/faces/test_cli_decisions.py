"""Decisions at the command line: what is printed, what is refused, and what stands in the issues."""

import json
from pathlib import Path

import pytest

from tests.faces.running import EXAMPLE, Bot, contents


@pytest.fixture
def issues(bot: Bot, tmp_path: Path) -> Path:
    """A folder with the issue of the bundled outage, and one of another service that fails."""
    folder = tmp_path / "issues"
    bot("file", "--logs", EXAMPLE, "--folder", folder)
    bot("file", "--logs", failing(tmp_path), "--folder", folder)
    return folder


def failing(tmp_path: Path, project: str = "acme-prod") -> Path:
    """Logs of a mailer that fails now and then."""
    labels = {"project_id": project, "service_name": "mailer", "revision_name": "mailer-00001-abc"}
    entries = [
        {
            "insertId": f"m{number}", "logName": f"projects/{project}/logs/run.googleapis.com%2Fstderr",
            "resource": {"type": "cloud_run_revision", "labels": labels}, "severity": "ERROR",
            "textPayload": "relay refused the recipient", "timestamp": f"2025-09-15T20:{number * 7:02}:00Z",
        }
        for number in range(6)
    ]  # fmt: skip
    path = tmp_path / "mailer.json"
    path.write_text(json.dumps(entries))
    return path


def project() -> str:
    """The project of the bundled outage."""
    [found] = {entry["resource"]["labels"]["project_id"] for entry in json.loads(EXAMPLE.read_text())}
    return str(found)


def phases(bot: Bot, folder: Path) -> list[tuple[str, str]]:
    """State and phase of every issue."""
    found = bot("issues", "--folder", folder, "--format", "json").json["issues"]
    return [(issue["state"], issue["phase"]) for issue in found]


def test_merge_records_who_and_why(bot: Bot, tmp_path: Path) -> None:
    """One sentence on stdout; the issue names who decided and why, as code."""
    folder = tmp_path / "issues"
    for logs in (EXAMPLE, failing(tmp_path, project())):
        bot("file", "--logs", logs, "--folder", folder)
    ran = bot("merge", "#1", 2, "--why", "same @team", "--by", "ann", "--folder", folder)
    assert (ran.status, ran.out) == (0, "#2 is merged into #1, which stands for both from now on.\n")
    assert phases(bot, folder) == [("open", "filed"), ("closed", "merged")]
    comment = (folder / "0001.comments" / "0001.md").read_text()
    assert "ann merged #2 into this issue, because: `same @team`" in comment
    assert bot("merge", 2, 1, "--folder", folder).status == 2


def test_environments_stay_apart(bot: Bot, issues: Path) -> None:
    """What is of two projects isn't merged: exit 2, a sentence, and no byte changes."""
    before = contents(issues)
    ran = bot("merge", 1, 2, "--folder", issues)
    assert (ran.status, "two environments" in ran.err) == (2, True)
    assert contents(issues) == before


def test_split(bot: Bot, issues: Path) -> None:
    """A symptom of the outage gets an issue of its own, and the next run over the same logs keeps it so."""
    shown = bot("explain", 1, "--folder", issues, "--format", "json").json
    symptom = shown["incident"]["symptoms"][0]["fingerprint"]
    ran = bot("split", 1, symptom, "--folder", issues, "--format", "json")
    assert ran.json["said"] == f"{symptom} left #1 for #3."
    assert [action["action"] for action in ran.json["actions"]] == ["create", "comment", "update"]
    bot("file", "--logs", EXAMPLE, "--folder", issues)
    shown = bot("explain", 1, "--folder", issues, "--format", "json").json
    assert symptom not in {one["fingerprint"] for one in shown["incident"]["symptoms"]}
    assert "Nothing to change" in bot("file", "--logs", EXAMPLE, "--folder", issues).out


def test_mute_and_unmute(bot: Bot, issues: Path) -> None:
    """Muted until a day, then heard again; each is an issue's phase."""
    assert bot("mute", 1, "--until", "2030-01-01", "--why", "known", "--folder", issues).status == 0
    assert phases(bot, issues)[0] == ("open", "muted")
    assert bot("unmute", 1, "--folder", issues).out == "#1 is heard again.\n"
    assert phases(bot, issues)[0] == ("open", "filed")


def test_adopt(bot: Bot, tmp_path: Path) -> None:
    """An issue that a person wrote: proposed by `file`, adopted by a command, its text above the bot's."""
    folder = tmp_path / "issues"
    folder.mkdir()
    text = "I see `relay refused the recipient` since lunch.\n"
    (folder / "mail.md").write_text(f"---\nnumber: 1\ntitle: Mail is down\nauthor: bea\n---\n\n{text}")
    filed = bot("file", "--logs", failing(tmp_path), "--folder", folder, "--format", "json").json
    [proposed] = [one for one in filed["incidents"] if one["issue"] == 2]
    words = proposed["because"].split("`")[1].split()
    assert words[:3] == ["incidentbot", "adopt", "1"]
    assert bot(*words[1:], "--folder", folder).status == 0
    assert phases(bot, folder) == [("open", "adopted"), ("closed", "merged")]
    assert text in (folder / "mail.md").read_text().split("<!-- incidentbot:begin -->")[0]


def test_baseline(bot: Bot, tmp_path: Path) -> None:
    """What is broken is one digest; `file` over the same logs changes nothing and says why."""
    folder = tmp_path / "issues"
    ran = bot("init", "--baseline", "--logs", EXAMPLE, "--folder", folder, "--format", "json")
    assert (ran.status, ran.json["digest"], ran.json["new"]) == (0, 1, len(ran.json["known"]))
    dashboard = (folder / "dashboard.md").read_text(encoding="utf-8")
    assert f"{ran.json['new']} w" in dashboard.partition("\n## Known before incidentbot")[0]
    assert "No incident is open" not in dashboard
    filed = bot("file", "--logs", EXAMPLE, "--folder", folder)
    assert "known since init --baseline (#1)" in filed.out
    assert "Nothing to change" in filed.out


@pytest.mark.parametrize(
    "words",
    [
        ("merge", 1, 9), ("merge", "x", 1), ("split", 1, "v0-"), ("mute", 1, "--until", "soon"), ("mute", 0),
        ("unmute", 1), ("adopt", 1, "v1-"), ("init", "--since", "1h"), ("init", "--baseline"), ("merge", "\uff11", 1),
        ("adopt", 99, "v1-"),
    ],
)  # fmt: skip
def test_refused(bot: Bot, issues: Path, words: tuple[object, ...]) -> None:
    """A wrong word is a sentence on stderr and exit 2 (5 for an issue that isn't there), and changes nothing."""
    before = contents(issues)
    ran = bot(*words, "--folder", issues)
    assert ran.status in (2, 5)
    assert ran.err.startswith("incidentbot: ")
    assert contents(issues) == before


@pytest.mark.parametrize("words", [("mute", 1), ("unmute", 2), ("split", 1, "")])
@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_dry_run_writes_nothing(bot: Bot, issues: Path, words: tuple[object, ...], output: str) -> None:
    """Tried, in every format, nothing is written."""
    bot("mute", 2, "--folder", issues)
    before = contents(issues)
    bot(*words, "--dry-run", "--folder", issues, "--format", output)
    assert contents(issues) == before


def test_the_dashboard_follows_a_decision(bot: Bot, tmp_path: Path) -> None:
    """A muted issue leaves the open ones at once, without a run in between."""
    folder = tmp_path / "issues"
    bot("file", "--logs", EXAMPLE, "--folder", folder)
    page = folder / "dashboard.md"
    assert "## Muted" not in page.read_text(encoding="utf-8")
    assert bot("mute", "1", "--folder", folder).status == 0
    top, muted = page.read_text(encoding="utf-8").split("## Muted")
    assert "No incident waits for anybody to look at it: 1 is muted." in top
    assert "| #1 |" in muted
