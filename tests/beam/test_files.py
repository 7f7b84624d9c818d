"""The pipeline over sink files gives the window of one process, and says what became of every record."""

import gzip
import json
import shutil
from pathlib import Path

import msgspec
import pytest

from benchmarks.sink_shards import write_shards
from bot.errors import LogsUnavailable
from bot.faces.beam.counting import Counts
from bot.faces.beam.rules import Rules
from bot.faces.beam.sources import matched
from bot.model.run import Skipped
from bot.settings import Settings
from bot.triage import triage
from bot.usecases.setup import make
from bot.usecases.windowing import window_of
from bot.usecases.windows import STORED
from tests.beam.running import folded, one_process, stored, window_in

RECORDS = 60_000


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sixteen shards, the late one with duplicates, and some records cut off."""
    return write_shards(tmp_path_factory.mktemp("logs"), RECORDS, 16)


def test_several_processes_give_the_window_of_one(files: list[Path], tmp_path: Path) -> None:
    """Fingerprint by fingerprint, count by count, and so the incidents; counters and account are the same too."""
    counts = folded(files, tmp_path, workers=2)
    window, read = one_process(files)
    theirs, report = window_in(tmp_path), stored(tmp_path).report()
    assert theirs == window
    assert triage(theirs, {}) == triage(window, {})
    assert any(cluster.kind == "trace" and cluster.count > 20 for cluster in window.clusters)
    assert counts == Counts(RECORDS, read.entries, read.duplicates, read.skipped_count)
    assert (report.entries, report.duplicates, report.skipped_count) == (
        read.entries,
        read.duplicates,
        read.skipped_count,
    )
    assert report.skipped == tuple(msgspec.structs.replace(one, source=str(one.source)) for one in read.skipped)
    assert counts.dropped == 0


def test_files_that_are_read_again_give_one_file(files: list[Path], tmp_path: Path) -> None:
    """The same files give the same name and content, whatever the number of workers; fewer of them don't add up."""
    folded(files[:3], tmp_path)
    [first] = tmp_path.glob(STORED)
    before = first.read_bytes()
    folded(files[:3], tmp_path, fanout=1)
    assert [file.read_bytes() for file in tmp_path.glob(STORED)] == [before]
    folded(files[:2], tmp_path)
    with pytest.raises(
        LogsUnavailable, match="holds 2 of the reads that another window holds too: name each window once"
    ):
        stored(tmp_path)


def test_windows_of_other_files_merge(files: list[Path], tmp_path: Path) -> None:
    """Two runs over halves are one run over all, but for duplicates between them."""
    folded(files[1:8], tmp_path)
    folded(files[8:], tmp_path)
    assert len(list(tmp_path.glob(STORED))) == 2
    assert window_in(tmp_path) == one_process(files[1:])[0]


def test_gzip_folders_and_patterns(files: list[Path], tmp_path: Path) -> None:
    """Files are found below a folder or by pattern, each once, and unpacked by what they hold."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "S0.json.gz").write_bytes(gzip.compress(files[1].read_bytes()))
    shutil.copy(files[2], logs / "S1.json")
    (logs / "empty.json").touch()
    found = matched([str(logs), f"{logs}/S*"])
    assert found == [str(logs / "S0.json.gz"), str(logs / "S1.json")]
    folded([Path(one) for one in found], tmp_path / "out")
    assert window_in(tmp_path / "out") == one_process(files[1:3])[0]


def test_what_matches_nothing_is_named(tmp_path: Path) -> None:
    """A wrong path is no empty window."""
    with pytest.raises(LogsUnavailable, match=r"no log file in .*/none-\*: give a file"):
        matched([f"{tmp_path}/none-*"])


def test_dead_letters_tell_where_and_why(tmp_path: Path) -> None:
    """A line each: source, position and reason; no text of the record is among it."""
    good = {
        "logName": "projects/p/logs/stdout",
        "insertId": "a",
        "timestamp": "2025-09-15T20:00:00Z",
        "textPayload": "x",
    }
    bad = [
        {"textPayload": "token=hunter2"},
        {**good, "timestamp": "yesterday"},
        {**good, "timestamp": "2999-01-01T00:00:00Z"},
    ]
    file = tmp_path / "S0.json"
    file.write_text("\n".join([json.dumps(one) for one in (good, *bad)] + ["{nonsense}"]))
    counts = folded([file], tmp_path / "out", latest=2_000_000_000_000_000_000)
    [letters] = (tmp_path / "out").glob("dead-letters-*.ndjson")
    told = [msgspec.json.decode(line, type=Skipped) for line in letters.read_bytes().splitlines()]
    assert [(one.source, one.position) for one in told] == [(str(file), at) for at in (2, 3, 4, 5)]
    assert [one.reason.split(":")[0] for one in told] == [
        "not a LogEntry",
        "timestamp",
        "in the future",
        told[3].reason,
    ]
    assert (counts.read, counts.kept, counts.malformed) == (5, 1, 4)
    assert b"hunter2" not in letters.read_bytes()
    assert stored(tmp_path / "out").report().skipped == tuple(told)


def test_the_teams_rules_travel(tmp_path: Path) -> None:
    """Environments are named and secrets hidden by the settings, in the worker processes too."""
    settings = Settings(environments={"shop": "production"}, redaction={"rules": {"order": "order [0-9]+"}})
    files = write_shards(tmp_path / "logs", 4_000, 4)
    folded(files, tmp_path / "out", workers=2, rules=Rules.of(settings))
    [file] = (tmp_path / "out").glob(STORED)
    assert b"[redacted: order]" in file.read_bytes()
    assert b"placed by user anna" in file.read_bytes()
    assert {cluster.place.environment for cluster in window_in(tmp_path / "out").clusters} == {"production"}
    assert not any(b"order %d placed" % number in file.read_bytes() for number in range(10_000))


def test_the_team_says_which_frames_are_its_own(tmp_path: Path) -> None:
    """A library that the settings take for the application tells failures apart, as in one process."""
    head, said = "Traceback (most recent call last):", "RuntimeError: exhausted"
    frame = '  File "/usr/lib/python3/site-packages/pool/{0}.py", line 7, in {0}\n    raise'
    texts = ["\n".join((head, frame.format(name), said)) for name in ("lend", "borrow")]
    file, settings = tmp_path / "S0.json", Settings(in_app=("pool",))
    lines = [
        {"logName": "l", "insertId": f"{at}", "timestamp": "2025-09-15T20:00:00Z", "textPayload": text}
        for at, text in enumerate(texts)
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines))
    folded([file], tmp_path / "out", rules=Rules.of(settings))
    assert window_in(tmp_path / "out") == one_process([file], settings)[0]
    assert [len(one_process([file], one)[0].clusters) for one in (Settings(), settings)] == [1, 2]
    with pytest.raises(LogsUnavailable, match="folded with other environments, in_app or not_in_app"):
        window_of(stored(tmp_path / "out"), make(Settings()))
    assert len(window_of(stored(tmp_path / "out"), make(settings)).clusters) == 2


def test_what_entries_hold_stops_no_worker(tmp_path: Path) -> None:
    """Numbers that no machine word holds, in the labels of a trace's lines, travel like any others."""
    said = ["java.lang.IllegalStateException: closed", "\tat shop.db.Pool.take(Pool.java:3)"]
    labels = {"instanceId": "i", "huge": 10**40}
    file = tmp_path / "S0.json"
    lines = [
        {
            "logName": "l",
            "insertId": f"{at}",
            "timestamp": "2025-09-15T20:00:00Z",
            "textPayload": text,
            "labels": labels,
        }
        for at, text in enumerate(said)
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines))
    folded([file], tmp_path / "out")
    assert window_in(tmp_path / "out") == one_process([file])[0]
    assert [cluster.kind for cluster in window_in(tmp_path / "out").clusters] == ["trace"]
