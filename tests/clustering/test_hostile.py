"""Whatever is logged: no exception, no blow-up."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clustering import Clusterer
from bot.clustering.masking import mask
from bot.clustering.memory import Memory
from bot.clustering.rules import RULES
from bot.clustering.traces import parse
from bot.model.signature import Kind
from tests.clustering.logged import JSON, OWN, entry, said, traceback
from tests.text.hostile import TEXT

UNITS = [
    *"a1_'\"/\\:.-,@<>[{( \n%+é",
    "a1",
    "a.",
    "a@",
    "a/",
    "/a",
    "'a",
    '"a',
    "a:",
    "ab:",
    "<*>",
    "<*>-",
    "<*>:",
    "<*>, ",
    "abcd-",
    "://",
    "a+://",
    "C:\\",
    'msg="',
    '\\"',
    '"\\',
    '] "',
    "{'a':",
    "Sep ",
    "Mon, ",
    "- <*>",
    "bcdfg-",
    "<locals>.",
    "exit(",
    "exit(1",
    "exit_with_by",
    "status ",
    "signal: 9",
]
LENGTH = 16_384


def _cost(run: Any, text: str) -> float:
    def once() -> float:
        start = time.process_time()
        run(text)
        return time.process_time() - start

    return min(once() for _ in range(3))


@pytest.mark.parametrize("unit", UNITS)
def test_masking_is_linear(unit: str) -> None:
    """Four times the text costs about four times the time at each step; a quadratic step would cost 16 times."""
    short, long = (unit * (size // len(unit)) for size in (LENGTH, 4 * LENGTH))
    for name, run in [("mask", mask), *((rule.name, rule.apply) for rule in RULES)]:
        assert _cost(run, long) < 10 * _cost(run, short) + 0.1, name


@pytest.mark.parametrize(
    "text",
    [
        traceback("ValueError: x", OWN * 9_000),
        traceback("E" * 5_000_000, OWN),
        traceback("a." * 60_000 + "!", OWN),
        traceback("ValueError: x\n" * 30_000, OWN),
        "Traceback (most recent call last):\n" * 9_000,
        "  + Exception Group Traceback (most recent call last):\n" + "  | Traceback (most recent call last):\n" * 5_000,
        traceback("ValueError: x", f'  File "{"/" * 500}", line 1, in f\n' * 5_000),
        traceback("ValueError: x", f"{' ' * 60_000}^\n" * 20),
    ],
    ids=range(8),
)
def test_giant_traces_are_bounded(text: str) -> None:
    """Thousands of frames, links, lines or characters: what is kept of them is small."""
    trace = parse(text)
    assert trace is None or (len(trace.chain) <= 20 and len(trace.frames) <= 60 and len(trace.cause.value) <= 4_096)
    signature = Clusterer().signature(said(text))
    assert len(signature.title) <= 600


SPENT = 0.5
"""Processor seconds that no text of 64 KB may cost here: ten times the goal, for slow and busy machines."""
BEGINNINGS = [
    "panicked at x\n",
    "goroutine 1 [running]:\n",
    "java.lang.A: b\n\tat a.b(C.java:1)\n",
    "Error: x\n    at a (/b:1:1)\n",
    "/a.rb:1:in `f': x (E)\n",
    "A: b in c:1\n#0 a(1): b()\n",
    "System.A: b\n   at A.B()\n",
    "stack backtrace:\n",
]
TRACE_UNITS = [
    *"a(<:.\n\t#@$[`",
    "\n\tat a.b(C.java:1)",
    "\n    at a (/b:1:1)",
    "\n   at A.B() in a:line 1",
    "\n#0 a(1): b",
    "\nmain.f()\n\t/a.go:1",
    "\n/a.rb:1:in `f'",
    "\n   0: a::b",
    "\nCaused by: a.B: c",
    " ---> A.B: c",
    "\nNext A: b in c:1",
    "[object] (",
    "\npanic: a",
    "a@b/c:1:1\n",
    "\n  [cause]: Error: a\n      at f (/a:1:1)",
    "a::b<",
    "A.",
    "a (",
]


@pytest.mark.parametrize("beginning", BEGINNINGS, ids=range(len(BEGINNINGS)))
@pytest.mark.parametrize("unit", TRACE_UNITS, ids=range(len(TRACE_UNITS)))
def test_no_trace_costs_much(beginning: str, unit: str) -> None:
    """64 KB of one unit behind the beginning of a trace of each language: read, or given up, in no time."""
    text = (
        beginning + unit * (65_536 // len(unit)) + "\n\tat a.b(C.java:1)\n    at a (/b:1:1)\n   at A.B()\n#0 a(1): b\n"
    )
    assert _cost(lambda one: Clusterer().signature(said(one)), text) < SPENT


@pytest.mark.parametrize("beginning", BEGINNINGS, ids=range(len(BEGINNINGS)))
def test_ten_thousand_frames(beginning: str) -> None:
    """Of ten thousand frames few are kept, and a message of 5 MB behind them is cut."""
    for unit in TRACE_UNITS[12:18]:
        signature = Clusterer().signature(said(f"{beginning}{unit * 10_000}\n{'x' * 5_000_000}"))
        assert signature.trace is None or len(signature.trace.frames) <= 60
        assert len(signature.title) <= 600


@given(TEXT)
def test_any_text_has_a_signature(text: str) -> None:
    """Hostile text is a message like any other, alone and inside a traceback."""
    for logged in (text, traceback(text, OWN), traceback(f"ValueError: {text}", OWN), f"{text}\n{traceback('E', OWN)}"):
        assert Clusterer().signature(said(logged)).fingerprint


@given(TEXT, st.sampled_from(BEGINNINGS), TEXT)
def test_any_text_around_the_beginning_of_a_trace(before: str, beginning: str, after: str) -> None:
    """Hostile text before, inside and after traces of every language."""
    for logged in (
        before + beginning + after,
        beginning.replace("a", after),
        f"{before}\n{beginning}{after}\n{beginning}",
    ):
        assert Clusterer().signature(said(logged)).fingerprint


NAMES = ("message", "msg", "error", "err", "exception", "stack_trace", "traceback", "type", "value", "status", "code")
PAYLOAD = st.dictionaries(st.sampled_from((*NAMES, "methodName", "serviceName", "@type")), JSON, max_size=6)


@settings(max_examples=200)
@given(PAYLOAD, PAYLOAD, st.booleans())
def test_any_payload_has_a_signature(payload: dict[str, Any], nested: dict[str, Any], audit: bool) -> None:
    """Values of any type under every name that is looked at, twice over."""
    for one in (payload, {**payload, "error": nested, "status": nested, "exception": nested}):
        logged = entry(protoPayload=one) if audit else entry(jsonPayload=one)
        signature = Clusterer().signature(logged)
        assert (signature.kind is Kind.AUDIT) == audit
        assert signature == Clusterer().signature(logged)


def test_memory_is_bounded_and_does_not_show() -> None:
    """It forgets all when full, takes nothing that is larger than its room, and counts what it holds."""
    memory: Memory[int, str] = Memory(10)
    for key in range(5):
        assert memory.put(key, "x", 4) == "x"
    assert [memory.get(key) for key in range(5)] == [None, None, None, None, "x"]
    memory.put(7, "big", 11)
    assert memory.get(7) is None
