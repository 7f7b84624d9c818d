"""`init`: set a repository up, or record what is broken already; `labels`: make and mend the bot's labels."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from bot.faces.cli.cloud import NO_CLOUD, Cloud, open_reading, reads_cloud
from bot.faces.cli.deciding import DryRun
from bot.faces.cli.options import Folder, Format, Logs, Now, Output, Quiet, Repo, SettingsFile

if TYPE_CHECKING:
    from bot.faces.cli.starting_results import Plan
    from bot.usecases.initialising import Scene
    from bot.usecases.labelling import Synced


@reads_cloud
def init(
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Record what is broken already in one digest, at once.")
    ] = False,
    logs: Logs = None,
    cloud: Cloud = NO_CLOUD,
    action_ref: Annotated[
        str | None,
        typer.Option(
            "--action-ref",
            metavar="OWNER/REPO@SHA",
            help="What the workflow uses; default: the commit that incidentbot was installed from.",
        ),
    ] = None,
    workflow: Annotated[bool, typer.Option("--workflow/--no-workflow", help="Whether to write the workflow.")] = True,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that say something else; otherwise they are kept.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write what is shown, without asking.")] = False,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Show the workflow, settings and labels that a repository needs, and with --yes write them.

    With --baseline it records instead what --logs or --project show to be broken already, in one digest in place of an
    issue each; that is written without --yes, unless --dry-run.
    """
    if baseline:
        return _baseline(logs, cloud, dry_run, repo, folder, now, settings, output, quiet)
    from bot.faces.cli import starting_results
    from bot.usecases.initialising import drafted

    _refuse_strays(logs, cloud, now, repo, folder)
    scene = _scene(repo, folder, settings, cloud, action_ref or "", workflow and not folder)
    plan = _looked(starting_results.Plan(scene, drafted(scene, overwrite)), settings)
    asking = not (yes or dry_run) and output is Format.TEXT and sys.stdin.isatty()
    if output is Format.TEXT:
        starting_results.show(plan)
    agreed = not dry_run and (yes or (asking and typer.confirm("Write this?", err=True)))
    if agreed:
        plan = _written(plan, settings)
    starting_results.end(plan, agreed, output, quiet)


def labels(
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Make the labels that the bot uses, and mend their colours and descriptions; none is removed."""
    from bot.faces.cli import starting_results
    from bot.faces.cli.commands import setup_of
    from bot.faces.trackers import open_tracker
    from bot.usecases.labelling import sync_labels

    made = setup_of(settings).settings
    starting_results.synced(sync_labels(open_tracker(repo, folder, made), made.labels, dry_run), output)


def _baseline(
    logs: list[str] | None,
    cloud: Cloud,
    dry_run: bool,
    repo: str | None,
    folder: Path | None,
    now: str | None,
    settings: Path | None,
    output: Format,
    quiet: bool,
) -> None:
    from bot.faces.cli import deciding_results, printing
    from bot.faces.cli.commands import setup_of
    from bot.faces.trackers import open_tracker
    from bot.usecases.baselining import record_baseline

    setup = setup_of(settings)
    read = open_reading(logs, None, cloud, now, quiet)
    tracker = open_tracker(repo, folder, setup.settings)
    deciding_results.recorded(record_baseline(read, tracker, setup, printing.wall_clock(), dry_run), output, quiet)


def _refuse_strays(
    logs: list[str] | None, cloud: Cloud, now: str | None, repo: str | None, folder: Path | None
) -> None:
    """Raises UsageError for options that say nothing without --baseline, and for two places of the issues."""
    from bot.errors import UsageError

    read = cloud._replace(service=None).stray()
    if stray := next((option for option, value in (("--logs", logs), ("--now", now), (read, read)) if value), ""):
        raise UsageError(f"{stray} is for `init --baseline`, which records what is broken: give --baseline too.")
    if repo and folder:
        raise UsageError("--repo and --folder are two places for the same issues: give one of them.")


def _scene(
    repo: str | None, folder: Path | None, settings: Path | None, cloud: Cloud, action: str, workflow: bool
) -> "Scene":
    """What is known of this place and wanted for it. Raises UsageError and SettingsError."""
    from bot.errors import UsageError
    from bot.faces.cli.cloud import checked_names
    from bot.faces.cli.commands import setup_of
    from bot.usecases.checkout import own_source, root_of
    from bot.usecases.initialising import Scene, action_ref

    found = root_of(Path.cwd())
    root = found or Path.cwd()
    remote = remote_of(root) if found else ""
    if repo and remote and repo.casefold() != remote.casefold():
        raise UsageError(
            f"--repo {repo} is not the repository of this folder, {remote}, where the workflow would file: run init in "
            f"a clone of {repo}, or leave --repo out."
        )
    projects, services = checked_names(cloud)
    source = own_source(_hosts())
    used = action_ref(action, root, source) if workflow else ""
    return Scene(
        root=root,
        is_checkout=found is not None,
        repository="" if folder else repo or remote,
        folder=str(folder or ""),
        action=used,
        from_clone=source.local and bool(source.sha) and source.sha in used,
        projects=projects,
        services=services,
        labels=setup_of(_settings_of(root, settings)).settings.labels,
    )


def remote_of(root: Path) -> str:
    """The repository, on GitHub or the host of GITHUB_SERVER_URL, that this is a clone of; "" where none is known."""
    from bot.usecases.checkout import repository_of

    return repository_of(root, _hosts())


def _settings_of(root: Path, settings: Path | None) -> Path | None:
    from bot.settings import FILE_NAME

    own = root / FILE_NAME
    return settings or (own if own.is_file() else None)


def _hosts() -> tuple[str, ...]:
    own = urlsplit(os.environ.get("GITHUB_SERVER_URL", "")).hostname
    return ("github.com", own) if own else ("github.com",)


def _labels(scene: "Scene", settings: Path | None, dry_run: bool) -> "Synced | None":
    """What the labels need, or needed; None where the repository or a token isn't known."""
    if not scene.repository or not os.environ.get("GITHUB_TOKEN"):
        return None
    from bot.faces.cli.commands import setup_of
    from bot.faces.trackers import open_tracker
    from bot.usecases.labelling import sync_labels

    tracker = open_tracker(scene.repository, None, setup_of(_settings_of(scene.root, settings)).settings)
    return sync_labels(tracker, scene.labels, dry_run)


def _looked(plan: "Plan", settings: Path | None) -> "Plan":
    """The plan with what the labels need, or why that can't be told."""
    from bot.errors import TrackerUnavailable

    try:
        return plan._replace(labels=_labels(plan.scene, settings, dry_run=True))
    except TrackerUnavailable as error:
        return plan._replace(unknown=f"Which labels are missing can't be told. {error}")


def _written(plan: "Plan", settings: Path | None) -> "Plan":
    """The plan, carried out. Raises UsageError and TrackerUnavailable."""
    from bot.usecases.initialising import write

    write(plan.scene.root, plan.pieces)
    return plan if plan.unknown else plan._replace(labels=_labels(plan.scene, settings, dry_run=False))
