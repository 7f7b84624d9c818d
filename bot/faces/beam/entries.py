"""From records to signed entries: what each worker does with the files, messages and lines that it is given."""

import pickle
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any
from zlib import crc32

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput

from bot.clustering import Stitcher
from bot.clustering.stitching import may_be_line, stream_of
from bot.faces.beam.counting import Counters
from bot.faces.beam.duplicates import Keys, Packing, key_of, positions_in, repeated
from bot.faces.beam.folding import Part, Signed
from bot.faces.beam.lines import Bundling, Chain, Line
from bot.faces.beam.marks import Chains, Map, Stream, bit_of
from bot.faces.beam.rules import Rules
from bot.faces.beam.sources import records
from bot.logs import Unreadable
from bot.model.entry import LogEntry
from bot.model.run import Skipped
from bot.model.time import SECOND
from bot.observing.places import Places
from bot.usecases.windows import Account, digest_of

MARKS, LINES, DEAD, ACCOUNTS = "marks", "lines", "dead", "accounts"
_SKIPPED_KEPT = 20

Key = tuple[str, str, int]
"""Environment, service, and which of the slices that a hot key is cut into."""


def packed(entry: LogEntry) -> bytes:
    """The entry as bytes, whatever its labels hold."""
    return pickle.dumps(entry, pickle.HIGHEST_PROTOCOL)


def unpacked(entry: bytes) -> LogEntry:
    """What `packed` wrote, on this worker or another of the same job."""
    found: LogEntry = pickle.loads(entry)
    return found


def key_in(places: Places, entry: LogEntry, part: int) -> Key:
    """Where the entry is folded."""
    place, _ = places.of(entry)
    return place.environment, place.service, part


class Scan(beam.DoFn):  # type: ignore[misc]
    """A file's path -> (partition, Keys) of its records; tagged `marks`, a Map of the seconds that hold lines."""

    def __init__(self, latest: int | None) -> None:
        self._latest = latest

    def process(self, element: str) -> Iterator[Any]:
        """Read the file once, for what others must know of it before it is folded."""
        packing, marked = Packing(element), set[tuple[Stream, int]]()
        for position, found in records(element, self._latest):
            if isinstance(found, Unreadable):
                continue
            entry, nanos = found
            if key := key_of(entry, nanos):
                yield from packing.add(key, nanos, position)
            if (stream := stream_of(entry)) and may_be_line(entry.text_payload or ""):
                marked.add((stream, nanos // SECOND))
        yield from packing.packed()
        if marked:
            yield TaggedOutput(MARKS, _map_of(marked))


def _map_of(marked: Iterable[tuple[Stream, int]]) -> Map:
    made = Map()
    for stream, second in marked:
        made.add(bit_of(stream, second))
    return made


class Read(beam.DoFn):  # type: ignore[misc]
    """(path, positions of duplicates) -> (environment and service, signed entry) of each entry that stands alone.

    Tagged: `lines`, what may belong to a trace, bundled by group; `dead`, records that can't be used; `accounts`.
    All that a bundle folds goes into one slice: so a worker holds one part a service, and the parts of bundles spread.
    """

    def __init__(self, rules: Rules, latest: int | None, fanout: int) -> None:
        self._rules, self._latest, self._fanout = rules, latest, fanout
        self._counters = Counters("read", "duplicates", "malformed")

    def setup(self) -> None:
        """What is remembered from file to file."""
        self._signature_of = self._rules.clusterer().signature
        self._places = Places(self._rules.environment_of)

    def start_bundle(self) -> None:
        """Leave the slice open: the bundle's first file chooses it."""
        self._part: int | None = None

    def process(self, element: tuple[str, Iterable[bytes]], marks: Map) -> Iterator[Any]:
        """Read the file again, and leave out its duplicates."""
        source, losers = element
        again, chains, lines = positions_in(losers), Chains(marks), Bundling()
        left_out = iter(again)
        next_left_out = next(left_out, 0)
        if self._part is None:
            self._part = int(digest_of(source), 16) % self._fanout
        skipped: list[Skipped] = []
        position = malformed = 0
        for position, found in records(source, self._latest):
            if isinstance(found, Unreadable):
                malformed += 1
                dead = Skipped(source, position, found.reason)
                if len(skipped) < _SKIPPED_KEPT:
                    skipped.append(dead)
                yield TaggedOutput(DEAD, dead)
            elif position == next_left_out:
                next_left_out = next(left_out, 0)
            elif chain := _chain_of(*found, chains):
                line = chain, found[1], source, position, packed(found[0])
                yield from (TaggedOutput(LINES, bundle) for bundle in lines.add(line))
            else:
                yield self._alone(found[0], self._part)
        yield from (TaggedOutput(LINES, bundle) for bundle in lines.bundled())
        self._counters.add(read=position, duplicates=len(again), malformed=malformed)
        account = Account((digest_of(source),), len(again), malformed, tuple(skipped))
        yield TaggedOutput(ACCOUNTS, account_of(self._rules, account))

    def _alone(self, entry: LogEntry, part: int) -> tuple[Key, Signed]:
        return key_in(self._places, entry, part), (entry, self._signature_of(entry))


def _chain_of(entry: LogEntry, nanos: int, chains: Chains) -> Chain | None:
    """The chain the entry is to be read with; None where it stands alone."""
    stream = stream_of(entry)
    start = chains.of(stream, nanos) if stream else None
    return None if stream is None or start is None else (*stream, start)


def account_of(rules: Rules, account: Account) -> bytes:
    """An account as a stored part that has no entries."""
    part = Part(rules)
    part.account = part.account.plus(account)
    return part.encoded()


class Stitch(beam.DoFn):  # type: ignore[misc]
    """(whatever brings the lines of each chain together, lines) -> (environment and service, signed entry) of each."""

    def __init__(self, rules: Rules, fanout: int) -> None:
        self._rules, self._fanout = rules, fanout

    def setup(self) -> None:
        """What is remembered from chain to chain."""
        self._signature_of = self._rules.clusterer().signature
        self._places = Places(self._rules.environment_of)

    def process(self, element: tuple[Any, Iterable[Line]]) -> Iterator[tuple[Key, Signed]]:
        """Put the lines in the order they were logged in, and read traces from them."""
        part = crc32(repr(element[0]).encode("utf-8", "surrogatepass")) % self._fanout
        for _, lines in groupby(sorted(element[1]), itemgetter(0)):
            for _, entry, signature in Stitcher(self._signature_of).signed(unpacked(one) for *_, one in lines):
                yield key_in(self._places, entry, part), (entry, signature)


class Duplicates(beam.DoFn):  # type: ignore[misc]
    """(partition, its Keys) -> (path, positions of its duplicates)."""

    def process(self, element: tuple[int, Iterable[Keys]]) -> Iterator[tuple[str, bytes]]:
        """Compare the keys of one partition."""
        yield from repeated(element[1])
