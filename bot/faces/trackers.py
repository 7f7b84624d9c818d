"""Which tracker a run works on: what the options say, else what GitHub Actions set, else a folder."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.trackers.interface import Tracker

FOLDER = Path("incidents")


def open_tracker(repo: str | None, folder: Path | None, settings: "Settings") -> "Tracker":
    """`--repo owner/name` or `--folder DIR`; with neither, GITHUB_REPOSITORY if GITHUB_TOKEN is set, else ./incidents.

    Raises UsageError where both are given, SettingsError and TrackerUnavailable as GitHub's tracker does.
    """
    if repo and folder:
        raise UsageError("--repo and --folder are two places for the same issues: give one of them.")
    token = os.environ.get("GITHUB_TOKEN", "")
    wanted = repo or (os.environ.get("GITHUB_REPOSITORY") if token and not folder else None)
    if wanted:
        from bot.trackers.github import open_github

        url = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
        return open_github(wanted, token, url, settings.labels.tracked, settings.authors)
    from bot.trackers.folder import FolderTracker

    return FolderTracker(folder or FOLDER)
