"""Which entries travel to be stitched: all that may be part of a trace, together, and few others."""

from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clustering import Clusterer, Stitcher
from bot.clustering.stitching import may_be_line, stream_of
from bot.faces.beam import marks
from bot.faces.beam.marks import Chains, Map, bit_of
from bot.model.entry import LogEntry
from bot.model.time import SECOND
from tests.observing.logged import at

LINES = (
    "java.lang.IllegalStateException: pool is closed",
    "\tat shop.db.Pool.take(Pool.java:3)",
    "Caused by: a.B: c",
    "fine",
)
ENTRIES = st.lists(
    st.tuples(st.integers(0, 90), st.integers(0, 3), st.sampled_from(LINES), st.sampled_from(["i", "j"])), max_size=30
)


def entries(drawn: list[tuple[int, int, str, str]]) -> list[LogEntry]:
    """Entries in the order of time, up to four to a third of a second."""
    made = [
        msgspec.structs.replace(
            at(0, textPayload=text, labels={"instanceId": instance}),
            timestamp=f"2025-09-15T20:00:{third // 3:02}.{third % 3 * 333 + step:03}Z",
            insert_id=f"{number}",
        )
        for number, (third, step, text, instance) in enumerate(drawn)
    ]
    return sorted(made, key=lambda one: one.nanos)


def signed(some: list[LogEntry]) -> dict[str, str]:
    """The fingerprint of each entry by its insertId, read one after another."""
    signature_of = Clusterer().signature
    return {entry.insert_id: signature.fingerprint for _, entry, signature in Stitcher(signature_of).signed(some)}


def marked(some: list[LogEntry]) -> Map:
    """The map of these entries."""
    made = Map()
    for entry in some:
        if (stream := stream_of(entry)) and may_be_line(entry.text_payload or ""):
            made.add(bit_of(stream, entry.nanos // SECOND))
    return made


@settings(max_examples=300, deadline=None)
@given(ENTRIES)
def test_chains_give_every_entry_the_signature_of_one_pass(drawn: list[tuple[int, int, str, str]]) -> None:
    """Stitching chain by chain, and the rest entry by entry, is stitching the whole."""
    some = entries(drawn)
    chains, apart = Chains(marked(some)), dict[object, list[LogEntry]]()
    found: dict[str, str] = {}
    for entry in some:
        stream = stream_of(entry)
        start = chains.of(stream, entry.nanos) if stream else None
        if start is None:
            found |= signed([entry])
        else:
            apart.setdefault((stream, start), []).append(entry)
    for chain in apart.values():
        found |= signed(chain)
    assert found == signed(some)


def test_a_long_chain_is_walked_once() -> None:
    """Sixty streams with a line in each of 200 seconds: whatever is forgotten, no second is looked up many times."""
    made, streams = Map(), [(f"i{number}", "log") for number in range(60)]
    for stream in streams:
        for second in range(1_000, 1_200):
            made.add(bit_of(stream, second))
    with patch.object(marks, "_REMEMBERED", 70), patch.object(marks, "bit_of", wraps=bit_of) as looked:
        chains = Chains(made)
        starts = {chains.of(stream, second * SECOND) for second in range(1_000, 1_200) for stream in streams}
    assert starts == {999}
    assert looked.call_count < 3 * 60 * 200


@given(st.sets(st.integers(0, 40)), st.lists(st.integers(0, 40), max_size=60))
def test_the_order_of_asking_does_not_show(lines: set[int], asked: list[int]) -> None:
    """What was asked before changes no answer."""
    made = Map()
    for second in lines:
        made.add(bit_of(("i", "log"), second))
    chains = Chains(made)
    for second in asked:
        assert chains.of(("i", "log"), second * SECOND) == Chains(made).of(("i", "log"), second * SECOND)


def test_a_map_that_is_full_changes_nothing_but_the_work() -> None:
    """False marks only make chains longer."""
    some = entries([(0, 0, LINES[0], "i"), (0, 1, LINES[1], "i"), (60, 0, "fine", "i")])
    full = marked(some)
    for second in range(59, 65):
        full.add(bit_of(("i", ""), some[0].nanos // SECOND + second - 59))
    chains = Chains(full)
    starts = [chains.of(("i", ""), entry.nanos) for entry in some]
    assert starts[0] == starts[1] is not None


def test_entries_far_from_lines_stay() -> None:
    """Only the second of a line and the one before it travel; another stream doesn't."""
    start = at(0).nanos // SECOND
    made = Map()
    made.add(bit_of(("i", "log"), start + 10))
    chains = Chains(made)
    near = [second for second in range(30) if chains.of(("i", "log"), (start + second) * SECOND) is not None]
    assert near == [9, 10]
    assert chains.of(("j", "log"), (start + 10) * SECOND) is None


def test_maps_join_and_travel() -> None:
    """A map that is merged, or sent, holds all bits; a packed one is small."""
    one, other = Map(), Map()
    one.add(3)
    other.add((1 << 24) - 1)
    one.merge(other)
    back = Map(one.packed())
    assert all(bit in back for bit in (3, (1 << 24) - 1))
    assert 4 not in back
    assert len(one.packed()) < 20_000
