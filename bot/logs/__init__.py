"""Where log entries come from: sources, and one reading over all of them that says what became of every record."""

from bot.logs.files import FileSource, read_files
from bot.logs.interface import Counted, Counter, Coverage, Resumable, Source, Unreadable
from bot.logs.reading import Reading

__all__ = [
    "Counted", "Counter", "Coverage", "FileSource", "Reading", "Resumable", "Source", "Unreadable", "read_files",
]  # fmt: skip
