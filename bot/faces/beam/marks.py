"""Which seconds of which streams hold lines of traces, in a map of fixed size.

A trace that was logged line by line can be read only where its lines are together, which they are on no machine. But
few entries are near such a line: those alone need to travel. The map forgets nothing and may say too much: then some
entries travel for nothing, and the result is the same.
"""

import hashlib
import zlib

from bot.model.time import SECOND

BITS = 24
_BYTES = (1 << BITS) // 8
_REMEMBERED = 10_000

Stream = tuple[str, str]
"""Instance and log name."""


def bit_of(stream: Stream, second: int) -> int:
    """The place in the map of this second of this stream."""
    said = f"{stream[0]}\0{stream[1]}\0{second}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(said, digest_size=4).digest(), "big") >> (32 - BITS)


class Map:
    """A set of bits; empty to begin with."""

    def __init__(self, packed: bytes = b"") -> None:
        self._bits = bytearray(zlib.decompress(packed) if packed else _BYTES)

    def add(self, bit: int) -> None:
        """Set this bit."""
        self._bits[bit >> 3] |= 1 << (bit & 7)

    def merge(self, other: "Map") -> None:
        """Set all bits of the other too."""
        both = int.from_bytes(self._bits, "big") | int.from_bytes(other._bits, "big")
        self._bits = bytearray(both.to_bytes(_BYTES, "big"))

    def packed(self) -> bytes:
        """The map as bytes, compressed."""
        return zlib.compress(bytes(self._bits), 1)

    def __contains__(self, bit: int) -> bool:
        return bool(self._bits[bit >> 3] & 1 << (bit & 7))

    def __reduce__(self) -> tuple[type["Map"], tuple[bytes]]:
        return Map, (self.packed(),)


class Chains:
    """Tells which entries may belong to one trace, by the seconds that follow each other and hold lines.

    The lines of a trace are at most a second apart, and the entry it begins with is at most a second before its first
    line. So an entry whose second and the next hold no line stands alone; and all others of a stream in seconds without
    a gap are a chain, within which every trace is whole.
    """

    def __init__(self, marks: Map) -> None:
        self._marks = marks
        self._near: dict[tuple[Stream, int], bool] = {}
        self._known: dict[Stream, range] = {}

    def of(self, stream: Stream, nanos: int) -> int | None:
        """The second at which the entry's chain begins; None where it stands alone."""
        second = nanos // SECOND
        if not self._is_near(stream, second):
            return None
        known = self._known.get(stream, range(0))
        walked = second
        while walked not in known and self._is_near(stream, walked - 1):
            walked -= 1
        start = known.start if walked in known else walked
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[stream] = range(start, second + 1)
        return start

    def _is_near(self, stream: Stream, second: int) -> bool:
        known = self._near.get((stream, second))
        if known is None:
            if len(self._near) >= _REMEMBERED:
                self._near.clear()
            known = any(bit_of(stream, at) in self._marks for at in (second, second + 1))
            self._near[stream, second] = known
        return known
