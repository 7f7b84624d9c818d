"""What every run is given beside its logs."""

from collections.abc import Callable

import msgspec

from bot.filing import Pace
from bot.lifecycle.decisions import Order
from bot.model.time import HOUR
from bot.model.window import Window
from bot.trackers.interface import Tracker
from bot.usecases.setup import Setup

LIVE_LOGS = 24 * HOUR
"""How far clock and newest log may be apart for the clock to say when a person did something (nanoseconds)."""


class Errand(msgspec.Struct, frozen=True):
    """What a run is to do: where, with which setup, at which wall clock time (nanoseconds).

    `seen` is given the window before anything is written. Where a person `asked` for the run, new issues record it.
    Where nothing `new` is wanted, only what is tracked moves, or one issue `only` (0: all).
    """

    tracker: Tracker
    setup: Setup
    wall: int
    dry_run: bool = False
    pace: Pace | None = None
    seen: Callable[[Window], None] | None = None
    asked: Order | None = None
    new: bool = True
    only: int = 0
