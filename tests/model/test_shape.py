"""What depends on a text's shape alone: digits may be changed for others, and nothing else."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bot.model.severity import TEXT_READ, from_text
from bot.model.shape import shape_of
from tests.text.hostile import TEXT

PIECES = (
    "E0915 20:51:00.1 7 a.go:3] ",
    "2025-09-15 ",
    "ERROR ",
    "[info] ",
    "level=3 ",
    "level=warn ",
    "10 ",
    "12:00:01 ",
)
LINES = st.lists(st.sampled_from(PIECES) | TEXT, max_size=5).map("".join)


def redrawn(text: str, seed: int) -> str:
    """The text with other ASCII digits in the places of its own."""
    choose = random.Random(seed)
    return "".join(choose.choice("0123456789") if one in "0123456789" else one for one in text)


@given(TEXT, st.integers())
def test_digits_do_not_show(text: str, seed: int) -> None:
    """Texts that differ in digits have one shape, as long as the text; any other difference shows."""
    assert shape_of(redrawn(text, seed)) == shape_of(text)
    assert len(shape_of(text)) == len(text.encode("utf-8", "surrogatepass"))
    assert shape_of(f"{text}a") != shape_of(f"{text}b")


@given(LINES, st.integers())
def test_a_level_needs_the_shape_alone(text: str, seed: int) -> None:
    """What a line that is no JSON says of its own level doesn't hang on any digit's value."""
    line = text if not text.startswith("{") else f"x{text}"
    assert from_text(line) == from_text(redrawn(line, seed)) == from_text(redrawn(line[:TEXT_READ], seed))
