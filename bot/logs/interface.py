"""What the house needs of a place that log entries come from. A further source is written against this."""

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

import msgspec

from bot.model.entry import LogEntry
from bot.model.window import Served


class Unreadable(msgspec.Struct, frozen=True):
    """A record that is no usable entry, and why, in one line without text of the record."""

    reason: str


class Coverage(msgspec.Struct, frozen=True):
    """What a source was read over: every entry from `start` up to `until` that had arrived by then (nanoseconds).

    `source` is what its watermark is stored under. `continuing`: reading goes on from there in the next run. `lost`,
    where it isn't 0, is a time from which on entries were gone before they could be read, up to `start`. Where entries
    from `until` up to `end` were left out, `because` says why; it is "" where all was read that was wanted.
    """

    source: str
    start: int
    until: int
    continuing: bool
    lost: int = 0
    end: int = 0
    because: str = ""


class Source(Protocol):
    """Entries of one place. A record that can't be used is a value among them, so that the rest goes on."""

    name: str
    """Where the entries come from, for people: a file as it was given, `stdin`, a project."""

    def records(self) -> Iterator[LogEntry | Unreadable]:
        """Every record in the order of the source, read while iterating.

        An entry names its log, insertId or resource; its times need not be readable. Raises LogsUnavailable where the
        source can't be read at all.
        """
        ...


@runtime_checkable
class Resumable(Source, Protocol):
    """A source that goes on from a watermark, so that runs that come late leave nothing out."""

    id: str
    """What its watermark is stored under: the same for the same place and the same wish."""

    @property
    def continuing(self) -> bool:
        """Whether it reads on from its watermark; False where a window was asked for."""
        ...

    def resume(self, watermarks: Mapping[str, int]) -> None:
        """Read on from its own of these watermarks (nanoseconds, by id), before the first record.

        Where it has none, it reads on from the newest that another wish left of the same place, so that a wish that
        changes leaves nothing out; where there is none either, it was never read before.
        """
        ...

    def coverage(self) -> Coverage | None:
        """What was read, once the records have come to an end or to LogsUnavailable; None before."""
        ...


class Counted(msgspec.Struct, frozen=True):
    """Requests that a platform counted of one revision, whatever the logs hold of them, by minute since the epoch."""

    project: str
    location: str
    service: str
    revision: str
    minutes: dict[int, Served]


class Counter(Protocol):
    """A place that tells how many requests there were."""

    name: str
    """What is counted, for people."""

    def counts(self, start: int, end: int) -> tuple[Counted, ...] | Unreadable:
        """The requests of each minute from `start` up to `end` (nanoseconds); Unreadable where they can't be had now.

        Raises LogsUnavailable where they can't be had at all.
        """
        ...
