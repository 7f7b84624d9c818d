"""What the readers of all languages share: limits, and building a StackTrace from a chain of exceptions."""

from collections.abc import Sequence

from bot.model.signature import ExceptionInfo, Frame, StackTrace

MOST_LINES = 10_000
MOST_EXCEPTIONS = 20
MOST_FRAMES = 60
MOST_BUILT = 1_000
MOST_VALUE_LINES = 50
LONGEST_LINE = 2_000
LONGEST_VALUE = 4_096
LONGEST_SOURCE = 500
GENERATED = "<lambda>"
"""The function name of what the author gave no name; it does not count in a fingerprint."""

Raised = tuple[ExceptionInfo, tuple[Frame, ...]]


def lines_of(text: str) -> list[str]:
    """The first 10,000 lines, without carriage returns, each cut at 2,000 characters."""
    return [line[:LONGEST_LINE].rstrip("\r") for line in text.split("\n", MOST_LINES)[:MOST_LINES]]


def exception(kind: str, said: Sequence[str]) -> ExceptionInfo:
    """An exception of this type that says these lines."""
    return ExceptionInfo(kind, "\n".join(said[:MOST_VALUE_LINES])[:LONGEST_VALUE].strip())


def trace_of(raised: Sequence[Raised]) -> StackTrace | None:
    """The trace of this chain, root cause first, frames outermost first; None without any exception.

    At most 20 exceptions, and 60 frames, are kept.
    """
    if not raised:
        return None
    raised = [*raised[: MOST_EXCEPTIONS - 1], raised[-1]] if len(raised) > MOST_EXCEPTIONS else raised
    at = next((i for i, (_, frames) in enumerate(raised) if any(f.in_app for f in frames)), len(raised) - 1)
    return StackTrace(tuple(one for one, _ in raised), _kept(raised[at][1]), at)


def _kept(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The frames, or, of too many, the innermost ones, each of a recursion once."""
    if len(frames) <= MOST_FRAMES:
        return frames
    distinct = {(frame.file, frame.function, frame.line): frame for frame in reversed(frames)}
    return tuple(list(distinct.values())[:MOST_FRAMES][::-1])
