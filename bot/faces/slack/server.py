"""The server: uvicorn behind a gate. As measured with uvicorn 0.54, hypercorn 0.18 and granian 2.8, none closes all of
silent connections, headers that drip and bodies that drip; uvicorn closes none of them. The gate does.
"""

import asyncio
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

GRACE = 9
"""Seconds that requests under way have once the server is told to stop."""


class Gate:
    """How many connections there are, and how long each may take to bring its request.

    Where `most` are open, the one that has waited longest with an unfinished request makes room, so that those who
    dawdle shut nobody out. `header` and `whole` are in seconds from the connection's start.
    """

    def __init__(self, most: int = 256, header: float = 3.0, whole: float = 6.0) -> None:
        self.most, self.header, self.whole = most, header, whole
        self.open: set[H11Protocol] = set()
        self._unfinished: dict[H11Protocol, None] = {}

    def enter(self, protocol: H11Protocol) -> None:
        """A connection that is new."""
        while len(self.open) >= self.most and (oldest := next(iter(self._unfinished), None)) is not None:
            self.leave(oldest)
            oldest.transport.abort()
        if len(self.open) >= self.most:
            protocol.transport.abort()
            return
        self.open.add(protocol)
        self._unfinished[protocol] = None

    def finished(self, protocol: H11Protocol) -> None:
        """Its request is there, header and body."""
        self._unfinished.pop(protocol, None)

    def leave(self, protocol: H11Protocol) -> None:
        """A connection that is gone."""
        self.open.discard(protocol)
        self._unfinished.pop(protocol, None)

    def protocol(self) -> type[H11Protocol]:
        """The protocol of connections that come through this gate; each serves one request, and is closed."""
        gate = self

        class Gated(H11Protocol):
            """One connection."""

            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                gate.enter(self)
                self.deadlines = [
                    self.loop.call_later(gate.header, self.overdue, h11.IDLE),
                    self.loop.call_later(gate.whole, self.overdue, h11.IDLE, h11.SEND_BODY),
                ]

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                gate.leave(self)
                for deadline in self.deadlines:
                    deadline.cancel()

            def handle_events(self) -> None:
                super().handle_events()
                if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
                    gate.finished(self)

            def overdue(self, *states: Any) -> None:
                """Close it, if its request is still in one of these states."""
                if self.conn.their_state in states:
                    self.transport.abort()

        return Gated


def server_of(app: ASGIApp, host: str, port: int, gate: Gate | None = None) -> uvicorn.Server:
    """The server, not started yet; SIGINT and SIGTERM let what is under way finish."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=(gate or Gate()).protocol(),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=16_384,
            timeout_keep_alive=1,
            timeout_graceful_shutdown=GRACE,
        )
    )
