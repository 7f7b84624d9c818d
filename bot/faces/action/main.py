"""One run of the Action: inputs in, the use case, and whatever way it ends, a report of what is confirmed."""

import contextvars
import traceback
from collections.abc import Mapping
from typing import TextIO

from bot.errors import IncidentbotError, NoLogEntries
from bot.faces.action.brake import STOPPED, Brake, Stopped
from bot.faces.action.ending import Ending
from bot.faces.action.inputs import Inputs, read_inputs
from bot.faces.action.journal import Journal, Journalled
from bot.faces.action.report import report
from bot.faces.secrecy import begin
from bot.model.run import RunResult


def main(env: Mapping[str, str], brake: Brake, log: TextIO) -> int:
    """Run with these inputs and return the exit code; outputs, summary and annotations are written in any case."""
    return contextvars.copy_context().run(_main, env, brake, log)


def _main(env: Mapping[str, str], brake: Brake, log: TextIO) -> int:
    begin()
    journal = Journal()
    try:
        try:
            result = _file(read_inputs(env), journal, brake)
        finally:
            brake.release()
    except Stopped:
        ending = Ending(STOPPED, failure="The runner told the run to stop; the next run takes up what is left.")
    except NoLogEntries as error:
        ending = Ending(0, quiet=str(error))
    except IncidentbotError as error:
        ending = Ending(error.exit_code, failure=str(error))
    except Exception as error:
        told = f"A fault of incidentbot's own ({type(error).__name__}); the log of this step has its traceback."
        ending = Ending(1, failure=told, trace=tuple(traceback.format_exception(error)))
    else:
        ending = Ending(0, result=result)
    return report(ending, journal, env, log)


def _file(inputs: Inputs, journal: Journal, brake: Brake) -> RunResult:
    from bot.faces.cli.cloud import Cloud, open_reading
    from bot.faces.cli.printing import wall_clock
    from bot.faces.secrecy import set_up
    from bot.faces.trackers import open_tracker
    from bot.settings import load
    from bot.usecases.filing import file_incidents

    setup = set_up(load(inputs.settings))
    cloud = Cloud(
        project=[*inputs.projects],
        service=[*inputs.services],
        since=inputs.since,
        extra=inputs.filter,
        endpoint=inputs.endpoint,
    )
    reading = open_reading([*inputs.logs], None, cloud, None, quiet=False, going_on=True)
    tracker = Journalled(open_tracker(inputs.repo, None, setup.settings), journal, brake)
    return file_incidents(reading, tracker, setup, wall_clock(), inputs.dry_run)
