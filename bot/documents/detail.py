"""How much of an incident a page shows, and the cutting of text to it."""

from collections.abc import Iterable

import msgspec

from bot.documents.view import FrameView, SampleView
from bot.model.signature import Frame
from bot.model.window import Sample
from bot.text.untrusted import Untrusted
from bot.text.visible import cut, cut_middle

_LONG_LINES, _LONG_CHARS = 6, 500
_LONGEST_NAME = 300


class Detail(msgspec.Struct, frozen=True):
    """How much a page shows: characters a sample and a name, samples of root and symptom, and how many of each list."""

    trace: int = 6_000
    root_samples: int = 2
    root_chars: int = 2_000
    symptom_samples: int = 2
    symptom_chars: int = 1_200
    symptoms: int = 100
    listed: int = 30
    name: int = _LONGEST_NAME


def cut_all(names: Iterable[str], detail: Detail) -> tuple[Untrusted, ...]:
    """As many names as are listed, each cut; the last one says how many more there are."""
    every = list(names)
    kept = [cut(name, detail.name) for name in every[: detail.listed]]
    more = len(every) - len(kept)
    return (*kept, Untrusted(f"{more:,} more")) if more else tuple(kept)


def sample_view(sample: Sample, chars: int, detail: Detail) -> SampleView:
    """An entry as evidence; where it is too long, the middle of it is left out."""
    text = cut_middle(sample.text, chars)
    long = len(text) > _LONG_CHARS or text.raw.count("\n") >= _LONG_LINES
    return SampleView(sample.nanos, cut(sample.insert_id, detail.name), cut(sample.log_id, detail.name), text, long)


def frame_view(frame: Frame, detail: Detail) -> FrameView:
    """A frame, its texts cut."""
    module, function, file, source = (
        cut(text, detail.name) for text in (frame.module, frame.function, frame.file, frame.source)
    )
    return FrameView(module, function, file, frame.line, source)
