"""Clients that dawdle, lie or babble on the wire: the relay answers the others, and closes them."""

import contextlib
import random
import selectors
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.faces.slack.relay_bench import RelayProcess, form, signed, until
from tests.faces.slack.test_fuzz import mutated

GATE = {"most": 128, "header": 1.0, "whole": 2.0}
SLOW = 400
HEAD = b"POST /slack/command HTTP/1.1\r\nHost: relay\r\n"
BEGINNINGS = (b"", b"P", HEAD + b"X-Slack: ", HEAD + b"Content-Length: 500\r\n\r\ntext=")


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayProcess]:
    """A relay whose deadlines are short; nobody listens where it would answer or dispatch."""
    folder: Path = tmp_path_factory.mktemp("relay")
    env = {"GITHUB_TOKEN": "tok", "GITHUB_API_URL": "http://127.0.0.1:9"}
    running = RelayProcess(folder, "127.0.0.1:9", env, "dispatch", gate=GATE)
    yield running
    running.close()


def connect(relay: RelayProcess, beginning: bytes) -> socket.socket:
    """A connection that brings so much of a request."""
    connection = socket.create_connection(("127.0.0.1", relay.port), 5)
    with contextlib.suppress(OSError):
        connection.sendall(beginning)
    return connection


def closed(connections: list[socket.socket], drip: bytes, seconds: float) -> int:
    """How many the relay closed within so many seconds, while each gets another byte now and then."""
    end, gone = time.monotonic() + seconds, 0
    with selectors.DefaultSelector() as waiting:
        for connection in connections:
            waiting.register(connection, selectors.EVENT_READ)
        while waiting.get_map() and time.monotonic() < end:
            for key, _ in waiting.select(0.1):
                with contextlib.suppress(OSError):
                    if key.fileobj.recv(1000):  # type: ignore[union-attr]
                        continue
                waiting.unregister(key.fileobj)
                gone += 1
            for key in list(waiting.get_map().values()):
                with contextlib.suppress(OSError):
                    key.fileobj.send(drip)  # type: ignore[union-attr]
    return gone


def test_400_slow_connections_shut_nobody_out_and_are_closed(relay: RelayProcess) -> None:
    """While 400 drip headers and bodies, or say nothing, others are answered at once; all 400 are closed in time."""
    slow = [connect(relay, BEGINNINGS[number % len(BEGINNINGS)]) for number in range(SLOW)]
    try:
        took = [relay.say("help").seconds for _ in range(20)]
        assert max(took) < 1.0
        assert closed(slow, b"a", GATE["whole"] + 4) == SLOW
        assert relay.say("help").status == 200
    finally:
        for connection in slow:
            connection.close()


def test_each_kind_of_dawdling_ends(relay: RelayProcess) -> None:
    """Silence, a request line, a header and a body have their deadlines, whether bytes drip or stop."""
    dripping = [connect(relay, beginning) for beginning in BEGINNINGS]
    silent = [connect(relay, beginning) for beginning in BEGINNINGS]
    try:
        assert closed(dripping, b"a", GATE["whole"] + 4) == len(BEGINNINGS)
        assert closed(silent, b"", 1.0) == len(BEGINNINGS)
    finally:
        for connection in (*dripping, *silent):
            connection.close()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"POST /slack/command HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", b"413"),
        (b"POST /slack/command HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST /slack/command HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", b"400"),
        (b"POST /slack/command HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", b"501"),
        (b"POST /slack/command HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000, b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
    ],
    ids=["too large", "negative", "two lengths", "encoding", "endless header", "TLS", "pipelined"],
)
def test_what_is_no_request_is_answered_once_and_closed(
    relay: RelayProcess, request_line: bytes, status: bytes
) -> None:
    """Each gets one status and an end; what was sent along is not served."""
    with connect(relay, request_line) as connection:
        connection.settimeout(5)
        got = b""
        with contextlib.suppress(ConnectionError):
            while more := connection.recv(65_536):
                got += more
    if status == b"501":
        assert got.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501"))
        return
    assert got.startswith(b"HTTP/1.1 " + status)
    assert got.count(b"HTTP/1.1 ") == 1


def test_a_chunked_body_has_the_same_limit(relay: RelayProcess) -> None:
    """A body that states no length is counted as it comes."""
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    with connect(relay, head) as connection:
        connection.settimeout(5)
        with contextlib.suppress(ConnectionError):
            for _ in range(9):
                connection.sendall(b"2000\r\n" + b"a" * 0x2000 + b"\r\n")
        got = b""
        with contextlib.suppress(ConnectionError):
            got = connection.recv(1000)
    assert got.startswith(b"HTTP/1.1 413")


def test_mutations_on_the_wire(relay: RelayProcess) -> None:
    """Some of the mutated requests over real connections: no 5xx, nothing dispatched, and the relay lives."""
    chance = random.Random(7)
    for _ in range(200):
        method, path, headers, body = mutated(chance)
        clean = {name: value for name, value in headers.items() if value.isprintable() and value.isascii()}
        if method != "BREW":
            assert relay.ask(method, quote(path, safe="/?=%&"), body, clean).status < 500
    body = form("help", relay.url)
    assert relay.ask("POST", "/slack/command", body, signed(body)).status == 200
    assert "ERROR" not in relay.told
    assert "Traceback" not in relay.told


def test_a_stop_lets_a_request_finish(tmp_path: Path) -> None:
    """SIGTERM while a body is on its way: it is answered, nobody new is let in, and the exit code is 0."""
    import signal

    running = RelayProcess(tmp_path, "127.0.0.1:9", {"GITHUB_TOKEN": "t"}, "dispatch")
    try:
        body = form("help", running.url)
        headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
        head = f"POST /slack/command HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        with connect(running, head.encode() + body[:10]) as connection:
            time.sleep(0.2)
            running._process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(body[10:])
            connection.settimeout(5)
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        until(lambda: running._process.poll() is not None, "the end")
        assert running._process.returncode == 0
    finally:
        running.close()
