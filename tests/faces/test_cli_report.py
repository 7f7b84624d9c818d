"""`report`, `file --report` and `templates` as their users run them."""

import json
from pathlib import Path

import pytest

from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.faces.running import EXAMPLE, Bot, contents

__all__ = ["bench", "servers"]

FILES = ["analysis.json", "analysis.md", "report.html", "worklog.json", "worklog.md"]


def test_an_analysis_needs_no_tracker(bot: Bot, tmp_path: Path) -> None:
    """Markdown on stdout, nothing on stderr, and no folder of issues comes of it."""
    ran = bot("report", "analysis", "--logs", EXAMPLE)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("# Log analysis\n")
    assert "1. **P0** I1: `checkout-api` does not start: `KeyError`: `'PAYMENTS_API_KEY'`" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_the_worklog_says_what_plan_says_and_writes_nothing(bot: Bot, tmp_path: Path) -> None:
    """As JSON its totals are those of `plan`, and the folder of issues stays away."""
    told = bot("report", "worklog", "--logs", EXAMPLE, "--folder", tmp_path / "issues", "--format", "json").json
    planned = bot("plan", "--logs", EXAMPLE, "--folder", tmp_path / "issues", "--format", "json").json
    assert told["totals"]["actions"]["create"] == len(planned["actions"]) == 1
    assert [case["incident"]["priority"] for case in told["analysis"]["cases"]] == [
        incident["priority"] for incident in planned["incidents"]
    ]
    assert told["dry_run"] is True
    assert not (tmp_path / "issues").exists()


def test_the_page_goes_where_it_is_wanted(bot: Bot, tmp_path: Path) -> None:
    """`--output` writes the file and nothing to stdout; a folder that isn't there is a usage error that says so."""
    ran = bot("report", "worklog", "--logs", EXAMPLE, "--format", "html", "--output", tmp_path / "page.html")
    assert (ran.status, ran.out) == (0, "")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    ran = bot("report", "analysis", "--logs", EXAMPLE, "--output", tmp_path / "no" / "page.html")
    assert ran.status == 2
    assert "page.html can't be written: No such file or directory; name another place." in ran.err


def test_file_writes_the_reports_of_its_run(bot: Bot, tmp_path: Path) -> None:
    """Each run has a folder of its own; the first says that the issue was filed, the second that it is left alone."""
    words = ("file", "--logs", EXAMPLE, "--folder", tmp_path / "issues", "--report", tmp_path / "runs")
    assert (bot(*words).status, bot(*words).status) == (0, 0)
    first, second = sorted(path for path in (tmp_path / "runs").iterdir() if path.is_dir())
    assert sorted(path.name for path in first.iterdir() if path.name in FILES) == FILES
    told = [
        json.loads((run / "worklog.json").read_text(encoding="utf-8"))["totals"]["actions"] for run in (first, second)
    ]
    assert told == [{"create": 1, "not-filed": 2}, {"none": 1, "not-filed": 2}]
    assert "| I1 | #1 | filed | 7 patterns |" in (first / "worklog.md").read_text(encoding="utf-8")
    assert "Issue #1</dt><dd>left as it is" in (second / "report.html").read_text(encoding="utf-8")


def test_reports_change_nothing_of_what_is_filed(bot: Bot, tmp_path: Path) -> None:
    """With and without `--report`, the issues are the same to the byte, but for the time of the run."""
    for name, more in (("a", ()), ("b", ("--report", tmp_path / "runs"))):
        assert bot("file", "--logs", EXAMPLE, "--folder", tmp_path / name, *more).status == 0
    pages = [
        {name: text for name, text in contents(tmp_path / folder).items() if name.startswith("0")} for folder in "ab"
    ]
    assert pages[0] == pages[1] != {}


def test_a_report_that_cannot_be_written_stops_the_run_before_it_files(bot: Bot, tmp_path: Path) -> None:
    """A file stands where the folder should be: exit 2, and no issue."""
    (tmp_path / "runs").write_text("", encoding="utf-8")
    ran = bot("file", "--logs", EXAMPLE, "--folder", tmp_path / "issues", "--report", tmp_path / "runs")
    assert ran.status == 2
    assert "name another folder" in ran.err
    assert not (tmp_path / "issues").exists()


def services(folder: Path, names: str) -> Path:
    """A log in which each of these services fails twenty times, in its own way."""
    rows = [
        {
            "insertId": f"{name}{minute}",
            "timestamp": f"2026-03-04T09:{minute:02}:00Z",
            "severity": "CRITICAL",
            "textPayload": f"ValueError: {name * 3} is gone",
            "resource": {"type": "cloud_run_revision", "labels": {"service_name": f"shop-{name}"}},
        }
        for name in names
        for minute in range(0, 40, 2)
    ]
    (folder / "many.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder / "many.json"


def test_a_run_that_is_partly_done_has_its_reports(
    bot: Bot, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub takes one of three issues: exit 6, and worklog, page and index tell which, and what is left and why."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    bench.proxy.answer(r"POST .*/issues$", 401, {"message": "Bad credentials"}, times=9, skip=2)
    logs, runs = services(tmp_path, "abc"), tmp_path / "runs"
    ran = bot("file", "--logs", logs, "--repo", bench.repo, "--report", runs)
    assert ran.status == 6, ran.err
    [run] = [path for path in runs.iterdir() if path.is_dir()]
    assert sorted(path.name for path in run.iterdir() if path.name in FILES) == FILES
    actions = json.loads((run / "worklog.json").read_text(encoding="utf-8"))["totals"]["actions"]
    assert actions == {"create": 1, "hold": 2}
    results = (run / "worklog.md").read_text(encoding="utf-8").split("## Processing results")[1]
    assert results.count("| held back for a later run | 1 pattern |") == 2
    assert "- 2 issues held back" in results
    assert (run / "report.html").read_text(encoding="utf-8").count("<dd>held back:") == 2
    assert "1 filed, 2 held back" in (runs / "index.html").read_text(encoding="utf-8")


def test_a_report_that_can_not_be_rendered_hides_nothing_of_the_run(bot: Bot, tmp_path: Path) -> None:
    """The user's template is wrong: the issue is filed and told, exit 6, and the message names template and line."""
    (tmp_path / "worklog.md.j2").write_text("one\n{{ worklog.mood }}\n", encoding="utf-8")
    (tmp_path / "incidentbot.toml").write_text('templates = "."\n', encoding="utf-8")
    ran = bot("file", "--logs", EXAMPLE, "--folder", tmp_path / "issues", "--report", tmp_path / "runs")
    assert ran.status == 6
    assert "checkout-api" in ran.out
    assert "The run is done. Its reports are not written: template" in ran.err
    assert "worklog.md.j2, line 2" in ran.err
    assert len(list((tmp_path / "issues").glob("0*.md"))) == 1


def test_templates_are_listed_copied_and_used(bot: Bot, tmp_path: Path) -> None:
    """A copy is written once and never over; edited and named in the settings, it makes the page."""
    listed = bot("templates").out.split()
    assert {"analysis.md.j2", "worklog.md.j2", "report.html.j2", "report.css", "incident.md.j2"} <= set(listed)
    assert bot("templates", "analysis.md.j2", "--copy", tmp_path / "ours").out.strip().endswith("written")
    copy = tmp_path / "ours" / "analysis.md.j2"
    copy.write_text("{{ analysis.read.entries }} entries, our way\n", encoding="utf-8")
    assert "left as it is" in bot("templates", "analysis.md.j2", "--copy", tmp_path / "ours").out
    (tmp_path / "incidentbot.toml").write_text('templates = "ours"\n', encoding="utf-8")
    assert bot("report", "analysis", "--logs", EXAMPLE).out == "401 entries, our way\n"
    assert "ours/analysis.md.j2" in bot("templates").out


def test_a_name_that_is_no_template_is_told(bot: Bot) -> None:
    """The error names those there are."""
    ran = bot("templates", "nothing.md")
    assert ran.status == 2
    assert "There is no template nothing.md; known are analysis.md.j2" in ran.err


def test_a_template_that_is_wrong_is_told_with_its_line(bot: Bot, tmp_path: Path) -> None:
    """Exit 3, naming template, line and field."""
    (tmp_path / "worklog.md.j2").write_text("one\n{{ worklog.mood }}\n", encoding="utf-8")
    (tmp_path / "incidentbot.toml").write_text('templates = "."\n', encoding="utf-8")
    ran = bot("report", "worklog", "--logs", EXAMPLE)
    assert ran.status == 3
    assert "worklog.md.j2, line 2" in ran.err
    assert "'mood'" in ran.err
