"""The Action's steps, run by their own shell, against the emulated GitHub."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench import proxy as proxies
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.faces.action_bench import OURS, FakeRunner, Ran, commands
from tests.faces.running import EXAMPLE, OUTAGE, ROOT, needs_outage

__all__ = ["bench", "servers"]

NOTHING = {"created": "0", "updated": "0", "reopened": "0", "closed": "0"}


@pytest.fixture
def runner(bench: Bench, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> FakeRunner:
    """A runner before the emulated repository; its virtual environment is made once for all tests."""
    base = tmp_path_factory.getbasetemp()
    temp = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "runner-temp"
    return FakeRunner(tmp_path, temp, bench.proxy.url, bench.repo, TOKEN)


def filed(bench: Bench, repo: str) -> list[tuple[str, list[str], str]]:
    """Title, labels and body of every issue, the bot's dashboard too; the repository's own name aside."""
    listed = bench.emulator.ask("GET", f"/repos/{repo}/issues?state=all&per_page=100&direction=asc")
    return [
        (issue["title"], sorted(label["name"] for label in issue["labels"]), _timeless(issue).replace(repo, "REPO"))
        for issue in sorted(listed, key=lambda issue: int(issue["number"]))
    ]


def _timeless(issue: dict[str, Any]) -> str:
    """The body; of the dashboard what stands before the runs, whose times differ."""
    body = str(issue["body"])
    if not issue["title"].startswith("GCP-"):
        return re.sub(r"<!-- incidentbot:state [^>]*>", "", body).split("## Last runs")[0]
    return body


def by_command_line(bench: Bench, *logs: Path) -> list[tuple[str, list[str], str]]:
    """What the command line files of these logs in another repository, one run for each."""
    repo = bench.emulator.new_repository()
    env = {"PATH": os.environ["PATH"], "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": bench.proxy.url}
    for log in logs:
        words = [sys.executable, "-m", "bot", "file", "--logs", str(log), "--repo", repo]
        subprocess.run(words, cwd=ROOT, env=env, check=True, capture_output=True)
    return filed(bench, repo)


def same_as_the_command_line(bench: Bench, runner: FakeRunner, *logs: Path) -> list[Ran]:
    """Run the Action over each log, then over the last one again, and compare."""
    wanted = by_command_line(bench, *logs)
    runs = [runner(logs=str(log)) for log in logs]
    assert [run.code for run in runs] == [0] * len(logs), runs[-1].log
    assert filed(bench, bench.repo) == wanted
    before = len(bench.proxy.writes)
    again = runner(logs=str(logs[-1]))
    assert (again.code, {name: again.outputs[name] for name in NOTHING}) == (0, NOTHING)
    assert bench.proxy.writes[before:] == []
    return runs


def test_the_example_is_filed_as_the_command_line_files_it(bench: Bench, runner: FakeRunner) -> None:
    """The steps over the bundled outage give the same issues; outputs and summary tell of them; again: nothing."""
    [run] = same_as_the_command_line(bench, runner, EXAMPLE)
    shown = [issue for issue in bench.issues() if issue["title"].startswith("GCP-")]
    assert shown
    assert run.outputs["created"] == str(len(shown))
    assert int(run.outputs["incidents"]) >= len(shown)
    assert {run.outputs[name] for name in ("updated", "reopened", "closed", "held_back")} == {"0"}
    for issue in shown:
        assert f"[#{issue['number']}](https://github.example/{bench.repo}/issues/{issue['number']})" in run.summary
    assert run.summary.startswith(f"## incidentbot: {len(shown)} created\n")
    [(name, files)] = run.artifacts.items()
    assert name.startswith("incidentbot-")
    assert files["report.html"].startswith("<!doctype html>")
    assert files["worklog.md"].strip() in run.summary
    assert {command.name for command in commands(run.log)} <= OURS


@needs_outage
def test_hours_1_to_3(bench: Bench, runner: FakeRunner) -> None:
    """The outage: one P0, then a second one, then an update of that; as the command line does it; again: nothing."""
    hours = [OUTAGE / f"hour_{hour}.json" for hour in (1, 2, 3)]
    runs = same_as_the_command_line(bench, runner, *hours)
    told = [(run.outputs["created"], run.outputs["updated"], run.outputs["held_back"]) for run in runs]
    assert told == [("1", "0", "0"), ("1", "0", "0"), ("0", "1", "0")]
    worst = [[command for command in commands(run.log) if command.name == "error"] for run in runs]
    assert [len(found) for found in worst] == [1, 1, 1]
    assert all(found[0].properties["title"].startswith("P0 #") for found in worst)


def test_a_dry_run_writes_nothing(bench: Bench, runner: FakeRunner) -> None:
    """With dry_run no write is sent, and outputs and summary say what would be done."""
    run = runner(logs=str(EXAMPLE), dry_run="true")
    assert run.code == 0, run.log
    assert bench.proxy.writes == []
    assert int(run.outputs["created"]) > 0
    assert "nothing was written" in run.summary


def test_a_wrong_token_fails_the_step_and_says_so(bench: Bench, runner: FakeRunner) -> None:
    """Exit 5, zeros for what was done, nothing for what isn't known, and a summary with what is to be done."""
    bench.proxy.answer("GET", 401, {"message": "Bad credentials"}, times=9)
    run = runner(logs=str(EXAMPLE), token="wrong")
    assert run.code == 5
    assert run.outputs == {**NOTHING, "incidents": "", "held_back": ""}
    assert "did not finish" in run.summary
    [note] = [command for command in commands(run.log) if command.name == "error"]
    assert "token" in note.data.casefold()


def test_the_workspace_can_not_take_the_bots_place(bench: Bench, runner: FakeRunner) -> None:
    """Modules in the checked-out repository that are named like ours or Python's are not imported."""
    for name in ("bot/__init__.py", "logging.py", "msgspec.py", "sitecustomize.py"):
        path = runner.workspace / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit('taken over')", encoding="utf-8")
    run = runner(logs=str(EXAMPLE), dry_run="true")
    assert run.code == 0, run.log


def test_a_run_without_reports(bench: Bench, runner: FakeRunner) -> None:
    """With report: false there is no artifact, and no worklog in the summary."""
    run = runner(logs=str(EXAMPLE), dry_run="true", report="false")
    assert (run.code, run.artifacts) == (0, {})
    assert "worklog" not in run.summary.casefold()


def test_inputs_are_never_words_of_a_shell(bench: Bench, runner: FakeRunner) -> None:
    """A path full of shell and expression syntax is a file's name, and nothing else happens."""
    name = "$(touch taken) `touch taken` ; touch taken && ${{ x }} 'a \"b.json"
    (runner.workspace / name).write_bytes(EXAMPLE.read_bytes())
    run = runner(logs=name, dry_run="true")
    assert run.code == 0, run.log
    assert not list(runner.workspace.glob("**/taken"))


def hostile_log(folder: Path) -> Path:
    """Failures whose messages, service and revision are workflow commands in every form that the runner knows."""
    texts = [
        "::error::boom\n::set-env name=PATH::/tmp\n  ::add-mask::e",
        "##[group]x ##[add-mask]y\r::stop-commands::t\r\n##vso[x]",
        "\u2028::error::ls\x85::error::nel\x0b::error::vt\x1b[31m::error::esc",
        "\ufe0f::error::vs \u200b::error::zw #\ufe0f#[error]q #\u00ad#[error]r",
        "ValueError: %0A::error::x%0D##[error]z",
    ]
    entries: list[dict[str, Any]] = []
    for at, text in enumerate(texts * 12):
        labels = {"service_name": "::error::svc\n##[error]s", "revision_name": "##[warning]r", "project_id": "p"}
        entries.append({
            "insertId": f"i{at}",
            "timestamp": f"2025-01-01T00:{at // 2:02}:{at % 2 * 30:02}Z",
            "severity": "CRITICAL",
            "textPayload": text,
            "logName": "projects/p/logs/::error::n",
            "resource": {"type": "cloud_run_revision", "labels": labels},
        })  # fmt: skip
    path = folder / "hostile.json"
    path.write_text(json.dumps([*entries, {"insertId": "::error::id", "timestamp": "##[error]t"}]), encoding="utf-8")
    return path


def test_hostile_logs_order_nothing(bench: Bench, runner: FakeRunner) -> None:
    """Whatever a log says, the runner finds no command in either stream but ours, and no forged output."""
    run = runner(logs=str(hostile_log(runner.workspace)))
    assert run.code == 0, run.log
    assert int(run.outputs["created"]) > 0
    assert "boom" in run.log
    found = commands(run.log)
    assert {command.name for command in found} <= OURS
    depth = [command.name for command in found if command.name in ("group", "endgroup")]
    assert depth == ["group", "endgroup"] * (len(depth) // 2)
    assert len([command for command in found if "group" not in command.name]) <= 10


Start = Callable[..., tuple[subprocess.Popen[str], dict[str, Path]]]


@pytest.fixture
def start(runner: FakeRunner) -> Iterator[Start]:
    """Start the last step as a process of its own, its virtual environment made."""
    ready = runner(logs=str(EXAMPLE), dry_run="true")
    assert ready.code == 0, ready.log

    processes: list[subprocess.Popen[str]] = []

    def started(**inputs: str) -> tuple[subprocess.Popen[str], dict[str, Path]]:
        words, env, files = runner.last(**inputs)
        pipe = subprocess.PIPE
        processes.append(subprocess.Popen(words, env=env, cwd=runner.workspace, stdout=pipe, stderr=pipe, text=True))
        return processes[-1], files

    yield started
    for process in processes:
        with process:
            process.kill()


def when(found: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until it is so."""
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def stopped(process: subprocess.Popen[str]) -> tuple[float, str]:
    """Signal the step's first process as the runner does, and no other; seconds until its end, and both streams."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return time.monotonic() - began, out + err


def creations(bench: Bench) -> int:
    """Incidents' issues that were asked for."""
    return len([r for r in bench.proxy.log if str(r).endswith("/issues") and r.write and "GCP-" in r.data["title"]])


def test_a_stop_lets_the_write_in_flight_finish(bench: Bench, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGINT while an issue is being created: it is confirmed, counted and shown, no other is begun, exit 130."""
    ask = proxies._Handler._ask

    def late(self: Any, request: proxies.Recorded) -> Any:
        time.sleep(0.5)
        return ask(self, request)

    monkeypatch.setattr(proxies._Handler, "_ask", late)
    process, files = start(logs=str(EXAMPLE))
    when(lambda: creations(bench) == 1)
    seconds, log = stopped(process)
    assert process.returncode == 130, log
    assert seconds < 7.5
    assert bench.proxy.writes[-1] == f"POST /repos/{bench.repo}/issues"
    assert "created=1\n" in files["GITHUB_OUTPUT"].read_text()
    assert "incidents=" not in files["GITHUB_OUTPUT"].read_text()
    assert "Confirmed before that" in files["GITHUB_STEP_SUMMARY"].read_text()


def test_a_stop_abandons_a_write_that_is_never_answered(bench: Bench, start: Start, runner: FakeRunner) -> None:
    """SIGINT before a silent server: given up in time, told as unclear; the next run files nothing twice."""
    bench.proxy.fail(r"POST .*/issues$", proxies.SILENCE_AFTER, skip=1)
    process, files = start(logs=str(EXAMPLE))
    when(lambda: creations(bench) == 1)
    seconds, log = stopped(process)
    assert process.returncode == 130, log
    assert seconds < 7.5
    assert "Traceback" not in log
    assert "created=0\n" in files["GITHUB_OUTPUT"].read_text()
    assert "Not known to be done" in files["GITHUB_STEP_SUMMARY"].read_text()
    bench.proxy.forget()
    assert runner(logs=str(EXAMPLE)).code == 0
    titles = [issue["title"] for issue in bench.issues()]
    assert len(titles) == len(set(titles)) > 1


def test_a_stop_while_reading_ends_at_once(bench: Bench, start: Start) -> None:
    """SIGINT while the issues are being listed: nothing is in flight that counts, so nothing is waited for."""
    bench.proxy.forget()
    bench.proxy.fail("GET", proxies.SILENCE_AFTER)
    process, files = start(logs=str(EXAMPLE))
    when(lambda: len(bench.proxy.log) == 1)
    seconds, _ = stopped(process)
    assert process.returncode == 130
    assert seconds < 2.5
    assert "No issue was changed" in files["GITHUB_STEP_SUMMARY"].read_text()
