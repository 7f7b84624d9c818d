"""Where in an entry a logger may have put what matters."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import msgspec

from bot.model.entry import LogEntry
from bot.model.signature import Kind

_TRACE_FIELDS = ("stack_trace", "exception", "traceback", "exc_info", "stack", "stacktrace", "stackTrace")
_ERROR_OBJECTS = ("error", "err", "exception")
PLAIN_WITHOUT = frozenset((*_TRACE_FIELDS, *_ERROR_OBJECTS))
"""Fields without which a payload says no more than its message."""

_DETAILS = "statusDetails"

_SYSTEM_LOGS = frozenset({"events", "kubelet", "node-problem-detector", "container-runtime", "kube-proxy"})
_SYSTEM_ENDINGS = ("/varlog/system", "/events", "cluster-autoscaler-visibility", "cluster-autoscaler")
_LONGEST_JSON = 65_536


def traces_in(payload: dict[str, Any]) -> Iterable[str]:
    """Texts of the payload's fields that carry stack traces, outer ones first; lists of lines are joined."""
    return () if PLAIN_WITHOUT.isdisjoint(payload) else _traces_in(payload)


def _traces_in(payload: dict[str, Any]) -> Iterator[str]:
    for source in (payload, *(payload.get(name) for name in _ERROR_OBJECTS)):
        if isinstance(source, dict):
            yield from (text for field in (*_TRACE_FIELDS, "message") if (text := _as_text(source.get(field))))


def details_of(payload: dict[str, Any] | None) -> str:
    """A load balancer's word on its request, where that is all that the payload says; else ""."""
    details = payload.get(_DETAILS) if payload else None
    if payload is None or type(details) is not str or "message" in payload or not PLAIN_WITHOUT.isdisjoint(payload):
        return ""
    return details


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(line.rstrip("\n") for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def unwrapped(entry: LogEntry) -> LogEntry | None:
    """The entry as if Cloud Logging had parsed its text, where that is a JSON object that says something; else None."""
    text = entry.text_payload
    if text is None or not text.startswith("{") or len(text) > _LONGEST_JSON:
        return None
    try:
        payload = msgspec.json.decode(text, type=dict[str, Any])
    except (ValueError, RecursionError):
        return None
    return msgspec.structs.replace(entry, text_payload=None, json_payload=payload) if payload else None


@lru_cache(maxsize=4096)
def kind_of(log_name: str) -> Kind:
    """SYSTEM for the logs that the platform writes of its containers and nodes, else MESSAGE."""
    log_id = unquote(log_name.rsplit("/logs/", 1)[-1])
    return Kind.SYSTEM if log_id in _SYSTEM_LOGS or f"/{log_id}".endswith(_SYSTEM_ENDINGS) else Kind.MESSAGE
