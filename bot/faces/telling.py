"""A run, and then the news of it to whom the settings name; Slack's token comes from the environment alone."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.errors import PartlyDone

if TYPE_CHECKING:
    from bot.model.run import RunResult
    from bot.trackers.interface import Tracker
    from bot.usecases.setup import Setup

TOKEN = "SLACK_BOT_TOKEN"


def telling(run: Callable[[], "RunResult"], tracker: "Tracker", setup: "Setup", wall: int) -> "RunResult":
    """The result of a run, with what went wrong in telling people of it among its warnings.

    Raises what the run raises; a run that is partly done is told of too.
    """
    from bot.model.run import RunResult
    from bot.usecases.notifying import notified

    token = os.environ.get(TOKEN, "")
    try:
        return notified(run(), tracker, setup, wall, token)
    except PartlyDone as part:
        if not isinstance(part.result, RunResult):
            raise
        raise PartlyDone(str(part), notified(part.result, tracker, setup, wall, token)) from part
