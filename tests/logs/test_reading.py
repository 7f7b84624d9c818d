"""What a reading drops, skips, counts and tells, whatever its sources are."""

from collections.abc import Iterator

import msgspec
import pytest

from bot.errors import LogsUnavailable
from bot.logs import Reading, Unreadable
from bot.model.entry import LogEntry
from bot.model.time import nanos_of

NOON = "2025-09-15T12:00:00Z"
ENTRY = LogEntry(insert_id="a", log_name="projects/p/logs/x", timestamp=NOON)


class Listed:
    """A source of these records."""

    def __init__(self, *records: LogEntry | Unreadable, name: str = "listed") -> None:
        self.name = name
        self._records = records

    def records(self) -> Iterator[LogEntry | Unreadable]:
        """The records."""
        return iter(self._records)


def changed(**fields: str) -> LogEntry:
    """The entry with other fields."""
    return msgspec.structs.replace(ENTRY, **fields)


def test_the_same_entry_is_dropped_across_sources() -> None:
    """Log name, time and insertId make an entry the same, however its time is written and wherever it comes from."""
    again = changed(timestamp="2025-09-15T14:00:00.000+02:00")
    reading = Reading([Listed(ENTRY, again), Listed(ENTRY)])
    assert list(reading) == [ENTRY]
    assert (reading.report().entries, reading.report().duplicates) == (1, 2)


@pytest.mark.parametrize(
    "fields", [{"insert_id": "b"}, {"log_name": "y"}, {"timestamp": "2025-09-15T12:00:00.000000001Z"}]
)
def test_a_difference_in_the_identity_keeps_both(fields: dict[str, str]) -> None:
    """One nanosecond, another log or another insertId is another entry."""
    assert len(list(Reading([Listed(ENTRY, changed(**fields))]))) == 2


def test_entries_without_insert_id_are_never_dropped() -> None:
    """Without an insertId two equal entries may well be two."""
    assert len(list(Reading([Listed(*[changed(insert_id="")] * 3)]))) == 3


def test_the_future_is_skipped_and_the_present_is_not() -> None:
    """An entry at `latest` passes; a nanosecond later it is skipped with its reason."""
    later = changed(timestamp="2025-09-15T12:00:00.000000001Z")
    reading = Reading([Listed(ENTRY, later)], latest=nanos_of(NOON))
    assert list(reading) == [ENTRY]
    assert [(skip.position, skip.reason) for skip in reading.report().skipped] == [(2, "in the future")]


@pytest.mark.parametrize("timestamp", ["", "soon"])
def test_receive_timestamp_stands_in(timestamp: str) -> None:
    """Where the timestamp is missing or no time the entry's time is when it was received."""
    (entry,) = Reading([Listed(changed(timestamp=timestamp, receive_timestamp=NOON))])
    assert entry.nanos == nanos_of(NOON)


def test_the_report_keeps_twenty_skips_and_counts_all() -> None:
    """Positions count every record of a source from 1; the list is cut, the count isn't."""
    reading = Reading(
        [Listed(ENTRY, *[Unreadable("bad")] * 30, name="first"), Listed(Unreadable("worse"), name="second")]
    )
    list(reading)
    report = reading.report()
    assert report.skipped_count == 31
    assert [skip.position for skip in report.skipped] == list(range(2, 22))
    assert report.sources == ("first", "second")


def test_progress_is_told_every_ten_thousand() -> None:
    """The callback hears round numbers of entries, and nothing for fewer."""
    told: list[int] = []
    list(Reading([Listed(*[changed(insert_id="")] * 25_000)], progress=told.append))
    assert told == [10_000, 20_000]


def test_no_entry_at_all_is_unavailable() -> None:
    """A reading that ends without an entry raises at its end, and its report stands."""
    reading = Reading([Listed(Unreadable("bad"))])
    with pytest.raises(LogsUnavailable, match="1 record skipped, the first \\(listed, record 1\\) because: bad"):
        list(reading)
    assert reading.report().skipped_count == 1
