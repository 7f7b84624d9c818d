"""Running the program as its users do, in this process."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.faces.cli import main

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "examples" / "checkout-outage.json"
SHARED = ROOT.parent / "shared" / "data"
OUTAGE = SHARED / "outage"

needs_outage = pytest.mark.skipif(not OUTAGE.is_dir(), reason="needs the outage logs in ../shared/data")


class Ran(NamedTuple):
    """Exit status and what was printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, decoded."""
        return json.loads(self.out)


class Bot:
    """The program; called with the words of a command line."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: object) -> Ran:
        """Run it; whatever was printed before is dropped."""
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["incidentbot", *map(str, words)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1 if end.code else 0
        out, err = self._capsys.readouterr()
        return Ran(status, out, err)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
