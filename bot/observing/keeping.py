"""What is kept of entries' text: redacted first and cut then, so that no half of a secret stays behind a cut."""

import msgspec

from bot.model.entry import LogEntry
from bot.model.signature import StackTrace
from bot.model.window import Sample
from bot.text.redaction import redact
from bot.text.visible import cut_middle

SAMPLE_CHARACTERS = 4_000
_READ_AHEAD = 4_000


def kept(text: str, limit: int) -> str:
    """The first `limit` characters of the redacted text."""
    return redact(text[: limit + _READ_AHEAD])[:limit]


def kept_trace(trace: StackTrace | None) -> StackTrace | None:
    """The trace with its exceptions' messages and its code lines redacted."""
    if trace is None:
        return None
    chain = tuple(msgspec.structs.replace(one, value=kept(one.value, SAMPLE_CHARACTERS)) for one in trace.chain)
    frames = tuple(
        msgspec.structs.replace(frame, source=redact(frame.source)) if frame.source else frame for frame in trace.frames
    )
    return StackTrace(chain, frames, trace.at)


def sample(entry: LogEntry, nanos: int, trace: StackTrace | None) -> Sample:
    """The entry as evidence; `trace` is one that `kept_trace` made."""
    return Sample(entry.insert_id, nanos, entry.log_id, cut_middle(entry.text, SAMPLE_CHARACTERS).raw, trace)


def first_line(text: str) -> str:
    """The first line that says something; "(empty)" where none does."""
    return next((line.strip() for line in text.split("\n") if line.strip()), "(empty)")
