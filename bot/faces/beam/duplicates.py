"""Which records come twice, found from 16 bytes of each: so that entries themselves need not travel for it.

Twelve bytes are a digest, four the position. Among a billion records, that any two others share a digest has a chance
of one in a hundred billion.
"""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from bot.model.entry import LogEntry
from bot.model.time import MINUTE

PARTITIONS = 64
"""Of each slot of time, so that what is compared at once grows with the rate of logging, not with the time it lasts."""
_SLOT = 10 * MINUTE
_DIGEST = 12
_POSITION = "I"


class Keys(msgspec.Struct, frozen=True):
    """Keys of records of one source that fell into one partition: digests of 12 bytes, and positions of 4."""

    source: str
    digests: bytes
    positions: bytes


def key_of(entry: LogEntry, nanos: int) -> bytes:
    """Twelve bytes that only records of one log, time and insertId share; b"" without an insertId."""
    if not entry.insert_id:
        return b""
    said = f"{entry.log_name}\0{nanos}\0{entry.insert_id}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=_DIGEST).digest()


def slot_of(nanos: int) -> int:
    """The number of the ten minutes, since 1970, that this time is in."""
    return nanos // _SLOT


class Packing:
    """The keys of one source, by partition, until `most` of them are there."""

    def __init__(self, source: str, most: int = 1 << 16) -> None:
        self._source, self._most, self._count = source, most, 0
        self._partitions: dict[int, tuple[bytearray, array[int]]] = {}

    def add(self, key: bytes, nanos: int, position: int) -> Iterator[tuple[int, Keys]]:
        """Note the key of the record of this time and position; yields all keys by partition when enough are there."""
        partition = slot_of(nanos) * PARTITIONS + key[0] % PARTITIONS
        if partition not in self._partitions:
            self._partitions[partition] = bytearray(), array(_POSITION)
        digests, positions = self._partitions[partition]
        digests += key
        positions.append(position)
        self._count += 1
        if self._count >= self._most:
            yield from self.packed()

    def packed(self) -> Iterator[tuple[int, Keys]]:
        """(partition, its keys) of what was noted since the last time."""
        for partition, (digests, positions) in self._partitions.items():
            yield partition, Keys(self._source, bytes(digests), positions.tobytes())
        self._partitions, self._count = {}, 0


def repeated(some: Iterable[Keys]) -> Iterator[tuple[str, bytes]]:
    """(source, positions of its records that stand elsewhere too); the first by source and position stays.

    `some` are all keys of one partition. Positions are 4 bytes each, as `positions_in` reads them.
    """
    import numpy as np

    packs = list(some)
    names = sorted({pack.source for pack in packs})
    ranks = {name: rank for rank, name in enumerate(names)}
    digests = np.frombuffer(b"".join(pack.digests for pack in packs), dtype=[("high", np.uint64), ("low", np.uint32)])
    positions = np.frombuffer(b"".join(pack.positions for pack in packs), dtype=np.uintc)
    sources = np.repeat([ranks[pack.source] for pack in packs], [len(pack.digests) // _DIGEST for pack in packs])
    order = np.lexsort((positions, sources, digests["low"], digests["high"]))
    again = digests[order[1:]] == digests[order[:-1]]
    yield from _by_source(names, sources, positions, order[1:][again])


def _by_source(names: list[str], sources: Any, positions: Any, losers: Any) -> Iterator[tuple[str, bytes]]:
    for rank in set(sources[losers].tolist()):
        yield names[rank], positions[losers][sources[losers] == rank].tobytes()


def positions_in(packed: Iterable[bytes]) -> Sequence[int]:
    """The positions that `repeated` gave, from all partitions, each once and in their order."""
    import numpy as np

    found: Sequence[int] = array(_POSITION, np.unique(np.frombuffer(b"".join(packed), dtype=np.uintc)).tobytes())
    return found
