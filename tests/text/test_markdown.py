"""Untrusted text in Markdown: cmark-gfm, which GitHub uses, finds nothing in it but code."""

import re
import unicodedata

import pytest
from hypothesis import given, settings

from bot.text.markdown import block, cell, code, mermaid, prose, sentence, words
from bot.text.untrusted import Untrusted
from bot.text.visible import cut, visible
from tests.text.hostile import TEXT
from tests.text.rendering import Page

QUICK = settings(max_examples=100, deadline=None)


@QUICK
@given(TEXT)
def test_a_block_is_code_and_nothing_else(text: str) -> None:
    """Whatever the text, what follows the block is outside of it, and only code is inside."""
    page = Page(f"before\n\n{block(text, 'text')}\n\nafter")
    assert set(page.tags) == {"p", "pre", "code"}
    assert "".join(page.prose).split() == ["before", "after"]
    assert page.tags.count("pre") == 1


@QUICK
@given(TEXT)
def test_a_span_is_code_on_one_line(text: str) -> None:
    """A span holds the whole visible text, on one line, and nothing in it is alive."""
    assert "\n" not in code(text)
    page = Page(f"before {code(text)} after")
    assert page.tags == ["p", "code"]
    assert page.code == [" ".join(visible(text).split()) or "(empty)"]


@QUICK
@given(TEXT, TEXT)
def test_a_cell_keeps_to_its_column(one: str, other: str) -> None:
    """A table with two hostile cells has exactly these two."""
    page = Page(f"| a | b |\n|---|---|\n| {cell(one)} | {cell(other)} |\n")
    assert page.tags.count("td") == 2
    assert page.tags.count("tr") == 2
    assert len(page.code) == 2
    assert not {"a", "img", "b", "script", "comment"} & set(page.tags)


@QUICK
@given(TEXT)
def test_sentence_is_inert_or_code(text: str) -> None:
    """A phrase is left as it is only where nothing in it can come alive."""
    for table in (False, True):
        page = Page(f"x {sentence(text, table)} y")
        assert set(page.tags) <= {"p", "code"}
        assert not page.alive


def test_sentence_keeps_its_words_and_marks_its_names() -> None:
    """Our words stay as they are, and each name in backticks becomes a code span."""
    assert sentence("The fix runs on `api-00042`, since 20:10.") == "The fix runs on `api-00042`, since 20:10."
    assert sentence("on `a|b`.", table=True) == "on `a\\|b`."


@QUICK
@given(TEXT)
def test_prose_is_inert_or_code(text: str) -> None:
    """A phrase is left as it is only where nothing in it can come alive."""
    for table in (False, True):
        page = Page(f"x {prose(text, table)} y")
        assert set(page.tags) <= {"p", "code"}
        assert not page.alive


@pytest.mark.parametrize("text", ["6 of 6 times, within 3 ms", "the root's text; seen (twice)"])
def test_plain_phrases_stay_plain(text: str) -> None:
    """English from the bot itself isn't set in code."""
    assert prose(text) == text


@pytest.mark.parametrize(
    "text", ["see @octocat", "GH-12", "www.a.example", "fix 0123abc", ":bug:", "a_b", "1. x", "", "#4"]
)
def test_what_github_links_is_set_in_code(text: str) -> None:
    """Mentions, references, commits, addresses, emoji and Markdown are code, whatever stands around them."""
    assert prose(text).startswith("`")


@pytest.mark.parametrize("size", [1, 3, 79, 99, 100, 254, 255, 256, 1000])
def test_runs_of_backticks_of_any_length_end_no_code(size: int) -> None:
    """GitHub breaks fences at 255 and spans at 80 backticks; neither limit is reached."""
    ticks = "`" * size
    for shown in (block(f"a\n{ticks}\n# b"), f"x {code(f'a {ticks} b')} y"):
        assert not {"h1", "a"} & set(Page(shown).tags)
        assert ticks in Page(shown).code[0]


def test_spans_with_every_length_of_run_are_still_code() -> None:
    """A text with runs of 1 to 30 backticks leaves no short delimiter; the backticks become escapes."""
    text = " ".join("`" * size for size in range(1, 31))
    assert Page(code(text)).tags == ["p", "code"]
    assert r"\u0060" in code(text)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t"])
def test_blank_text_is_said_to_be_empty(text: str) -> None:
    """Nothing is never shown as nothing."""
    assert code(text) == "`(empty)`"
    assert block("" if text != " " else "\n").count("(empty)") == 1


def test_lines_that_bots_take_for_commands_dont_begin_so() -> None:
    """`/close` inside a fence doesn't stand at a line's start; a comment marker of ours can't be forged."""
    shown = block("/close\n/app/main.py:3\n<!-- incidentbot -->")
    assert not re.search(r"^/", shown, re.MULTILINE)
    assert "<!--" not in shown


def test_nothing_hidden_stays_hidden() -> None:
    """Every format, control, surrogate and private character of Unicode is visible in what we write."""
    hidden = [
        chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cf", "Cc", "Cs", "Co", "Zl", "Zp")
    ]
    shown = visible("".join(char for char in hidden if char not in "\n\t"))
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert r"\u202e" in shown
    assert r"\U000e0041" in shown
    assert visible("a\r\nb\rc\vd\fe\x85f\u2028g\u2029h").split("\n") == list("abcdefgh")
    assert visible("\x1b[1;31mred\x1b[0m") == "red"


@QUICK
@given(TEXT)
def test_making_visible_twice_changes_nothing(text: str) -> None:
    """Text may be cut first and escaped later; the result can always be encoded."""
    assert visible(visible(text)) == visible(text)
    visible(text).encode()


@QUICK
@given(TEXT)
def test_a_title_is_one_short_line(text: str) -> None:
    """At most 256 characters, no control, no code."""
    shown = words(text * 20)
    assert 0 < len(shown) <= 256
    assert shown.isprintable()
    assert "`" not in shown
    assert len(shown) < 256 or shown.endswith("…") or len(" ".join(visible(text * 20).split())) == 256


@QUICK
@given(TEXT)
def test_a_label_stays_within_its_quotes(text: str) -> None:
    """No quote, bracket, backtick, tag, directive or line break is left in a Mermaid label."""
    assert not set(mermaid(text)) & set('"`<>[]{}|%&\n\\*_~@')
    assert not re.match(r"(\d+\.|[-+*])\s", mermaid(text))
    assert not re.search(r"#(?!\d+;)", mermaid(text))
    assert len(re.sub(r"#\d+;", "x", mermaid(text))) <= 80


def test_cut_says_how_much_is_gone_and_ends_after_a_line() -> None:
    """The mark counts the characters that aren't shown; a line isn't torn where one ends near."""
    text = "x" * 90 + "\n" + "y" * 2_000
    assert cut(text, 100) == Untrusted("x" * 90 + "\n… [cut: 2,000 more characters]")
    assert cut("x" * 1_334, 100) == Untrusted("x" * 100 + "… [cut: 1,234 more characters]")
    assert cut("short", 100) == Untrusted("short")


def test_secrets_are_gone_from_every_form() -> None:
    """Redaction has its place in each escaping function."""
    for escape in (block, code, cell, prose, sentence, words, mermaid):
        assert "hunter2" not in escape(Untrusted("password=hunter2"))
    assert "hunter2" not in cut("password=hunter2", 50).raw


@pytest.mark.parametrize("start", ["GH-2 and on", "deadbee1 and on", "mailto:a and on"])
@pytest.mark.parametrize("before", ["", "`name`", "`name` "])
def test_a_sentence_is_judged_from_its_first_letter(start: str, before: str) -> None:
    """A reference, commit or address that begins a sentence, or follows a name, is as dead as one within."""
    page = Page(sentence(before + start))
    assert page.alive == []
    assert [text for text in page.prose if text.strip()] == []
