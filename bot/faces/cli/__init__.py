"""The command line. Commands import what they need when they run, so that `--help` answers at once."""

import os
import sys

import typer

from bot import __version__
from bot.errors import IncidentbotError
from bot.faces.cli import commands

app = typer.Typer(
    name="incidentbot",
    help="From a service's logs to exactly one true issue per incident.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"incidentbot {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    pass


for command in (commands.file, commands.plan, commands.cluster, commands.issues, commands.explain):
    app.command()(command)


def main() -> None:
    """Run the program; an IncidentbotError is printed as one line and gives its class's exit code."""
    try:
        app()
    except IncidentbotError as error:
        from bot.text.terminal import line

        print(f"incidentbot: {line(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
