"""Sink files, in folders or buckets: which there are, and their records with the place where each stands."""

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from bot.errors import LogsUnavailable
from bot.logs import FileSource, Unreadable
from bot.logs.reading import checked
from bot.model.entry import LogEntry


def matched(inputs: Iterable[str]) -> list[str]:
    """The files that these names stand for, sorted, each once: files, folders with all below them, or patterns.

    A bucket's folder ends with a slash. Raises LogsUnavailable naming what matches no file.
    """
    found: set[str] = set()
    for name in inputs:
        try:
            [result] = FileSystems.match([_pattern(name)])
        except Exception as error:  # each file system has its own
            raise LogsUnavailable(f"can't list {name}: {str(error).splitlines()[0]}") from error
        files = {one.path for one in result.metadata_list if one.size_in_bytes}
        if not files:
            raise LogsUnavailable(f"no log file in {name}: give a file, a folder or a pattern such as gs://logs/run/**")
        found |= files
    return sorted(found)


def _pattern(name: str) -> str:
    if Path(name).is_dir():
        return f"{glob.escape(name.rstrip('/'))}/**"
    return f"{name}**" if name.endswith("/") else name


def records(path: str, latest: int | None) -> Iterator[tuple[int, tuple[LogEntry, int] | Unreadable]]:
    """(position from 1, entry and nanoseconds) of every record, or why it can't be used; gzip is unpacked.

    Raises LogsUnavailable where the file can't be opened.
    """
    try:
        stream = FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
    except Exception as error:  # each file system has its own
        raise LogsUnavailable(f"can't open {path}: {str(error).splitlines()[0]}") from error
    with stream:
        for position, record in enumerate(FileSource("-", stdin=stream).records(), 1):
            yield position, checked(record, latest)
