"""Log files as a source: arrays of `gcloud logging read --format=json`, NDJSON, objects in a row, gzip, stdin."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from os import PathLike, fspath
from pathlib import Path
from typing import BinaryIO

from bot.errors import LogsUnavailable
from bot.logs.bytestream import ByteStream
from bot.logs.decoding import Malformed, decode
from bot.logs.framing import CUT_OFF, records, rescan
from bot.logs.interface import Unreadable
from bot.logs.reading import Reading
from bot.model.entry import LogEntry

_STDIN = "-"


def read_files(
    paths: Sequence[str | PathLike[str]],
    *,
    latest: int | None = None,
    progress: Callable[[int], None] | None = None,
    stdin: BinaryIO | None = None,
) -> Reading:
    """A reading of these files, in this order; `-` is standard input, in bytes (`stdin`, by default the process's own).

    `latest`, in nanoseconds, is the newest time an entry may have. `progress` hears the number of entries so far after
    every 10,000. Raises LogsUnavailable at once where a file isn't there or can't be opened.
    """
    sources = [FileSource(path, stdin=stdin) for path in paths]
    for source in sources:
        source.check()
    return Reading(sources, latest=latest, progress=progress)


class FileSource:
    """One log file. The format shows in its content; a file that ends early or is damaged gives what can be read."""

    def __init__(self, path: str | PathLike[str], *, stdin: BinaryIO | None = None) -> None:
        self._path = fspath(path)
        self._stdin = stdin
        self.name = "stdin" if self._path == _STDIN else self._path

    def check(self) -> None:
        """Raise LogsUnavailable where the file can't be opened; a pipe is not opened, as it can be read only once."""
        try:
            if self._path != _STDIN and not Path(self._path).is_fifo():
                with self._opened():
                    pass
        except ValueError as error:
            raise LogsUnavailable(f"can't read logs from {self.name!r}: {error}; give the path of a file") from error

    def records(self) -> Iterator[LogEntry | Unreadable]:
        """Every record in the order of the file. Raises LogsUnavailable where the file can't be opened."""
        with self._opened() as stream:
            content = ByteStream(stream)
            for record in records(content):
                if isinstance(record, bytes):
                    entry = decode(record)
                    if isinstance(entry, Malformed):
                        yield from _taken_apart(record, entry)
                    else:
                        yield entry
                elif record is not CUT_OFF or not content.fault:
                    yield record
            if content.fault:
                yield Unreadable(content.fault)

    def _opened(self) -> AbstractContextManager[BinaryIO]:
        if self._path == _STDIN:
            return nullcontext(self._stdin or sys.stdin.buffer)
        try:
            return Path(self._path).open("rb")
        except FileNotFoundError as error:
            raise LogsUnavailable(f"no log file {self.name}: check the path") from error
        except IsADirectoryError as error:
            raise LogsUnavailable(f"{self.name} is a directory: name the log files in it") from error
        except PermissionError as error:
            raise LogsUnavailable(f"may not read the log file {self.name}: check its permissions") from error
        except OSError as error:
            raise LogsUnavailable(f"can't open the log file {self.name}: {error.strerror or error}") from error


def _taken_apart(record: bytes, malformed: Malformed) -> Iterator[LogEntry | Unreadable]:
    """What a record that is no JSON holds, where it is several."""
    parts = rescan(record)
    if len(parts) > 1:
        yield from (decode(part) if isinstance(part, bytes) else part for part in parts)
    else:
        yield malformed
