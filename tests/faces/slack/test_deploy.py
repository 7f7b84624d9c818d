"""What is written for those who set the relay up agrees with the relay."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.faces.slack.commands import USAGE
from bot.settings import Settings, Slack
from tests.faces.running import ROOT, Bot

GUIDE = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")


def table(heading: str) -> list[str]:
    """The first column of the first table below a heading of the guide."""
    section = GUIDE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]


def test_the_app_has_one_command_and_one_right() -> None:
    """The manifest asks for `commands` alone, leads to an address of the relay's, and hints at every command."""
    manifest: Any = yaml.safe_load((ROOT / "deploy" / "slack-app.yaml").read_text(encoding="utf-8"))
    assert manifest["oauth_config"]["scopes"] == {"bot": ["commands"]}
    [command] = manifest["features"]["slash_commands"]
    assert command["command"] == "/incident"
    assert command["url"].endswith("/slack/command")
    assert command["usage_hint"].split(" | ") == [form for form, _ in USAGE.values()]
    assert len(manifest["display_information"]["description"]) <= 140


def test_the_container_has_what_it_copies() -> None:
    """Every file that is copied is there, what is installed is locked, and it runs as nobody in particular."""
    copied = [
        line.split()[1:-1] for line in CONTAINER.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    assert copied
    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []
    ignored = (ROOT / "deploy" / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {name.split("/")[0] for names in copied for name in names} <= {
        line[1:] for line in ignored if line[0] == "!"
    }
    assert "--require-hashes" in CONTAINER
    assert re.search(r"^USER \d+$", CONTAINER, re.M)


def test_the_guide_has_every_command_and_setting() -> None:
    """Its tables are those of the parser and the model, with the defaults."""
    assert [row.strip().strip("`") for row in table("Commands")] == [form for form, _ in USAGE.values()]
    assert re.findall(r"`(\w+)`", "".join(table("Settings"))) == list(Slack.model_fields)
    for name in ("mode", "contact", "workflow", "ref", "queue"):
        assert f"`{json.dumps(str(Slack.model_fields[name].default))}`".replace('"', "") in GUIDE.replace('"', "")


def test_the_example_of_the_guide_lets_somebody_in() -> None:
    """The settings to copy are valid."""
    [example] = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    settings = Settings(**tomllib.loads(re.sub(r"^   ", "", example, flags=re.M)))
    assert settings.slack.users == ("U024BE7LH", "U061F7AUR")
    assert settings.slack.mode == "dispatch"


LETTING_IN = 'signing_secrets = ["x"]\nworkspaces = ["T1"]\nchannels = ["*"]\nusers = ["*"]\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "slack.signing_secrets"),
        ('signing_secrets = [" "]\n', "slack.signing_secrets"),
        ('signing_secrets = ["x"]\n', "slack.workspaces"),
        ('signing_secrets = ["x"]\nworkspaces = ["T1"]\nchannels = ["C1"]\n', "slack.users"),
        (LETTING_IN, "slack.repository"),
        (f'{LETTING_IN}repository = "acme/shop"\n', "GITHUB_TOKEN"),
        (f'{LETTING_IN}repository = "https://github.com/acme/shop"\n', "slack.repository"),
        (f'{LETTING_IN}mode = "both"\n', "slack.mode"),
        (f'{LETTING_IN}hooks = "evil.example"\n', "slack.hooks"),
        (f'{LETTING_IN}mode = "process"\nqueue = "missing/queue"\n', "slack.queue"),
    ],
)
def test_what_is_missing_is_said_before_it_listens(bot: Bot, tmp_path: Path, text: str, named: str) -> None:
    """One sentence that names the setting, exit 3; no secret is in it."""
    (tmp_path / "incidentbot.toml").write_text(f"[slack]\n{text}")
    ran = bot("serve", "--port", "0")
    assert ran.status == 3
    assert named in ran.err
    assert "Traceback" not in ran.err
