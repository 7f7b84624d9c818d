"""The relay as an ASGI application: `/slack/command`, `/alert`, `/healthz`."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import IncidentbotError, UnclearOutcome, UsageError
from bot.faces.slack import alerts, asking
from bot.faces.slack.alerts import BadAlert
from bot.faces.slack.asking import Asked, Garbled
from bot.faces.slack.commands import READS, Command, Help, parse
from bot.faces.slack.desk import Answer, Line, helped, refused
from bot.faces.slack.messages import message
from bot.faces.slack.patience import Patience
from bot.faces.slack.reading import Reader
from bot.faces.slack.responding import SLACK, Hooks
from bot.faces.slack.signing import Seen, Signed, is_signed
from bot.faces.slack.taking import Taken, Taker, Wish
from bot.settings import Slack

LARGEST = 65_536
"""Bytes of a request's body."""

BODY_SECONDS = 3.0
"""Within which a body has to be there: Slack waits no longer for the answer."""

ALERT_SECONDS = 8.0
"""Within which an alert is taken; Cloud Monitoring waits ten."""

COMMAND_SECONDS = 2.4
"""Within which a command is taken."""


class Refused(Exception):
    """A request that is answered with this status and no more."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Relay(msgspec.Struct, frozen=True):
    """What the application needs: the rules, who takes commands and who reads, and the clock (seconds).

    `hooks` is where answers may go, `lifespan` what is to live as long as the application.
    """

    rules: Slack
    taker: Taker
    reader: Reader
    clock: Callable[[], float]
    hooks: Hooks = SLACK
    lifespan: Callable[[], contextlib.AbstractAsyncContextManager[None]] = contextlib.nullcontext


def application(relay: Relay) -> ASGIApp:
    """The application; each answer closes its connection, so that no client keeps one."""
    desk = _Counter(relay)
    routes = [
        Route("/slack/command", desk.command, methods=["POST"]),
        Route("/alert", desk.alert, methods=["POST"]),
        Route("/healthz", _healthz, methods=["GET"]),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with relay.lifespan(), desk:
            yield

    app = Starlette(routes=routes, exception_handlers={Refused: _refuse}, lifespan=lifespan)
    app.router.redirect_slashes = False
    return _closing(app)


class _Counter:
    """Takes requests, one by one. A context manager: what is under way at the end may finish."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._secrets = tuple(secret.get_secret_value().encode() for secret in relay.rules.signing_secrets)
        self._seen = Seen()
        self._patience = Patience()

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        await self._relay.reader.finish()
        self._patience.close()

    async def command(self, request: Request) -> Response:
        """A slash command."""
        body = await _body(request)
        signed = Signed(_header(request, b"x-slack-request-timestamp"), _header(request, b"x-slack-signature"))
        now = self._relay.clock()
        if not is_signed(signed, body, self._secrets, now):
            raise Refused(401, "not signed by Slack, or not of these minutes")
        nonce = hashlib.sha256(signed.timestamp + b":" + signed.signature).hexdigest()
        if not self._seen.first(nonce, now):
            raise Refused(401, "came before")
        try:
            asked = asking.read(body, self._relay.hooks.host, self._relay.hooks.scheme)
        except Garbled as error:
            raise Refused(400, f"no slash command: {error}") from None
        return JSONResponse(await self._told(asked, nonce, now))

    async def _told(self, asked: Asked, nonce: str, now: float) -> dict[str, Any]:
        if no := asking.refusal(asked, self._relay.rules):
            return message(Answer(no, failed=True))
        try:
            command = parse(asked.text, int(now * 1e9))
        except UsageError as error:
            return message(refused(error))
        if isinstance(command, Help):
            return message(helped())
        if isinstance(command, READS):
            return await self._relay.reader.read(command, asked)
        return await self._taken(command, asked, nonce, now)

    async def _taken(self, command: Command, asked: Asked, nonce: str, now: float) -> dict[str, Any]:
        wish = Wish(command, asked.by, now, nonce, asked.response_url)
        try:
            taken = await self._patience.wait(lambda: self._relay.taker.take(wish), COMMAND_SECONDS)
        except IncidentbotError as error:
            return message(refused(error))
        if taken is None:
            raise Refused(401, "came before")
        return message(Answer(taken.said, _links(taken)))

    async def alert(self, request: Request) -> Response:
        """An alert of Cloud Monitoring's."""
        body = await _body(request)
        secret = self._relay.rules.alert_secret
        token = request.query_params.get("auth_token", "")
        wanted = secret.get_secret_value().encode() if secret else b""
        if not alerts.may_alert(wanted, _header(request, b"authorization"), token):
            raise Refused(401, "the shared secret is missing or wrong")
        now = self._relay.clock()
        try:
            alert = alerts.read_alert(body)
        except BadAlert as error:
            raise Refused(400, str(error)) from None
        command = alerts.command_of(alert, int(now * 1e9))
        if command is None:
            return PlainTextResponse("an alert that is over asks for nothing\n")
        nonce = hashlib.sha256(f"alert:{alert.incident_id}:{alert.started_at}".encode()).hexdigest()
        return await self._alerted(Wish(command, alerts.by(alert), now, nonce))

    async def _alerted(self, wish: Wish) -> Response:
        if not self._seen.first(wish.nonce, wish.received):
            return PlainTextResponse("taken before\n")
        try:
            taken = await self._patience.wait(lambda: self._relay.taker.take(wish), ALERT_SECONDS)
        except UnclearOutcome as error:
            return PlainTextResponse(f"{error}\n")
        except IncidentbotError as error:
            self._seen.forget(wish.nonce)
            return PlainTextResponse(f"{error}\n", 503, {"Retry-After": "30"})
        return PlainTextResponse(f"{taken.said if taken else 'taken before'}\n")


def _links(taken: Taken) -> tuple[Line, ...]:
    return (Line("its run", taken.url),) if taken.url else ()


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _refuse(_: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", error.status if isinstance(error, Refused) else 400)


def _header(request: Request, name: bytes) -> bytes:
    """The header's bytes; empty where it is missing or comes twice."""
    found = [value for key, value in request.scope["headers"] if key == name]
    return bytes(found[0]) if len(found) == 1 else b""


async def _body(request: Request) -> bytes:
    """The raw body. Raises Refused where it is too large or too slow."""
    stated = _header(request, b"content-length")
    if stated.isdigit() and int(stated[:12]) > LARGEST:
        raise Refused(413, f"a body has at most {LARGEST:,} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    raise Refused(413, f"a body has at most {LARGEST:,} bytes")
    except TimeoutError:
        raise Refused(408, "the body took too long") from None
    except ClientDisconnect:
        raise Refused(400, "the client went away") from None
    return bytes(body)


def _closing(app: ASGIApp) -> ASGIApp:
    """The application, each answer with `Connection: close`."""

    async def closed(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(event: Message) -> None:
            if event["type"] == "http.response.start":
                event = {**event, "headers": [*event.get("headers", ()), *_HEADERS]}
            await send(event)

        await app(scope, receive, sent)

    return closed


_HEADERS = ((b"connection", b"close"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
