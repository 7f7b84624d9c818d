"""Stack traces in text, of any language: one registry, one value.

Each module knows one family of languages: `MARKS`, of which a text that holds its traces has one, and `parse`.
"""

from collections.abc import Callable
from typing import NamedTuple

from bot.clustering.traces import dotnet, golang, java, javascript, php, python, ruby, rust
from bot.clustering.traces.common import Raised, trace_of
from bot.clustering.traces.owning import Owning
from bot.model.signature import StackTrace


class Language(NamedTuple):
    """A reader of one family's traces: of a text its exceptions, root cause first, each with its frames."""

    name: str
    marks: tuple[str, ...]
    parse: Callable[[str], list[Raised]]


# Where the marks of several are in a text the first that reads a trace has it: the stricter grammars come first.
LANGUAGES = (
    Language("python", python.MARKS, python.parse),
    Language("go", golang.MARKS, golang.parse),
    Language("rust", rust.MARKS, rust.parse),
    Language("php", php.MARKS, php.parse),
    Language("ruby", ruby.MARKS, ruby.parse),
    Language("java", java.MARKS, java.parse),
    Language("dotnet", dotnet.MARKS, dotnet.parse),
    Language("javascript", javascript.MARKS, javascript.parse),
)
PANIC = "panicked at"
DEFAULTS = Owning()
_LONGEST = 1_000_000


def parse(text: str, owning: Owning = DEFAULTS) -> StackTrace | None:
    """The trace in this text; None where none of the languages reads one. Of a text a million characters are read.

    `owning` says which frames are the application's own, before the languages' readers do.
    """
    if not may_hold_trace(text):
        return None
    text = text[:_LONGEST]
    for language in LANGUAGES:
        if any(mark in text for mark in language.marks) and (raised := language.parse(text)):
            return trace_of([(exception, owning.of(frames)) for exception, frames in raised])
    return None


def may_hold_trace(text: str) -> bool:
    """A quick look: several lines, or a panic on one."""
    return "\n" in text or PANIC in text
