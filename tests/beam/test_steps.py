"""Single steps of the pipeline, where the whole can't show what they do."""

from array import array
from pathlib import Path
from typing import Any

import pytest
from apache_beam.transforms.window import IntervalWindow
from apache_beam.utils.windowed_value import PaneInfo, PaneInfoTiming
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.sink_shards import write_shards
from bot.clustering import Clusterer
from bot.faces.beam.counting import Counts
from bot.faces.beam.duplicates import Packing, key_of, positions_in, repeated
from bot.faces.beam.entries import Read
from bot.faces.beam.folding import FoldFn
from bot.faces.beam.lines import Bundling, Line, group_of, lines_in
from bot.faces.beam.marks import Map
from bot.faces.beam.output import WriteWindow, write
from bot.faces.beam.rules import Rules
from bot.model.time import MINUTE
from tests.observing.logged import at

NAMES = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 60)), unique=True, max_size=60)


@settings(deadline=None)
@given(NAMES, st.data())
def test_duplicates_are_those_of_one_pass(places: list[tuple[str, int]], data: Any) -> None:
    """Of equal keys the first by source and position stays, however many bundles and partitions they went through."""
    keyed = {place: data.draw(st.integers(0, 20)) for place in places}
    found: list[tuple[int, Any]] = []
    for source in {source for source, _ in places}:
        packing = Packing(source, most=3)
        for (_, position), name in sorted(item for item in keyed.items() if item[0][0] == source):
            nanos = name * 5 * MINUTE
            found += packing.add(key_of(at(0, insertId=f"{name}"), nanos), nanos, position)
        found += packing.packed()
    losers: dict[str, list[bytes]] = {}
    for partition in {partition for partition, _ in found}:
        for source, positions in repeated([keys for one, keys in found if one == partition]):
            losers.setdefault(source, []).append(positions)
    seen: set[int] = set()
    expected = [place for place, name in sorted(keyed.items()) if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
    assert sorted((source, place) for source, some in losers.items() for place in positions_in(some)) == expected


def test_a_key_is_log_time_and_insert_id() -> None:
    """Each of the three tells records apart; without an insertId nothing does."""
    one = at(0, insertId="a", logName="l")
    keys = {key_of(one, 1), key_of(one, 2), key_of(at(0, insertId="b", logName="l"), 1), key_of(at(0, insertId="a"), 1)}
    assert len(keys) == 4
    assert key_of(at(0, logName="l"), 1) == b""


def test_positions_come_in_order() -> None:
    """Whatever partitions they come from: a file is read once from its beginning to leave them out."""
    assert list(positions_in([array("I", [7, 300]).tobytes(), b"", array("I", [2, 7]).tobytes()])) == [2, 7, 300]
    assert list(positions_in([])) == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ij"), st.integers(0, 3000), st.integers(0, 9)), unique=True, max_size=60))
def test_lines_of_a_chain_meet(drawn: list[tuple[str, int, int]]) -> None:
    """However many bundles they travel in: all of a chain's are in its group, and none is lost."""
    lines: list[Line] = [((name, "log", start), number, "file", number, b"entry") for name, start, number in drawn]
    bundling, found = Bundling(most=7), dict[Any, list[bytes]]()
    sent = [bundle for line in lines for bundle in bundling.add(line)]
    for group, bundle in (*sent, *bundling.bundled()):
        found.setdefault(group, []).append(bundle)
    met = dict(lines_in(group, bundles) for group, bundles in found.items())
    assert sorted(line for some in met.values() for line in some) == sorted(lines)
    assert all(group_of(line[0]) == group for group, some in met.items() for line in some)


def test_a_bundle_is_folded_in_one_slice(tmp_path: Path) -> None:
    """A worker's memory is one part for each service, whatever the fanout and the number of files."""
    files = write_shards(tmp_path, 1_000, 10)
    read = Read(Rules(), None, fanout=16)
    read.setup()
    read.start_bundle()
    keys = {out[0] for file in files for out in read.process((str(file), []), Map()) if isinstance(out, tuple)}
    assert len({part for _, _, part in keys}) == 1
    assert len({service for _, service, _ in keys}) == len(keys) > 1


class _Counted:
    """Counters that remember."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def add(self, **counts: int) -> None:
        """As Counters."""
        self.seen |= counts


@pytest.mark.parametrize(("timing", "late"), [(PaneInfoTiming.ON_TIME, 0), (PaneInfoTiming.LATE, 2)])
def test_late_entries_are_counted(tmp_path: Path, timing: Any, late: int) -> None:
    """Those of panes after the window's end. Beam's local runner of streams loses counters: so the step is asked."""
    signature_of, fold = Clusterer().signature, FoldFn(Rules())
    part = fold.create_accumulator()
    for second in range(2):
        entry = at(second, textPayload="boom")
        part = fold.add_input(part, (entry, signature_of(entry)))
    step, counted = WriteWindow(str(tmp_path), "run"), _Counted()
    step._counters = counted  # type: ignore[assignment]
    window, pane = IntervalWindow(0, 60), PaneInfo(False, False, timing, 3, 0)
    assert list(step.process(fold.extract_output(part), window, pane)) == [
        f"{tmp_path}/window-19700101T000000Z-19700101T000100Z-run-3.json"
    ]
    assert counted.seen == {"kept": 2, "late": late}


def test_what_is_left_of_the_read_was_dropped() -> None:
    """The runner drops what comes later than the allowance without a word."""
    assert Counts(read=10, kept=5, duplicates=2, malformed=1, late=3).dropped == 2


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """A step that fails while it writes leaves the former file."""

    def broken() -> Any:
        yield b"half"
        raise RuntimeError("gone")

    write(str(tmp_path), "window.json", [b"whole"])
    with pytest.raises(RuntimeError):
        write(str(tmp_path), "window.json", broken())
    assert (tmp_path / "window.json").read_bytes() == b"whole"
    assert list(tmp_path.glob("window*")) == [tmp_path / "window.json"]
