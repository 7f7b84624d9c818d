"""`report stability` and `report learning`: what is known of a fix, for those who deploy it and those who follow."""

import enum
from pathlib import Path
from typing import Annotated

import typer

from bot.faces.cli.options import Folder, Repo, SettingsFile
from bot.faces.cli.reporting import To, save


class Page(enum.StrEnum):
    """How the stability report is written."""

    MARKDOWN = "markdown"
    JSON = "json"


Number = Annotated[int, typer.Argument(metavar="N", help="The issue's number.")]
Results = Annotated[
    list[Path] | None,
    typer.Option("--results", metavar="FILE", help="Check results: JUnit XML or JSON. Repeat for several."),
]
Health = Annotated[
    list[str] | None,
    typer.Option("--health", metavar="[ENV=]URL", help="A health URL to ask once, with GET. Repeat for several."),
]


def stability(
    number: Number,
    results: Results = None,
    health: Health = None,
    dockerfile: Annotated[
        str, typer.Option("--dockerfile", metavar="PATH", help="The Dockerfile; default: those the code has.")
    ] = "",
    clone: Annotated[
        Path | None, typer.Option("--clone", metavar="DIR", help="A clone to look into, beside the code on GitHub.")
    ] = None,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Annotated[Page, typer.Option("--format", help="How to write the report.")] = Page.MARKDOWN,
    to: To = None,
) -> None:
    """Say what is known of an issue's fix: checks, health, scope, risk, where it runs, how sure that it works."""
    from bot.faces.cli import printing
    from bot.faces.cli.commands import setup_of
    from bot.faces.trackers import open_tracker, with_code
    from bot.usecases.reporting import as_json
    from bot.usecases.stability import Wanted, as_markdown
    from bot.usecases.stability import stability as report

    setup = with_code(setup_of(settings), repo, folder)
    wanted = Wanted(number, tuple(results or ()), tuple(health or ()), dockerfile, clone)
    view = report(open_tracker(repo, folder, setup.settings), setup, wanted, printing.wall_clock())
    put(as_markdown(view, setup) if output is Page.MARKDOWN else as_json(view), output is Page.MARKDOWN, to)


def put(text: str, is_page: bool, to: Path | None) -> None:
    """Write a report to a file, or to stdout with nothing in it that a terminal obeys. Raises UsageError."""
    from bot.text.terminal import page

    if to is None:
        return typer.echo(page(text) if is_page else text, nl=False)
    save(to, text, "--output")


class Paper(enum.StrEnum):
    """How the learning document is written."""

    MARKDOWN = "markdown"
    XML = "xml"
    JSON = "json"


def learning(
    number: Number,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Annotated[Paper, typer.Option("--format", help="How to write the document.")] = Paper.MARKDOWN,
    to: To = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="Write it there, named for the incident and its day."),
    ] = None,
) -> None:
    """Say what is to be learnt of an incident: timeline, cause, before and after, how long it took, prevention."""
    from bot.errors import UsageError
    from bot.faces.cli.commands import setup_of
    from bot.faces.trackers import open_tracker, with_code
    from bot.usecases.learning import as_markdown, as_xml
    from bot.usecases.learning import learning as report
    from bot.usecases.reporting import as_json

    if to and into:
        raise UsageError("--output and --into are two places for the same document: give one of them.")
    setup = with_code(setup_of(settings), repo, folder)
    view = report(open_tracker(repo, folder, setup.settings), setup, number)
    if output is Paper.MARKDOWN:
        text = as_markdown(view, setup)
    else:
        text = as_xml(view) if output is Paper.XML else as_json(view)
    put(text, output is not Paper.JSON, _named(into, view.name, output) if into else to)


def _named(folder: Path, name: str, output: Paper) -> Path:
    from bot.errors import UsageError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--into {folder} can't be made: {error.strerror}; name another folder.") from None
    return folder / f"{name}.{'md' if output is Paper.MARKDOWN else output.value}"
