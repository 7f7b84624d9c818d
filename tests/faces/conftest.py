"""The program as a fixture, in an empty working folder and a clean environment."""

import os
from pathlib import Path

import pytest

from tests.faces.running import Bot


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Bot:
    """The program; no settings file or variable of this machine reaches it."""
    for name in list(os.environ):
        if name.startswith(("INCIDENTBOT_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Bot(monkeypatch, capsys)
