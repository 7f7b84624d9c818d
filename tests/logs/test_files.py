"""Log files in every format, whole and damaged, against the entries they must give."""

import gzip
import io
import json
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LogsUnavailable
from bot.logs import read_files
from bot.model.time import nanos_of
from tests.logs.made import ARRAY, FORMATS, LINES, PRETTY, line, made, read, skips

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("data", FORMATS.values(), ids=FORMATS.keys())
def test_every_format_gives_the_same_entries(tmp_path: Path, data: bytes, packed: Callable[[bytes], bytes]) -> None:
    """No format, packed or not, loses, adds or reorders an entry."""
    ids, reading = read(tmp_path, packed(data))
    assert ids == ["id0", "id1", "id2", "id3"]
    assert reading.report().skipped_count == 0


@given(
    texts=st.lists(st.text(), min_size=1, max_size=4),
    between=st.sampled_from(["", "\n", ",", " , ", ",\n"]),
    indent=st.sampled_from([None, 0, 1, 4]),
    listed=st.booleans(),
    ascii_only=st.booleans(),
)
def test_any_text_comes_back(
    texts: list[str], between: str, indent: int | None, listed: bool, ascii_only: bool
) -> None:
    """Whatever the messages hold and however the objects are laid out, every message is read as it was written."""
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    entries = [made(number, textPayload=text) for number, text in enumerate(texts)]
    if listed:
        data = json.dumps(entries, indent=indent, ensure_ascii=ascii_only)
    else:
        data = between.join(json.dumps(entry, indent=indent, ensure_ascii=ascii_only) for entry in entries)
    reading = read_files(["-"], stdin=io.BytesIO(data.encode()))
    assert [entry.text_payload for entry in reading] == texts


@given(data=st.binary(max_size=300), place=st.integers(0, 4))
def test_damage_ends_in_an_account_never_in_a_crash(data: bytes, place: int) -> None:
    """Arbitrary bytes between lines make a reading fail by LogsUnavailable alone, and lines before them are read."""
    content = b"\n".join([*LINES[:place], data.replace(b"\n", b" "), *LINES[place:]])
    reading = read_files(["-"], stdin=io.BytesIO(content))
    try:
        ids = [entry.insert_id for entry in reading]
    except LogsUnavailable:
        ids = []
    whole = b"\0" not in content[:2] and content[:2] not in (b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")
    assert not whole or ids[:place] == ["id0", "id1", "id2", "id3"][:place]


@pytest.mark.parametrize("cut", [1, 20, len(LINES[3]) - 2])
@pytest.mark.parametrize("name", ["array", "lines", "in a row", "pretty"])
def test_a_cut_file_loses_one_record(tmp_path: Path, name: str, cut: int) -> None:
    """A file that ends within its last record gives all before it and one skip that says so."""
    data = FORMATS[name].removesuffix(b"]")
    ids, reading = read(tmp_path, data[:-cut])
    assert ids == ["id0", "id1", "id2"]
    assert skips(reading) == [(4, "it ends in the middle of a record")]


DAMAGED = {
    "a line cut short": b"\n".join([LINES[0], LINES[1][:50], LINES[2]]),
    "a brace missing": b"\n".join([LINES[0], LINES[1][:-1], LINES[2]]),
    "a pretty object cut short": b"\n".join([PRETTY[0], PRETTY[1][:90], PRETTY[2]]),
    "not JSON": b"\n".join([LINES[0], b"Listed 2 items.", LINES[2]]),
    "an invalid word": b"[" + LINES[0] + b', {"insertId": nope}, ' + LINES[2] + b"]",
    "a quote missing": b"[" + LINES[0] + b', {"a": "x}, ' + LINES[2] + b"]",
    "a brace missing in an array": b"[" + LINES[0] + b', {"a": {"b": 1}, ' + LINES[2] + b"]",
    "no object": b"[" + LINES[0] + b", 7, " + LINES[2] + b"]",
    "no LogEntry": b"\n".join([LINES[0], b'{"a": 1}', LINES[2]]),
    "an array in lines": b"\n".join([LINES[0], b'"text"', LINES[2]]),
    "a wrong type": b"\n".join([LINES[0], line(1, textPayload=5), LINES[2]]),
    "no time": b"\n".join([LINES[0], line(1, timestamp=""), LINES[2]]),
    "nested deeply": b"\n".join([LINES[0], b'{"jsonPayload":{"a":' + b"[" * 9**5 + b"]" * 9**5 + b"}}", LINES[2]]),
    "nested deeply in an array": b"[" + LINES[0] + b"," + b'{"a":' * 9**5 + b"1" + b"}" * 9**5 + b"," + LINES[2] + b"]",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_record_loses_itself_alone(tmp_path: Path, data: bytes) -> None:
    """The second of three records is bad: the others are read, and it is counted at its position."""
    ids, reading = read(tmp_path, data)
    assert ids == ["id0", "id2"]
    assert [position for position, _ in skips(reading)] == [2]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"textPayload": 5}, "textPayload: Expected `str | null`, got `int`"),
        ({"resource": {"type": 4}}, "resource: Expected `str`, got `int` - at `$.type`"),
        ({"timestamp": None}, "no timestamp"),
        ({"timestamp": "yesterday"}, "timestamp: not a time"),
        ({"timestamp": "2025-13-45T00:00:00Z"}, "timestamp: not a time"),
        (
            {"logName": None, "insertId": None, "resource": None},
            "not a LogEntry: it has no logName, insertId or resource",
        ),
    ],
)
def test_the_reason_names_what_is_wrong(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    """A skip tells the field and what is the matter with it."""
    _, reading = read(tmp_path, LINES[0] + b"\n" + line(1, **fields))
    assert skips(reading) == [(2, reason)]


@pytest.mark.parametrize(
    "fields",
    [
        {"labels": 5},
        {"trace": None},
        {"spanId": 7},
        {"severity": 500.0},
        {"severity": {"name": "ERROR"}},
        {"httpRequest": "GET /"},
        {"httpRequest": {"status": [500], "requestUrl": None}},
        {"unknown": {"nested": [1, 2]}},
        {"jsonPayload": {"huge": 10**40}},
    ],
)
def test_what_is_beside_the_point_costs_no_entry(tmp_path: Path, fields: dict[str, Any]) -> None:
    """Optional fields of a wrong type, nulls and unknown fields leave the entry usable."""
    ids, reading = read(tmp_path, line(1, **fields))
    assert ids == ["id1"]
    assert reading.report().skipped_count == 0


def test_a_request_keeps_its_good_fields(tmp_path: Path) -> None:
    """One bad subfield of httpRequest doesn't cost its status."""
    path = tmp_path / "logs.json"
    path.write_bytes(line(1, httpRequest={"status": 502.0, "userAgent": ["x"], "requestMethod": "GET"}))
    request = next(iter(read_files([path]))).http_request
    assert request is not None
    assert (request.status_code, request.request_method, request.user_agent) == (502, "GET", "")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"a\xffb", "a\ufffdb"),
        (rb"a\ud800b", "a?b"),
        (rb"a\u0000b", "a\0b"),
        (b"a\0b", "a\0b"),
        (rb"a\ud83d\ude00b", "a\U0001f600b"),
    ],
    ids=["invalid UTF-8", "lone surrogate", "NUL escape", "raw NUL", "surrogate pair"],
)
@pytest.mark.parametrize("frame", [b"%s", b"[%s]"], ids=["line", "array"])
def test_bad_characters_cost_no_entry(tmp_path: Path, written: bytes, text: str, frame: bytes) -> None:
    """A message with characters that aren't text is kept, and the rest of it is as it was."""
    path = tmp_path / "logs.json"
    path.write_bytes(frame % line(1, textPayload="MARK").replace(b"MARK", written))
    assert [entry.text_payload for entry in read_files([path])] == [text]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_message_of_5_mb_passes(tmp_path: Path, indent: int | None) -> None:
    """Length alone loses nothing."""
    text = "line\n" * 1_000_000
    path = tmp_path / "logs.json"
    path.write_text(json.dumps(made(1, textPayload=text), indent=indent))
    assert [entry.text_payload for entry in read_files([path])] == [text]


@pytest.mark.parametrize(
    "whole", [b"\n".join(line(number) for number in range(2000)), b"[" + b",".join(LINES * 500) + b"]"]
)
def test_a_gzip_that_ends_early_gives_what_it_has(tmp_path: Path, whole: bytes) -> None:
    """Entries before the end are read, and one skip says that the gzip data ends early."""
    ids, reading = read(tmp_path, gzip.compress(whole)[:-40])
    assert ids
    assert [reason for _, reason in skips(reading)] == ["the gzip data ends early"]


def test_a_damaged_gzip_gives_what_is_before_the_damage(tmp_path: Path) -> None:
    """A flipped run of bytes in the middle costs what follows, not what precedes."""
    packed = bytearray(gzip.compress(b"\n".join(line(number, spanId=os.urandom(20).hex()) for number in range(2000))))
    packed[len(packed) // 2 : len(packed) // 2 + 64] = b"\xff" * 64
    ids, reading = read(tmp_path, bytes(packed))
    assert len(ids) > 500
    assert reading.report().skipped_count >= 1


def test_gzip_members_in_a_row_are_one_file(tmp_path: Path) -> None:
    """Rotated logs that were concatenated, with padding, are read to the end."""
    ids, reading = read(tmp_path, gzip.compress(LINES[0] + b"\n") + gzip.compress(LINES[1]) + b"\0" * 9)
    assert ids == ["id0", "id1"]
    assert skips(reading) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named(tmp_path: Path, encoding: str) -> None:
    """What PowerShell's `>` writes is refused in words that say what to do."""
    with pytest.raises(LogsUnavailable, match="UTF-16"):
        read(tmp_path, ARRAY.decode().encode(encoding))


@pytest.mark.parametrize("data", [b"", b"[]", b" \n\n", b"[\n]\n", gzip.compress(b"[]", mtime=0)])
def test_nothing_at_all_is_an_error_of_one_line(tmp_path: Path, data: bytes) -> None:
    """An empty file or array ends the reading with the file's name."""
    with pytest.raises(LogsUnavailable, match=r"^no log entry in \S+logs\.json: [^\n]+$") as error:
        read(tmp_path, data)
    assert error.value.exit_code == 4


def test_only_bad_records_is_an_error_that_counts_them(tmp_path: Path) -> None:
    """Where nothing was usable the number of records and the first reason are told."""
    with pytest.raises(
        LogsUnavailable, match=r"2 records skipped, the first \(\S+, record 1\) because: not a LogEntry"
    ):
        read(tmp_path, b'{"a": 1}\n{"b": 2}')


def test_an_empty_file_beside_a_full_one_is_no_error(tmp_path: Path) -> None:
    """Only all files together must hold an entry."""
    (tmp_path / "empty.json").write_text("[]")
    (tmp_path / "full.json").write_bytes(ARRAY)
    reading = read_files([tmp_path / "empty.json", tmp_path / "full.json"])
    assert len(list(reading)) == 4
    assert reading.report().sources == (str(tmp_path / "empty.json"), str(tmp_path / "full.json"))


@pytest.mark.parametrize(
    ("name", "words"), [("absent.json", "no log file"), ("", "is a directory"), ("a\0b", "NUL|null")]
)
def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path, name: str, words: str) -> None:
    """Opening fails before anything is read, in one sentence."""
    with pytest.raises(LogsUnavailable, match=words):
        read_files([f"{tmp_path}/{name}"])


def test_permission_denied_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is named as such (also where the tests run as root)."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "secret.json"
    path.write_bytes(ARRAY)
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(LogsUnavailable, match=r"may not read the log file \S+secret\.json"):
        read_files([path])


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """A named pipe isn't opened by the check, so that the shell's `<(...)` works."""
    read_end, write_end = os.pipe()
    os.write(write_end, ARRAY)
    os.close(write_end)
    assert len(list(read_files([f"/dev/fd/{read_end}"]))) == 4
    os.close(read_end)


def test_lines_are_streamed() -> None:
    """The first entry is out before the second piece of an endless input is read."""

    class Endless(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.reads += 1
            return LINES[0] + b"\n" + b"\n".join([line(self.reads)] * 9) + b"\n"

    stream = Endless()
    assert next(iter(read_files(["-"], stdin=stream))).insert_id == "id0"
    assert stream.reads <= 2


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_real_entries_are_all_usable(tmp_path: Path) -> None:
    """Of real entries of public projects none is skipped for anything but a time that is missing or no time."""
    records = [
        json.loads(text)["entry"] for text in (DATA / "gcp_entries" / "entries.ndjson").read_bytes().splitlines()
    ]
    ids, reading = read(tmp_path, json.dumps(records).encode())
    report = reading.report()
    assert len(ids) + report.duplicates + report.skipped_count == len(records)
    assert [reason for _, reason in skips(reading) if "time" not in reason] == []


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_the_hours_of_the_outage_are_read_whole() -> None:
    """Each hour is a pretty array, newest first or not: every entry of it has a time."""
    for path in sorted((DATA / "outage").glob("hour_*.json")):
        entries = list(read_files([path]))
        assert len(entries) > 100
        assert any(nanos_of(one.timestamp) != nanos_of(other.timestamp) for one, other in pairwise(entries))
