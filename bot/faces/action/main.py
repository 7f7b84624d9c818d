"""One run of the Action: inputs in, the use case, and whatever way it ends, a report of what is confirmed."""

import contextvars
import traceback
from collections.abc import Mapping
from functools import partial
from typing import TextIO

from bot.errors import IncidentbotError, NoLogEntries
from bot.faces.action.brake import STOPPED, Brake, Stopped
from bot.faces.action.ending import Ending
from bot.faces.action.inputs import Inputs, read_inputs
from bot.faces.action.journal import Journal, Journalled
from bot.faces.action.keeping import Reports
from bot.faces.action.report import report
from bot.faces.secrecy import begin
from bot.faces.slack.commands import File
from bot.faces.slack.desk import Answer
from bot.lifecycle.decisions import Order
from bot.model.run import RunResult


def main(env: Mapping[str, str], brake: Brake, log: TextIO) -> int:
    """Run with these inputs and return the exit code; outputs, summary and annotations are written in any case."""
    return contextvars.copy_context().run(_main, env, brake, log)


def _main(env: Mapping[str, str], brake: Brake, log: TextIO) -> int:
    begin()
    journal, reports = Journal(), Reports(env.get("RUNNER_TEMP", ""))
    try:
        try:
            result = _do(env, journal, brake, reports)
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
        ending = Ending(0, answer=result) if isinstance(result, Answer) else Ending(0, result=result)
    return report(ending, journal, reports, env, log)


def _do(env: Mapping[str, str], journal: Journal, brake: Brake, reports: Reports) -> RunResult | Answer:
    from bot.faces.action.asked import command_of, handled, narrowed, order_of
    from bot.faces.cli.printing import wall_clock
    from bot.faces.secrecy import set_up
    from bot.faces.trackers import open_tracker, with_code
    from bot.settings import load

    inputs, now = read_inputs(env), wall_clock()
    command, order = command_of(inputs, now), order_of(inputs, env, now)
    if command is None or order is None or isinstance(command, File):
        return _file(narrowed(inputs, command), journal, brake, reports, order)
    setup = set_up(load(inputs.settings))
    tracker = Journalled(open_tracker(inputs.repo, None, setup.settings), journal, brake)
    return handled(command, order, tracker, with_code(setup, inputs.repo, None))


def _file(inputs: Inputs, journal: Journal, brake: Brake, reports: Reports, asked: Order | None = None) -> RunResult:
    from bot.faces.cli.cloud import Cloud, open_reading
    from bot.faces.cli.printing import wall_clock
    from bot.faces.secrecy import set_up
    from bot.faces.telling import telling
    from bot.faces.trackers import open_tracker, with_code
    from bot.settings import load
    from bot.usecases.filing import file_incidents
    from bot.usecases.reporting import file_and_report

    setup = set_up(load(inputs.settings))
    cloud = Cloud(
        project=[*inputs.projects],
        service=[*inputs.services],
        since=inputs.since,
        extra=inputs.filter,
        endpoint=inputs.endpoint,
        start=inputs.start,
        end=inputs.end,
        request_counts=inputs.request_counts,
        monitoring_endpoint=inputs.monitoring_endpoint,
    )
    reading = open_reading([*inputs.logs], None, cloud, None, quiet=False, going_on=True)
    tracker = Journalled(open_tracker(inputs.repo, None, setup.settings), journal, brake)
    wall, setup = wall_clock(), with_code(setup, inputs.repo, None)
    run = partial(file_incidents, reading, tracker, setup, wall, inputs.dry_run, asked=asked)
    if inputs.report:
        keep = partial(reports.keep, wall=wall)
        run = partial(file_and_report, reading, tracker, setup, wall, inputs.dry_run, keep, asked)
    return telling(run, tracker, setup, wall)
