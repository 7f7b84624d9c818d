"""What a logger sets before a line is dropped from a title, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.prelude import without_prelude

SAID = "cart of the user is gone"


@pytest.mark.parametrize(
    "before",
    [
        "17:24:11.280 WARN o.s.Cart#361 TraceID: 9f3a SpanID: 4e [x] ",
        "2026-01-10 12:00:00,123 ERROR [main] com.acme.Cart - ",
        "2026-01-10T12:00:00.000Z  WARN 1 --- [nio-8080-exec-1] c.acme.Cart : ",
        "[2026-01-10 12:00:00 +0000] [11] [ERROR] ",
        "ERROR: ",
        "WARNING:cart.views:",
        "INFO 2026/01/10 12:00:00 ",
    ],
)
def test_a_prelude_is_dropped(before: str) -> None:
    """Times, levels, logger names and ids of the usual loggers go; what was said stays."""
    assert without_prelude(before + SAID).endswith(SAID)
    assert len(without_prelude(before + SAID)) <= len(SAID) + len("cart.views:")


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        "db.internal.example refused the connection",
        "java.lang.IllegalStateException: no cart",
        "[cart] user has no cart",
        "Error calling cart",
        "ERROR: x",
        "",
    ],
)
def test_what_was_said_stays(text: str) -> None:
    """A host, an exception's type or a bracket that begins a sentence is no prelude; nor is all there is."""
    assert without_prelude(text) == text


@given(st.text(alphabet="0123456789:-.[]TZ aERRORWNIFO#\n", max_size=400))
def test_the_rest_is_an_end_of_the_text(text: str) -> None:
    """Whatever the line, the title is an end of it, never made up, and found at once."""
    assert text.strip().endswith(without_prelude(text).strip())
