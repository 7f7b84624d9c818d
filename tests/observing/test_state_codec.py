"""What one machine observed is JSON that merges as observers do, and that holds no secret."""

from typing import Any
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clustering import Clusterer
from bot.model.entry import LogEntry
from bot.model.window import Window
from bot.observing import Observer, cluster_state, sampling
from bot.observing.state_codec import ObserverRecord, hidden, record_of, take_in
from bot.text.redaction import redactor, using
from tests.observing.logged import ENTRIES, TRACE, at

SECRET = "hunter2-is-no-word"
WORDS = ("password=" + SECRET, "ERROR login of a@b.example failed", "plain")


def observer(entries: list[LogEntry], most: int = 20_000) -> Observer:
    """An observer that has seen these entries."""
    made = Observer(Clusterer().signature, str, most)
    for one in entries:
        made.add(one)
    return made


def stored(seen: Observer) -> bytes:
    """Its record as JSON."""
    return msgspec.json.encode(record_of(seen))


def taken(*records: bytes, most: int = 20_000) -> Observer:
    """An observer that only took in these records."""
    made = observer([], most)
    for record in records:
        take_in(made, msgspec.json.decode(record, type=ObserverRecord))
    return made


@settings(max_examples=150, deadline=None)
@given(ENTRIES)
def test_a_record_gives_the_window_back(entries: list[LogEntry]) -> None:
    """Every field of the window, and a second record of what was restored is the same bytes."""
    seen = observer(entries)
    back = taken(stored(seen))
    assert back.window() == seen.window()
    assert stored(back) == stored(seen)


@settings(max_examples=150, deadline=None)
@given(ENTRIES, st.randoms(use_true_random=False), st.integers(1, 5), st.sampled_from([0, 1, 3, 20_000]))
def test_any_partition_order_and_grouping(entries: list[LogEntry], choose: Any, parts: int, most: int) -> None:
    """Parts that were written, merged, written again and merged give the window of one pass, whatever runs over."""
    with (
        patch.object(cluster_state, "INSTANCES_A_MINUTE", 2),
        patch.object(sampling, "ENTRIES", 2),
        patch.object(cluster_state, "TIMELINE_INSTANCES", 2),
        patch.object(cluster_state, "TIMELINE_TRACES", 2),
    ):
        expected = observer(entries, most)
        split: list[list[LogEntry]] = [[] for _ in range(parts)]
        for one in choose.sample(entries, len(entries)):
            split[choose.randrange(parts)].append(one)
        records = [stored(observer(part, most)) for part in split]
        while len(records) > 1:
            some = [records.pop(choose.randrange(len(records))) for _ in range(2)]
            records.append(stored(taken(*some, most=most)))
        assert taken(*records, most=most).window() == expected.window()
        assert records[0] == stored(expected)


@settings(deadline=None)
@given(ENTRIES, ENTRIES)
def test_what_was_taken_in_goes_on_counting(mine: list[LogEntry], later: list[LogEntry]) -> None:
    """Entries may be added to what was restored; that leaves nothing out."""
    back = taken(stored(observer(mine)))
    for one in later:
        Observer.add(back, one)
    assert back.window() == observer([*mine, *later]).window()


def test_no_secret_leaves_the_process() -> None:
    """Text, title, template, message and trace are redacted in the record itself."""
    trace = f'Traceback (most recent call last):\n  File "/app/a.py", line 3, in f\n    x()\nValueError: token={SECRET}'
    entries = [at(second, textPayload=text) for second, text in enumerate((*WORDS, trace))]
    record = stored(observer(entries))
    assert SECRET.encode() not in record
    assert b"a@b.example" not in record
    assert b"[redacted: " in record


def test_a_record_is_compact() -> None:
    """A thousand entries of one cluster, on one instance and in a trace each, take less than 25 bytes an entry."""
    entries = [at(i % 3600, textPayload="boom", labels={"instanceId": "i"}, trace=f"t{i}") for i in range(1000)]
    record = stored(observer(entries))
    assert len(record) < 25_000
    window: Window = taken(record).window()
    assert window.clusters[0].count == 1000


@settings(deadline=None)
@given(ENTRIES)
def test_hiding_twice_changes_nothing(entries: list[LogEntry]) -> None:
    """By the same rules; so a window that was hidden where it was made is the same where it is read."""
    record = record_of(observer(entries))
    assert hidden(record) == record


def test_another_machines_rules_hold_too() -> None:
    """What one redactor left, the next one hides, wherever it stands in the record."""
    trace = TRACE.replace("x()", "buy('zebra-7')") + "zebra-7"
    record = record_of(observer([at(1, textPayload="zebra-7 fled"), at(2, textPayload=trace)]))
    assert b"zebra-7" in msgspec.json.encode(record)
    with using(redactor([("animal", "zebra-[0-9]")])):
        assert b"zebra-7" not in msgspec.json.encode(hidden(record))


def test_nothing_that_an_observer_knows_is_forgotten() -> None:
    """Whoever gives these classes a field that counts or keeps something stores it too, and names it here."""
    remembered = {"_hashes", "_known", "_level_of", "_levels", "_place_of", "_signature_of"}
    stored_fields = {"_clusters", "_deployments", "_end", "_severities", "_start", "_traffic"}
    assert set(vars(observer([]))) - remembered == stored_fields
    settled = {"_first", "_here", "_last", "_minute", "_newest", "_now", "_signature"}
    kept = {"_by_instance", "_by_trace", "_earliest", "_former", "_latest", "_minutes", "severity"}
    assert set(cluster_state.ClusterState.__slots__) - settled == kept
