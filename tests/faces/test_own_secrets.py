"""The bot's own secrets appear nowhere: in no output, no error, no traceback, no file."""

import json
from pathlib import Path

import pytest

from bot.faces.cli import commands
from tests.faces.running import EXAMPLE, Bot, contents

TOKEN, KEY = "tk" + "0n-plain-looking-value", "key that signs the state"


@pytest.fixture
def guarded(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The program with a token and a signing key that no rule would recognise by their form."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("INCIDENTBOT_SIGNING_KEYS", json.dumps([KEY]))
    monkeypatch.setenv("DEPLOY_PASSWORD", "tulip tulip")
    return bot


def leaking(text: str = "") -> dict[str, object]:
    """An entry whose message has all of them."""
    said = f"Traceback: RuntimeError: request with {TOKEN} signed {KEY} by tulip tulip failed {text}"
    return {
        "insertId": "a1",
        "timestamp": "2025-09-15T21:00:00Z",
        "severity": "CRITICAL",
        "textPayload": said,
        "logName": "projects/p/logs/run.googleapis.com%2Fstderr",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "api", "project_id": "p"}},
    }


def clean(text: str) -> bool:
    """Whether none of the secrets stands in it."""
    return not any(secret in text for secret in (TOKEN, KEY, "tulip tulip", TOKEN[5:], KEY[5:]))


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
@pytest.mark.parametrize("command", ["plan", "cluster", "explain"])
def test_logs_that_quote_them_are_shown_without(guarded: Bot, tmp_path: Path, command: str, output: str) -> None:
    """No command prints them, in no format."""
    (tmp_path / "x.json").write_text(json.dumps([leaking()]))
    folder = ["--folder", "i"] if command == "plan" else []
    ran = guarded(command, "--logs", "x.json", *folder, "--format", output)
    assert ran.status == 0
    assert "redacted: " in ran.out
    assert clean(ran.out + ran.err)


def test_issues_are_filed_without_them(guarded: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither page, title nor state holds one."""
    monkeypatch.setenv("INCIDENTBOT_FILE_FROM", "P3")
    (tmp_path / "x.json").write_text(json.dumps([leaking(str(n)) for n in range(3)]))
    guarded("file", "--logs", "x.json", "--folder", "i")
    assert contents(tmp_path / "i")
    assert all(clean(content.decode()) for content in contents(tmp_path / "i").values())


@pytest.mark.parametrize(
    "toml",
    [
        f'signing_keys = "{KEY}"',
        f"signing_keys = [{json.dumps(KEY)}, 5]",
        f'{TOKEN.replace("-", "_")} = "{KEY}"\n"{TOKEN}" = 1',
        f'signing_keys = ["{KEY}',
        f'[redaction.rules]\nx = "(?={TOKEN}"',
        f'[policies.p]\npriority = "{TOKEN}"',
        f'file_from = "{KEY}"',
    ],
)
def test_settings_errors_dont_echo_them(
    guarded: Bot, tmp_path: Path, toml: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake beside a secret is named without it, whether or not the environment has it too."""
    if toml.startswith("signing_keys"):
        monkeypatch.delenv("INCIDENTBOT_SIGNING_KEYS")
    (tmp_path / "incidentbot.toml").write_text(toml)
    ran = guarded("plan", "--logs", str(EXAMPLE))
    assert ran.status == 3
    assert clean(ran.out + ran.err)


def test_a_fault_is_told_without_them(guarded: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback has its lines and its message, without variables' values and without secrets."""

    def fail(*given: object, **named: object) -> None:
        local = "a value of a variable"
        raise TypeError(f"can't send {TOKEN}\n::error::{KEY}" + local[:0])

    monkeypatch.setattr(commands, "setup_of", fail)
    ran = guarded("plan", "--logs", str(EXAMPLE))
    assert ran.status == 1
    assert "TypeError: can't send [redacted: own secret]" in ran.err
    assert "a fault of its own (TypeError)" in ran.err
    assert clean(ran.err.replace('"a value of a variable"', ""))
    assert not [line for line in ran.err.splitlines() if line.lstrip().startswith("::")]
