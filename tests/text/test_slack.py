"""Untrusted text in Slack's mrkdwn comes alive nowhere."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import slack
from tests.text.hostile import TEXT

PIECES = st.sampled_from(
    ["<!channel>", "<!here|x>", "<@U123>", "<#C123>", "<https://e.example|ok>", "https://e.example", 
     "www.e.example",
     "e.example", "a@e.example", "mailto:a@b", "tel:+1", "@here", "#general", ":bug:", "*b*", "_i_", "~s~",
     "`c`", "```",
     "> q", "&amp;", "&lt;!channel&gt;", "\n", " ", "<", ">", "&"]
)  # fmt: skip
SAID = st.lists(PIECES, max_size=10).map("".join) | TEXT


def plain(escaped: str) -> str:
    """What Slack shows of escaped text, once its own markup is looked for."""
    assert not re.search(r"[<>]", escaped)
    assert not re.search(r"&(?!(?:amp|lt|gt);)", escaped)
    return escaped


@settings(max_examples=150, deadline=None)
@given(SAID)
def test_nothing_is_linked_told_or_styled(said: str) -> None:
    """No control sequence, address, mention, emoji or style that Slack would find."""
    shown = plain(slack.text(said))
    assert not re.search(
        r"(?:^|\s)@\w|//[\w.]|www\.\w|[a-z0-9]\.[a-z]{2}|\w@\w|:\w+:|\*\w|(?<![\\])_\w+_|~\w+~|`\w", shown
    )


@settings(max_examples=150, deadline=None)
@given(SAID)
def test_code_stays_code(said: str) -> None:
    """No backtick ends a span early, none ends a block."""
    span, block = plain(slack.code(said)), plain(slack.block(said))
    assert span.count("`") == 2
    assert "\n" not in span
    assert block.startswith("```\n")
    assert block.endswith("\n```")
    assert block.count("```") == 2


@settings(max_examples=100, deadline=None)
@given(SAID, st.integers(20, 60))
def test_a_limit_tears_no_entity(said: str, limit: int) -> None:
    """Slack's limits hold for the escaped text, and every `&` begins an entity."""
    assert len(plain(slack.text(said * 9, limit))) <= limit
    assert len(plain(slack.code(said * 9, limit))) <= limit
    assert len(plain(slack.block(said * 9, limit))) <= limit


def test_secrets_are_gone_from_slack_too() -> None:
    """Redaction has its place here as everywhere."""
    assert all("hunter2" not in form("password=hunter2") for form in (slack.text, slack.code, slack.block))
