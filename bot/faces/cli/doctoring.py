"""`doctor`: is everything there that incidentbot needs, and if not, how to mend it."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.faces.cli.cloud import NO_CLOUD, Cloud, probes, reads_cloud
from bot.faces.cli.options import Folder, Format, Logs, Output, Repo, SettingsFile

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.usecases.doctoring import Finding

_SERVING = ("h11", "requests", "starlette", "uvicorn")


@reads_cloud
def doctor(
    logs: Logs = None,
    cloud: Cloud = NO_CLOUD,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Look at all that incidentbot needs, from the token to the templates: what is wrong, where, how to mend it."""
    from bot.errors import UsageError
    from bot.faces.cli import doctoring_results
    from bot.usecases.doctoring import Examined
    from bot.usecases.doctoring_setup import settings_findings, usable

    if not cloud.project and (stray := cloud.stray()):
        raise UsageError(f"{stray} is for Cloud Logging: give --project ID too.")
    if repo and folder:
        raise UsageError("--repo and --folder are two places for the same issues: give one of them.")
    loaded, found = settings_findings(lambda: _load(settings), _named(settings))
    if loaded is not None:
        found += _issues_and_code(usable(loaded, found), repo, folder)
    found += _logs(logs, cloud)
    if loaded is not None:
        found += [*_slack(loaded, repo, folder), *_notify(loaded), *_workflow(loaded)]
    examined = Examined(tuple(found))
    doctoring_results.examined(examined, output)
    if examined.faults:
        raise typer.Exit(1)


def _load(settings: Path | None) -> "Settings":
    from bot.settings import load

    return load(settings)


def _named(settings: Path | None) -> str:
    from bot.settings import FILE_NAME

    own = FILE_NAME if Path(FILE_NAME).is_file() else ""
    return str(settings or own) or "defaults and environment"


def _issues_and_code(settings: "Settings", repo: str | None, folder: Path | None) -> "list[Finding]":
    """Where the issues are and where the code is, with settings that can be used."""
    from bot.faces.cli import printing
    from bot.faces.secrecy import set_up
    from bot.faces.trackers import open_tracker, with_code
    from bot.usecases.doctoring import Finding, Health, code_findings, tracker_findings, tried

    found: list[Finding] = []
    setup, wall = set_up(settings), printing.wall_clock()
    where = repo or str(folder or "") or os.environ.get("GITHUB_REPOSITORY", "")
    tracker = tried("repository", lambda: open_tracker(repo, folder, settings), found, where)
    if tracker is None:
        return found
    found += [*_elsewhere(repo, folder), *tracker_findings(tracker, setup, wall)]
    if any(one.part == "repository" and one.health is Health.FAULT for one in found) and not settings.clone:
        return [*found, Finding("code", Health.SKIPPED, "it is in the repository that is at fault", where)]
    with_it = tried("code", lambda: with_code(setup, repo, folder), found, where)
    if with_it is not None:
        found += code_findings(with_it.code, wall)
    return found


def _elsewhere(repo: str | None, folder: Path | None) -> "list[Finding]":
    """That a folder is looked at in a clone of a repository on GitHub, where nobody said which."""
    from bot.faces.cli.starting import remote_of
    from bot.faces.trackers import FOLDER
    from bot.usecases.checkout import root_of
    from bot.usecases.doctoring import Finding, Health

    root = root_of(Path.cwd())
    if repo or folder or root is None or (os.environ.get("GITHUB_REPOSITORY") and os.environ.get("GITHUB_TOKEN")):
        return []
    if not (remote := remote_of(root)):
        return []
    what = f"the issues are a folder's, though this is a clone of {remote}"
    return [Finding("repository", Health.NOTE, what, str(FOLDER), f"give --repo {remote} to look at that")]


def _logs(logs: list[str] | None, cloud: Cloud) -> "list[Finding]":
    """One entry of each place that is named. Raises UsageError for words that name none."""
    from bot.faces.cli import printing
    from bot.logs import FileSource
    from bot.usecases.doctoring import Finding, Health, log_findings

    if not logs and not cloud.project:
        what, mend = "no place to read logs from was named", "give --project ID, or --logs FILE"
        return [Finding("logs", Health.SKIPPED, what, "", mend)]
    return [*log_findings([*probes(cloud, printing.wall_clock()), *(FileSource(path) for path in logs or ())])]


def _slack(settings: "Settings", repo: str | None, folder: Path | None) -> "list[Finding]":
    """What `serve` would refuse to start with, where anything of Slack is set."""
    from bot.errors import SettingsError
    from bot.settings import Slack
    from bot.usecases.doctoring import Finding, Health

    if settings.slack == Slack():
        return [Finding("slack", Health.SKIPPED, "it is not set up", "setting slack", "docs/slack.md says how")]
    if lacking := [name for name in _SERVING if find_spec(name) is None]:
        mend = "install incidentbot[slack]"
        return [Finding("slack", Health.FAULT, f"serve needs {', '.join(lacking)}", "this installation", mend)]
    from bot.faces.slack.wiring import Wiring, checked

    try:
        checked(settings.slack, Wiring("", repo or "", str(folder or ""), ""), os.environ)
    except SettingsError as error:
        what, mend = str(error).rstrip("."), "set it, as docs/slack.md says"
        return [Finding("slack", Health.FAULT, what, "setting slack", mend)]
    return [Finding("slack", Health.WELL, f"serve can start, with mode {settings.slack.mode}", "setting slack")]


def _notify(settings: "Settings") -> "list[Finding]":
    """Who is told of what a run did, and what lacks for it."""
    from bot.errors import SettingsError
    from bot.faces.telling import TOKEN
    from bot.usecases.doctoring import Finding, Health, fault_of
    from bot.usecases.notifying import notifiers_of

    where = "setting notify"
    told, warnings = notifiers_of(settings.notify, os.environ.get(TOKEN, ""))
    if warnings:
        return [fault_of("notify", SettingsError(one.what), where) for one in warnings]
    if not told:
        return [Finding("notify", Health.SKIPPED, "nobody is told", where, "docs/notifications.md says how")]
    return [Finding("notify", Health.WELL, f"told are {' and '.join(one.name for one in told)}", where)]


def _workflow(settings: "Settings") -> "list[Finding]":
    """The workflow of the checkout that this is run in."""
    from bot.usecases.checkout import root_of
    from bot.usecases.doctoring import Finding, Health
    from bot.usecases.doctoring_workflow import workflow_findings

    name, root = f".github/workflows/{settings.slack.workflow}", root_of(Path.cwd())
    commanded = bool(settings.slack.signing_secrets) and settings.slack.mode == "dispatch"
    try:
        text = (root / name).read_text(encoding="utf-8", errors="replace") if root else ""
    except OSError:
        text = ""
    if not text:
        what, mend = "this folder has none that can be read", "`incidentbot init` writes one"
        return [Finding("workflow", Health.SKIPPED, what, name, mend)]
    return workflow_findings(text, name, commanded)
