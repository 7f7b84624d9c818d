"""Which tracker a run works on, and which code: what the options say, else what GitHub Actions set, else a folder."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.trackers.interface import Tracker
    from bot.usecases.setup import Setup

FOLDER = Path("incidents")


def open_tracker(repo: str | None, folder: Path | None, settings: "Settings") -> "Tracker":
    """`--repo owner/name` or `--folder DIR`; with neither, GITHUB_REPOSITORY if GITHUB_TOKEN is set, else ./incidents.

    Raises UsageError where both are given, SettingsError and TrackerUnavailable as GitHub's tracker does.
    """
    if repo and folder:
        raise UsageError("--repo and --folder are two places for the same issues: give one of them.")
    if wanted := _repository(repo, folder):
        from bot.trackers.github import open_github

        return open_github(wanted, _token(), _url(), settings.labels.tracked, settings.authors)
    from bot.trackers.folder import FolderTracker

    return FolderTracker(folder or FOLDER)


def with_code(setup: "Setup", repo: str | None, folder: Path | None) -> "Setup":
    """The setup, with the code of the repository that holds the issues, or of the setting `clone`; None without either.

    Raises SettingsError where the clone or the branch is none.
    """
    import msgspec

    settings = setup.settings
    if settings.clone:
        from bot.trackers.git import GitHost

        return msgspec.structs.replace(setup, code=GitHost(settings.clone, settings.branch))
    wanted = _repository(repo, folder)
    if not wanted:
        return setup
    from bot.trackers.github import open_github_code

    return msgspec.structs.replace(setup, code=open_github_code(wanted, _token(), _url(), settings.branch))


def _repository(repo: str | None, folder: Path | None) -> str:
    """The GitHub repository that is meant; "" for a folder."""
    return repo or (os.environ.get("GITHUB_REPOSITORY", "") if _token() and not folder else "")


def _token() -> str:
    return os.environ.get("GITHUB_TOKEN", "")


def _url() -> str:
    return os.environ.get("GITHUB_API_URL") or "https://api.github.com"
