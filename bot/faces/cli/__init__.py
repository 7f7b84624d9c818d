"""The command line. Commands import what they need when they run, so that `--help` answers at once."""

import contextvars
import os
import sys

import typer

from bot import __version__
from bot.errors import IncidentbotError
from bot.faces.cli import (
    commands,
    deciding,
    doctoring,
    fixing,
    redacting,
    replaying,
    reporting,
    reporting_fixes,
    serving,
    starting,
)
from bot.faces.secrecy import begin

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


for command in (
    commands.file,
    commands.plan,
    commands.cluster,
    commands.issues,
    commands.explain,
    fixing.resolve,
    fixing.deployed,
    fixing.verify,
    replaying.replay,
    redacting.redact,
    deciding.merge,
    deciding.split,
    deciding.mute,
    deciding.unmute,
    deciding.adopt,
    starting.init,
    doctoring.doctor,
    starting.labels,
    reporting.templates,
    serving.serve,
):
    app.command()(command)
for page in (reporting_fixes.stability, reporting_fixes.learning):
    reporting.report.command()(page)
app.add_typer(reporting.report)


def main() -> None:
    """Run the program; an IncidentbotError is printed as one line and gives its class's exit code.

    Whatever else goes wrong is told with its traceback, without the values of variables, redacted; the exit code is 1.
    """
    contextvars.copy_context().run(_run)


def _run() -> None:
    begin()
    try:
        app()
    except IncidentbotError as error:
        _tell(f"incidentbot: {error}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        _tell_fault(error)
        sys.exit(1)


def _tell(text: str) -> None:
    from bot.text.terminal import line

    print(line(text), file=sys.stderr)


def _tell_fault(error: Exception) -> None:
    import traceback

    for told in "".join(traceback.format_exception(error)).splitlines():
        _tell(told)
    _tell(f"incidentbot: a fault of its own ({type(error).__name__}); please report it with the lines above.")
