"""SECURITY.md names tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))


def test_threats_are_listed_with_their_tests() -> None:
    """Every row of the table of threats has at least one."""
    table = (ROOT / "SECURITY.md").read_text(encoding="utf-8").split("## Threats\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    assert [row for row in rows if "::test_" not in row] == []


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_a_named_test_exists(file: str, name: str) -> None:
    """A renamed test is renamed here too."""
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
