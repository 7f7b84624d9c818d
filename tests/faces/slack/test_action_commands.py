"""The Action does what somebody asked for elsewhere: the same words, the same effect, on record with who asked."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot.faces.trackers
from bot.errors import UsageError
from bot.faces.action.asked import command_of, narrowed, order_of
from bot.faces.action.brake import Brake
from bot.faces.action.inputs import read_inputs
from bot.faces.action.main import main
from bot.faces.slack.commands import File, Mute
from bot.lifecycle.decisions import Order
from bot.model.time import nanos_of
from bot.trackers.folder import FolderTracker
from tests.faces.action_bench import action
from tests.faces.running import EXAMPLE, ROOT

NOW = nanos_of("2026-03-04T05:06:07Z")
BY = "ann (U1 in Slack)"


def env(**more: str) -> dict[str, str]:
    """What a dispatched workflow gives."""
    return {"INPUT_PROJECT": "acme", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_ACTOR": "relay-bot", **more}


class Case:
    """Runs in this process on a folder of issues."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.issues = folder, folder / "issues"
        monkeypatch.setattr(bot.faces.trackers, "open_tracker", lambda *_: FolderTracker(self.issues))
        monkeypatch.setattr(bot.faces.trackers, "with_code", lambda setup, *_: setup)
        monkeypatch.chdir(folder)

    def __call__(self, **inputs: str) -> tuple[int, str, str]:
        """Exit code, summary and log."""
        page, log = self.folder / "summary", io.StringIO()
        page.write_text("")
        given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
        base = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_ACTOR": "relay-bot", "GITHUB_STEP_SUMMARY": str(page)}
        code = main({**base, **given}, Brake(), log)
        return code, page.read_text(encoding="utf-8"), log.getvalue()

    def text(self, number: int) -> str:
        """The issue's page and comments, without code marks."""
        files = [*self.issues.glob(f"{number:04}*.md"), *self.issues.glob(f"{number:04}.comments/*.md")]
        return "\n".join(file.read_text(encoding="utf-8") for file in files).replace("`", "")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """An empty one."""
    return Case(tmp_path, monkeypatch)


def test_what_was_asked_for_is_done_and_recorded(case: Case) -> None:
    """`file` and `mute` by command: done as the relay would, with who asked and the account it came through."""
    code, _, log = case(logs=str(EXAMPLE), command="file", asked_by=BY)
    assert code == 0, log
    assert f"{BY}, through relay-bot" in case.text(1)
    assert "asked for the run that filed this issue" in case.text(1)
    code, page, log = case(command="mute", arguments="1 2030-01-01T00:00:00Z", asked_by=BY)
    assert code == 0, log
    assert "#1 is muted" in log
    assert "#1 is muted" in page.replace("`", "")
    assert f"{BY}, through relay-bot muted this issue" in case.text(1)


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("status", "", "1 incident open."),
        ("explain", "1", "root:"),
        ("verify", "1", "#1 is open"),
        ("resolve", "1 2f130c1", "#1"),
    ],
)
def test_every_command_answers_in_log_and_summary(case: Case, command: str, arguments: str, said: str) -> None:
    """Whatever was asked, what became of it stands in both."""
    case(logs=str(EXAMPLE))
    code, page, log = case(command=command, arguments=arguments, asked_by=BY)
    assert code == 0, log
    assert said in log
    assert said in page.replace("`", "")


@pytest.mark.parametrize(
    ("inputs", "hint"),
    [
        ({"command": "mut", "arguments": "1"}, "did you mean"),
        ({"command": "mute", "arguments": "one"}, "no issue's number"),
        ({"command": "mute", "arguments": "9"}, "no issue 9"),
        ({"command": "mute", "arguments": "1", "dry_run": "true"}, "dry_run"),
        ({"logs": str(EXAMPLE), "arguments": "1"}, "without command"),
        ({"logs": str(EXAMPLE), "command": "file", "arguments": "api"}, "needs the input project"),
    ],
)
def test_what_can_not_be_done_fails_the_step(case: Case, inputs: dict[str, str], hint: str) -> None:
    """Words that don't fit are a usage error, exit 2, with the same hint as in Slack."""
    code, page, log = case(**inputs)
    assert code == 2
    assert hint in log
    assert "did not finish" in page


def test_a_command_narrows_what_is_read() -> None:
    """The service and window of `file` stand before the workflow's own; without them it reads as ever."""
    inputs = read_inputs(env(INPUT_COMMAND="file", INPUT_ARGUMENTS="api 2h", INPUT_SERVICE="a\nb", INPUT_FROM="x"))
    one = narrowed(inputs, command_of(inputs, NOW))
    assert (one.services, one.since, one.start) == (("api",), "2h", "")
    bare = read_inputs(env(INPUT_COMMAND="file", INPUT_SERVICE="a\nb"))
    assert narrowed(bare, command_of(bare, NOW)) == bare
    assert command_of(bare, NOW) == File()


def test_a_length_counts_from_the_run() -> None:
    """By hand somebody may write `3d`."""
    inputs = read_inputs(env(INPUT_COMMAND="mute", INPUT_ARGUMENTS="12 3d"))
    assert command_of(inputs, NOW) == Mute(12, nanos_of("2026-03-07T05:06:07Z"))


@pytest.mark.parametrize(
    ("given", "by"),
    [
        ({"INPUT_ASKED_BY": BY}, f"{BY}, through relay-bot"),
        ({"INPUT_ASKED_BY": f"{BY}\n\nand boss", "GITHUB_ACTOR": ""}, f"{BY} and boss"),
        ({}, "relay-bot"),
        ({"GITHUB_ACTOR": ""}, "somebody"),
    ],
)
def test_who_asked_is_known_by_the_account_too(given: dict[str, str], by: str) -> None:
    """What the workflow is told of who asked never hides which account told it."""
    told: dict[str, Any] = env(INPUT_COMMAND="mute", INPUT_ARGUMENTS="1", **given)
    assert order_of(read_inputs(told), told, NOW) == Order(by, NOW)


def test_nobody_asks_on_cron() -> None:
    """Without a command a run is what it always was."""
    inputs = read_inputs(env())
    assert (command_of(inputs, NOW), order_of(inputs, env(), NOW)) == (None, None)
    with pytest.raises(UsageError, match="without command"):
        command_of(read_inputs(env(INPUT_ARGUMENTS="1")), NOW)


def test_the_action_needs_nothing_of_the_relays() -> None:
    """What the Action installs is enough for it: neither the server nor its framework is imported."""
    code = "import sys, bot.faces.action.asked; print(sorted({'starlette', 'uvicorn', 'slack_sdk'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_the_relay_sends_arrives() -> None:
    """The workflow has an input for each thing that is dispatched, hands it to the Action, and that to the program."""
    sent = ("command", "arguments", "asked_by")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "incidentbot.yml").read_text(encoding="utf-8"))
    assert set(sent) <= set(workflow[True]["workflow_dispatch"]["inputs"])
    [job] = workflow["jobs"].values()
    given = next(step["with"] for step in job["steps"] if step.get("uses") == "./")
    [program] = [step for step in action()["runs"]["steps"] if step.get("id") == "run"]
    for name in sent:
        assert given[name] == f"${{{{ inputs.{name} }}}}"
        assert program["env"][f"INPUT_{name.upper()}"] == f"${{{{ inputs.{name} }}}}"
