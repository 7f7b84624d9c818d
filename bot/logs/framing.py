"""Where one record ends and the next begins: JSON arrays, one object a line, or objects one after another.

An array is split by the JSON decoder when it is whole. Everything else, and an array that is cut off or damaged, is
scanned line by line: objects are found by balanced braces, and behind a damaged one the scan goes on at the next line
that begins an object.
"""

import json
import re
from collections.abc import Iterable, Iterator

import msgspec

from bot.logs.interface import Unreadable

CUT_OFF = Unreadable("it ends in the middle of a record")
DAMAGED = Unreadable("a record that never ends: its quotes or braces don't match")
NO_OBJECT = Unreadable("not a JSON object")

_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)|[{}\[\]]')
_OPENED = re.compile(rb"\s*\{")
_BETWEEN = b" \t\r\n,[]\xef\xbb\xbf"
_ENTRY_FIELD = (
    rb'"(?:insertId|logName|timestamp|receiveTimestamp|severity|textPayload|jsonPayload|protoPayload|httpRequest|resource'
    rb'|labels|operation|sourceLocation|spanId|trace)"'
)
_FIELD_FIRST = re.compile(rb"\s*\{\s*" + _ENTRY_FIELD)
_LATER_ENTRY = re.compile(rb",\s*+(?=\{\s*" + _ENTRY_FIELD + rb")")
_RESCANNED_AT_MOST = 1 << 26


def records(pieces: Iterable[bytes]) -> Iterator[bytes | Unreadable]:
    """The bytes of each record in these pieces of a text, in order; Unreadable where a record isn't whole or no object.

    A text that begins with `[` is held as a whole; of any other only one record (or line) at a time.
    """
    stream = iter(pieces)
    head = b""
    for piece in stream:
        head = piece.lstrip()
        if head:
            break
    if head.startswith(b"["):
        return _of_array(b"".join([head, *stream]))
    return _of_lines(_lines(_chained(head, stream)))


def rescan(record: bytes) -> list[bytes | Unreadable]:
    """What a record that could not be decoded holds, when its braces and quotes are looked at one by one."""
    scan = _Scan()
    return [*scan.line(record), *scan.end()]


def _chained(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _of_array(text: bytes) -> Iterator[bytes | Unreadable]:
    try:
        elements = _ELEMENTS.decode(text)
    except (msgspec.DecodeError, RecursionError):
        yield from _of_lines(text.splitlines())
        return
    for element in elements:
        yield bytes(element)


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unfinished: list[bytes] = []
    for piece in pieces:
        first, *others = piece.split(b"\n")
        unfinished.append(first)
        if others:
            yield b"".join(unfinished)
            yield from others[:-1]
            unfinished = [others[-1]]
    yield b"".join(unfinished)


def _of_lines(lines: Iterable[bytes]) -> Iterator[bytes | Unreadable]:
    scan = _Scan()
    for line in lines:
        if scan.idle:
            bare = line.strip(b" \t\r,")
            if bare[:1] == b"{" and bare[-1:] == b"}" and bare.count(b"{") == bare.count(b"}"):
                yield bare
                continue
        yield from scan.line(line)
    yield from scan.end()


class _Scan:
    """An object that goes over several lines: the parts of it so far, and how deep within its braces they end."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._depth = 0
        self._indent = 0
        self._broken = False
        self._at_end = CUT_OFF
        self._budget = _RESCANNED_AT_MOST

    @property
    def idle(self) -> bool:
        """Whether no object is open."""
        return not self._parts

    def line(self, line: bytes) -> Iterator[bytes | Unreadable]:
        """What this line brings to an end."""
        if self._parts:
            opened = _OPENED.match(line)
            begins = bool(opened and opened.end() - 1 <= self._indent)
            if begins and (self._broken or self._cannot_hold(line)):
                yield from self._given_up(DAMAGED)
            elif self._broken:
                self._at_end = DAMAGED
                return
        if line.strip():
            yield from self._scanned(line)

    def end(self) -> Iterator[bytes | Unreadable]:
        """What is left when there are no more lines."""
        if self._parts:
            yield from self._given_up(self._at_end)

    def _cannot_hold(self, line: bytes) -> bool:
        """Whether an object that begins on this line, no deeper than the open one, must be a record of its own."""
        if len(self._parts) > 1:
            second = self._parts[1]
            if len(second) - len(second.lstrip()) > self._indent:
                return True
        if self._parts[-1].rstrip()[-1:] not in (b":", b",", b"["):
            return True
        return len(self._parts) == 1 and _FIELD_FIRST.match(line) is not None

    def _given_up(self, reason: Unreadable) -> Iterator[bytes | Unreadable]:
        """Count the open object as lost, and go on with the entries that its one line may hold behind the damage."""
        while self._parts:
            behind = self._behind_damage(self._parts[0]) if len(self._parts) == 1 else b""
            self._close()
            yield reason
            yield from self._scanned(behind)

    def _behind_damage(self, text: bytes) -> bytes:
        """The text from the next entry in it on; b"" where there is none, or too much was scanned again already."""
        later = _LATER_ENTRY.search(text, 1)
        self._budget -= len(text)
        return text[later.end() :] if later and self._budget > 0 else b""

    def _close(self) -> None:
        self._parts, self._depth, self._broken, self._at_end = [], 0, False, CUT_OFF

    def _scanned(self, line: bytes) -> Iterator[bytes | Unreadable]:
        position = 0
        while position < len(line):
            if not self._parts:
                start = line.find(b"{", position)
                between = line[position:] if start < 0 else line[position:start]
                if between.strip(_BETWEEN):
                    yield NO_OBJECT
                if start < 0:
                    return
                position, self._indent = start, len(line) - len(line.lstrip())
            end = self._closing(line, position)
            self._parts.append(line[position:end])
            if not end:
                return
            position = end - len(behind) if (behind := self._wrongly_swallowed()) else end
            yield DAMAGED if behind else b"\n".join(self._parts)
            self._close()

    def _wrongly_swallowed(self) -> bytes:
        """Entries within an object that closes, but is no JSON: they were behind the damage."""
        if len(self._parts) > 1 or not _LATER_ENTRY.search(self._parts[0], 1) or _is_json(self._parts[0]):
            return b""
        return self._behind_damage(self._parts[0])

    def _closing(self, line: bytes, position: int) -> int | None:
        """Where the open object ends on this line; None where it doesn't, be it whole so far or broken."""
        for token in _TOKEN.finditer(line, position):
            kind = line[token.start()]
            if kind in b"{[":
                self._depth += 1
            elif kind in b"}]":
                self._depth -= 1
                if not self._depth:
                    return token.end()
            elif not token[1]:
                self._broken = True
        return None


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text.decode("utf-8", "replace"), strict=False)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
