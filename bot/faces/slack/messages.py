"""Answers as Slack takes them: Block Kit within its limits, everything escaped.

Source of the limits: https://docs.slack.dev/reference/block-kit/blocks
"""

import re
from collections.abc import Iterable
from typing import Any

from bot.faces.slack.desk import Answer, Line
from bot.text import slack
from bot.text.visible import visible

MOST_BLOCKS = 12
"""Sections of a message; Slack takes 50, and refuses what is too long as a whole."""

_CODE = re.compile(r"`([^`\n]{1,120})`")
_LINE = 300
_MORE = "… and more, which has no room here"

Message = dict[str, Any]


def message(answer: Answer, public: bool = False) -> Message:
    """The body to be posted: for everybody in the channel where it is `public` and was done, else for who asked."""
    first = _styled(answer.said, slack.TEXT_LIMIT)
    sections = _sections([first, *(_line(line) for line in answer.lines)])
    return {
        "response_type": "in_channel" if public and not answer.failed else "ephemeral",
        "text": first,
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in sections],
    }


def _line(line: Line) -> str:
    return f"• {slack.link(slack.text(line.text, _LINE), line.url)}" if line.url else f"• {_styled(line.text, _LINE)}"


def _styled(text: str, limit: int) -> str:
    """Escaped text; what stands between backticks is code, unless one of them is left over.

    It is redacted as a whole, before it is taken apart.
    """
    shown = visible(text)
    parts = _CODE.split(shown)
    if len(shown) > limit // 2 or any("`" in part for part in parts[::2]):
        return slack.text(shown, limit)
    styled = "".join(slack.code(part) if at % 2 else slack.text(part) for at, part in enumerate(parts) if part)
    styled = styled if styled.strip() else "(empty)"
    return styled if len(styled) <= limit else slack.text(shown, limit)


def _sections(lines: Iterable[str]) -> list[str]:
    """The lines, put together to as few texts as hold them; the last says so where there are too many."""
    sections: list[str] = []
    for line in lines:
        if sections and len(sections[-1]) + 1 + len(line) <= slack.TEXT_LIMIT:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    if len(sections) > MOST_BLOCKS:
        sections[MOST_BLOCKS - 1 :] = [_MORE]
    return sections
