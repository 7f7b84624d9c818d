"""The relay put together from settings and environment: what is missing is said before anything listens."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot.errors import SettingsError, UsageError
from bot.faces.slack.commands import File
from bot.faces.slack.office import Office

if TYPE_CHECKING:
    from bot.logs import Reading
    from bot.settings import Slack
    from bot.usecases.setup import Setup


class Wiring(msgspec.Struct, frozen=True):
    """What the command line says ("": nothing): settings file, where the issues are, another server for the logs."""

    settings: str = ""
    repo: str = ""
    folder: str = ""
    endpoint: str = ""


def checked(rules: "Slack", wiring: Wiring, env: Mapping[str, str]) -> None:
    """Raises SettingsError naming the first thing that is missing."""
    if not [secret for secret in rules.signing_secrets if secret.get_secret_value().strip()]:
        raise _missing("signing_secrets", 'the "Signing Secret" of the app\'s Basic Information page, in a list')
    for name in ("workspaces", "channels", "users"):
        if not getattr(rules, name):
            raise _missing(name, "nobody could ask for anything without it")
    if rules.mode == "dispatch" and not (rules.repository and env.get("GITHUB_TOKEN")):
        what = "GITHUB_TOKEN is not set" if rules.repository else "Setting slack.repository is missing"
        raise SettingsError(f"{what}: with slack.mode dispatch, commands become runs of a repository's workflow.")


def _missing(name: str, what: str) -> SettingsError:
    return SettingsError(f"Setting slack.{name} is missing: {what}.")


def office_of(setup: "Setup", wiring: Wiring, env: Mapping[str, str]) -> Office:
    """The desk over the tracker that command line and settings name."""
    from bot.faces.trackers import open_tracker, with_code

    settings = setup.settings
    repo = wiring.repo or ("" if wiring.folder else settings.slack.repository)
    server = env.get("GITHUB_SERVER_URL") or "https://github.com"

    def link(number: int) -> str:
        return f"{server}/{repo}/issues/{number}" if repo and number else ""

    folder = Path(wiring.folder) if wiring.folder else None
    return Office(
        with_code(setup, repo or None, folder),
        lambda: open_tracker(repo or None, folder, settings),
        lambda command: _reading(command, settings.slack, wiring),
        link,
        time.time_ns,
    )


def _reading(command: File, rules: "Slack", wiring: Wiring) -> "Reading":
    from bot.faces.cli.cloud import Cloud, open_reading

    if not rules.projects:
        raise UsageError("Nothing to read: whoever runs me has to name Google Cloud projects in slack.projects.")
    cloud = Cloud(
        project=[*rules.projects],
        service=[command.service] if command.service else None,
        since=command.window or None,
        endpoint=wiring.endpoint or None,
    )
    return open_reading(None, None, cloud, None, quiet=True, going_on=True)
