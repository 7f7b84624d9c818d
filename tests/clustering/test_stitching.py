"""Traces logged line by line: read as one, in either order, among other lines; every entry kept."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clustering import Clusterer, Stitcher
from bot.clustering.stitching import may_be_line
from bot.model.entry import LogEntry
from bot.model.signature import Kind
from tests.clustering.logged import entry, said
from tests.clustering.shapes import dotnet, golang, java, javascript, php, ruby
from tests.text.hostile import TEXT

SHAPES = {
    "Java": java.SHAPES["caused by"],
    "Node": javascript.SHAPES["Node"],
    "Go": golang.SHAPES["runtime error"],
    "Ruby": ruby.SHAPES["interpreter"],
    ".NET": dotnet.SHAPES["inner"],
    "PHP": php.SHAPES["uncaught"],
}


def line(text: str, micros: int, instance: str = "i1", log: str = "stderr") -> LogEntry:
    """One line, so many microseconds into a minute."""
    return entry(
        textPayload=text,
        timestamp=f"2025-09-15T20:51:{micros // 10**6:02}.{micros % 10**6:06}Z",
        labels={"instanceId": instance},
        logName=f"projects/p/logs/run.googleapis.com%2F{log}",
    )


def lines(text: str, first: int = 0, instance: str = "i1") -> list[LogEntry]:
    """Each line of the text as an entry of its own, 100 microseconds apart."""
    return [line(one, first + 100 * at, instance) for at, one in enumerate(text.rstrip("\n").split("\n"))]


def fingerprints(entries: Sequence[LogEntry]) -> list[str]:
    """What each entry is counted under, in the order of the input."""
    signed = Stitcher(Clusterer().signature).signed(entries)
    return [signature.fingerprint for _, _, signature in sorted(signed, key=lambda one: one[0])]


@pytest.mark.parametrize("text", [shape.text for shape in SHAPES.values()], ids=SHAPES)
@pytest.mark.parametrize("newest_first", [False, True])
def test_lines_count_as_the_whole_trace(text: str, newest_first: bool) -> None:
    """Every line has the fingerprint of the trace, whichever way the log was read."""
    apart = lines(text)
    found = fingerprints(apart[::-1] if newest_first else apart)
    assert set(found) == {Clusterer().signature(said(text)).fingerprint}
    assert len(found) == len(apart)


def test_instances_are_told_apart() -> None:
    """Two instances that fail at the same time, line by line in turn, are two whole traces."""
    one, other = (shape.text for shape in (SHAPES["Node"], SHAPES["Java"]))
    mixed = sorted(lines(one) + lines(other, 50, "i2"), key=lambda logged: logged.timestamp)
    wanted = {"i1": Clusterer().signature(said(one)), "i2": Clusterer().signature(said(other))}
    assert fingerprints(mixed) == [wanted[logged.instance].fingerprint for logged in mixed]


def test_what_comes_later_is_another_thing() -> None:
    """A line two seconds later, of another log, or without an instance, is none of the trace's."""
    trace = lines(SHAPES["Node"].text)
    last = "    at late (/app/late.js:1:1)"
    for other in (line(last, 9_000_000), line(last, 900, log="stdout"), said(last)):
        assert fingerprints([*trace, other]) == [*fingerprints(trace), Clusterer().signature(other).fingerprint]


def test_ordinary_lines_stay_themselves() -> None:
    """Lines that follow each other closely and make no trace have their own signatures."""
    entries = [line(text, 10 * at) for at, text in enumerate(["started", "  indented", "done", "", "at last"])]
    assert fingerprints(entries) == [Clusterer().signature(one).fingerprint for one in entries]


@given(
    st.lists(st.tuples(st.sampled_from(["at a (b:1:1)", "    at a (/b:1:1)", "Error: x"]) | TEXT, st.integers(0, 300)))
)
def test_no_entry_is_lost(said_at: list[tuple[str, int]]) -> None:
    """Whatever the lines: each entry comes out once, as it came in."""
    entries = [line(text, at * 10_000) for text, at in said_at]
    signed = sorted(Stitcher(Clusterer().signature).signed(entries), key=lambda one: one[0])
    assert [(position, logged) for position, logged, _ in signed] == list(enumerate(entries))
    assert all(signature.kind in (Kind.TRACE, Kind.MESSAGE) for *_, signature in signed)


@pytest.mark.parametrize(
    ("text", "is_line"),
    [
        ("\tat shop.Cart.add(Cart.java:7)", True),
        ("... 3 more", True),
        ("Caused by: java.io.IOException", True),
        ("---> System.Exception: no", True),
        ('  File "/app/a.py", line 3', True),
        ("/app/cart.rb:7:in 'add'", True),
        ("goroutine 1 [running]:", True),
        ("main.charge(0x1)", True),
        ("#0 /app/cart.php(7): add()", True),
        ("-shop/cart.add(1)", True),
        ("shop.CartError", True),
        ("}", True),
        ("", True),
        ("order 7 placed (by anna) in 3 ms", False),
        ("GET /api/carts/7 took 3 ms", False),
        ("- item", False),
        (" once indented", False),
    ],
)
def test_what_may_be_a_line_of_a_trace(text: str, is_line: bool) -> None:
    """The lines that languages write below the first one of a trace; other texts stand for themselves."""
    assert may_be_line(text) is is_line
