"""Untrusted text in Slack's mrkdwn: no channel, person or link comes alive.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

import re

from bot.text.untrusted import Untrusted
from bot.text.visible import visible

TEXT_LIMIT = 3_000
"""Characters of the text of a section."""

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ZERO_WIDTH = "\u2060"
_LINKED = re.compile(
    r"(?:[a-z][a-z0-9+-]*:)?//(?=\S)|www\.(?=\S)|(?<=\S)@(?=\S)|(?<=[a-z0-9-])\.(?=[a-z]{2})|\b(?:mailto|tel):",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[\w.:-]+(?:/[\w./#-]*)?", re.ASCII)
_SPECIAL = re.compile(r"[@#:*_~`](?=\S)|(?<=\S)[*_~`:]|^(?=[>•-])", re.MULTILINE)


def text(said: str | Untrusted, limit: int = TEXT_LIMIT) -> str:
    """Text within a message: no mention, command to notify, link, emoji or style, at most `limit` characters.

    `&`, `<` and `>` are entities, so that `<!channel>` and `<https://...|...>` are letters; a word joiner (U+2060),
    which nobody sees, keeps Slack from finding addresses, names, emoji and styles in what remains.
    """
    shown = visible(said)
    dead = _SPECIAL.sub(lambda found: found[0] + _ZERO_WIDTH, _LINKED.sub(lambda found: found[0] + _ZERO_WIDTH, shown))
    return _cut("".join(_ESCAPES.get(char, char) for char in dead), limit)


def code(said: str | Untrusted, limit: int = TEXT_LIMIT) -> str:
    """A code span on one line; backticks, which Slack has no escape for, become quotes."""
    shown = " ".join(visible(said).replace("`", "'").split()) or "(empty)"
    return f"`{_cut(''.join(_ESCAPES.get(char, char) for char in shown), limit - 2)}`"


def block(said: str | Untrusted, limit: int = TEXT_LIMIT) -> str:
    """A code block; runs of three backticks, which would end it, become quotes."""
    shown = visible(said).replace("```", "'''").strip("\n`") or "(empty)"
    return f"```\n{_cut(''.join(_ESCAPES.get(char, char) for char in shown), limit - 8)}\n```"


def link(label: str, url: str) -> str:
    """Escaped text that leads somewhere when it is clicked; the text alone where the address is no plain https one."""
    return f"<{url}|{label.replace('|', '¦')}>" if _ADDRESS.fullmatch(url) else label


def _cut(escaped: str, limit: int) -> str:
    """At most `limit` characters, the last an ellipsis where more were there; no entity is torn."""
    if len(escaped) <= limit:
        return escaped
    kept = escaped[: limit - 1]
    entity = kept.rfind("&")
    return (kept[:entity] if entity > kept.rfind(";") else kept) + "…"
