"""Times in and out of nanoseconds."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.time import HOUR, MINUTE, SECOND, in_words, iso, minute_of, moment, nanos_of

EARLIEST, LATEST = nanos_of("0001-01-01T00:00:00Z"), nanos_of("9999-12-31T23:59:59Z")
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(nanos=st.integers(EARLIEST, LATEST))
def test_iso_and_back_loses_the_fraction_alone(nanos: int) -> None:
    """What iso writes is read back as the same second, over all years a calendar has."""
    assert nanos_of(iso(nanos)) == nanos // SECOND * SECOND


@given(when=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), zone=ZONES)
def test_any_zone_is_the_same_moment(when: datetime, zone: timezone) -> None:
    """A time is read as the moment it names, in whichever zone it is written."""
    aware = when.replace(tzinfo=zone)
    assert moment(nanos_of(aware.isoformat())) == aware.astimezone(UTC)


@given(second=st.integers(0, 4_000_000_000), fraction=st.integers(0, SECOND - 1))
def test_all_nine_decimals_count(second: int, fraction: int) -> None:
    """Nanoseconds survive; with fewer digits written the rest is zero."""
    text = iso(second * SECOND).removesuffix("Z")
    written = f"{fraction:09}"
    assert nanos_of(f"{text}.{written}Z") == second * SECOND + fraction
    assert nanos_of(f"{text}.{written.rstrip('0') or '0'}Z") == second * SECOND + fraction


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2025-09-15T20:51:27", "2025-09-15T20:51:27Z"),
        ("2025-09-15 20:51:27z", "2025-09-15T20:51:27Z"),
        ("2025-09-15t22:51:27+02:00", "2025-09-15T20:51:27Z"),
        ("2025-09-15T22:51:27+0200", "2025-09-15T20:51:27Z"),
        (" 2025-09-15T20:51:27,5Z\n", "2025-09-15T20:51:27.500Z"),
        ("2025-09-15T20:51:27.123456789999Z", "2025-09-15T20:51:27.123456789Z"),
        ("1969-12-31T23:59:59.75Z", "1970-01-01T00:59:59.75+01:00"),
    ],
)
def test_other_ways_to_write_a_time(text: str, same: str) -> None:
    """Without a zone it is UTC; case, spaces and a comma don't matter; a tenth digit is dropped."""
    assert nanos_of(text) == nanos_of(same)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2025-09-15",
        "2025-13-15T20:51:27Z",
        "2025-02-29T20:51:27Z",
        "2025-09-15T24:00:00Z",
        "2025-09-15T2:051:27Z",
        "2025-09-15T20:51:27+99:00",
        "2025-09-15T20:51:27 UTC!",
        "٢٠٢٥-09-15T20:51:27Z",
        "1694811060",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """ValueError, and nothing guessed."""
    with pytest.raises(ValueError, match=r"."):
        nanos_of(text)


def test_a_hostile_time_costs_no_time() -> None:
    """Much white space is looked at once."""
    started = time.perf_counter()
    with pytest.raises(ValueError, match="not an RFC 3339 time"):
        nanos_of("2025-09-15T20:51:27" + " " * 65_536 + "x")
    assert time.perf_counter() - started < 0.05


@given(nanos=st.integers())
def test_moment_is_clamped_to_the_calendar(nanos: int) -> None:
    """Any integer is a datetime, at worst the calendar's first or last."""
    assert moment(EARLIEST) <= moment(nanos) <= moment(LATEST)


@given(nanos=st.integers(EARLIEST, LATEST))
def test_minutes_hold_their_nanoseconds(nanos: int) -> None:
    """A time lies within its minute, before 1970 too."""
    assert minute_of(nanos) * MINUTE <= nanos < (minute_of(nanos) + 1) * MINUTE


@pytest.mark.parametrize(
    ("nanos", "words"),
    [
        (0, "0 ms"),
        (999_999_999, "999 ms"),
        (SECOND, "1 s"),
        (59 * SECOND, "59 s"),
        (52 * MINUTE, "52 min"),
        (3 * HOUR + 5 * MINUTE, "3 h 05 min"),
        (47 * HOUR + 59 * MINUTE, "47 h 59 min"),
        (52 * HOUR, "2 d 4 h"),
    ],
)
def test_lengths_in_words(nanos: int, words: str) -> None:
    """Two units at most, the larger first."""
    assert in_words(nanos) == words
