"""Time as the house has it: integer nanoseconds since 1970-01-01T00:00Z, and integer minutes for what is counted."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
NEVER = 1 << 80
"""After any time."""

_LENGTHS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": 24 * HOUR}
_RFC3339 = re.compile(
    r"\s*+([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*+)?\s*+"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?\s*+"
)
_TO_COLON = len("2025-09-15T20:51:")
_TO_POINT = len("2025-09-15T20:51:00.")
_SCALE: tuple[int, ...] = tuple([10 ** (9 - digits) for digits in range(10)])
_PAST_MINUTE = {f"{second:02}.": second * SECOND for second in range(60)}
_MOST = 10_000
_minutes: dict[str, int] = {}  # nanoseconds of whole minutes in UTC, and the colon behind them, that were read before
_seconds: dict[str, int] = {}  # of whole seconds, and the point behind them
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) * SECOND
_LATEST = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) * SECOND


def nanos_of(text: str) -> int:
    """Nanoseconds of an RFC 3339 time with up to nine decimals, in any zone (none stated: UTC). Raises ValueError."""
    second = _seconds.get(text[:_TO_POINT]) or _second(text[:_TO_POINT])
    fraction = text[_TO_POINT:-1]
    if second is None or not fraction.isdecimal() or text[-1] != "Z" or not fraction.isascii():
        return _read(text)
    digits = len(fraction)
    return second + (int(fraction) * _SCALE[digits] if digits < 10 else int(fraction[:9]))


def _second(text: str) -> int | None:
    """Nanoseconds of `2025-09-15T20:51:00.`; None where it is no such time, or its minute wasn't read before."""
    minute, past = _minutes.get(text[:_TO_COLON]), _PAST_MINUTE.get(text[_TO_COLON:])
    if minute is None or past is None:
        return None
    if len(_seconds) >= _MOST:
        _seconds.clear()
    known = _seconds[text] = minute + past
    return known


def _read(text: str) -> int:
    found = _RFC3339.fullmatch(text)
    if not found:
        raise ValueError(f"not an RFC 3339 time: {text[:40]!r}")
    whole, fraction, zone = found.groups()
    second = _whole_seconds(whole, zone)
    if zone == "Z" and text.startswith(f"{whole}."):
        if len(_minutes) >= _MOST:
            _minutes.clear()
        _minutes[whole[:_TO_COLON]] = second - _PAST_MINUTE[f"{whole[_TO_COLON:]}."]
    return second + (int(fraction.ljust(9, "0")) if fraction else 0)


@lru_cache(maxsize=4096)
def _whole_seconds(text: str, zone: str | None) -> int:
    offset = "+00:00" if zone in (None, "Z", "z") else zone
    moment = datetime.fromisoformat(f"{text[:10]}T{text[11:]}{offset}")
    return (moment - _EPOCH) // timedelta(seconds=1) * SECOND


def moment(nanos: int) -> datetime:
    """The UTC datetime of these nanoseconds, to the microsecond; clamped to what a calendar can say."""
    return _EPOCH + timedelta(microseconds=max(_EARLIEST, min(nanos, _LATEST)) // 1000)


def iso(nanos: int) -> str:
    """`2025-09-15T21:48:55Z`, to the second, in UTC."""
    return moment(nanos).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def minute_of(nanos: int) -> int:
    """Whole minutes since the epoch."""
    return nanos // MINUTE


def length_of(text: str) -> int:
    """Nanoseconds of a length of time, as `90s`, `30m`, `12h` or `3d`. Raises ValueError."""
    if not (text[:-1].isascii() and text[:-1].isdecimal() and text[-1] in _LENGTHS):
        raise ValueError(f"not a length of time: {text[:40]!r}; write 90s, 30m, 12h or 3d")
    return int(text[:-1]) * _LENGTHS[text[-1]]


def in_words(nanos: int) -> str:
    """A length of time as a person says it: `40 s`, `52 min`, `3 h 05 min`, `2 d 4 h`; milliseconds under a second."""
    if nanos < SECOND:
        return f"{nanos // 1_000_000} ms"
    seconds = nanos // SECOND
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if minutes < 60:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60:02} min" if hours < 48 else f"{days} d {hours % 24} h"
