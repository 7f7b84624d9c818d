"""What the pipeline leaves in a folder or bucket: stored windows, and dead letters beside them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import apache_beam as beam
import msgspec
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import PaneInfo, PaneInfoTiming

from bot.faces.beam.counting import Counters
from bot.faces.beam.folding import JoinFn
from bot.faces.beam.plan import Plan
from bot.model.run import Skipped
from bot.model.time import SECOND
from bot.usecases.windows import StoredWindow, digest_of, parse

_SHARDS = 16


def write(folder: str, name: str, pieces: Iterable[bytes]) -> str:
    """Write a file whole or not at all, over one of that name, so that a retry leaves the same; returns its path."""
    path: str = FileSystems.join(folder, name)
    if "://" in folder:  # an object store shows an object once it is complete
        _fill(path, pieces)
        return path
    Path(folder).mkdir(parents=True, exist_ok=True)
    unfinished = FileSystems.join(folder, f".{name}.{uuid4().hex}")
    _fill(unfinished, pieces)
    FileSystems.rename([unfinished], [path])
    return path


def _fill(path: str, pieces: Iterable[bytes]) -> None:
    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as stream:
        for piece in pieces:
            stream.write(piece)


def written(parts: Sequence[Any], dead: Any, plan: Plan) -> Any:
    """The parts as one window, and the dead letters, in files; the paths of the windows."""
    windows = (
        parts
        | "Parts" >> beam.Flatten()
        | "Join" >> beam.CombineGlobally(JoinFn(plan.rules)).without_defaults()
        | "Write window" >> beam.ParDo(WriteWindow(plan.output, plan.run))
    )
    _ = (
        dead
        | "Shards" >> beam.Map(_sharded)
        | "By shard" >> beam.GroupByKey()
        | "Write dead letters" >> beam.ParDo(WriteDead(plan.output, plan.run))
    )
    return windows


def _sharded(letter: Skipped) -> tuple[int, Skipped]:
    return int(digest_of(letter.source), 16) % _SHARDS, letter


class WriteWindow(beam.DoFn):  # type: ignore[misc]
    """A stored part -> the path of the file `window-*.json` it was written to.

    The name tells the window, the pane, and the files or the run, so that every retry writes the same file, and no two
    panes do.
    """

    def __init__(self, folder: str, run: str) -> None:
        self._folder, self._run = folder, run
        self._counters = Counters("kept", "late")

    def process(
        self,
        element: bytes,
        window: Any = beam.DoFn.WindowParam,
        pane: PaneInfo = beam.DoFn.PaneInfoParam,
    ) -> Iterator[str]:
        """Write it, unless nothing was read; its entries are kept once it is written."""
        whole = parse(element)
        name = f"window-{_span(window, whole)}-{self._named(whole)}-{pane.index}.json"
        if whole.observed.span or whole.account.tells:
            named = whole if whole.account.reads else whole.read_as(name)
            self._counters.add(
                kept=sum(whole.observed.severities),
                late=sum(whole.observed.severities) if pane.timing == PaneInfoTiming.LATE else 0,
            )
            yield write(self._folder, name, [named.encoded()])

    def _named(self, whole: StoredWindow) -> str:
        """Files that are read again give a file of the same name; what a stream gave can't be read again."""
        return digest_of(" ".join(whole.account.reads)) if whole.account.reads else self._run


def _span(window: Any, whole: StoredWindow) -> str:
    if isinstance(window, GlobalWindow):
        start, end = (nanos // SECOND for nanos in whole.observed.span or (0, 0))
    else:
        start, end = int(window.start), int(window.end)
    return f"{_compact(start)}-{_compact(end)}"


def _compact(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


class WriteDead(beam.DoFn):  # type: ignore[misc]
    """(shard, dead letters) -> the path of the file `dead-letters-*.ndjson` they were written to."""

    def __init__(self, folder: str, run: str) -> None:
        self._folder, self._run = folder, run

    def process(
        self,
        element: tuple[int, Iterable[Skipped]],
        window: Any = beam.DoFn.WindowParam,
        pane: PaneInfo = beam.DoFn.PaneInfoParam,
    ) -> Iterator[str]:
        """Write a line each: source, position and reason."""
        shard, letters = element
        when = "" if isinstance(window, GlobalWindow) else f"{_compact(int(window.start))}-"
        name = f"dead-letters-{when}{self._run}-{pane.index}-{shard:02}.ndjson"
        yield write(self._folder, name, (msgspec.json.encode(one) + b"\n" for one in letters))
