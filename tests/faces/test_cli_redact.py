"""`redact` as a team uses it on its own logs, and what the settings say of it."""

import io
import sys
from pathlib import Path

import pytest

from tests.faces.running import Bot

LOG = b"""2025-01-02 plain caf\xc3\xa9 line
db url postgres://app:hunter2@db/x from ann@example.com at 8.8.8.8
{"insertId": "a1",  "textPayload": "password=hunter2", "n": 1.50}
"""


def test_secrets_are_replaced_and_everything_else_stays(bot: Bot, tmp_path: Path) -> None:
    """Text and entries go through as they are, personal data too unless it is asked for."""
    (tmp_path / "x.log").write_bytes(LOG)
    ran = bot("redact", "x.log", "--stats")
    assert ran.status == 0
    assert "app:[redacted: password]@db/x from ann@example.com at 8.8.8.8" in ran.out
    assert '{"insertId": "a1",  "textPayload": "password=[redacted: password]", "n": 1.50}' in ran.out
    assert "hunter2" not in ran.out
    assert ran.err.split() == ["2", "password", "2", "in", "all"]


def test_personal_data_is_asked_for(bot: Bot, tmp_path: Path) -> None:
    """All kinds of it, addresses of machines included."""
    (tmp_path / "x.log").write_bytes(LOG)
    assert "from [redacted: e-mail] at [redacted: ip address]" in bot("redact", "x.log", "--personal").out


def test_standard_input_is_filtered(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads what is piped in."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\r\ntoken=a1b2c3d4e5f6\n")))
    assert bot("redact", "-").out.splitlines() == ["a", "token=[redacted: token]"]


def test_a_file_that_isnt_there_is_one_line(bot: Bot) -> None:
    """The error names the file and what to do; the exit code is that of logs."""
    ran = bot("redact", "gone.log")
    assert (ran.status, ran.out) == (4, "")
    assert ran.err == "incidentbot: gone.log can't be read: No such file or directory; name a file, or - for stdin.\n"


def test_a_teams_rules_are_used(bot: Bot, tmp_path: Path) -> None:
    """A rule of the settings hides what it matches, under its name."""
    (tmp_path / "incidentbot.toml").write_text('[redaction.rules]\nbadge = "badge-(\\\\d+)"\n')
    (tmp_path / "x.log").write_text("badge-1234\n")
    assert bot("redact", "x.log").out == "badge-[redacted: badge]\n"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[redaction.rules]\nbadge = "(?=x)"', "Redaction rule badge in the settings can't be used: RE2 refuses"),
        ('[redaction.rules]\nbadge = ""', "matches the empty text"),
        ('[redaction]\npersonal = ["shoe-size"]', "redaction.personal.0"),
        ("[redaction]\nnope = 1", "known there are rules, personal, private_addresses"),
    ],
)
def test_settings_that_are_no_use_are_named(bot: Bot, tmp_path: Path, toml: str, said: str) -> None:
    """Exit code 3, one line, the key or the rule."""
    (tmp_path / "incidentbot.toml").write_text(toml)
    (tmp_path / "x.log").write_text("x\n")
    ran = bot("redact", "x.log")
    assert ran.status == 3
    assert said in ran.err
    assert ran.err.count("\n") == 1
