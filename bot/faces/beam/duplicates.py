"""Which records come twice, found from 16 bytes of each: so that entries themselves need not travel for it."""

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from bot.model.entry import LogEntry

PARTITIONS = 256
_DIGEST = 16


class Keys(msgspec.Struct, frozen=True):
    """Keys of records of one source that fell into one partition: 16 bytes each, and beside them their positions."""

    source: str
    digests: bytes
    positions: bytes


def key_of(entry: LogEntry, nanos: int) -> bytes:
    """Sixteen bytes that only records of one log, time and insertId share; b"" without an insertId."""
    if not entry.insert_id:
        return b""
    said = f"{entry.log_name}\0{nanos}\0{entry.insert_id}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=_DIGEST).digest()


class Packing:
    """The keys of one source, by partition, until `most` of them are there."""

    def __init__(self, source: str, most: int = 1 << 16) -> None:
        self._source, self._most, self._count = source, most, 0
        self._partitions: dict[int, tuple[bytearray, array[int]]] = {}

    def add(self, key: bytes, position: int) -> Iterator[tuple[int, Keys]]:
        """Note the key of the record at this position; yields all keys by partition when enough are there."""
        digests, positions = self._partitions.setdefault(key[0] % PARTITIONS, (bytearray(), array("Q")))
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

    `some` are all keys of one partition. Positions are 8 bytes each, as `positions_in` reads them.
    """
    import numpy as np

    packs = list(some)
    names = sorted({pack.source for pack in packs})
    ranks = {name: rank for rank, name in enumerate(names)}
    digests = np.frombuffer(b"".join(pack.digests for pack in packs), dtype=np.uint64).reshape(-1, 2)
    positions = np.frombuffer(b"".join(pack.positions for pack in packs), dtype=np.uint64)
    sources = np.repeat([ranks[pack.source] for pack in packs], [len(pack.positions) // 8 for pack in packs])
    order = np.lexsort((positions, sources, digests[:, 1], digests[:, 0]))
    again = (digests[order[1:]] == digests[order[:-1]]).all(axis=1)
    yield from _by_source(names, sources, positions, order[1:][again])


def _by_source(names: list[str], sources: Any, positions: Any, losers: Any) -> Iterator[tuple[str, bytes]]:
    for rank in set(sources[losers].tolist()):
        yield names[rank], positions[losers][sources[losers] == rank].tobytes()


def positions_in(packed: Iterable[bytes]) -> frozenset[int]:
    """The positions that `repeated` gave, from all partitions."""
    return frozenset(position for one in packed for position in array("Q", one))
