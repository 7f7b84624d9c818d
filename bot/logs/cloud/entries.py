"""Cloud Logging's protocol buffers to LogEntry: the value that the same entry's JSON decodes to, without the JSON."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from bot.logs.interface import Unreadable
from bot.model.entry import HttpRequest, LogEntry, Resource
from bot.model.severity import Severity

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = {int(level): level.name for level in Severity}
_DEEPEST = 100
_LARGEST_EXACT = 2.0**53


def entry_of(message: Any) -> LogEntry | Unreadable:
    """The entry that a `google.logging.v2.LogEntry` message is; Unreadable where its payload nests too deeply.

    Maps iterate in another order in every process: their keys are sorted, as gcloud prints them.
    What JSON would leave out is left out: DEFAULT severity, empty labels, absent payloads. Whole numbers of a payload
    are int. A protoPayload of a type that isn't known here keeps its `@type` alone.
    """
    try:
        return _entry(message)
    except RecursionError:
        return Unreadable("nested too deeply")


def _entry(message: Any) -> LogEntry:
    payload = message.WhichOneof("payload")
    severity = message.severity
    return LogEntry(
        insert_id=message.insert_id,
        log_name=message.log_name,
        timestamp=_time(message.timestamp),
        receive_timestamp=_time(message.receive_timestamp),
        severity=_NAMES.get(severity, severity) if severity else None,
        text_payload=message.text_payload if payload == "text_payload" else None,
        json_payload=_object(message.json_payload, 0) if payload == "json_payload" else None,
        proto_payload=_unpacked(message.proto_payload) if payload == "proto_payload" else None,
        http_request=_request(message.http_request) if message.HasField("http_request") else None,
        resource=_resource(message.resource) if message.HasField("resource") else None,
        labels=dict(sorted(message.labels.items())) or None,
        trace=message.trace,
        span_id=message.span_id,
    )


def _time(stamp: Any) -> str:
    """RFC 3339 with no, 3, 6 or 9 decimals; "" where it isn't set."""
    seconds, nanos = stamp.seconds, stamp.nanos
    if not nanos:
        return f"{_second(seconds)}Z" if seconds else ""
    decimals = f"{nanos:09}"
    if decimals.endswith("000"):
        decimals = decimals[:3] if decimals.endswith("000000") else decimals[:6]
    return f"{_second(seconds)}.{decimals}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    try:
        return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    except OverflowError:
        return "no time"


@lru_cache(maxsize=4096)
def _shared(kind: str, labels: frozenset[tuple[str, str]]) -> Resource:
    return Resource(kind, dict(sorted(labels)))


def _resource(message: Any) -> Resource:
    return _shared(message.type, frozenset(message.labels.items()))


def _request(message: Any) -> HttpRequest:
    return HttpRequest(
        request_method=message.request_method,
        request_url=message.request_url,
        status=message.status or None,
        latency=_duration(message.latency) if message.HasField("latency") else None,
        user_agent=message.user_agent,
        remote_ip=message.remote_ip,
    )


def _duration(message: Any) -> str:
    total = message.seconds * 1_000_000_000 + message.nanos
    seconds, nanos = divmod(abs(total), 1_000_000_000)
    decimals = f"{nanos:09}"
    while decimals.endswith("000"):
        decimals = decimals[:-3]
    return f"{'-' if total < 0 else ''}{seconds}{'.' if decimals else ''}{decimals}s"


def _object(struct: Any, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise RecursionError
    return {name: _value(value, depth) for name, value in sorted(struct.fields.items(), key=_name)}


def _name(item: tuple[str, Any]) -> str:
    return item[0]


def _value(value: Any, depth: int) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "number_value":
        return _number(value.number_value)
    if kind == "struct_value":
        return _object(value.struct_value, depth + 1)
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        if depth > _DEEPEST:
            raise RecursionError
        return [_value(one, depth + 1) for one in value.list_value.values]
    return None


def _number(number: float) -> int | float:
    return int(number) if -_LARGEST_EXACT <= number <= _LARGEST_EXACT and number == int(number) else number


def _unpacked(message: Any) -> dict[str, Any]:
    """The fields of an Any as JSON has them, with its `@type`."""
    to_dict = _json_format()
    try:
        fields: dict[str, Any] = to_dict(message)
    except Exception:
        return {"@type": message.type_url}
    return fields


@lru_cache(maxsize=1)
def _json_format() -> Any:
    from google.cloud.appengine_logging_v1.types import request_log  # noqa: F401
    from google.cloud.audit import audit_log_pb2  # type: ignore[import-untyped] # noqa: F401
    from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

    return MessageToDict
