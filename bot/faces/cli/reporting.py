"""`report`: what the logs show, and what a run does about it, for people to read; `templates`: the pages' own."""

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.faces.cli.cloud import Cloud, open_reading, reads_cloud
from bot.faces.cli.options import Folder, Logs, MoreLogs, Now, Quiet, Repo, SettingsFile

if TYPE_CHECKING:
    from bot.logs import Reading
    from bot.model.run import RunResult
    from bot.trackers.interface import Tracker
    from bot.usecases.reporting import Report
    from bot.usecases.setup import Setup

_NONE = Cloud()


class Page(enum.StrEnum):
    """How a report is written."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


Output = Annotated[Page, typer.Option("--format", help="How to write the report.")]
To = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report there instead of to stdout.")
]
report = typer.Typer(
    name="report",
    help="Write what the logs show, or what a run does about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@report.command()
@reads_cloud
def analysis(
    more: MoreLogs = None,
    logs: Logs = None,
    cloud: Cloud = _NONE,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Page.MARKDOWN,
    to: To = None,
    quiet: Quiet = False,
) -> None:
    """Say what failed in these logs: how often, where, since when, with what impact, and what to do."""
    from bot.faces.cli.commands import setup_of
    from bot.usecases.reporting import analyse

    setup = setup_of(settings)
    _write(analyse(open_reading(logs, more, cloud, now, quiet), setup), setup, output, to)


@report.command()
@reads_cloud
def worklog(
    more: MoreLogs = None,
    logs: Logs = None,
    cloud: Cloud = _NONE,
    repo: Repo = None,
    folder: Folder = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Page.MARKDOWN,
    to: To = None,
    quiet: Quiet = False,
) -> None:
    """Say what a run over these logs would do, and why; it writes nothing to the tracker."""
    from bot.faces.cli import printing
    from bot.faces.cli.commands import setup_of
    from bot.faces.trackers import open_tracker
    from bot.usecases.reporting import log_work

    setup = setup_of(settings)
    tracker = open_tracker(repo, folder, setup.settings)
    told = log_work(open_reading(logs, more, cloud, now, quiet, going_on=True), tracker, setup, printing.wall_clock())
    _write(told, setup, output, to)


def _write(made: "Report", setup: "Setup", output: Page, to: Path | None) -> None:
    from bot.text.terminal import page
    from bot.usecases.reporting import as_html, as_json, as_markdown

    if output is Page.MARKDOWN:
        text = as_markdown(made, setup)
    else:
        text = as_json(made) if output is Page.JSON else as_html(made, setup)
    if to is None:
        return typer.echo(page(text) if output is Page.MARKDOWN else text, nl=False)
    save(to, text, "--output")


def save(file: Path, text: str, option: str) -> None:
    """Write a text to a file that an option names. Raises UsageError where it can't be written."""
    from bot.errors import UsageError

    try:
        file.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"{option} {file} can't be written: {error.strerror}; name another place.") from None


def run_reported(
    reading: "Reading", tracker: "Tracker", setup: "Setup", wall: int, dry_run: bool, folder: Path
) -> "RunResult":
    """The whole run, its reports in a new folder below this one, and the page over all runs there.

    Raises what the run raises, and UsageError.
    """
    from bot.usecases.reporting import RECORD, file_and_report, index_of

    made = _new_folder(folder, wall)

    def keep(texts: dict[str, str]) -> None:
        for name, text in texts.items():
            save(made / name, text, "--report")
        kept = {path.parent.name: path.read_bytes() for path in sorted(folder.glob(f"*/{RECORD}"))}
        save(folder / "index.html", index_of(kept, setup), "--report")

    return file_and_report(reading, tracker, setup, wall, dry_run, keep)


def _new_folder(folder: Path, wall: int) -> Path:
    """A folder named for the time, made before the run: what can't be written is known before anything is filed."""
    from bot.errors import UsageError
    from bot.model.time import iso

    stamp = iso(wall).replace(":", "")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = {path.name for path in folder.iterdir()}
        made = folder / next(
            n for k in range(1, len(taken) + 2) if (n := f"{stamp}-{k}" if k > 1 else stamp) not in taken
        )
        made.mkdir()
    except OSError as error:
        raise UsageError(f"--report {folder} can't be written: {error.strerror}; name another folder.") from None
    return made


def templates(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; default: all.")] = None,
    copy: Annotated[
        Path | None, typer.Option("--copy", metavar="DIR", help="Write copies there; files that are there stay.")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """List the templates of all pages, or write copies to edit; `templates` in the settings names their folder."""
    from bot.faces.cli.commands import setup_of
    from bot.faces.cli.printing import put
    from bot.usecases.reporting import templates_of

    for name, file in templates_of(setup_of(settings), tuple(names or ())).items():
        put(_copied(file, copy / name) if copy else f"{name:<22}{file}")


def _copied(file: Path, to: Path) -> str:
    from bot.errors import UsageError

    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with to.open("xb") as copy:
            copy.write(file.read_bytes())
    except FileExistsError:
        return f"{to} is there already: left as it is"
    except OSError as error:
        raise UsageError(f"--copy {to} can't be written: {error.strerror}; name another folder.") from None
    return f"{to} written"
