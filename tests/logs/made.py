"""Entries and files that tests make, and how they are read."""

import json
from pathlib import Path
from typing import Any

from bot.logs import Reading, read_files


def made(number: int, **fields: Any) -> dict[str, Any]:
    """An entry as Cloud Logging writes it; its text holds what confuses a scanner."""
    return {
        "insertId": f"id{number}",
        "logName": "projects/p/logs/run.googleapis.com%2Fstderr",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "api"}},
        "textPayload": f'{number}: }} "{{ [\\',
        "timestamp": f"2025-09-15T20:{number // 60:02}:{number % 60:02}.5Z",
    } | fields


def line(number: int, **fields: Any) -> bytes:
    """The entry as one line."""
    return json.dumps(made(number, **fields)).encode()


ENTRIES = [made(number) for number in range(4)]
LINES = [line(number) for number in range(4)]
PRETTY = [json.dumps(entry, indent=2).encode() for entry in ENTRIES]
ARRAY = b"[" + b", ".join(LINES) + b"]"
PRETTY_ARRAY = json.dumps(ENTRIES, indent=2).encode()
FORMATS = {
    "array": ARRAY,
    "pretty array": PRETTY_ARRAY + b"\n",
    "arrays in a row": b"[" + LINES[0] + b"]\n" + json.dumps(ENTRIES[1:], indent=1).encode(),
    "lines": b"\n".join(LINES),
    "Windows lines": b"\r\n".join(LINES) + b"\r\n",
    "lines with commas": b",\n".join(LINES),
    "in a row": b"".join(LINES),
    "in a row with commas": b" ,\t".join(LINES),
    "pretty": b"\n".join(PRETTY),
    "pretty with commas": b",\n".join(PRETTY),
    "one line, then pretty": LINES[0] + b"\n" + b"\n".join(PRETTY[1:]),
    "byte order mark": b"\xef\xbb\xbf" + PRETTY_ARRAY,
    "byte order mark, lines": b"\xef\xbb\xbf" + b"\n".join(LINES),
}


def read(tmp_path: Path, data: bytes, **options: Any) -> tuple[list[str], Reading]:
    """The insertIds read from a file of this content, and the reading."""
    path = tmp_path / "logs.json"
    path.write_bytes(data)
    reading = read_files([path], **options)
    return [entry.insert_id for entry in reading], reading


def skips(reading: Reading) -> list[tuple[int, str]]:
    """Position and reason of what was skipped."""
    return [(skip.position, skip.reason) for skip in reading.report().skipped]
