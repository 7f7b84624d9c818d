"""A command that somebody gave elsewhere, in Slack above all, and that this run is to do."""

from collections.abc import Mapping

import msgspec

from bot.errors import UsageError
from bot.faces.action.inputs import Inputs
from bot.faces.slack.commands import Command, File, parse, told
from bot.faces.slack.desk import Answer, handle
from bot.faces.slack.office import Office
from bot.lifecycle.decisions import Order
from bot.logs import Reading
from bot.trackers.interface import Tracker
from bot.usecases.setup import Setup


def command_of(inputs: Inputs, now: int) -> Command | None:
    """The command that the inputs name at `now` (wall clock, nanoseconds), None for none. Raises UsageError."""
    if not inputs.command:
        if inputs.arguments:
            raise UsageError("The input arguments says nothing without command: give both.")
        return None
    command = parse(f"{inputs.command} {inputs.arguments}", now)
    if inputs.dry_run and not isinstance(command, File):
        raise UsageError(f"With dry_run, `{told(command)}` would do nothing: leave one of them out.")
    return command


def narrowed(inputs: Inputs, command: Command | None) -> Inputs:
    """The inputs of a run that reads what a `file` asks for."""
    if not isinstance(command, File) or not (command.service or command.window):
        return inputs
    if inputs.logs:
        raise UsageError("The command names a service or a window: that needs the input project, not logs.")
    since = command.window or inputs.since
    services = (command.service,) if command.service else inputs.services
    within = {"start": "", "end": ""} if command.window else {}
    return msgspec.structs.replace(inputs, services=services, since=since, **within)


def order_of(inputs: Inputs, env: Mapping[str, str], now: int) -> Order | None:
    """Who asked, and through which account of GitHub's; None for a run that nobody asked for."""
    if not inputs.command:
        return None
    actor = env.get("GITHUB_ACTOR", "").strip()
    asked = " ".join(inputs.asked_by.split())[:120]
    through = f", through {actor}" if asked and actor else actor
    return Order(f"{asked}{through}" or "somebody", now)


def handled(command: Command, order: Order, tracker: Tracker, setup: Setup) -> Answer:
    """Do a command that reads no logs. Raises IncidentbotError."""
    return handle(command, order, Office(setup, lambda: tracker, _no_logs, lambda number: "", lambda: order.at))


def _no_logs(command: File) -> Reading:
    raise UsageError(f"`{told(command)}` is done by the run itself.")
