"""Nothing that the program prints of hostile logs commands the runner of GitHub Actions, or a terminal.

The parser is the runner's, in Python: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

import json
from pathlib import Path

import pytest

from tests.faces.running import Bot

COMMANDS = (
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path",
    "notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
)  # fmt: skip

HOSTILE = [
    "::error::x", " ::add-mask::x", "\n::set-env name=A::b", "\r::group::x", "\x0b::stop-commands::tok",
    "a\n::debug::x",
    "##[error]x", "a ##[set-env name=A;]b", "\n##[group]", "\u2028::error::x", "\x85::error::x", "\ufeff::error::x",
    "\x1b[2J\x1b]0;title\x07", "\x9b31m", "%0A::error::x", "\u200b::error::x", "\x1c::error::x", "::ERROR::x",
    "`##[add-path]/tmp`", "|\n::warning file=a::x", "\x00::error::x", "\ufe0f::error::x", "#\ufe0f#[error]x",
]  # fmt: skip


def old_command(line: str) -> bool:
    """`##[name key=value;]data`, anywhere in a line."""
    start = line.find("##[")
    end = line.find("]", start) if start >= 0 else -1
    if end < 0:
        return False
    return line[start + 3 : end].split(" ", 1)[0].casefold() in COMMANDS


def new_command(line: str) -> bool:
    """`::name key=value::data`, after blanks."""
    line = line.strip().lstrip("\ufeff")
    end = line.find("::", 2) if line.startswith("::") else -1
    return end > 0 and line[2:end].split(" ", 1)[0].casefold() in COMMANDS


def commands_in(printed: str) -> list[str]:
    """Lines that the runner would obey; it reads lines as .NET does, and compares without U+FE0F."""
    lines = printed.replace("\ufe0f", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line for line in lines if old_command(line) or new_command(line)]


def entries() -> list[dict[str, object]]:
    """Entries with hostile text in every field that a command shows."""
    return [
        {
            "insertId": f"{text}{number}",
            "timestamp": f"2025-09-15T21:00:{number:02}Z",
            "severity": "CRITICAL",
            "textPayload": "Traceback (most recent call last):\n"
            f'  File "{text}", line 1, in f\nRuntimeError: {text} failed {number}',
            "logName": f"projects/p{text}/logs/{text}",
            "resource": {
                "type": "cloud_run_revision",
                "labels": {"service_name": f"api{text}", "project_id": f"p{text}", "revision_name": f"{text}r"},
            },
        }
        for number, text in enumerate(HOSTILE)
    ]


def test_the_parser_finds_commands() -> None:
    """What the runner obeys is seen."""
    assert len(commands_in("::error::x\n ::debug::y\na ##[group]z\n##[set-env name=A;]b")) == 4
    assert commands_in("std::vector\n## [x]\na ::error::b\n::unknown::x") == []


@pytest.fixture
def logs(tmp_path: Path) -> str:
    """Hostile entries, among them records that are no entries."""
    lines = [json.dumps(entry) for entry in entries()] + [
        '{"textPayload": "::error::x", "timestamp": "::error::"}',
        "[1]",
    ]
    (tmp_path / "::error::x.ndjson").write_text("\n".join(lines))
    return "::error::x.ndjson"


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_no_command_in_anything_printed(bot: Bot, logs: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`plan`, `file`, `cluster`, `explain` and `issues` print hostile text dead, on both streams, in every format."""
    monkeypatch.setenv("INCIDENTBOT_FILE_FROM", "P3")
    printed = []
    for words in (
        ("plan", "--logs", logs, "--folder", "i"),
        ("file", "--logs", logs, "--folder", "i"),
        ("cluster", "--logs", logs),
        ("explain", "--logs", logs),
        ("issues", "--folder", "i"),
        ("explain", "1", "--folder", "i"),
        ("explain", "::error::x", "--logs", logs),
        ("plan", "--logs", "::warning::gone", "--folder", "i"),
    ):
        ran = bot(*words, "--format", output)
        assert ran.status in (0, 2, 4), ran.err
        printed += [ran.out, ran.err]
    assert commands_in("\n".join(printed)) == []
    assert not {"\x1b", "\x9b", "\x00", "\x07"} & set("".join(printed))
    assert "failed" in printed[0]
    assert "no issue yet" not in printed[8].casefold()
