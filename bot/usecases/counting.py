"""Requests that a platform counted, where the logs hold but a part of them."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from bot.logs import Counted, Reading
from bot.model.entry import Place
from bot.model.time import minute_of
from bot.model.window import Served, Traffic, Window
from bot.usecases.setup import Setup

IN_FULL = 0.9
"""The share of the counted successes that are logged where all are: some are counted a minute after they began."""

UNSEEN = 4
"""For how many minutes what was counted may not be visible yet."""

Minutes = Mapping[int, Served]


def with_counts(window: Window, reading: Reading, setup: Setup) -> Window:
    """The window with the requests that were counted over the time it was read for; without any, as it is.

    Raises LogsUnavailable where they are wanted and can't be had at all.
    """
    spans = [(one.start, one.until) for one in reading.coverages()]
    spans += [(window.start, window.end)] if window.entries else []
    if not spans:
        return window
    start, end = min(first for first, _ in spans), max(last for _, last in spans)
    counted = reading.counted(start, end)
    return joined(window, counted, setup.environment_of, minute_of(end) - UNSEEN) if counted else window


def joined(window: Window, counted: Iterable[Counted], environment_of: Callable[[str], str], seen: int) -> Window:
    """The window with counted requests in the place of logged ones, where the logs leave out those that succeed.

    No request is in it twice: of each place, successes are those of the logs or those counted, and failures too,
    whichever are more. A platform doesn't count requests that never reached the service; where successes are counted,
    minutes after `seen`, and after the newest one counted, are left out, as they may be incomplete.
    """
    by_place = {
        Place(environment_of(one.project), one.project, one.location, one.service, one.revision): one.minutes
        for one in counted
    }
    until = max((max(minutes) for minutes in by_place.values() if minutes), default=seen)
    traffic = {one.place: one.minutes for one in window.traffic}
    for place, minutes in by_place.items():
        logged = traffic.get(place, {})
        if _answered(logged) < IN_FULL * _answered(minutes):
            traffic[place] = _fuller(logged, minutes, max(seen, until))
    found = tuple(Traffic(place, minutes) for place, minutes in sorted(traffic.items()))
    return msgspec.structs.replace(window, traffic=found)


def _fuller(logged: Minutes, counted: Minutes, until: int) -> dict[int, Served]:
    failing = max(counted, logged, key=_failed)
    minutes: dict[int, Served] = {}
    for minute in sorted({*counted, *(at for at, served in failing.items() if served.failed)}):
        answered = counted[minute].total - counted[minute].failed if minute in counted else 0
        failed = failing[minute].failed if minute in failing else 0
        if minute <= until:
            minutes[minute] = Served(answered + failed, failed)
    return minutes


def _answered(minutes: Minutes) -> int:
    return sum(served.total - served.failed for served in minutes.values())


def _failed(minutes: Minutes) -> int:
    return sum(served.failed for served in minutes.values())
