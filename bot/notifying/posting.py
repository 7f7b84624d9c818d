"""One request to a service: JSON or a form out, JSON back; no redirect, no credentials of this machine's files."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import requests

from bot.notifying.interface import NotTold

_TIMEOUT = (3.0, 10.0)
_TRIES = 3
_LONGEST_PAUSE = 30.0

Sleep = Callable[[float], None]


class Reply(msgspec.Struct, frozen=True):
    """What came back: the HTTP status, and the JSON object; an empty one where it was none."""

    status: int
    body: dict[str, Any]


class Post:
    """Posts to one service, which people are told of as `who`; pauses as long as it asks for, half a minute at most."""

    def __init__(self, who: str, token: str = "", sleep: Sleep = time.sleep) -> None:
        self._who, self._token, self._sleep = who, token, sleep

    def json(self, url: str, body: Mapping[str, Any]) -> Reply:
        """Post an object as JSON. Raises NotTold where no answer came, or only that it is too busy or broken."""
        data = msgspec.json.encode(body)
        return self._sent(url, data, "application/json; charset=utf-8")

    def form(self, url: str, fields: Mapping[str, str]) -> Reply:
        """Post fields as a form; as `json` otherwise."""
        return self._sent(url, dict(fields), "application/x-www-form-urlencoded")

    def _sent(self, url: str, data: bytes | dict[str, str], kind: str) -> Reply:
        for attempt in range(1, _TRIES + 1):
            answer = self._once(url, data, kind)
            if answer.status_code == 429 and attempt < _TRIES:
                self._sleep(_pause(answer))
            elif answer.status_code == 429 or answer.status_code >= 500:
                break
            else:
                return Reply(answer.status_code, _object(answer))
        raise NotTold(f"{self._who} answered {answer.status_code}; the next run tries again.")

    def _once(self, url: str, data: bytes | dict[str, str], kind: str) -> requests.Response:
        try:
            with requests.Session() as session:
                return session.post(
                    url,
                    data=data,
                    headers={"Content-Type": kind},
                    auth=self._sign,
                    timeout=_TIMEOUT,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            raise NotTold(f"{self._who} can't be reached ({type(error).__name__}); the next run tries again.") from None

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """With the token, where there is one; what is in a .netrc file is nobody's business here."""
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _pause(answer: requests.Response) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked[:6]), _LONGEST_PAUSE) if asked.isascii() and asked.isdecimal() else 1.0


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer.content, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
