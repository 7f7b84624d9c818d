"""A text of several lines that is cut keeps both its ends, and says what is missing."""

from hypothesis import given
from hypothesis import strategies as st

from bot.text.visible import cut, cut_middle, visible

MARK = 64


@given(st.lists(st.text(alphabet="ab \t<", max_size=30), max_size=60), st.integers(20, 400))
def test_both_ends_stay_and_nothing_grows(lines: list[str], limit: int) -> None:
    """What is kept is a beginning and an end of the text, at most the limit and a mark; a short text stays whole."""
    text = "\n".join(lines)
    kept, whole = cut_middle(text, limit).raw, visible(text)
    assert len(kept) <= max(limit + MARK, 0)
    if len(whole) <= limit:
        assert kept == whole
    elif "more characters]\n" in kept:
        begin, _, end = kept.partition("… [cut: ")
        assert whole.startswith(begin)
        assert whole.endswith(end.partition("]\n")[2])


def test_one_long_line_is_cut_at_its_end() -> None:
    """Without a line's end to cut at there is no middle."""
    assert cut_middle("x" * 900, 100) == cut("x" * 900, 100)


def test_the_missing_part_is_counted() -> None:
    """The mark has a line of its own, and says how many characters are gone."""
    text = "Traceback\n" + "  line\n" * 100 + "ValueError: no price"
    kept = cut_middle(text, 100).raw
    assert kept.startswith("Traceback\n  line\n")
    assert kept.endswith("  line\nValueError: no price")
    gone = int(kept.partition("[cut: ")[2].partition(" ")[0])
    assert len(kept) - len(f"… [cut: {gone} more characters]\n") + gone == len(text)
