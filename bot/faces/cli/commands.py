"""The commands: words in, one use case, its result printed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.faces.cli.cloud import NO_CLOUD, Cloud, open_reading, reading_or_windows, reads_cloud
from bot.faces.cli.options import (
    Deadline,
    Folder,
    Format,
    Logs,
    MoreLogs,
    Now,
    Output,
    Quiet,
    Repo,
    ReportTo,
    SettingsFile,
    Windows,
)

if TYPE_CHECKING:
    from bot.logs import Reading
    from bot.usecases.setup import Setup


@reads_cloud
def file(
    more: MoreLogs = None,
    logs: Logs = None,
    cloud: Cloud = NO_CLOUD,
    repo: Repo = None,
    folder: Folder = None,
    window: Windows = None,
    now: Now = None,
    report: ReportTo = None,
    deadline: Deadline = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Read logs, decide what is an incident, and file, update or reopen its one issue."""
    reading = partial(reading_or_windows, window, logs, more, cloud, now, quiet)
    _run(reading, repo, folder, settings, output, quiet, report, dry_run=False, deadline=deadline)


@reads_cloud
def plan(
    more: MoreLogs = None,
    logs: Logs = None,
    cloud: Cloud = NO_CLOUD,
    repo: Repo = None,
    folder: Folder = None,
    window: Windows = None,
    now: Now = None,
    report: ReportTo = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Say what `file` would do, and write nothing."""
    reading = partial(reading_or_windows, window, logs, more, cloud, now, quiet)
    _run(reading, repo, folder, settings, output, quiet, report, dry_run=True)


def _run(
    read: Callable[[], "Reading"],
    repo: str | None,
    folder: Path | None,
    settings: Path | None,
    output: Format,
    quiet: bool,
    report: Path | None,
    dry_run: bool,
    deadline: str | None = None,
) -> None:
    from bot.errors import PartlyDone
    from bot.faces.cli import printing
    from bot.faces.cli.reporting import run_reported
    from bot.faces.telling import telling
    from bot.faces.trackers import open_tracker, with_code
    from bot.model.run import RunResult
    from bot.usecases.filing import file_incidents

    setup = setup_of(settings, deadline=_checked(deadline))
    reading = read()
    tracker, wall = open_tracker(repo, folder, setup.settings), printing.wall_clock()
    setup = with_code(setup, repo, folder)
    if report:
        run = partial(run_reported, reading, tracker, setup, wall, dry_run, report)
    else:
        run = partial(file_incidents, reading, tracker, setup, wall, dry_run)
    try:
        result = telling(run, tracker, setup, wall)
    except PartlyDone as part:
        if isinstance(part.result, RunResult):
            printing.run(part.result, output, quiet)
        raise
    printing.run(result, output, quiet)


def _checked(deadline: str | None) -> str | None:
    from bot.errors import UsageError
    from bot.settings import DEADLINE

    if deadline is None or DEADLINE.fullmatch(deadline):
        return deadline
    raise UsageError(f"--deadline {deadline[:40]} is no length of time: write 90s, 10m or 1h.")


@reads_cloud
def cluster(
    more: MoreLogs = None,
    logs: Logs = None,
    cloud: Cloud = NO_CLOUD,
    assignments: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write insertId<TAB>fingerprint of every entry, in input order.")
    ] = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Group log entries that say the same, and show the groups."""
    from bot.faces.cli import printing
    from bot.usecases.looking import cluster_logs

    setup, reading = setup_of(settings), open_reading(logs, more, cloud, now, quiet)
    with printing.assignments(assignments) as assign:
        window, report = cluster_logs(reading, setup, assign)
    printing.clusters(window, report, output, quiet)


def issues(
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """List what is tracked."""
    from bot.faces.cli import printing
    from bot.faces.trackers import open_tracker
    from bot.usecases.looking import tracked

    setup = setup_of(settings)
    tracker = open_tracker(repo, folder, setup.settings)
    found, warnings = tracked(tracker, setup, comments=output is Format.JSON)
    printing.issues(found, warnings, tracker.name, output, quiet)


@reads_cloud
def explain(
    what: Annotated[
        str | None, typer.Argument(metavar="[FINGERPRINT|NUMBER]", help="A tracked issue, or a cluster of --logs.")
    ] = None,
    logs: Logs = None,
    cloud: Cloud = NO_CLOUD,
    repo: Repo = None,
    folder: Folder = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Say why a cluster is or isn't an incident, or why an issue was filed and stands where it does."""
    from bot.errors import UsageError
    from bot.faces.cli import printing
    from bot.faces.trackers import open_tracker, with_code
    from bot.usecases.errand import Errand
    from bot.usecases.looking import explain_logs
    from bot.usecases.verifying import standing_of

    if what and logs and Path(what).exists():
        raise UsageError(f"{what} is a file, not a fingerprint: to explain several files, write --logs before each.")
    setup = setup_of(settings)
    numbered = what is not None and what.lstrip("#").isdecimal()
    if what and (numbered or not (logs or cloud.project)):
        tracker = open_tracker(repo, folder, setup.settings)
        errand = Errand(tracker, with_code(setup, repo, folder), printing.wall_clock())
        found, standing = standing_of(errand, int(what.lstrip("#")) if numbered else what)
        printing.issue_explained(found, standing, output)
    elif logs or cloud.project:
        printing.explained(explain_logs(open_reading(logs, None, cloud, now, quiet), setup, what or ""), output)
    else:
        raise UsageError("Name an issue's number, or give --logs FILE or --project ID to explain its clusters.")


def setup_of(file: Path | None, **options: object) -> "Setup":
    """The setup of a settings file, or of what stands in its place, below options. Raises SettingsError."""
    from bot.faces.secrecy import set_up
    from bot.settings import load

    return set_up(load(file, **options))


def reading_of(logs: list[str] | None, more: list[str] | None, now: str | None, quiet: bool) -> "Reading":
    """The entries of these files, not read yet. Raises UsageError where none is named."""
    return open_reading(logs, more, NO_CLOUD, now, quiet)
