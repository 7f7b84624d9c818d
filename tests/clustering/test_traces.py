"""Stack traces of seven language families, as documented: the right chain, the right frames, one identity."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from bot.clustering import Clusterer
from bot.clustering.traces import LANGUAGES, parse
from bot.clustering.traces.common import trace_of
from bot.model.entry import LogEntry
from bot.model.signature import Kind, StackTrace
from tests.clustering.logged import entry, said
from tests.clustering.shapes import dotnet, golang, java, javascript, php, ruby, rust
from tests.clustering.shapes.shape import Shape

BY_LANGUAGE = {
    "java": java.SHAPES,
    "javascript": javascript.SHAPES,
    "go": golang.SHAPES,
    "ruby": ruby.SHAPES,
    "dotnet": dotnet.SHAPES,
    "php": php.SHAPES,
    "rust": rust.SHAPES,
}
NAMED = {f"{language}: {name}": shape for language, shapes in BY_LANGUAGE.items() for name, shape in shapes.items()}
EVERY = pytest.mark.parametrize("shape", NAMED.values(), ids=NAMED)


def read(text: str) -> StackTrace:
    """The trace that must be in this text."""
    trace = parse(text)
    assert trace is not None
    return trace


def of(text: str) -> str:
    """The fingerprint of a text that must be read as a trace."""
    signature = Clusterer().signature(said(text))
    assert signature.kind is Kind.TRACE
    return signature.fingerprint


def test_at_least_five_shapes_of_each_language() -> None:
    """Every language of the registry, Python aside, has its shapes here."""
    assert set(BY_LANGUAGE) == {language.name for language in LANGUAGES} - {"python"}
    assert all(len(shapes) >= 5 for shapes in BY_LANGUAGE.values())


@EVERY
def test_chain_and_frames(shape: Shape) -> None:
    """Types with the root cause first, its message, and the application's own frames, outermost first."""
    trace = read(shape.text)
    assert [one.type for one in trace.chain] == shape.chain
    assert [f"{frame.module}:{frame.function}" for frame in trace.frames if frame.in_app] == shape.frames
    assert trace.cause.value == shape.value


@EVERY
def test_read_by_its_own_language(shape: Shape) -> None:
    """No other language takes a trace away: the registry gives what the language's own reader gives."""
    language = next(name for name, shapes in BY_LANGUAGE.items() if shape in shapes.values())
    own = next(one for one in LANGUAGES if one.name == language)
    assert trace_of(own.parse(shape.text)) == parse(shape.text)


def moved(text: str) -> str:
    """The same trace after an edit above: other line numbers, columns and addresses."""
    text = re.sub(r"(\.\w{1,5})(:|\(|:line )(\d+)", lambda f: f"{f[1]}{f[2]}{int(f[3]) + 100}", text)
    text = re.sub(r"0x[0-9a-f]+", "0xdead", text)
    text = re.sub(r"::h[0-9a-f]{16}", "::hfedcba9876543210", text)
    return re.sub(r"(\$greet\$|d__|\$\$8a1f)\d", r"\g<1>9", text)


@EVERY
def test_same_failure(shape: Shape) -> None:
    """Moved lines, renumbered lambdas, addresses, CRLF and a last newline don't show."""
    for other in (moved(shape.text), shape.text.replace("\n", "\r\n"), shape.text.rstrip("\n")):
        assert of(other) == of(shape.text)


@EVERY
def test_values_of_the_message_do_not_show(shape: Shape) -> None:
    """The exception's message may say anything else."""
    assert of(shape.text.replace(shape.value, "something else altogether 99")) == of(shape.text)


@EVERY
def test_another_failing_function(shape: Shape) -> None:
    """Where the innermost function of the application has another name, it is another failure."""
    named = [frame for frame in shape.frames if not frame.endswith(">")]
    if not named:
        pytest.skip("no function is named in this shape")
    function = re.split(r"[.:)]+", named[-1])[-1]
    other = re.sub(rf"\b{re.escape(function)}\b(?!\.\w+[:(]\d)", "somethingElse", shape.text)
    assert of(other) != of(shape.text)


@EVERY
def test_read_wherever_it_is_logged(shape: Shape) -> None:
    """In a payload's message, in its stack field, and as text: one fingerprint."""
    if "\n" not in shape.text:
        return
    whole = of(shape.text)
    for payload in ({"message": shape.text}, {"message": "it failed", "stack_trace": shape.text}):
        assert Clusterer().signature(entry(jsonPayload=payload)).fingerprint == whole


RECURSIONS = {
    "java": (
        "java.lang.StackOverflowError\n{}\tat shop.Main.main(Main.java:1)\n",
        "\tat shop.Tree.walk(Tree.java:9)\n",
    ),
    "javascript": ("RangeError: deep\n{}    at main (/app/a.js:1:1)\n", "    at walk (/app/a.js:2:2)\n"),
    "go": ("panic: deep\n\ngoroutine 1 [running]:\n{}main.main()\n\t/a/m.go:1\n", "main.walk(0x1)\n\t/a/m.go:2 +0x1\n"),
    "ruby": (
        "/a/t.rb:2:in `walk': deep (SystemStackError)\n{}\tfrom /a/t.rb:1:in `main'\n",
        "\tfrom /a/t.rb:2:in `walk'\n",
    ),
    "dotnet": (
        "System.Exception: deep\n{}   at Shop.Main.Run() in /m.cs:line 1\n",
        "   at Shop.Tree.Walk() in /t.cs:line 9\n",
    ),
    "rust": (
        "thread 'main' panicked at src/t.rs:1:1:\ndeep\nstack backtrace:\n{}  99: shop::main\n       at ./m.rs:1:1\n",
        "   1: shop::walk\n             at ./src/t.rs:2:2\n",
    ),
}


@pytest.mark.parametrize(("whole", "again"), RECURSIONS.values(), ids=RECURSIONS)
def test_depth_of_a_recursion_does_not_show(whole: str, again: str) -> None:
    """Three rounds and three hundred are one failure, and few frames are kept of them."""
    assert of(whole.format(again * 3)) == of(whole.format(again * 300))
    assert len(read(whole.format(again * 300)).frames) <= 60


@pytest.mark.parametrize(
    "text",
    [
        "met at noon\nlook at this (now)\n",
        "Stack trace:\n#0 of nothing\n",
        "goroutine pool is full\nsee pool.go:12\n",
        "GET /a\n   at 12:00\n   at home\n",
        "user@host:1:2\nmail me@example.com:1:2\n",
        "Caused by:\n",
        "panicked at the disco",
        "key: value\nother: thing\n",
    ],
)
def test_text_of_several_lines_is_no_trace(text: str) -> None:
    """Words that look a little like frames are a message."""
    assert Clusterer().signature(said(text)).kind is Kind.MESSAGE


REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "gcp_entries" / "entries.ndjson"


@pytest.mark.skipif(not REAL.exists(), reason="the entries of public projects are not there")
def test_real_traces() -> None:
    """Of public projects' entries: which exception, and the innermost function of the application."""
    found = set()
    for line in REAL.read_text(encoding="utf-8").splitlines():
        fields = {name: value for name, value in json.loads(line)["entry"].items() if value is not None}
        trace = Clusterer().signature(msgspec.convert(fields, LogEntry, strict=False)).trace
        if trace and trace.frames:
            own = [frame for frame in trace.frames if frame.in_app]
            found.add((trace.cause.short_type, own[-1].function if own else ""))
    assert found >= {
        ("ValueError", "get_settings"),
        ("ScramException", "getconn"),
        ("DatabaseError", "auth0_callback"),
        ("InvalidOperationException", "List"),
        ("TypeError", ""),
    }


RUNTIME_AGGREGATE = """AggregateError [ECONNREFUSED]:
    at internalConnectMultiple (node:net:1122:18)
    at afterConnectMultiple (node:net:1689:7) {
  code: 'ECONNREFUSED',
  [errors]: [
    Error: connect ECONNREFUSED ::1:5432
        at createConnectionError (node:net:1652:14)
        at afterConnectMultiple (node:net:1682:16) {
      errno: -111,
      code: 'ECONNREFUSED'
    },
    Error: connect ECONNREFUSED 127.0.0.1:5432
        at createConnectionError (node:net:1652:14)
        at afterConnectMultiple (node:net:1682:16) {
      errno: -111
    }
  ]
}
"""


def test_an_aggregate_of_the_runtime() -> None:
    """Node's own aggregate has no frame in-app and no message: its members come first, in their order."""
    trace = parse(RUNTIME_AGGREGATE)
    assert trace is not None
    assert [one.type for one in trace.chain] == ["Error", "Error", "AggregateError"]
    assert [one.value for one in trace.chain[:2]] == [
        "connect ECONNREFUSED ::1:5432",
        "connect ECONNREFUSED 127.0.0.1:5432",
    ]
    assert not any(frame.in_app for frame in trace.frames)
