"""What the house needs of a place that log entries come from. A further source is written against this."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from bot.model.entry import LogEntry


class Unreadable(msgspec.Struct, frozen=True):
    """A record that is no usable entry, and why, in one line without text of the record."""

    reason: str


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
