"""Health URLs over real connections: what answers well, what doesn't, and what is never asked."""

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from bot.errors import UsageError
from bot.model.fix import Outcome
from bot.usecases.health import asked, split


class _Service(http.server.BaseHTTPRequestHandler):
    """A service: its path says how it answers."""

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        """Answer with the status in the path; `/to?...` leads on."""
        path, _, query = self.path.partition("?")
        if path == "/drop":
            self.connection.close()
            return
        if path == "/slow":
            self.server.let_go.wait(5)  # type: ignore[attr-defined]
        while path == "/drip" and not self.server.let_go.wait(0.05):  # type: ignore[attr-defined]
            self.wfile.write(b"H")
        self.send_response(302 if path == "/to" else int(path[1:]) if path[1:].isdigit() else 200)
        if path == "/to":
            self.send_header("Location", query)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


@pytest.fixture
def service() -> Iterator[str]:
    """The address of a running service."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    server.let_go = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.let_go.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "outcome", "detail"),
    [
        ("/200", Outcome.PASSED, "HTTP 200"),
        ("/204", Outcome.PASSED, "HTTP 204"),
        ("/404", Outcome.FAILED, "HTTP 404"),
        ("/503", Outcome.FAILED, "HTTP 503"),
        ("/to?/200", Outcome.PASSED, "HTTP 200"),
        ("/to?/500", Outcome.FAILED, "HTTP 500"),
        ("/to?file:///etc/passwd", Outcome.FAILED, "HTTP 302"),
        ("/to?ftp://127.0.0.1/x", Outcome.FAILED, "it leads to what is not HTTP"),
        ("/drop", Outcome.FAILED, "no answer: "),
    ],
)
def test_answers(service: str, path: str, outcome: Outcome, detail: str) -> None:
    """2xx is well, after redirects within HTTP; anything else isn't, and no redirect leads to a file."""
    found = asked(f"{service}{path}")
    assert (found.outcome, found.source) == (outcome, "health")
    assert found.detail.startswith(detail)
    assert 0 < found.seconds < 10


@pytest.mark.parametrize("path", ["/slow", "/drip"])
def test_a_slow_service(service: str, path: str) -> None:
    """A service that doesn't answer in time is given up, also one that sends a byte now and then."""
    found = asked(f"{service}{path}", seconds=0.3)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "no answer within 0.3 s")
    assert found.seconds < 2


def test_nobody_there() -> None:
    """A port that nobody listens on, and a host that isn't known, are failures that say so."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert asked(f"http://127.0.0.1:{port}/").detail == "nothing listens there"
    assert asked("http://no-such-host.invalid/", seconds=3).detail == "its host isn't known"


def test_what_it_is_called() -> None:
    """The name has the environment before it and no query, which may hold a key."""
    assert split("production=https://shop.example/healthz?key=s3cret") == (
        "production https://shop.example/healthz",
        "https://shop.example/healthz?key=s3cret",
    )
    assert split("https://shop.example/a=b") == ("https://shop.example/a=b", "https://shop.example/a=b")


BAD = [
    "file:///etc/passwd",
    "ftp://a/b",
    "shop.example",
    "http://",
    "http://a b/",
    "http://a/\r\nX: y",
    "http://a:99999/",
]


@pytest.mark.parametrize("url", [*BAD, "http://ü.example/", "production=", "", "http://[::1/"])
def test_what_is_no_address(url: str) -> None:
    """What is no plain HTTP address is a usage error before anything is sent."""
    with pytest.raises(UsageError, match="--health is no address"):
        asked(url)


def test_no_password_in_an_address() -> None:
    """An address with a user name is refused, and isn't repeated in the message."""
    with pytest.raises(UsageError, match="user name") as raised:
        asked("https://ann:s3cret@shop.example/")
    assert "s3cret" not in str(raised.value)
