"""An HTTP proxy on loopback that records what is sent to the server behind it, and fails what it is told to."""

import contextlib
import http.client
import http.server
import json
import os
import re
import signal
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

KILL_BEFORE, KILL_AFTER = "kill-before", "kill-after"
ERROR_BEFORE, ERROR_AFTER = "502-before", "502-after"
RESET_BEFORE, RESET_AFTER = "reset-before", "reset-after"
TRUNCATE_AFTER, SILENCE_AFTER = "truncate-after", "silence-after"

Answer = tuple[int, dict[str, str], bytes]
Answerer = Callable[["Recorded"], Answer]

_HOP = frozenset({"connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding"})


@dataclass(frozen=True)
class Recorded:
    """One request as it came: its target is path and query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.target}"

    @property
    def write(self) -> bool:
        """Whether it may change something."""
        return self.method not in ("GET", "HEAD")

    @property
    def data(self) -> Any:
        """The decoded body; None where there is none."""
        return json.loads(self.body) if self.body else None


@dataclass
class Rule:
    """What becomes of requests that match: a failure by name, or a canned answer. It wears out after `times`."""

    match: re.Pattern[str]
    how: str = ""
    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0


class Proxy:
    """Listens on a free port from the start; `url` is its address. `log` is what came since `forget`.

    Requests go on to the port `back`, or to an `answerer` of this process; what `front` answers goes to neither.
    `before` and `after` are called around each.
    """

    def __init__(self, answerer: "Answerer | None" = None) -> None:
        self.back = 0
        self.answerer = answerer
        self.front: Callable[[Recorded], Answer | None] = unscripted
        self.child: int | None = None
        self.log: list[Recorded] = []
        self.before: Callable[[Recorded], None] = _nothing
        self.after: Callable[[Recorded], None] = _nothing
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._let_go = threading.Event()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def writes(self) -> list[str]:
        """Requests that may change something, as `METHOD target`."""
        return [str(request) for request in self.log if request.write]

    def forget(self) -> None:
        """Start a new log, without rules."""
        self._let_go.set()
        self._let_go = threading.Event()
        self.log, self._rules = [], []

    def fail(self, match: str, how: str, times: int = 1, skip: int = 0) -> None:
        """Fail the next requests whose `METHOD target` this expression finds, after leaving `skip` of them alone."""
        self._rules.append(Rule(re.compile(match), how, times=times, skip=skip))

    def answer(
        self,
        match: str,
        status: int,
        body: Any = None,
        headers: dict[str, str] | None = None,
        times: int = 1,
        skip: int = 0,
    ) -> None:
        """Answer the next such requests from here, after `skip` of them; the body is JSON unless it is bytes."""
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        self._rules.append(Rule(re.compile(match), "", status, data, headers or {}, times, skip))

    def take(self, request: Recorded) -> Rule | None:
        """Record a request, and the rule that is spent on it."""
        with self._lock:
            self.log.append(request)
            for rule in self._rules:
                if rule.times and rule.match.search(str(request)):
                    if rule.skip:
                        rule.skip -= 1
                        continue
                    rule.times -= 1
                    return rule
        return None

    def kill(self) -> None:
        """End the client's process, if the test told its id."""
        if self.child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, signal.SIGKILL)

    def wait(self) -> None:
        """Stay silent until the test is over."""
        self._let_go.wait(20)

    def close(self) -> None:
        """Stop listening."""
        self._let_go.set()
        self._server.shutdown()
        self._server.server_close()


def _nothing(_: Recorded) -> None:
    """No hook."""


def unscripted(_: Recorded) -> Answer | None:
    """No answer of the test's own."""
    return None


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what faults are about: nothing to print."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    proxy: ClassVar[Proxy]

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""

    def relay(self) -> None:
        """Record, fail or pass on one request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Recorded(self.command, self.path, dict(self.headers.items()), body)
        rule = self.proxy.take(request)
        self.proxy.before(request)
        if rule and rule.status:
            return self._send(rule.status, rule.body, rule.headers)
        how = rule.how if rule else ""
        if how.endswith("-before"):
            return self._fail(how, 0, b"")
        status, headers, data = self._ask(request)
        self.proxy.after(request)
        if how:
            return self._fail(how, status, data)
        return self._send(status, data, headers)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = relay  # noqa: N815

    def _ask(self, request: Recorded) -> Answer:
        if scripted := self.proxy.front(request):
            return scripted
        if self.proxy.answerer:
            return self.proxy.answerer(request)
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.back, timeout=20)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        connection.request(request.method, request.target, request.body or None, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}, data

    def _fail(self, how: str, status: int, data: bytes) -> None:
        self.close_connection = how not in (ERROR_BEFORE, ERROR_AFTER)
        if how in (KILL_BEFORE, KILL_AFTER):
            self.proxy.kill()
        elif how in (ERROR_BEFORE, ERROR_AFTER):
            self._send(502, b'{"message": "Server Error"}', {})
        elif how in (RESET_BEFORE, RESET_AFTER):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif how == SILENCE_AFTER:
            self.proxy.wait()
        elif how == TRUNCATE_AFTER:
            self._head(status, len(data), {})
            self.wfile.write(data[: len(data) // 2])
        else:
            raise ValueError(f"no such failure: {how}")

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self._head(status, len(data), headers)
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(data)

    def _head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
