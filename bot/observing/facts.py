"""An entry's time and level, from a memory of what was read before: as `LogEntry` has them, only faster."""

from bot.model.entry import LogEntry
from bot.model.severity import Severity, from_name
from bot.model.time import SECOND

_MOST = 10_000
_SECONDS = len("2025-09-15T20:51:00")
_SCALE: tuple[int, ...] = tuple([10 ** (9 - digits) for digits in range(10)])


class Times:
    """Nanoseconds of entries; what a second's text means is worked out once."""

    def __init__(self) -> None:
        self._seconds: dict[str, int] = {}

    def of(self, entry: LogEntry) -> int:
        """What `entry.nanos` says. Raises ValueError where there is no time that can be read."""
        text = entry.timestamp
        fraction = text[_SECONDS + 1 : -1]
        if not (fraction.isdecimal() and text[_SECONDS] == "." and text[-1] == "Z" and text.isascii()):
            return entry.nanos
        known = self._seconds.get(text[:_SECONDS])
        if known is None:
            if len(self._seconds) >= _MOST:
                self._seconds.clear()
            nanos = entry.nanos
            known = self._seconds[text[:_SECONDS]] = nanos - nanos % SECOND
        digits = len(fraction)
        return known + (int(fraction) * _SCALE[digits] if digits < 10 else int(fraction[:9]))


class Levels:
    """Levels of entries; what a severity's name means is worked out once."""

    def __init__(self) -> None:
        self._named: dict[str, Severity] = {}

    def of(self, entry: LogEntry) -> Severity:
        """What `entry.level` says."""
        name = entry.severity
        if type(name) is not str:
            return entry.level
        known = self._named.get(name)
        if known is None:
            stated = from_name(name)
            if not stated:
                return entry.level
            if len(self._named) < _MOST:
                self._named[name] = stated
            known = stated
        return known
