"""A place to begin in: an empty repository that is on GitHub, and the Action that its workflow names."""

from pathlib import Path

import pytest

from tests.bench.repository import Repository
from tests.faces.running import Bot, contents

REF = f"acme/incidentbot@{'1f' * 20}"
SETTINGS = "incidentbot.toml"
PROJECT = "harbor-prod"


@pytest.fixture
def place(bot: Bot, tmp_path: Path) -> Path:
    """An empty repository that is on GitHub as acme/shop; the program runs in it."""
    Repository(tmp_path).git("remote", "add", "origin", "git@github.com:acme/shop.git")
    return tmp_path


def written(place: Path) -> dict[str, str]:
    """The files of a repository beside git's."""
    return {name: data.decode() for name, data in contents(place).items() if not name.startswith(".git/")}
