"""Answers keep Slack's limits, and nothing in them comes alive."""

import json
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.faces.slack.desk import Answer, Line
from bot.faces.slack.messages import MOST_BLOCKS, message
from bot.text.slack import TEXT_LIMIT
from tests.text.hostile import TEXT
from tests.text.test_slack import PIECES

SAID = st.lists(PIECES, max_size=12).map("".join) | TEXT
URL = "https://github.com/acme/shop/issues/12"


@settings(max_examples=30, deadline=None)
@given(SAID, st.lists(SAID, max_size=6), st.integers(1, 60))
def test_every_message_is_within_limits(said: str, lines: list[str], times: int) -> None:
    """At most so many blocks, each text in its limit, and nothing that JSON can't hold."""
    shown = message(Answer(said * times, tuple(Line(line * times, URL) for line in lines * 20)), public=True)
    json.dumps(shown).encode()
    assert len(shown["blocks"]) <= MOST_BLOCKS
    assert all(0 < len(block["text"]["text"]) <= TEXT_LIMIT for block in shown["blocks"])
    assert len(shown["text"]) <= TEXT_LIMIT


@settings(max_examples=100, deadline=None)
@given(SAID, SAID)
@example("", "```mailto:a@b`c`")
def test_only_our_links_are_alive(said: str, line: str) -> None:
    """The one control sequence is the link that the bot itself made."""
    shown = message(Answer(said, (Line(line, URL), Line(line))))
    for block in shown["blocks"]:
        text = block["text"]["text"]
        assert all(found.startswith(f"{URL}|") for found in re.findall(r"<([^<>]*)>", text))
        assert "@" not in re.sub(r"@\u2060|@\s|@$", "", re.sub(r"`[^`]*`", "", text))


def test_an_address_that_is_none_is_no_link() -> None:
    """What isn't plain letters of an address stays text."""
    for url in ("", "javascript:alert(1)", "https://e.example/a|b", "https://e.example/>", "https://e.example/ x"):
        assert "<" not in message(Answer("x", (Line("text", url),)))["blocks"][0]["text"]["text"]


def test_commands_are_shown_as_code_and_secrets_not_at_all() -> None:
    """What stands between backticks is code; a secret is gone even where backticks would take it apart."""
    shown = message(Answer("say `mute 12`, not password=`hunter2secret`"))["blocks"][0]["text"]["text"]
    assert "`mute 12`" in shown
    assert "hunter2" not in shown


def test_failures_are_for_who_asked() -> None:
    """Everybody sees what was done; what wasn't done is told to one."""
    assert message(Answer("done"), public=True)["response_type"] == "in_channel"
    assert message(Answer("not done", failed=True), public=True)["response_type"] == "ephemeral"
    assert message(Answer("a list"))["response_type"] == "ephemeral"
