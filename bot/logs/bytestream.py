"""Plain bytes out of a file or a pipe: unpacked where they are gzip, without a byte order mark, as far as they go."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

_GZIP = b"\x1f\x8b"
_GZIP_BITS = 31
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CHUNK = 1 << 16
_CRUMB = 64


class ByteStream:
    """The bytes of an open binary stream, in pieces, iterated once.

    What can't be read or unpacked ends the iteration instead of raising; `fault` then says why, else it is "".
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.fault = ""

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._plain()
        first = next(pieces, b"")
        while len(first) < len(_UTF8_MARK) and (more := next(pieces, b"")):
            first += more
        if first[:2] in _UTF16_MARKS or first[1:2] == b"\0" or first[:1] == b"\0":
            self.fault = "UTF-16 or binary data: save it as UTF-8 text"
            return
        yield first.removeprefix(_UTF8_MARK)
        yield from pieces

    def _plain(self) -> Iterator[bytes]:
        chunks = self._chunks()
        first = next(chunks, b"")
        while len(first) < len(_GZIP) and (more := next(chunks, b"")):
            first += more
        if first.startswith(_GZIP):
            yield from self._unpacked(first, chunks)
        else:
            yield first
            yield from chunks

    def _chunks(self) -> Iterator[bytes]:
        try:
            while chunk := self._stream.read(_CHUNK):
                yield chunk
        except OSError as error:
            self.fault = f"reading stopped: {error.strerror or error}"

    def _unpacked(self, packed: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(wbits=_GZIP_BITS)
        while packed:
            before = unpacker.copy()
            try:
                yield unpacker.decompress(packed)
            except zlib.error:
                yield from _crumbs(before, packed)
                self.fault = "the gzip data is damaged"
                return
            packed = unpacker.unused_data.lstrip(b"\0") or next(chunks, b"")
            if unpacker.eof and (packed := packed.lstrip(b"\0")):
                unpacker = zlib.decompressobj(wbits=_GZIP_BITS)
        if not unpacker.eof:
            self.fault = self.fault or "the gzip data ends early"


def _crumbs(unpacker: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    """What can be unpacked before the damage."""
    for start in range(0, len(packed), _CRUMB):
        try:
            yield unpacker.decompress(packed[start : start + _CRUMB])
        except zlib.error:
            return
