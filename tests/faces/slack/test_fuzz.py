"""Five thousand requests, each a little wrong: no answer of 5xx, and nothing is taken."""

import asyncio
import hashlib
import hmac
import random
import string
from collections.abc import Callable
from typing import Any

import pytest

from bot.faces.slack.app import LARGEST, Relay, application
from bot.faces.slack.reading import Reader
from bot.faces.slack.responding import Responder
from bot.faces.slack.taking import Taken, Wish
from bot.settings import Slack
from tests.faces.slack.relay_bench import ALERT_SECRET, CHANNEL, SECRET, TEAM, USER, basic, form, signed
from tests.faces.slack.test_worker import Noting

REQUESTS = 5_000
URL = "https://hooks.slack.com/commands/T1/2/x"
NOW = 1_772_600_000.0
ALERT = b'{"version":"1.2","incident":{"incident_id":"0.abc","state":"open","started_at":1772599000}}'


class Taking:
    """Takes everything, and keeps it."""

    def __init__(self) -> None:
        self.wishes: list[Wish] = []

    def take(self, wish: Wish) -> Taken:
        """Keep it."""
        self.wishes.append(wish)
        return Taken("taken")


class Asgi:
    """The application, asked without a network."""

    def __init__(self) -> None:
        self.taking, self.desk, self.now = Taking(), Noting(), NOW
        rules = Slack(
            signing_secrets=(SECRET,), workspaces=(TEAM,), channels=(CHANNEL,), users=(USER,), alert_secret=ALERT_SECRET
        )
        reader = Reader(self.desk, Responder())
        self.app = application(Relay(rules, self.taking, reader, lambda: self.now))

    async def ask(self, method: str, path: str, headers: list[tuple[bytes, bytes]], chunks: list[bytes]) -> int:
        """The status of the answer; 0 where none came."""
        path, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
            "raw_path": path.encode(), "query_string": query.encode("latin-1"), "root_path": "",
            "scheme": "http", "headers": headers,
            "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        sent: list[Any] = []
        waiting = list(chunks)

        async def receive() -> dict[str, Any]:
            chunk = waiting.pop(0) if waiting else b""
            return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

        async def send(event: Any) -> None:
            sent.append(event)

        await self.app(scope, receive, send)
        return next((int(event["status"]) for event in sent if event["type"] == "http.response.start"), 0)


Headers = dict[str, str]
Request = tuple[str, str, Headers, bytes]


def flip(chance: random.Random, data: bytes) -> bytes:
    """One to three bytes changed, dropped or put in."""
    changed = bytearray(data or b"x")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(changed))
        how = chance.random()
        if how < 0.5:
            changed[at] = (changed[at] + chance.randint(1, 255)) % 256
        elif how < 0.8:
            changed[at:at] = bytes([chance.randrange(256)])
        elif len(changed) > 1:
            del changed[at]
    return bytes(changed) if bytes(changed) != data else data + b"!"


def another_body(chance: random.Random, request: Request) -> Request:
    """The signature of other bytes."""
    method, path, headers, body = request
    return method, path, headers, flip(chance, body)


def another_header(chance: random.Random, request: Request) -> Request:
    """A header that Slack didn't write."""
    method, path, headers, body = request
    name = chance.choice(["X-Slack-Signature", "X-Slack-Request-Timestamp"])
    value = flip(chance, headers[name].encode()).decode("latin-1")
    return method, path, {**headers, name: value}, body


def no_header(chance: random.Random, request: Request) -> Request:
    """A header is missing, or is garbage."""
    method, path, headers, body = request
    name = chance.choice(["X-Slack-Signature", "X-Slack-Request-Timestamp"])
    garbage = "".join(chance.choices(string.printable, k=chance.randint(0, 80)))
    return method, path, {**headers, name: chance.choice(["", garbage, "v0=", "-1", "1e9", "\u00b2", "9" * 400])}, body


def another_time(chance: random.Random, request: Request) -> Request:
    """Signed, but too long ago, or too far ahead."""
    method, path, _, body = request
    return method, path, signed(body, NOW + chance.choice([-1, 1]) * chance.randint(301, 10**8)), body


def another_secret(chance: random.Random, request: Request) -> Request:
    """Signed by somebody else."""
    method, path, _, body = request
    return method, path, signed(body, NOW, "".join(chance.choices(string.hexdigits, k=32))), body


def another_sender(chance: random.Random, request: Request) -> Request:
    """Signed by Slack, for somebody who may not ask, or with words that are no command."""
    method, path, _, _ = request
    fields = chance.choice(
        [
            {"user_id": "U0STRANGER"},
            {"team_id": "T0OTHER"},
            {"channel_id": "C0OTHER"},
            {"user_id": ""},
            {"team_id": "*"},
        ]
    )
    body = form(chance.choice(["mute 1", "file", "status"]), URL, **fields)
    return method, path, signed(body, NOW), body


def garbled_words(chance: random.Random, request: Request) -> Request:
    """Signed by Slack, and no command."""
    method, path, _, _ = request
    words = "".join(chance.choices(string.printable + "\u00e9\u4e2d\U0001f4a3\x00", k=chance.randint(1, 60)))
    body = form(f"?{words}", chance.choice([URL, "http://127.0.0.1/", "", URL + "\n"]))
    return method, path, signed(body, NOW), body


def signed_garbage(chance: random.Random, request: Request) -> Request:
    """Signed by Slack, and no form."""
    method, path, _, _ = request
    body = chance.randbytes(chance.randint(0, 200))
    digest = hmac.new(SECRET.encode(), b"v0:%d:%b" % (NOW, body), hashlib.sha256).hexdigest()
    return method, path, {**signed(b"", NOW), "X-Slack-Signature": f"v0={digest}"}, body


def too_large(chance: random.Random, request: Request) -> Request:
    """Signed, and larger than a body may be."""
    method, path, _, body = request
    body += b"&x=" + b"y" * (LARGEST - len(body) + chance.randint(0, 9))
    return method, path, signed(body, NOW), body


def another_path(chance: random.Random, request: Request) -> Request:
    """Somewhere else, or by another method."""
    method, path, headers, body = request
    elsewhere = chance.choice(["/", "/slack/command/", "/slack//command", "/admin", "/alert/..", "/healthz/x", "/%00"])
    if chance.random() < 0.5:
        return chance.choice(["GET", "PUT", "DELETE", "PATCH", "HEAD", "BREW"]), path, headers, body
    return method, elsewhere, headers, body


def no_alert(chance: random.Random, request: Request) -> Request:
    """An alert without the secret, or with it and no alert in it."""
    if chance.random() < 0.3:
        token = chance.choice(
            [chance.randbytes(9), flip(chance, ALERT_SECRET.encode()), b"%ED%A0%80%FF", b"", b"&&=&;"]
        )
        return "POST", f"/alert?auth_token={token.decode('latin-1')}", {}, ALERT
    if chance.random() < 0.5:
        wrong = chance.choice([flip(chance, ALERT_SECRET.encode()).decode("latin-1"), "", ALERT_SECRET[:-1]])
        headers = chance.choice([{"Authorization": wrong}, {"Authorization": f"Basic {wrong}"}, {}])
        return "POST", "/alert", headers or basic("wrong"), ALERT
    body = chance.choice(
        [b"", b"[]", b"{" * 5000, ALERT[: chance.randrange(1, len(ALERT))], b'{"incident":7}', b"\xff"]
    )
    return "POST", "/alert", basic(ALERT_SECRET), body


MUTATIONS: tuple[Callable[[random.Random, Request], Request], ...] = (
    another_body, another_header, no_header, another_time, another_secret, another_sender, garbled_words,
    signed_garbage, too_large, another_path, no_alert,
)  # fmt: skip


def mutated(chance: random.Random) -> Request:
    """A request of Slack's, with something wrong."""
    body = form(chance.choice(["mute 1", "merge 1 2", "file api 1h", "status"]), URL)
    return chance.choice(MUTATIONS)(chance, ("POST", "/slack/command", signed(body, NOW), body))


def raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers as a server hands them on."""
    return [(name.lower().encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers.items()]


async def fuzz(asgi: Asgi, chance: random.Random) -> dict[int, int]:
    """How often each status came."""
    statuses: dict[int, int] = {}
    for _ in range(REQUESTS):
        method, path, headers, body = mutated(chance)
        cut = chance.randrange(len(body) + 1)
        status = await asgi.ask(method, path, raw(headers), [body[:cut], body[cut:]])
        statuses[status] = statuses.get(status, 0) + 1
    return statuses


def test_nothing_wrong_is_taken_and_nothing_breaks() -> None:
    """5,000 mutated requests: no 5xx, each is answered, nothing was taken or read; and a right one is taken."""
    asgi = Asgi()
    statuses = asyncio.run(fuzz(asgi, random.Random(20260304)))
    assert sum(statuses.values()) == REQUESTS
    assert set(statuses) == {200, 400, 401, 404, 405, 413}
    assert (asgi.taking.wishes, asgi.desk.done) == ([], [])
    body = form("mute 1", URL)
    assert asyncio.run(asgi.ask("POST", "/slack/command", raw(signed(body, NOW)), [body])) == 200
    assert len(asgi.taking.wishes) == 1


def test_a_replay_is_taken_once() -> None:
    """The same bytes a second time are refused; for as long as their time could pass."""
    asgi, body = Asgi(), form("mute 1", URL)
    headers = raw(signed(body, NOW + 299))

    async def twice() -> list[int]:
        first = await asgi.ask("POST", "/slack/command", headers, [body])
        second = await asgi.ask("POST", "/slack/command", headers, [body])
        asgi.now += 598
        return [first, second, await asgi.ask("POST", "/slack/command", headers, [body])]

    assert asyncio.run(twice()) == [200, 401, 401]
    assert len(asgi.taking.wishes) == 1


@pytest.mark.parametrize("name", [b"x-slack-signature", b"x-slack-request-timestamp"])
def test_a_header_that_comes_twice_is_none(name: bytes) -> None:
    """Which of two would count is nobody's to choose."""
    asgi, body = Asgi(), form("mute 1", URL)
    headers = raw(signed(body, NOW))
    twice = [*headers, next(header for header in headers if header[0] == name)]
    assert asyncio.run(asgi.ask("POST", "/slack/command", twice, [body])) == 401


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its deadline a request is answered with 408, whatever server stands before the application."""
    monkeypatch.setattr("bot.faces.slack.app.BODY_SECONDS", 0.05)
    asgi = Asgi()
    scope = {"type": "http", "method": "POST", "path": "/slack/command", "headers": [], "query_string": b""}
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(10)
        return {}

    async def send(event: Any) -> None:
        sent.append(event)

    asyncio.run(asgi.app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
