"""Real log entries as a stream, where `../shared/data` is there: what a benchmark that generates its own can't show."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_START = datetime(2025, 9, 15)
_A_SECOND = 50


def streams(count: int) -> Iterator[tuple[str, bytes]]:
    """(name, NDJSON of so many entries) of each set that is there.

    A set that is shorter comes again and again, 50 entries a second, each time with other insertIds.
    """
    for name, entries in (("outage", _outage), ("gcp_entries", _gcp_entries), ("train_ticket", _train_ticket)):
        if (DATA / name).is_dir():
            yield f"{name} logs", b"\n".join(_renewed(islice(cycle(entries()), count)))


def _renewed(entries: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for number, entry in enumerate(entries):
        at = _START + timedelta(seconds=number / _A_SECOND)
        known = {name: value for name, value in entry.items() if value is not None}
        renewed = {**known, "insertId": f"{number:016x}", "timestamp": f"{at.isoformat(timespec='microseconds')}Z"}
        yield json.dumps(renewed, separators=(",", ":")).encode()


def _outage() -> Iterator[dict[str, Any]]:
    for hour in sorted((DATA / "outage").glob("hour_*.json")):
        yield from json.loads(hour.read_bytes())


def _gcp_entries() -> Iterator[dict[str, Any]]:
    for line in (DATA / "gcp_entries" / "entries.ndjson").read_bytes().splitlines():
        yield json.loads(line)["entry"]


def _train_ticket() -> Iterator[dict[str, Any]]:
    for case in sorted((DATA / "train_ticket").glob("case_*.ndjson.gz")):
        yield from map(json.loads, gzip.decompress(case.read_bytes()).splitlines())
