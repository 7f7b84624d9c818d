"""Which time to read: a window that was asked for, or what has come since the last run with an overlap for the late."""

import re

import msgspec

from bot.errors import UsageError
from bot.logs.interface import Coverage
from bot.model.time import HOUR, MINUTE, SECOND, nanos_of

OVERLAP = HOUR
"""How much is read again (nanoseconds).

Entries come up to 300 s after their timestamp; and a failure that was too rare to be filed is judged with what follows.
"""

RETENTION = 30 * 24 * HOUR
"""How long the `_Default` bucket keeps entries (nanoseconds)."""

FIRST = HOUR
"""What a first run reads (nanoseconds)."""

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": 24 * HOUR, "w": 7 * 24 * HOUR}
_LENGTH = re.compile(r"([0-9]{1,6})([smhdw])")


class Span(msgspec.Struct, frozen=True):
    """From `start` up to, not including, `end` (nanoseconds).

    `continuing` spans go on where the last run ended, at `watermark` (0: there was none); `lost` is the start of what
    retention took away since then, 0 where it took nothing.
    """

    start: int
    end: int
    continuing: bool = False
    watermark: int = 0
    lost: int = 0

    def after(self, watermark: int | None) -> "Span":
        """The span of a run behind this watermark; one that isn't continuing stays as it is.

        It starts at a whole minute: a minute is then always read again whole, and may replace what was counted of it.
        """
        if not self.continuing or watermark is None:
            return self
        watermark, oldest = min(watermark, self.end), self.end - RETENTION
        start = max(watermark - OVERLAP, oldest)
        return Span(start - start % MINUTE, self.end, True, watermark, watermark if watermark < oldest else 0)

    def instead(self, watermark: int | None) -> "Span":
        """The span of a first run behind a watermark that another wish left: from there on nothing is left out.

        What this wish had before it was never read, so it counts for nothing of what is covered.
        """
        return msgspec.structs.replace(self.after(watermark), watermark=0)

    def coverage(self, source: str, until: int, because: str = "") -> Coverage:
        """What was covered, where reading got as far as `until`; what a former run had covered stays so.

        `because` says why it got no further; "" where it got to the end.
        """
        reached = max(min(until, self.end), self.watermark, self.start)
        return Coverage(source, self.start, reached, self.continuing, self.lost, self.end, because)


def span_of(now: int, since: str = "", start: str = "", end: str = "", going_on: bool = True) -> Span:
    """The span that `--since`, `--from` and `--to` name at `now` (nanoseconds).

    With none of them it is the last hour, and with `going_on` a continuing one.
    Raises UsageError for words that are no time or length, that exclude each other, or that leave no time.
    """
    if since and start:
        raise UsageError("--since and --from are two starts of one window: give one of them.")
    until = _time("--to", end) if end else now
    if not since and not start:
        first = until - FIRST
        return Span(first - first % MINUTE, until, continuing=going_on and not end)
    begin = _time("--from", start) if start else until - _length(since)
    if begin >= until:
        raise UsageError(f"--from {start or since} is not before --to {end or 'now'}: give an earlier start.")
    return Span(begin, until)


def _time(option: str, text: str) -> int:
    try:
        return nanos_of(text)
    except ValueError:
        raise UsageError(f"{option} {text} is no time; write it as 2025-09-15T21:00:00Z.") from None


def _length(text: str) -> int:
    found = _LENGTH.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise UsageError(f"--since {text} is no length of time; write it as 30m, 2h or 1d.")
    return int(found[1]) * _UNITS[found[2]]
