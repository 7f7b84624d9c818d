"""The commands: words in, one use case, its result printed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.faces.cli.options import Folder, Format, Logs, MoreLogs, Now, Output, Quiet, Repo, SettingsFile

if TYPE_CHECKING:
    from bot.logs import Reading
    from bot.usecases.setup import Setup


def file(
    more: MoreLogs = None,
    logs: Logs = None,
    repo: Repo = None,
    folder: Folder = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Read logs, decide what is an incident, and file, update or reopen its one issue."""
    _run(more, logs, repo, folder, now, settings, output, quiet, dry_run=False)


def plan(
    more: MoreLogs = None,
    logs: Logs = None,
    repo: Repo = None,
    folder: Folder = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Say what `file` would do, and write nothing."""
    _run(more, logs, repo, folder, now, settings, output, quiet, dry_run=True)


def _run(
    more: list[str] | None,
    logs: list[str] | None,
    repo: str | None,
    folder: Path | None,
    now: str | None,
    settings: Path | None,
    output: Format,
    quiet: bool,
    dry_run: bool,
) -> None:
    from bot.faces.cli import printing
    from bot.faces.trackers import open_tracker
    from bot.usecases.filing import file_incidents

    setup = _setup(settings)
    reading = _reading(logs, more, now, quiet)
    result = file_incidents(reading, open_tracker(repo, folder, setup.settings), setup, printing.wall_clock(), dry_run)
    printing.run(result, output, quiet)


def cluster(
    more: MoreLogs = None,
    logs: Logs = None,
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

    setup, reading = _setup(settings), _reading(logs, more, now, quiet)
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

    setup = _setup(settings)
    found, warnings = tracked(open_tracker(repo, folder, setup.settings), setup, comments=output is Format.JSON)
    printing.issues(found, warnings, output, quiet)


def explain(
    what: Annotated[
        str | None, typer.Argument(metavar="[FINGERPRINT|NUMBER]", help="A cluster of --logs, or a tracked issue.")
    ] = None,
    logs: Logs = None,
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
    from bot.faces.trackers import open_tracker
    from bot.usecases.looking import explain_issue, explain_logs

    setup = _setup(settings)
    if what and what.lstrip("#").isdecimal():
        printing.issue_explained(
            explain_issue(open_tracker(repo, folder, setup.settings), setup, int(what.lstrip("#"))), output
        )
    elif logs:
        printing.explained(explain_logs(_reading(logs, None, now, quiet), setup, what or ""), output)
    else:
        raise UsageError("Name an issue's number, or give --logs FILE to explain its clusters.")


def _setup(file: Path | None) -> "Setup":
    from bot.faces.secrecy import set_up
    from bot.settings import load

    return set_up(load(file))


def _reading(logs: list[str] | None, more: list[str] | None, now: str | None, quiet: bool) -> "Reading":
    from bot.errors import UsageError
    from bot.faces.cli import printing
    from bot.logs import read_files
    from bot.model.time import nanos_of

    paths = [*(logs or []), *(more or [])]
    if not paths:
        raise UsageError("No logs: give --logs FILE, as `gcloud logging read --format=json` wrote it, or - for stdin.")
    try:
        latest = nanos_of(now) if now else printing.wall_clock() + printing.CLOCK_SKEW
    except ValueError:
        raise UsageError(f"--now {now} is no time; write it as 2025-09-15T21:00:00Z.") from None
    return read_files(paths, latest=latest, progress=None if quiet else printing.progress)
