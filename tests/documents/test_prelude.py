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
        "17:25:00.944 ERROR o.a.c.c.C.[.[.[.[dispatcherServlet]#175 TraceID: 62 SpanID: 61 ",
        "2026-01-02 18:50:35 | WARNING  | core.authentication:get_current_user:140 - ",
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


def test_brackets_that_are_all_there_is_are_what_was_said() -> None:
    """Nothing follows them: they are no prelude."""
    said = "[getSoldTickets][Seat][No content][train number: Z1234"
    assert without_prelude(f"17:24:15.669 WARN o.s.Orders#72 TraceID: 38 SpanID: ce {said}") == said


@pytest.mark.parametrize("cut_off", ["", '", "line": 7}', "\\"])
def test_of_a_line_of_json_it_is_the_message(cut_off: str) -> None:
    """Also where the line was cut; another object stays as it is."""
    line = '{"level": "WARNING", "message": "' + SAID + cut_off
    assert without_prelude(line) == SAID
    assert without_prelude('{"level": "WARNING", "carts": 0}') == '{"level": "WARNING", "carts": 0}'
