"""What may be lines of traces, as it travels to where all of a chain is: many at once, for they compress ten to one."""

import pickle
import zlib
from collections.abc import Iterable, Iterator
from zlib import crc32

from bot.faces.beam.duplicates import PARTITIONS, slot_of
from bot.model.time import SECOND

Chain = tuple[str, str, int]
"""Instance, log name and first second of entries among which every trace is whole."""
Line = tuple[Chain, int, str, int, bytes]
"""Chain, nanoseconds, source, position and entry: it sorts as it was logged."""
Group = tuple[int, int]
"""Ten minutes and a partition of the chains that begin in them: a chain is in one group, however long it is."""


def group_of(chain: Chain) -> Group:
    """Where this chain's lines meet."""
    *stream, start = chain
    return slot_of(start * SECOND), crc32("\0".join(stream).encode("utf-8", "surrogatepass")) % PARTITIONS


class Bundling:
    """Lines of one file, by group, until `most` of them are there."""

    def __init__(self, most: int = 1 << 12) -> None:
        self._most, self._count = most, 0
        self._groups: dict[Group, list[Line]] = {}

    def add(self, line: Line) -> Iterator[tuple[Group, bytes]]:
        """Note this line; yields all lines by group when enough are there."""
        self._groups.setdefault(group_of(line[0]), []).append(line)
        self._count += 1
        if self._count >= self._most:
            yield from self.bundled()

    def bundled(self) -> Iterator[tuple[Group, bytes]]:
        """(group, its lines as `lines_in` reads them) of what was noted since the last time."""
        for group, lines in self._groups.items():
            yield group, zlib.compress(pickle.dumps(lines, pickle.HIGHEST_PROTOCOL), 1)
        self._groups, self._count = {}, 0


def lines_in(group: Group, bundles: Iterable[bytes]) -> tuple[Group, list[Line]]:
    """The group with all its lines, from all files."""
    return group, [line for bundle in bundles for line in pickle.loads(zlib.decompress(bundle))]
