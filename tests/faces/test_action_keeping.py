"""The reports of the Action's run: kept in a folder for the next step, the worklog in the summary, no secret in any."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TrackerUnavailable
from bot.faces.action.brake import Brake
from bot.faces.action.main import main
from bot.faces.action.runner import SUMMARY_LIMIT
from bot.faces.action.summary import folded
from tests.faces.test_action_report import Case, Failing, many

WANTED = {"analysis.json", "analysis.md", "report.html", "run.json", "worklog.json", "worklog.md"}


@pytest.fixture
def reporting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A run over the bundled outage that keeps its reports."""
    made = Case(tmp_path, monkeypatch)
    made.env |= {"INPUT_REPORT": "true", "RUNNER_TEMP": str(tmp_path)}
    return made


def test_the_reports_are_kept_and_the_worklog_is_in_the_summary(reporting: Case) -> None:
    """The output names a folder with all of them; below the tables the summary has the same worklog, folded."""
    code, outputs, page, _ = reporting()
    folder = Path(outputs["report"])
    assert (code, {path.name for path in folder.iterdir()}, outputs["report_name"]) == (0, WANTED, folder.name)
    head, worklog = page.split("<details>", 1)
    assert "incidentbot: 1 created" in head
    assert (folder / "worklog.md").read_text(encoding="utf-8").strip() in worklog
    assert f"artifact `{folder.name}`" in page.split("</details>")[1]
    assert reporting()[1]["report"] != str(folder)


def test_without_the_input_nothing_is_kept(reporting: Case, tmp_path: Path) -> None:
    """No folder, no output, no worklog."""
    reporting.env["INPUT_REPORT"] = "false"
    _, outputs, page, _ = reporting()
    assert "report" not in outputs
    assert "<details>" not in page
    assert not list(tmp_path.glob("incidentbot-*"))


def test_a_run_that_is_partly_done_keeps_its_reports(reporting: Case, tmp_path: Path) -> None:
    """Exit 6, and the worklog in the summary says what was filed and what was not."""
    (tmp_path / "many.json").write_text(many(3))
    reporting.env["INPUT_LOGS"] = "many.json"
    reporting.tracker = Failing(reporting.tracker, TrackerUnavailable("GitHub is away."))
    code, outputs, page, _ = reporting()
    assert (code, outputs["created"]) == (6, "1")
    assert {path.name for path in Path(outputs["report"]).iterdir()} == WANTED
    results = page.split("## Processing results")[1]
    rows = [row.split(" | ") for row in results.splitlines() if row.startswith(("| I1", "| I2", "| I3"))]
    assert [row[2] for row in rows] == ["filed", "held back for a later run", "held back for a later run"]
    assert "GitHub is away." in results


def test_reports_that_can_not_be_written_fail_nothing(reporting: Case, tmp_path: Path) -> None:
    """The issue is filed, the log says what is wrong, the summary has the worklog, and no folder is named."""
    reporting.env["RUNNER_TEMP"] = str(tmp_path / "none")
    code, outputs, page, log = reporting()
    assert (code, outputs["created"]) == (0, "1")
    assert "report" not in outputs
    assert "The reports can't be written below" in log
    assert "# Log worklog" in page
    assert "artifact" not in page


def test_secrets_are_in_none_of_the_reports(reporting: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's own token, and a key that a log line holds, are in no file and not in the summary."""
    own, logged = "ghs_" + "Q7x" * 12, "AKIA" + "ABCDEFGH23456789"[:16]
    monkeypatch.setenv("GITHUB_TOKEN", own)
    (tmp_path / "many.json").write_text(many(1).replace("ValueError: ", f"ValueError: {own} {logged} "))
    reporting.env["INPUT_LOGS"] = "many.json"
    code, outputs, page, log = reporting()
    told = [page, log, *(path.read_text(encoding="utf-8") for path in Path(outputs["report"]).iterdir())]
    assert code == 0
    assert [text for text in told if own in text or logged in text] == []
    assert "own secret" in page


def test_a_worklog_takes_only_the_room_that_is_left(reporting: Case) -> None:
    """Tables and worklog together stay within what GitHub shows; the fold is closed, and says that it is cut."""
    reporting.page.write_text("x" * (SUMMARY_LIMIT - 3_000))
    main(reporting.env, Brake(), io.StringIO())
    page = reporting.page.read_text(encoding="utf-8")
    assert SUMMARY_LIMIT - 300 < len(page.encode()) <= SUMMARY_LIMIT
    assert page.count("<details>") == page.count("</details>") == 1
    assert "_Cut here" in page.split("<details>")[1].split("</details>")[0]


@given(st.lists(st.text(alphabet="aé|\n", max_size=30)).map("\n".join), st.integers(0, 600))
def test_a_fold_never_exceeds_its_room(worklog: str, room: int) -> None:
    """Whatever room is left, the fold fits into it, whole, or is absent."""
    made = folded(worklog, "incidentbot-1", room)
    assert len(made.encode()) <= room
    assert made.count("<details>") == made.count("</details>") == bool(made)
