"""Traces that were logged line by line, one entry each: joined to be read, and every entry kept."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from bot.model.entry import LogEntry
from bot.model.signature import Kind, Signature, SignatureOf
from bot.model.time import SECOND

_MOST_PENDING = 1_000
_MOST_LINES = 500
_GAP = SECOND
_HEAD = 400
_LINE = re.compile(
    r"(?=[\s.#}\]^~-]|$)(?:"  # most lines begin with a word: none of these
    r"\s+at \S|\s*\.\.\. \d{1,9} |\s+Suppressed: |\s*---> |\s+--- End of"  # JVM, .NET
    r"|\s+File \"|\s+from \S+:\d|\s*#\d{1,4} \S|\s+\d{1,4}: \S|\t\S|\s{2,}\S|\s*[}\]^~]|$)"
    r"|Caused by: |Wrapped by: |The above exception was|During handling of the above|\S+\.rb:\d+:in "
    r"|goroutine \d{1,9} \[|\[signal |created by |exit status |[\w-]+[./]\S*\(.*\)$"  # Go
    r"|Stack trace:|stack backtrace:|[\w.]+(?:Error|Exception)\b"
)

Signed = tuple[int, LogEntry, Signature]
_Placed = tuple[int, LogEntry]
_Key = tuple[str, str]


class _Pending(msgspec.Struct):
    """Entries of one instance and log that may be one trace, in the order they came; whether the last is a line."""

    entries: list[_Placed]
    is_line: bool


class Stitcher:
    """Gives entries their signatures; lines of one trace, by instance, log and time, that of the whole trace.

    A trace's lines follow each other within a second, oldest first or newest first.
    """

    def __init__(self, signature_of: SignatureOf) -> None:
        self._signature_of = signature_of
        self._pending: dict[_Key, _Pending | _Placed] = {}

    def signed(self, entries: Iterable[LogEntry]) -> Iterator[Signed]:
        """(position from 0, entry, signature) of each entry; those that may begin a trace come a little later."""
        pending, signature_of, line = self._pending, self._signature_of, _LINE.match
        for position, entry in enumerate(entries):
            text = entry.text_payload
            if text is None or "\n" in text or not (instance := _instance(entry)):
                yield position, entry, signature_of(entry)
                continue
            key = instance, entry.log_name
            waiting = pending.get(key)
            if type(waiting) is tuple and not line(text[:_HEAD]):
                pending[key] = position, entry  # most often: neither may be a line, so that the two are none of a trace
                yield *waiting, signature_of(waiting[1])
                continue
            yield from self._line(position, entry, bool(line(text[:_HEAD])), key)
            if len(pending) > _MOST_PENDING:
                yield from self._end()
        yield from self._end()

    def _line(self, position: int, entry: LogEntry, is_line: bool, key: _Key) -> Iterator[Signed]:
        waiting = self._pending.get(key)
        waiting = _Pending([waiting], False) if isinstance(waiting, tuple) else waiting
        if waiting and (is_line or waiting.is_line) and len(waiting.entries) < _MOST_LINES:
            later = entry.nanos - waiting.entries[-1][1].nanos
            if abs(later) <= _GAP and (is_line or later < 0):
                waiting.entries.append((position, entry))
                waiting.is_line = is_line
                self._pending[key] = waiting
                if not is_line:
                    yield from self._whole(self._pending.pop(key))
                return
        if waiting:
            yield from self._whole(waiting)
        self._pending[key] = _Pending([(position, entry)], True) if is_line else (position, entry)

    def _end(self) -> Iterator[Signed]:
        for waiting in self._pending.values():
            yield from self._whole(waiting)
        self._pending.clear()

    def _whole(self, waiting: _Pending | _Placed) -> Iterator[Signed]:
        entries = [waiting] if isinstance(waiting, tuple) else waiting.entries
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


def stream_of(entry: LogEntry) -> tuple[str, str] | None:
    """(instance, log name) of an entry that may be part of a trace logged line by line; None where it can't be."""
    text = entry.text_payload
    if text is None or "\n" in text or not (instance := _instance(entry)):
        return None
    return instance, entry.log_name


def may_be_line(text: str) -> bool:
    """Whether this text of one line may be a later line of a trace."""
    return bool(_LINE.match(text[:_HEAD]))
