"""docs/decisions.md says what the code does: its table of evidence, and the transcript."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.triage.evidence import SAME_CRASH
from tests.faces.running import ROOT, Bot

PAGE = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
LONGEST = 150


def strengths() -> Iterator[tuple[str, float]]:
    """Kind and strength of every edge that the rules of evidence draw."""
    for name in ("evidence", "calls"):
        tree = ast.parse((ROOT / "bot" / "triage" / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "edge":
                kind, strength = node.args[2:4]
                assert isinstance(strength, ast.Constant)
                assert isinstance(strength.value, float)
                yield str(kind.value) if isinstance(kind, ast.Constant) else SAME_CRASH, strength.value


def test_the_table_of_evidence_is_that_of_the_rules() -> None:
    """Each kind with its strength, the strongest first."""
    rows = [(kind, float(strength)) for kind, strength in re.findall(r"^\| `([\w-]+)` \| (0\.\d+) \|", PAGE, re.M)]
    assert sorted(rows) == sorted(strengths())
    assert [strength for _, strength in rows] == sorted((strength for _, strength in rows), reverse=True)


def test_the_transcript_is_true(bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command prints what the page says; a long line is cut there."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    [transcript] = re.findall(r"```console\n(.*?)\n```", PAGE, re.DOTALL)
    for block in transcript.split("\n\n"):
        command, *said = block.splitlines()
        words, _, head = command.removeprefix("$ ").partition(" | head -")
        ran = bot(*shlex.split(words)[1:])
        shown = [line if len(line) <= LONGEST else line[: LONGEST - 1] + "…" for line in ran.out.splitlines()]
        assert (ran.status, shown[: int(head)] if head else shown) == (0, said)
