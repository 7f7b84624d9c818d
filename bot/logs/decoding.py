"""One record's bytes to a LogEntry: strictly and fast, or, where that fails, once more with patience."""

import json
from typing import Any

import msgspec

from bot.logs.interface import Unreadable
from bot.model.entry import HttpRequest, LogEntry

_DECODE = msgspec.json.Decoder(LogEntry).decode
_FIELDS = {field.encode_name: field.type for field in msgspec.structs.fields(LogEntry)}
_REQUEST_FIELDS = {field.encode_name: field.type for field in msgspec.structs.fields(HttpRequest)}
_OPTIONAL = frozenset({"severity", "httpRequest", "labels", "trace", "spanId"})
_KINDS = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
_LONGEST_INTEGER = 300


class Malformed(Unreadable, frozen=True):
    """A record that isn't even JSON: it may be more than one."""


def decode(raw: bytes) -> LogEntry | Unreadable:
    """The entry that these bytes are, or the reason why they are none.

    Invalid UTF-8 and lone surrogates become U+FFFD and `?`; raw control characters, NaN and null fields are borne;
    severity, httpRequest, labels, trace and spanId of a wrong type are made text or left out. Other fields of a wrong
    type, and objects that name neither log nor insertId nor resource, make the record unreadable.
    """
    try:
        entry = _DECODE(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _decode_patiently(raw)
    return entry if entry.log_name or entry.insert_id or entry.resource else _NO_ENTRY


_NO_ENTRY = Unreadable("not a LogEntry: it has no logName, insertId or resource")


def _decode_patiently(raw: bytes) -> LogEntry | Unreadable:
    try:
        value = _loaded(raw.decode("utf-8", "replace"))
    except RecursionError:
        return Unreadable("nested too deeply")
    except ValueError as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        return Malformed(f"not valid JSON{where}")
    if not isinstance(value, dict):
        return Unreadable(f"not an object but {_kind(value)}")
    return _converted({name: value[name] for name in _FIELDS if value.get(name) is not None})


def _loaded(text: str) -> Any:
    value = json.loads(text, strict=False, parse_constant=lambda _: None, parse_int=_integer)
    if "\\u" not in text:
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def _converted(fields: dict[str, Any]) -> LogEntry | Unreadable:
    for name, value in list(fields.items()):
        problem = _misfit(value, _FIELDS[name])
        if problem and name not in _OPTIONAL:
            return Unreadable(f"{name}: {problem}")
        if problem:
            fields[name] = _mended(name, value)
    entry = msgspec.convert({name: value for name, value in fields.items() if value is not None}, LogEntry)
    return entry if entry.log_name or entry.insert_id or entry.resource else _NO_ENTRY


def _mended(name: str, value: object) -> object:
    """An optional field's value in its own type, or None where it can't be had."""
    if name == "httpRequest" and isinstance(value, dict):
        parts = {key: _as_text(value.get(key), kind) for key, kind in _REQUEST_FIELDS.items()}
        return {key: part for key, part in parts.items() if part is not None}
    return _as_text(value, _FIELDS[name])


def _as_text(value: object, kind: Any) -> object:
    if value is None or not _misfit(value, kind):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    return text if text is not None and not _misfit(text, kind) else None


def _misfit(value: object, kind: Any) -> str:
    """What is wrong with this value for a field of this kind; "" where it fits."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return str(error)
    except RecursionError:
        return "nested too deeply"
    return ""


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "null")
