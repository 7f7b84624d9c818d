"""A Cloud Logging of one test, and sources that read it without waiting."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.logs.cloud import CloudSource, Connection, Endpoint, Pace, Query, Span
from bot.logs.interface import Unreadable
from bot.model.entry import LogEntry
from bot.model.time import SECOND, nanos_of
from tests.bench.logging_server import LoggingServer

PROJECT = "acme"
START = nanos_of("2026-05-04T10:00:00Z")
HOUR_LONG = Span(START, START + 3600 * SECOND)


class Time:
    """Seconds that pass only by sleeping; `slept` are the pauses."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        """Now."""
        return self.seconds

    def sleep(self, length: float) -> None:
        """Let time pass."""
        self.slept.append(length)
        self.seconds += length


class Logged:
    """A server, its entries, and how they are read."""

    def __init__(self) -> None:
        self.time = Time()
        self.server = LoggingServer(clock=self.time.clock)
        self.told: list[str] = []

    def source(
        self, query: Query | None = None, span: Span = HOUR_LONG, project: str = PROJECT, **pace: Any
    ) -> CloudSource:
        """A source over the server, by the real client."""
        return CloudSource(
            project,
            query or Query(),
            span,
            Connection(Endpoint(self.server.address)),
            pace=Pace(**pace),
            clock=self.time.clock,
            sleep=self.time.sleep,
            tell=self.told.append,
        )

    def ids(self, query: Query | None = None, span: Span = HOUR_LONG, **pace: Any) -> list[str]:
        """The insertIds that such a source gives, in order."""
        return ids(self.source(query, span, **pace).records())


@pytest.fixture
def logged() -> Iterator[Logged]:
    """A server that knows one empty project."""
    logged = Logged()
    logged.server.add(PROJECT, [])
    with logged.server:
        yield logged


def ids(records: Iterator[LogEntry | Unreadable]) -> list[str]:
    """insertIds; what can't be read as its reason."""
    return [record.reason if isinstance(record, Unreadable) else record.insert_id for record in records]


def entry(number: int, **fields: Any) -> dict[str, Any]:
    """An entry, so many seconds behind the hour, as JSON has it."""
    return {
        "insertId": f"id{number:06}",
        "logName": f"projects/{PROJECT}/logs/run.googleapis.com%2Fstderr",
        "resource": {
            "type": "cloud_run_revision",
            "labels": {"project_id": PROJECT, "service_name": "api", "revision_name": "api-00001-abc"},
        },
        "severity": "ERROR",
        "textPayload": f"line {number}",
        "timestamp": f"2026-05-04T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.25Z",
    } | fields
