"""One pass over all sources: no entry twice, none without a time or from the future, and an account of every record."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from bot.errors import LogsUnavailable, NoLogEntries
from bot.logs.interface import Counted, Counter, Coverage, Resumable, Source, Unreadable
from bot.model.entry import LogEntry
from bot.model.run import ReadReport, Skipped
from bot.model.state import Watermark
from bot.model.time import nanos_of

_SKIPPED_KEPT = 20
_PROGRESS_EVERY = 10_000


class Reading:
    """The usable entries of these sources, a stream that can be iterated once; `report()` accounts for what was read.

    `latest`, in nanoseconds, is the newest time an entry may have; None lets any pass. `progress` is called with the
    number of entries so far after every 10,000. Of each entry a 64-bit hash is kept, to drop what comes again.
    `counters` know of requests that aren't logged.
    Iterating raises LogsUnavailable where a file can't be read or no source can, or at the end where no entry was
    usable; but sources that read on from their last run may have nothing new, and of several some may be missing.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        latest: int | None = None,
        progress: Callable[[int], None] | None = None,
        counters: Sequence[Counter] = (),
    ) -> None:
        self._sources = tuple(sources)
        self._counters = tuple(counters)
        self._latest = latest
        self._progress = progress
        self._seen: set[int] = set()
        self._entries = 0
        self._duplicates = 0
        self._skipped_count = 0
        self._skipped: list[Skipped] = []
        self._stream = self._read()

    def __iter__(self) -> Iterator[LogEntry]:
        return self._stream

    def resume(self, watermarks: Iterable[Watermark]) -> None:
        """Have sources that read on from their last run do so; before the first entry is asked for."""
        known = {watermark.source: watermark.until for watermark in watermarks}
        for source in self._resumable():
            source.resume(known)

    def coverages(self) -> tuple[Coverage, ...]:
        """What was read of each source that can tell; complete once the iteration has ended."""
        found = (source.coverage() for source in self._resumable())
        return tuple(coverage for coverage in found if coverage)

    def counted(self, start: int, end: int) -> tuple[Counted, ...]:
        """The requests that were counted from `start` up to `end` (nanoseconds), logged or not.

        What can't be had now is accounted for as skipped. Raises LogsUnavailable.
        """
        found: list[Counted] = []
        for counter in self._counters:
            counts = counter.counts(start, end)
            if isinstance(counts, Unreadable):
                self._skip(counter.name, 1, counts.reason)
            else:
                found += counts
        return tuple(found)

    def _resumable(self) -> Iterator[Resumable]:
        return (source for source in self._sources if isinstance(source, Resumable))

    def report(self) -> ReadReport:
        """What became of every record that was read so far; of all records once the iteration has ended."""
        return ReadReport(
            sources=tuple(source.name for source in self._sources),
            entries=self._entries,
            duplicates=self._duplicates,
            skipped_count=self._skipped_count,
            skipped=tuple(self._skipped),
        )

    def _read(self) -> Iterator[LogEntry]:
        missing: list[LogsUnavailable] = []
        for source in self._sources:
            try:
                yield from self._of(source)
            except LogsUnavailable as error:
                if not isinstance(source, Resumable):
                    raise
                missing.append(error)
        if missing and len(missing) == len(self._sources):
            raise missing[0]
        unusable = self._skipped_count > len(missing)
        if not self._entries and (unusable or not any(source.continuing for source in self._resumable())):
            raise (LogsUnavailable if self._skipped else NoLogEntries)(self._nothing())

    def _of(self, source: Source) -> Iterator[LogEntry]:
        position = 0
        try:
            for position, record in enumerate(source.records(), 1):
                found = checked(record, self._latest)
                if isinstance(found, Unreadable):
                    self._skip(source.name, position, found.reason)
                elif self._is_new(*found):
                    self._entries += 1
                    if self._progress and not self._entries % _PROGRESS_EVERY:
                        self._progress(self._entries)
                    yield found[0]
        except LogsUnavailable as error:
            self._skip(source.name, position + 1, str(error))
            raise

    def _is_new(self, entry: LogEntry, nanos: int) -> bool:
        if not entry.insert_id:
            return True
        key = hash((entry.log_name, nanos, entry.insert_id))
        if key in self._seen:
            self._duplicates += 1
            return False
        self._seen.add(key)
        return True

    def _skip(self, source: str, position: int, reason: str) -> None:
        self._skipped_count += 1
        if len(self._skipped) < _SKIPPED_KEPT:
            self._skipped.append(Skipped(source, position, reason))

    def _nothing(self) -> str:
        where = ", ".join(source.name for source in self._sources) or "no source"
        if not self._skipped:
            return f"no log entry in {where}: widen the time range or the filter the logs were read with"
        first, records = self._skipped[0], "record" if self._skipped_count == 1 else "records"
        return (
            f"no usable log entry in {where}: {self._skipped_count} {records} skipped, the first "
            f"({first.source}, record {first.position}) because: {first.reason}; give the output of "
            "`gcloud logging read --format=json`"
        )


def checked(record: LogEntry | Unreadable, latest: int | None) -> tuple[LogEntry, int] | Unreadable:
    """The entry with a readable time, and that time in nanoseconds; or why it can't be used. `latest` is the newest.

    receiveTimestamp stands in for a timestamp that is no time.
    """
    if isinstance(record, Unreadable):
        return record
    entry = record
    try:
        nanos = nanos_of(entry.timestamp)
    except ValueError:
        try:
            nanos = nanos_of(entry.receive_timestamp)
        except ValueError:
            return Unreadable("timestamp: not a time" if entry.timestamp else "no timestamp")
        entry = msgspec.structs.replace(entry, timestamp="")
    if latest is not None and nanos > latest:
        return Unreadable("in the future")
    return entry, nanos
