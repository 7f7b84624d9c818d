"""The README says what is so."""

import re
import tomllib
from pathlib import Path

import typer

from bot.faces.cli import app
from bot.settings import Labels, Settings

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The code in the first column of the first table below a heading."""
    section = README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)


def test_every_command_is_in_the_readme() -> None:
    """The table of commands is that of the program."""
    commands = typer.main.get_command(app)
    assert rows("Commands") == list(commands.commands)  # type: ignore[attr-defined]


def test_every_setting_is_in_the_readme() -> None:
    """The table of settings has each key with its default, and no other."""
    assert rows("Settings") == list(Settings.model_fields)
    assert f"`{Settings.model_fields['max_new_issues'].default}`" in README
    assert all(f"`{role}`" in README for role in Labels.model_fields if not role.startswith("P"))


def test_the_settings_of_the_readme_can_be_used() -> None:
    """The example is valid, and what it sets is what is read."""
    [example] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    settings = Settings(**tomllib.loads(example))
    assert settings.ceilings == {"staging": "P1"}
    assert settings.policies["mostly-failing"].least == 50
