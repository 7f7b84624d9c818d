"""What a protocol buffer becomes is what the same entry's JSON becomes."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.cloud.logging_v2.types import LogEntry as Message
from google.protobuf.json_format import MessageToJson, ParseDict, ParseError  # type: ignore[import-untyped]
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.logs.cloud.entries import entry_of
from bot.logs.decoding import decode
from bot.logs.interface import Unreadable
from bot.model.entry import LogEntry
from tests.logs.cloud_bench import entry

ROOT = Path(__file__).resolve().parent.parent.parent
REAL = ROOT.parent / "shared" / "data" / "gcp_entries" / "entries.ndjson"

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def message(row: dict[str, Any]) -> Any:
    """The protocol buffer of an entry's JSON; fields that aren't Cloud Logging's are left out."""
    return ParseDict(row, Message.pb()(), ignore_unknown_fields=True)


def same(row: dict[str, Any]) -> None:
    """Both ways give one value."""
    one = message(row)
    assert entry_of(one) == decode(MessageToJson(one).encode())


def test_bundled_outage_is_read_alike() -> None:
    """Text, request and audit entries of the bundled outage become the same values either way."""
    rows = json.loads((ROOT / "examples" / "checkout-outage.json").read_text(encoding="utf-8"))
    assert {kind for row in rows for kind in row if kind.endswith("Payload")} == {"textPayload", "protoPayload"}
    for row in rows:
        same(row)


@pytest.mark.skipif(not REAL.is_file(), reason="needs the real entries in ../shared/data")
def test_real_entries_are_read_alike() -> None:
    """Entries of many projects become the same values either way."""
    compared = 0
    for line in REAL.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)["entry"]
        try:
            message(row)
        except ParseError:
            continue
        if row.get("insertId") or row.get("logName") or row.get("resource"):
            same(row)
            compared += 1
    assert compared > 400


@given(payload=st.dictionaries(st.text(max_size=5), values, max_size=4), nanos=st.integers(0, 999_999_999))
def test_any_payload_and_time_is_read_alike(payload: dict[str, Any], nanos: int) -> None:
    """Nested values, whole numbers, nulls and every number of decimals come out as JSON has them."""
    row = entry(1, jsonPayload=payload, timestamp=f"2026-05-04T10:00:00.{nanos:09}Z")
    del row["textPayload"]
    same(row)


@pytest.mark.parametrize("latency", ["0s", "0.5s", "12.000001s", "-1.250s"])
def test_request_is_read_alike(latency: str) -> None:
    """A request's fields, its latency among them, come out as JSON has them."""
    same(entry(1, httpRequest={"requestMethod": "GET", "status": 503, "latency": latency, "remoteIp": "192.0.2.1"}))


def test_keys_are_sorted_as_gcloud_prints_them() -> None:
    """The order of a payload's fields, which their text shows, is the same in every process."""
    names = [f"k{number}" for number in range(50)]
    read = entry_of(message({**entry(1), "jsonPayload": dict.fromkeys(reversed(names), 1)} | {"textPayload": None}))
    assert isinstance(read, LogEntry)
    assert list(read.json_payload or {}) == sorted(names)


def test_unknown_payload_keeps_its_type() -> None:
    """A protoPayload of a type that isn't known here costs its fields, not the entry."""
    one = message({**entry(1), "textPayload": None})
    one.proto_payload.type_url = "type.googleapis.com/acme.Unheard"
    one.proto_payload.value = b"\x08\x01"
    read = entry_of(one)
    assert isinstance(read, LogEntry)
    assert read.proto_payload == {"@type": "type.googleapis.com/acme.Unheard"}


def test_payload_nested_too_deeply_is_a_skipped_record() -> None:
    """A payload hundreds of levels deep is told as unreadable instead of ending the run."""
    deep = Struct()
    inner = deep
    for _ in range(300):
        inner = inner.fields["a"].struct_value
    one = Message.pb()(insert_id="x")
    one.json_payload.CopyFrom(deep)
    assert entry_of(one) == Unreadable("nested too deeply")
