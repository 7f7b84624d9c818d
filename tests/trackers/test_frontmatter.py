"""Front matter: exact where the bot writes, lenient where a person did."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.trackers import frontmatter
from bot.trackers.frontmatter import Broken

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NASTY = st.text(st.sampled_from(list("-:#'\"\\[]{}|>&*!%@`,? \t\n\r\x00\x07\x85\xa0\u2028\ufeff\x1b世e\u0301🚒~=<0")))


@given(body=TEXTS | NASTY | st.lists(st.sampled_from(["---", "\n", "\r\n", "\r", " ", "x", "\ufeff"])).map("".join))
@example(body="\n")
@example(body="\r\n---\r\n")
@example(body="\ufeff---\n---")
def test_any_body_comes_back(body: str) -> None:
    """A body is read back character for character, whatever line ends, rules or blanks it has."""
    page = frontmatter.parse(frontmatter.render("number: 1\n", body))
    assert page is not None
    assert (page.fields, page.body) == ({"number": "1"}, body)


@given(text=TEXTS | NASTY, texts=st.lists(TEXTS | NASTY))
@example(text="---", texts=["---"])
@example(text="a\x85b\u2028c\ufeff", texts=["true", "1", "", "null", "a, b"])
def test_any_text_comes_back(text: str, texts: list[str]) -> None:
    """Any title and any list of labels is read back as it was, on one line each."""
    head = frontmatter.dump({"title": text, "labels": texts})
    assert head.count("\n") == 2
    assert frontmatter.load(head) == {"title": text, "labels": texts}


@given(title=TEXTS | NASTY, labels=st.lists(TEXTS | NASTY))
def test_an_edit_changes_its_keys_alone(title: str, labels: list[str]) -> None:
    """Whatever is written into a person's head, comments, unknown keys and their spelling stay byte for byte."""
    rest = "\n\n# keep\nversion: 1.10 # as is\nstate: {} # why\n"
    head = "# ours\nnumber: 01\ntitle: >-\n  two\n  lines\nlabels:\n- a" + rest.format("open")
    edited = frontmatter.edit(head, {"title": title, "labels": labels, "state": "closed", "locked": True})
    want = {"number": "01", "title": title, "labels": labels, "version": "1.10", "state": "closed", "locked": "true"}
    assert frontmatter.load(edited) == want
    assert edited.startswith("# ours\nnumber: 01\ntitle: ")
    assert edited.endswith(rest.format("closed") + "locked: true\n")


@pytest.mark.parametrize("head", ["{number: 1, title: x, due: soon}\n", "? title\n: x\ndue: soon", "due: soon\r\n"])
def test_an_edit_of_an_unusual_head(head: str) -> None:
    """A head in another of YAML's spellings keeps its keys and gets the new value."""
    edited = frontmatter.load(frontmatter.edit(head, {"title": "a, b}"}))
    assert (edited["title"], edited["due"]) == ("a, b}", "soon")


def test_removing_a_key_removes_its_line() -> None:
    """None takes the whole line, with its comment; a key that isn't there stays away."""
    assert frontmatter.edit("a: 1\nb: 2 # x\nc: 3\n", {"b": None, "d": None}) == "a: 1\nc: 3\n"


def test_windows_line_ends() -> None:
    """A file whose head was saved with CRLF had its body converted too, so both are read with LF; a BOM is no text."""
    page = frontmatter.parse("\ufeff---\r\ntitle: x\r\n---\r\n\r\none\r\ntwo\r\n".encode())
    assert page is not None
    assert (page.fields, page.body) == ({"title": "x"}, "one\ntwo\n")


def test_scalars_stay_text() -> None:
    """What a person wrote without quotes is the text they wrote, not a date, a float or a boolean."""
    assert frontmatter.load("a: 1.10\nb: no\nc: 2025-09-15\nd:\ne: 0x1F\n") == {
        "a": "1.10",
        "b": "no",
        "c": "2025-09-15",
        "d": "",
        "e": "0x1F",
    }


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"---\ntitle: x\n", "not closed"),
        (b"---\ntitle: x: y\n---\n", "line 2"),
        (b"---\n<<<<<<< HEAD\ntitle: x\n=======\n---\n", "not YAML"),
        (b"---\n- a\n---\n", "key: value"),
        (b"---\ntitle: \xff\n---\n", "byte 12 is not UTF-8"),
        (b"---\ntitle: \x07\n---\n", "not YAML"),
        (b"---\na: " + b"[" * 30_000 + b"\n---\n", "not YAML"),
        (b"---\na: &a [*a]\n---\n", "not YAML"),
        (b"---\na: " + b"x" * 70_000 + b"\n---\n", "more than"),
    ],
)
def test_broken_heads(data: bytes, says: str) -> None:
    """What can't be read is Broken, on one line that says where; nothing runs, hangs or ends the process."""
    with pytest.raises(Broken, match=says) as raised:
        frontmatter.parse(data)
    assert "\n" not in str(raised.value)


def test_yaml_tags_run_nothing() -> None:
    """A tag that would call a function in an unsafe loader is read as the empty list it is written on."""
    page = frontmatter.parse(b"---\n!!python/object/apply:os.abort []\n---\n")
    assert page is not None
    assert page.fields == {}


def test_no_head() -> None:
    """A file that doesn't begin with a line of --- has no head; one that does, and is empty, has an empty one."""
    assert frontmatter.parse(b"# Readme\n---\na: 1\n---\n") is None
    assert frontmatter.parse(b"") is None
    page = frontmatter.parse(b"---\n---")
    assert page is not None
    assert (page.fields, page.body) == ({}, "")


def test_lone_surrogates_are_replaced() -> None:
    """Text that UTF-8 can't hold is written as U+FFFD, in the head and in the body."""
    page = frontmatter.parse(
        frontmatter.render(frontmatter.dump({"title": "a\ud800", "labels": ["\udfff"]}), "\udc00b")
    )
    assert page is not None
    assert (page.fields, page.body) == ({"title": "a\ufffd", "labels": ["\ufffd"]}, "\ufffdb")
