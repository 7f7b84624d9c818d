"""Traces that were logged line by line, one entry each: joined to be read, and every entry kept."""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from bot.model.entry import LogEntry
from bot.model.signature import Kind, Signature
from bot.model.time import SECOND

_MOST_PENDING = 1_000
_MOST_LINES = 500
_GAP = SECOND
_HEAD = 400
_LINE = re.compile(
    r"\s+at \S|\s*\.\.\. \d{1,9} |Caused by: |Wrapped by: |\s+Suppressed: |\s*---> |\s+--- End of"  # JVM, .NET
    r"|\s+File \"|\s+from \S+:\d|\S+\.rb:\d+:in |The above exception was|During handling of the above"  # Python, Ruby
    r"|goroutine \d{1,9} \[|\[signal |created by |exit status |[\w-]+[./]\S*\(.*\)$"  # Go
    r"|\s*#\d{1,4} \S|Stack trace:|stack backtrace:|\s+\d{1,4}: \S|[\w.]+(?:Error|Exception)\b"
    r"|\t\S|\s{2,}\S|\s*[}\]^~]|$"
)

SignatureOf = Callable[[LogEntry], Signature]
Signed = tuple[int, LogEntry, Signature]


class _Pending(msgspec.Struct):
    """Entries of one instance and log that may be one trace, in the order they came; whether the last is a line."""

    entries: list[tuple[int, LogEntry]]
    is_line: bool


class Stitcher:
    """Gives entries their signatures; lines of one trace, by instance, log and time, that of the whole trace.

    A trace's lines follow each other within a second, oldest first or newest first.
    """

    def __init__(self, signature_of: SignatureOf) -> None:
        self._signature_of = signature_of
        self._pending: dict[tuple[str, str], _Pending] = {}

    def signed(self, entries: Iterable[LogEntry]) -> Iterator[Signed]:
        """(position from 0, entry, signature) of each entry; those that may begin a trace come a little later."""
        for position, entry in enumerate(entries):
            text = entry.text_payload
            if text is None or "\n" in text or not (instance := _instance(entry)):
                yield position, entry, self._signature_of(entry)
                continue
            yield from self._line(position, entry, _is_line(text), (instance, entry.log_name))
            if len(self._pending) > _MOST_PENDING:
                yield from self._end()
        yield from self._end()

    def _line(self, position: int, entry: LogEntry, is_line: bool, key: tuple[str, str]) -> Iterator[Signed]:
        waiting = self._pending.get(key)
        if waiting and (is_line or waiting.is_line) and len(waiting.entries) < _MOST_LINES:
            later = entry.nanos - waiting.entries[-1][1].nanos
            if abs(later) <= _GAP and (is_line or later < 0):
                waiting.entries.append((position, entry))
                waiting.is_line = is_line
                if not is_line:
                    yield from self._whole(self._pending.pop(key))
                return
        if waiting:
            yield from self._whole(waiting)
        self._pending[key] = _Pending([(position, entry)], is_line)

    def _end(self) -> Iterator[Signed]:
        for waiting in self._pending.values():
            yield from self._whole(waiting)
        self._pending.clear()

    def _whole(self, waiting: _Pending) -> Iterator[Signed]:
        entries = waiting.entries
        whole = self._read([entry for _, entry in entries]) if len(entries) > 1 else None
        for position, entry in entries:
            yield position, entry, whole or self._signature_of(entry)

    def _read(self, entries: list[LogEntry]) -> Signature | None:
        if entries[0].nanos > entries[-1].nanos:
            entries = entries[::-1]
        text = "\n".join(entry.text_payload or "" for entry in entries)
        signature = self._signature_of(msgspec.structs.replace(entries[0], text_payload=text))
        return signature if signature.kind is Kind.TRACE else None


def _instance(entry: LogEntry) -> str:
    """What tells instances apart: enough of it to keep their lines apart."""
    named = entry.labels.get("instanceId") if entry.labels else None
    return named if type(named) is str else entry.instance


def _is_line(text: str) -> bool:
    """Whether this may be a later line of a trace."""
    return bool(_LINE.match(text[:_HEAD]))
