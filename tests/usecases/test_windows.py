"""Stored windows: what merges, what is refused and why, and a run that goes on from them."""

import json
from pathlib import Path

import msgspec
import pytest

from bot.clustering import Clusterer
from bot.errors import LogsUnavailable, NoLogEntries
from bot.model.entry import LogEntry
from bot.model.run import Skipped
from bot.observing import Observer
from bot.settings import Settings
from bot.usecases.setup import make
from bot.usecases.windowing import window_of
from bot.usecases.windows import Account, Partial, StoredWindows, UnusableWindow, digest_of, names_digest, parse
from tests.observing.logged import at


def part(*entries: LogEntry, reads: tuple[str, ...] = (), duplicates: int = 0, skipped_count: int = 0) -> bytes:
    """A stored window of these entries."""
    observer = Observer(Clusterer().signature, str)
    for entry in entries:
        observer.add(entry)
    return Partial(observer, Account(tuple(sorted(map(digest_of, reads))), duplicates, skipped_count)).encoded()


def said(number: int) -> LogEntry:
    """One of many entries of a cluster."""
    return at(number, textPayload="ERROR boom", insertId=f"{number}")


def test_windows_merge_into_one_reading() -> None:
    """Counts, duplicates and skipped records add up; the sources are the windows as they were named."""
    one = part(said(1), said(2), reads=("a",), duplicates=3)
    other = part(said(3), reads=("b",), skipped_count=2)
    reading = StoredWindows([("one", one), ("other", other)])
    window = window_of(reading, make(Settings()))
    assert (window.entries, window.clusters[0].count) == (3, 3)
    report = reading.report()
    assert (report.sources, report.entries, report.duplicates, report.skipped_count) == (("one", "other"), 3, 3, 2)
    assert not reading.coverages()


def test_no_read_counts_twice() -> None:
    """The same window under two names, or two that share a file, are refused by name."""
    one, other = part(said(1), reads=("a", "b")), part(said(2), reads=("b", "c"))
    with pytest.raises(LogsUnavailable, match=r"The window again holds 2 of the reads .*: name each window once\."):
        StoredWindows([("one", one), ("again", one)])
    with pytest.raises(LogsUnavailable, match=r"The window other holds 1 of the reads"):
        StoredWindows([("one", one), ("other", other)])


def test_another_format_is_refused() -> None:
    """A newer program's window is not misread; the message says which version reads what."""
    newer = {**json.loads(part(said(1))), "incidentbot_window": 2}
    with pytest.raises(UnusableWindow, match="has format 2, this program reads 1: make and read it with one version"):
        parse(json.dumps(newer).encode())


def test_windows_of_other_settings_are_refused() -> None:
    """Of two that name environments or clusters by other settings, and of one that doesn't fit these; unknown fits."""
    ours, theirs = names_digest({"shop": "production"}, (), ()), names_digest({}, ("shop",), ())
    one, other = (Partial(account=Account((name,), names=names)) for name, names in (("a", ours), ("b", theirs)))
    with pytest.raises(LogsUnavailable, match="The window b was folded with other settings than another window"):
        StoredWindows([("a", one.encoded()), ("b", other.encoded())])
    with pytest.raises(LogsUnavailable, match="a: folded with other environments, in_app or not_in_app"):
        StoredWindows([("a", one.encoded())]).observer(theirs)
    assert StoredWindows([("w", part(said(1)))]).observer(theirs).window().entries == 1


def test_other_fingerprints_are_refused() -> None:
    """Clusters that were named by another algorithm would all be new incidents."""
    other = {**json.loads(part(said(1))), "fingerprints": "v0"}
    with pytest.raises(UnusableWindow, match="by algorithm v0, this program by v1: make it anew"):
        parse(json.dumps(other).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b'{"insertId": "a"}', b"\xff\xfe", b"[" * 100_000])
def test_something_else_is_no_window(content: bytes) -> None:
    """A log file, say, is told from a window."""
    with pytest.raises(LogsUnavailable, match=r"The window logs\.json is no window that incidentbot stored"):
        StoredWindows([("logs.json", content)])


def test_a_damaged_window_is_told_from_a_whole_one() -> None:
    """A field of a wrong type is named; nothing of the window is used."""
    damaged = part(said(1)).replace(b'"count":1', b'"count":"1"')
    with pytest.raises(UnusableWindow, match=r"is damaged \(.*\): make it anew"):
        parse(damaged)


def test_windows_without_entries_are_no_quiet_success() -> None:
    """Nothing read is no log entry; nothing but damage is logs that are unavailable."""
    with pytest.raises(NoLogEntries, match=r"no log entry was kept in w \(0 records skipped\)"):
        StoredWindows([("w", part(duplicates=1))]).observer()
    with pytest.raises(LogsUnavailable, match=r"\(4 records skipped\)") as raised:
        StoredWindows([("w", part(skipped_count=4))]).observer()
    assert not isinstance(raised.value, NoLogEntries)


def test_the_first_skipped_stay() -> None:
    """Of many skipped records the first twenty by source and position are kept, however the parts are joined."""
    letters = [Skipped(f"{source}", position, "no timestamp") for source in "ba" for position in range(1, 16)]
    accounts = [Account(skipped_count=1, skipped=(one,)) for one in letters]
    forward, backward = Account(), Account()
    for one in accounts:
        forward, backward = forward.plus(one), one.plus(backward)
    assert forward == backward
    assert (forward.skipped_count, forward.skipped) == (
        30,
        tuple(sorted(letters, key=lambda one: (one.source, one.position)))[:20],
    )


def test_a_window_is_small(tmp_path: Path) -> None:
    """It is JSON without a space, whose unset fields are left out."""
    content = part(said(1), reads=("a",))
    assert len(content) < 700
    assert msgspec.json.encode(json.loads(content)) == content
