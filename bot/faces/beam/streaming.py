"""The pipeline over Pub/Sub: entries in windows of event time, each window stored when the watermark passes its end.

What comes later, within the allowance, is stored as further parts of its window; the parts merge as windows do. A trace
that was logged line by line is read within its window: its lines may be cut in two by a window's end.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import apache_beam as beam
import msgspec
from apache_beam.coders import BooleanCoder
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.trigger import AccumulationMode, AfterCount, AfterProcessingTime, AfterWatermark
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec
from apache_beam.transforms.window import FixedWindows

from bot.clustering.stitching import stream_of
from bot.faces.beam.counting import Counters
from bot.faces.beam.duplicates import key_of
from bot.faces.beam.entries import ACCOUNTS, DEAD, LINES, Stitch, account_of, key_in, packed, unpacked
from bot.faces.beam.folding import folded
from bot.faces.beam.output import written
from bot.faces.beam.plan import Plan
from bot.faces.beam.rules import Rules
from bot.logs import Unreadable
from bot.logs.decoding import decode
from bot.logs.reading import checked
from bot.model.run import Skipped
from bot.observing.places import Places
from bot.usecases.windows import Account

TIMESTAMP = "logging.googleapis.com/timestamp"
"""The attribute of a sink's messages that holds their entry's time."""
_UNNAMED = "unnamed"


class Pace(msgspec.Struct, frozen=True):
    """Seconds: how long a window is, how late an entry may come, and how often what came late is stored."""

    window: int = 600
    lateness: int = 3600
    late_every: int = 300


def fold_messages(messages: Any, plan: Plan, pace: Pace) -> Any:
    """Stored windows of these messages as they fill, and dead letters beside them; the paths that are written."""
    windows, onward = _windows(pace, AfterProcessingTime(pace.late_every)), _windows(pace, AfterCount(1))
    received = (
        messages
        | "Windows" >> windows
        | "Decode" >> beam.ParDo(Decode(plan.rules)).with_outputs(DEAD, ACCOUNTS, _UNNAMED, main="named")
    )
    once = received.named | "Once" >> beam.ParDo(Once(plan.rules)).with_outputs(ACCOUNTS, main="new")
    placed = (
        (once.new, received[_UNNAMED])
        | "Entries" >> beam.Flatten()
        | "Place" >> beam.ParDo(Place(plan.rules, plan.fanout)).with_outputs(LINES, main="alone")
    )
    stitched = (
        placed[LINES]
        | "By stream" >> beam.GroupByKey()
        | "Stitch" >> beam.ParDo(Stitch(plan.rules, plan.fanout))
        | "Windows of traces" >> windows
    )
    signed = (placed.alone, stitched) | "Signed" >> beam.Flatten()
    parts = (folded(signed, plan, "Fold"), received[ACCOUNTS], once[ACCOUNTS])
    return written([part | f"Windows of parts {at}" >> onward for at, part in enumerate(parts)], received[DEAD], plan)


def _windows(pace: Pace, late: Any) -> beam.WindowInto:
    return beam.WindowInto(
        FixedWindows(pace.window),
        trigger=AfterWatermark(late=late),
        allowed_lateness=pace.lateness,
        accumulation_mode=AccumulationMode.DISCARDING,
    )


class Decode(beam.DoFn):  # type: ignore[misc]
    """A message -> (key of its entry, the entry packed). Tagged: `unnamed`, entries that can't be told from duplicates.

    Also tagged: `dead`, messages that can't be used, and `accounts` of them.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._counters = Counters("read", "malformed")

    def process(self, element: Any) -> Iterator[Any]:
        """Decode one message as a sink writes it, be its data plain or base64."""
        found = checked(decode(_plain(element.data)), None)
        self._counters.add(read=1)
        if isinstance(found, Unreadable):
            self._counters.add(malformed=1)
            dead = Skipped(f"message {element.message_id or 'without an id'}", 1, found.reason)
            yield TaggedOutput(DEAD, dead)
            yield TaggedOutput(ACCOUNTS, account_of(self._rules, Account(skipped_count=1, skipped=(dead,))))
            return
        entry, nanos = found
        key = key_of(entry, nanos)
        yield (key, packed(entry)) if key else TaggedOutput(_UNNAMED, packed(entry))


def _plain(data: bytes) -> bytes:
    if data.lstrip()[:1] == b"{":
        return data
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return data


@beam.typehints.with_input_types(tuple[bytes, bytes])
class Once(beam.DoFn):  # type: ignore[misc]
    """(key, packed entry) -> the packed entry, the first time its key is seen in its window. Tagged: `accounts`."""

    SEEN = ReadModifyWriteStateSpec("seen", BooleanCoder())

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._counters = Counters("duplicates")

    def process(self, element: tuple[bytes, bytes], seen: Any = beam.DoFn.StateParam(SEEN)) -> Iterator[Any]:  # noqa: B008
        """Let one entry of a key pass."""
        if seen.read():
            self._counters.add(duplicates=1)
            yield TaggedOutput(ACCOUNTS, account_of(self._rules, Account(duplicates=1)))
            return
        seen.write(True)
        yield element[1]


class Place(beam.DoFn):  # type: ignore[misc]
    """A packed entry -> (where it is folded, signed entry). Tagged: `lines`, by stream, that may be part of a trace."""

    def __init__(self, rules: Rules, fanout: int) -> None:
        self._rules, self._fanout = rules, fanout

    def setup(self) -> None:
        """What is remembered from entry to entry."""
        self._signature_of = self._rules.clusterer().signature
        self._places = Places(self._rules.environment_of)

    def process(self, element: bytes) -> Iterator[Any]:
        """Send one entry on."""
        entry = unpacked(element)
        stream, nanos = stream_of(entry), entry.nanos
        if stream:
            yield TaggedOutput(LINES, (stream, ((*stream, 0), nanos, entry.insert_id, 0, element)))
        else:
            part = crc32(element) % self._fanout
            yield key_in(self._places, entry, part), (entry, self._signature_of(entry))
