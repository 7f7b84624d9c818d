"""The transcript in docs/fixes.md is what the program prints on the bundled logs."""

import re
import shlex
from pathlib import Path

import pytest

from tests.faces.running import ROOT, Bot

DOCS = ROOT / "docs" / "fixes.md"
LONGEST = 150


def steps() -> list[tuple[str, list[str]]]:
    """The commands of the transcript, each with the lines that it prints."""
    found = re.search(r"```console\n(.*?)\n```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found, "docs/fixes.md has no transcript"
    blocks = [block.splitlines() for block in found[1].split("\n\n")]
    return [(block[0].removeprefix("$ "), block[1:]) for block in blocks]


def shown(line: str) -> str:
    """A line as the transcript shows it: cut where it is long."""
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def test_the_transcript_is_true(bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command, run in its order, prints what the page says."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    told = []
    for command, _ in steps():
        words, _, head = command.partition(" | head -")
        run = bot(*shlex.split(words)[1:])
        assert run.status == 0, run.err
        lines = [shown(line) for line in run.out.splitlines()]
        told.append((command, lines[: int(head)] if head else lines))
    assert told == steps()
