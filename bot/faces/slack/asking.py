"""What a slash command's request says, and whether whoever sent it may ask.

Source of the fields: https://docs.slack.dev/interactivity/implementing-slash-commands
"""

import re
from urllib.parse import parse_qsl, urlsplit

import msgspec

from bot.settings import Slack

EVERY = "*"
_ID = re.compile(r"[A-Z0-9]{1,32}")
_NAME = re.compile(r"[^\w. @-]+")
_MOST_FIELDS = 64


class Garbled(Exception):
    """A signed request that isn't what Slack sends."""


class Asked(msgspec.Struct, frozen=True):
    """One slash command: ids of workspace, channel and user, the user's name, the words, and where to answer."""

    workspace: str
    channel: str
    user: str
    name: str
    text: str
    response_url: str

    @property
    def by(self) -> str:
        """Who asks, as an issue records it: the id counts, names change."""
        return f"{self.name} ({self.user} in Slack)" if self.name else f"{self.user} in Slack"


def read(body: bytes, host: str, scheme: str = "https") -> Asked:
    """The command in a request's form. `host` and `scheme` are where answers may go. Raises Garbled."""
    try:
        fields = dict(
            parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
        )
    except ValueError:
        raise Garbled("no form") from None
    asked = Asked(
        fields.get("team_id", ""),
        fields.get("channel_id", ""),
        fields.get("user_id", ""),
        _NAME.sub("", fields.get("user_name", ""))[:40],
        fields.get("text", ""),
        fields.get("response_url", ""),
    )
    if not all(_ID.fullmatch(one) for one in (asked.workspace, asked.channel, asked.user)):
        raise Garbled("ids are missing")
    if not is_answerable(asked.response_url, host, scheme):
        raise Garbled("its response_url is not Slack's")
    return asked


def is_answerable(url: str, host: str, scheme: str = "https") -> bool:
    """Whether an answer may be sent there: this scheme, exactly this host (with its port, if it has one), no user."""
    if not url.isascii() or not url.isprintable() or any(char in url for char in " \\") or len(url) > 1_000:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == scheme and parts.netloc == host and len(parts.path) > 1


def refusal(asked: Asked, rules: Slack) -> str:
    """Why this person may not ask here, and whom to ask; "" where everything is allowed."""
    missing = [
        f"`{one}` to `slack.{name}`"
        for name, one, allowed in (
            ("workspaces", asked.workspace, rules.workspaces),
            ("channels", asked.channel, (*rules.channels, *_every(asked.channel, rules.channels))),
            ("users", asked.user, (*rules.users, *_every(asked.user, rules.users))),
        )
        if one not in allowed
    ]
    if not missing:
        return ""
    return f"You may not ask me here. Ask {rules.contact} to add {' and '.join(missing)} in incidentbot's settings."


def _every(one: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    return (one,) if EVERY in allowed else ()
