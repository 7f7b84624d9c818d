"""Health URLs, asked once: whether they answer well, and how quickly."""

import http.client
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.errors import UsageError
from bot.model.fix import Check, Outcome

SECONDS = 10.0

_LATE = "no answer within {:g} s"


def asked(url: str, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> Check:
    """What a URL answers to GET: passed with 2xx after redirects. The body isn't read. Raises UsageError.

    `ENV=https://...` says for which environment it stands; the check's name begins with that. `seconds` bound the whole
    answer, however slowly it drips; http and https alone are asked, and no user name goes along.
    """
    name, address = split(url)
    told: list[tuple[Outcome, str]] = []
    begun = clock()
    thread = threading.Thread(target=lambda: told.append(_answer(address, seconds)), daemon=True)
    thread.start()
    thread.join(seconds)
    outcome, detail = told[0] if told else (Outcome.FAILED, _LATE.format(seconds))
    return Check(name, outcome, "health", detail, clock() - begun)


def _answer(address: str, seconds: float) -> tuple[Outcome, str]:
    request = urllib.request.Request(address, headers={"User-Agent": "incidentbot", "Accept": "*/*"})
    try:
        with _opener().open(request, timeout=seconds) as answer:
            status = int(answer.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        status = refusal.code
    except (OSError, http.client.HTTPException, ValueError) as failure:
        return Outcome.FAILED, _failure(failure, seconds)
    return Outcome.PASSED if 200 <= status < 300 else Outcome.FAILED, f"HTTP {status}"


def split(url: str) -> tuple[str, str]:
    """(what to call it, the address) of a health URL; what it is called has no query. Raises UsageError."""
    label, equals, rest = url.partition("=")
    if not equals or "/" in label or ":" in label:
        label, rest = "", url
    try:
        parts = urlsplit(rest)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or True)
    except ValueError:
        usable = False
    if not usable or not rest.isascii() or any(char <= " " or char == "\x7f" for char in rest):
        raise UsageError("--health is no address: give one like https://shop.example/healthz or production=https://...")
    if parts.username is not None:
        raise UsageError("--health holds a user name: give an address that anybody may ask.")
    shown = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return f"{label} {shown}".strip(), rest


def _opener() -> urllib.request.OpenerDirector:
    """No handler for files or FTP, wherever a redirect leads."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _failure(failure: Exception, seconds: float) -> str:
    reason = failure.reason if isinstance(failure, urllib.error.URLError) else failure
    if isinstance(reason, TimeoutError):
        return _LATE.format(seconds)
    if isinstance(reason, socket.gaierror):
        return "its host isn't known"
    if isinstance(reason, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(reason, str):
        return "it leads to what is not HTTP"
    return f"no answer: {type(reason).__name__}"
