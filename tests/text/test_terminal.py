"""Untrusted text in terminals and Action logs commands neither."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.terminal import line

PIECES = st.sampled_from(
    ["::error::", "::", ":", "##[", "##[group]", "#", "[", " ", "\n", "\r", "\x1b[2J", "\x9b", "\u00a0", "a", "\ufeff"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_no_command_and_no_escape_sequence_survives(text: str) -> None:
    """One printable line that the runner parses no command in."""
    shown = line(text)
    assert shown.isprintable()
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown


@pytest.mark.parametrize("text", ["std::vector failed", "a ::b", "### [x]"])
def test_harmless_text_stays(text: str) -> None:
    """Names with colons in the middle are readable."""
    assert line(text) == text
