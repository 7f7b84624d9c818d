"""Commands by which people decide: `merge`, `split`, `mute`, `unmute` and `adopt`."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.faces.cli.options import Folder, Format, Logs, Now, Output, Quiet, Repo, SettingsFile

if TYPE_CHECKING:
    from bot.usecases.deciding import Desk

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The issue.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it is recorded in the issue.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; default: $GITHUB_ACTOR, else your login.")
]
_LONGEST = 36_500 * 24 * 3600 * 10**9

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")]


def merge(
    into: Annotated[str, typer.Argument(metavar="A", help="The issue that stays.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The issue that becomes part of it.")],
    why: Why = "",
    by: By = None,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Make issue B's incident part of issue A's; B is closed as its duplicate."""
    from bot.faces.cli import deciding_results
    from bot.usecases.deciding import merge_issues

    desk = desk_of(repo, folder, settings, by, why, dry_run)
    deciding_results.decided(merge_issues(desk, number_of(into), number_of(other)), output)


def split(
    number: Number,
    fingerprints: Annotated[
        list[str],
        typer.Argument(metavar="FINGERPRINT...", help="Members that leave it, by the beginnings of their names."),
    ],
    why: Why = "",
    by: By = None,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Move members of an issue to an issue of their own, for good."""
    from bot.faces.cli import deciding_results
    from bot.usecases.deciding import split_issue

    desk = desk_of(repo, folder, settings, by, why, dry_run)
    deciding_results.decided(split_issue(desk, number_of(number), fingerprints), output)


def mute(
    number: Number,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="3d from now, a day or an RFC 3339 time; default: for good."),
    ] = None,
    why: Why = "",
    by: By = None,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Say nothing more of an issue, until it becomes P0 or much worse."""
    from bot.faces.cli import deciding_results
    from bot.usecases.deciding import mute_issue

    end = end_of(until, "--until") if until else 0
    desk = desk_of(repo, folder, settings, by, why, dry_run)
    deciding_results.decided(mute_issue(desk, number_of(number), end), output)


def unmute(
    number: Number,
    why: Why = "",
    by: By = None,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Let a muted issue be heard again."""
    from bot.faces.cli import deciding_results
    from bot.usecases.deciding import unmute_issue

    desk = desk_of(repo, folder, settings, by, why, dry_run)
    deciding_results.decided(unmute_issue(desk, number_of(number)), output)


def adopt(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="An issue that a person wrote.")],
    fingerprint: Annotated[str, typer.Argument(metavar="FINGERPRINT", help="The root of the incident it is about.")],
    logs: Logs = None,
    why: Why = "",
    by: By = None,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Take over a hand-written issue: its text stays, the incident's page is kept below it."""
    from bot.faces.cli import deciding_results
    from bot.faces.cli.commands import reading_of
    from bot.usecases.deciding import adopt_issue

    desk = desk_of(repo, folder, settings, by, why, dry_run)
    read = reading_of(logs, None, now, quiet) if logs else None
    deciding_results.decided(adopt_issue(desk, number_of(number), fingerprint, read), output)


def desk_of(
    repo: str | None, folder: Path | None, settings: Path | None, by: str | None, why: str, dry_run: bool
) -> "Desk":
    """Where a person's decision is taken: the tracker as it stands, who decides, and why."""
    from bot.faces.cli import printing
    from bot.faces.cli.commands import setup_of
    from bot.faces.trackers import open_tracker, with_code
    from bot.lifecycle.decisions import Order
    from bot.text.redaction import redact
    from bot.usecases.deciding import sit_down

    setup = with_code(setup_of(settings), repo, folder)
    order = Order(by or _whoever(), printing.wall_clock(), redact(why.strip()))
    return sit_down(open_tracker(repo, folder, setup.settings), setup, order, dry_run)


def _whoever() -> str:
    import getpass
    import os

    try:
        return os.environ.get("GITHUB_ACTOR") or getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def number_of(text: str) -> int:
    """An issue's number, with or without `#`. Raises UsageError."""
    from bot.errors import UsageError

    digits = text.lstrip("#")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10 and int(digits)):
        raise UsageError(f"{text[:40]} is no issue's number; `incidentbot issues` lists them.")
    return int(digits)


def end_of(text: str, option: str) -> int:
    """Nanoseconds of a day, an RFC 3339 time, or a length of time from now on. Raises UsageError naming the option."""
    from bot.errors import UsageError
    from bot.faces.cli import printing
    from bot.model.time import length_of

    with contextlib.suppress(ValueError):
        if (length := length_of(text)) <= _LONGEST:
            return printing.wall_clock() + length
    try:
        return time_of(text, option)
    except UsageError as error:
        raise UsageError(str(error).replace("; write ", "; write 3d, ", 1)) from None


def time_of(text: str, option: str) -> int:
    """Nanoseconds of a day or an RFC 3339 time. Raises UsageError naming the option."""
    from bot.errors import UsageError
    from bot.model.time import nanos_of

    try:
        return nanos_of(f"{text}T00:00:00Z" if len(text) == 10 else text)
    except ValueError:
        raise UsageError(f"{option} {text[:40]} is no time; write 2025-09-15 or 2025-09-15T21:00:00Z.") from None
