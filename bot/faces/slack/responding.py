"""Answers to a command's response_url: at most five, within thirty minutes, never anywhere else.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from collections.abc import Callable
from typing import Any

import msgspec
import requests

from bot.faces.slack.asking import is_answerable

USES = 5
LIFE = 30 * 60.0
"""Seconds that a response_url can be used."""

PAUSES = (2.0, 10.0, 60.0, 300.0)
"""Seconds between the uses, if the one before failed."""

_TIMEOUT = (3.0, 5.0)
_LONGEST_PAUSE = 600.0


class Hooks(msgspec.Struct, frozen=True):
    """Where answers may go. No setting changes it: only code that builds a relay of its own, such as a test."""

    host: str = "hooks.slack.com"
    scheme: str = "https"


SLACK = Hooks()


class Sent(msgspec.Struct, frozen=True):
    """How one use ended: `problem` is "" where Slack took it, `again` in how many seconds it may be tried once more."""

    problem: str = ""
    again: float | None = None


class Responder:
    """Posts messages; one use each, and no redirect is followed."""

    def __init__(self, hooks: Hooks = SLACK, session: Callable[[], requests.Session] = requests.Session) -> None:
        self.hooks = hooks
        self._session = session

    def send(self, url: str, message: dict[str, Any], use: int) -> Sent:
        """Post a message; `use` is the number of this try, from 1."""
        if not is_answerable(url, self.hooks.host, self.hooks.scheme):
            return Sent("its response_url is not Slack's")
        again = PAUSES[use - 1] if use <= len(PAUSES) else None
        try:
            with self._session() as session:
                answer = session.post(
                    url, json=message, timeout=_TIMEOUT, allow_redirects=False, auth=_without_credentials
                )
        except requests.RequestException as error:
            return Sent(f"Slack can't be reached ({type(error).__name__})", again)
        if answer.status_code == 200:
            return Sent()
        if answer.status_code == 429 or answer.status_code >= 500:
            return Sent(f"Slack answered {answer.status_code}", _pause(answer, again))
        return Sent(f"Slack refused it with {answer.status_code}")


def _without_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """What is in a .netrc file is nobody's business here."""
    return request


def _pause(answer: requests.Response, again: float | None) -> float | None:
    asked = answer.headers.get("Retry-After", "")
    if again is None or not asked.isdecimal():
        return again
    return min(max(again, float(asked[:6])), _LONGEST_PAUSE)
