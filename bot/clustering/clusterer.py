"""One entry in, its Signature out."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from bot.clustering import traces
from bot.clustering.fingerprint import fingerprint
from bot.clustering.loose import joined, trace_keys
from bot.clustering.masking import mask, normalise
from bot.clustering.memory import Memory
from bot.clustering.messages import LONGEST_TITLE, Messages
from bot.clustering.payload import PLAIN_WITHOUT, details_of, kind_of, traces_in, unwrapped
from bot.clustering.routes import route_of, shape_of_url
from bot.clustering.traces.owning import Owning
from bot.model.entry import HttpRequest, LogEntry
from bot.model.signature import ExceptionInfo, Kind, Signature, StackTrace

_UNREAD = Signature("", Kind.TRACE, "", "")
_MOST_FRAMES = 5
_LONGEST_NAME = 200
_REMEMBERED_CHARACTERS = 8_000_000
_OVERHEAD = 200
_MOST_LOGS = 10_000
_TYPE = re.compile(r"[^\W\d][\w.$:<>]{0,200}+")
_GENERATED = frozenset({"<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"})

_Asked = tuple[str, bytes, int | str | None, str | None]
"""All that a request's signature depends on: method, shape of the URL, status, text."""


class Clusterer:
    """Gives entries their signatures. It remembers distinct messages, to normalise each once; it holds no counts.

    `former` is what the algorithm's last version made of an entry: after a change of VERSION signatures carry its
    fingerprint too, so that issues that were opened under it are found. `owning` says which frames are in-app.
    """

    def __init__(self, former: Callable[[LogEntry], Signature] | None = None, owning: Owning = traces.DEFAULTS) -> None:
        self._former = former
        self._owning = owning
        self._messages = {kind: Messages(kind) for kind in (Kind.MESSAGE, Kind.SYSTEM)}
        self._recall: dict[str, Callable[[str], Signature | None]] = {}
        self._requests: Memory[_Asked, Signature] = Memory(_REMEMBERED_CHARACTERS)
        self._audits: Memory[tuple[str, ...], Signature] = Memory(_REMEMBERED_CHARACTERS)
        self._traces: Memory[str, Signature | None] = Memory(_REMEMBERED_CHARACTERS)

    def signature(self, entry: LogEntry) -> Signature:
        """The entry's signature; a pure function of the entry. Whatever the payloads hold, nothing is raised."""
        if self._former is None:
            return self._recalled(entry) or self._read(entry)
        return msgspec.structs.replace(self._read(entry), former=self._former(entry).fingerprint)

    def _recalled(self, entry: LogEntry) -> Signature | None:
        """What is known of requests and plain messages of this shape; None for anything that needs a closer look."""
        text, payload, request = entry.text_payload, entry.json_payload, entry.http_request
        if entry.proto_payload is not None:
            return None
        if request is not None:
            if payload is not None and (text is not None or not (text := details_of(payload))):
                return None
            if text and traces.may_hold_trace(text):
                return None
            return self._requests.get((request.request_method, shape_of_url(request.request_url), request.status, text))
        if payload is not None:
            said = payload.get("message")
            if text is not None or not said or type(said) is not str or not PLAIN_WITHOUT.isdisjoint(payload):
                return None
            text = said
        recall = self._recall.get(entry.log_name)
        return None if recall is None or text is None else recall(text)

    def _read(self, entry: LogEntry) -> Signature:
        if entry.proto_payload is not None:
            request = entry.request
            told = request.status_code if request else 0
            return self._request(request, told, entry.text_payload) if request and told else self._audit(entry)
        text = entry.text_payload
        if text is None:
            request, payload = entry.http_request, entry.json_payload
            bare = request is not None and request.status_code and (not payload or details_of(payload))
            return self._spoken(entry, "" if bare else entry.text)
        if text.startswith("{") and (inner := unwrapped(entry)):
            said = self._spoken(inner, inner.text)
            return said if said.title else msgspec.structs.replace(said, title=_first_line(inner.text))
        return self._spoken(entry, text)

    def _spoken(self, entry: LogEntry, text: str) -> Signature:
        if ("\n" in text or traces.PANIC in text) and (traced := self._traced(text)):
            return traced
        payload = entry.json_payload
        if payload and (traced := self._traced_in(payload)):
            return traced
        if (request := entry.http_request) is not None and (status := request.status_code):
            said = details_of(payload) or None if entry.text_payload is None else entry.text_payload
            return self._request(request, status, said)
        plain = self._message(entry.log_name, text)
        return _with_error(plain, *entry.error) if payload and ("error" in payload or "err" in payload) else plain

    def _message(self, log_name: str, text: str) -> Signature:
        messages = self._messages[kind_of(log_name)]
        if log_name not in self._recall:
            if len(self._recall) >= _MOST_LOGS:
                self._recall.clear()
            self._recall[log_name] = messages.recall
        return messages.signature(text)

    def _audit(self, entry: LogEntry) -> Signature:
        payload = entry.proto_payload or {}
        status = payload.get("status")
        code = status.get("code") if isinstance(status, dict) else None
        code = None if code == "0" else code
        parts = (payload.get("serviceName"), payload.get("methodName") or payload.get("@type"), code)
        said = tuple([str(part)[:_LONGEST_NAME] for part in parts if part and isinstance(part, str | int)])
        return self._audits.get(said) or self._of_audit(said)

    def _of_audit(self, said: tuple[str, ...]) -> Signature:
        template = " ".join(said)
        made = Signature(fingerprint(Kind.AUDIT, template), Kind.AUDIT, template, template)
        return self._audits.put(said, made, len(template) + _OVERHEAD)

    def _request(self, request: HttpRequest, status: int, text: str | None) -> Signature:
        method, route, said = request.request_method[:_LONGEST_NAME], route_of(request.request_url), text or ""
        title = f"{method} {route} → {status}"
        template = f"{method} {route} {status} {normalise(mask(said))}".strip()
        made = Signature(fingerprint(Kind.REQUEST, template), Kind.REQUEST, title, template)
        cost = len(request.request_url) + len(request.request_method) + len(said) + len(template) + _OVERHEAD
        asked = request.request_method, shape_of_url(request.request_url), request.status, text
        return self._requests.put(asked, made, cost)

    def _traced_in(self, payload: dict[str, Any]) -> Signature | None:
        found = (self._traced(text) for text in traces_in(payload) if traces.may_hold_trace(text))
        return next(filter(None, found), None)

    def _traced(self, text: str) -> Signature | None:
        known = self._traces.get(text, _UNREAD)
        if known is not _UNREAD:
            return known
        trace = traces.parse(text, self._owning)
        return self._traces.put(text, _of_trace(trace) if trace else None, 2 * len(text))


def _first_line(text: str) -> str:
    return next((line.strip()[:LONGEST_TITLE] for line in text.split("\n") if line.strip()), "")


def _of_trace(trace: StackTrace) -> Signature:
    types = list(dict.fromkeys(exception.type for exception in trace.chain))
    frames = identifying_frames(trace)
    title = _said(trace.cause)
    template = " <- ".join([*types, *reversed(frames)])
    identity = ["trace", *types, *(frames or [normalise(mask(title))])]
    return Signature(fingerprint(*identity), Kind.TRACE, title, template, trace, trace_keys(trace))


def identifying_frames(trace: StackTrace) -> list[str]:
    """`module:function` of the innermost five distinct in-app frames, outermost first.

    A function that recurs counts once, where it was entered last, so that the depth of a recursion doesn't show.
    Lambdas and comprehensions don't count.
    """
    own = (frame for frame in reversed(trace.frames) if frame.in_app and frame.function not in _GENERATED)
    names = list(dict.fromkeys(f"{frame.module}:{frame.function}" for frame in own))
    return names[:_MOST_FRAMES][::-1]


def _said(exception: ExceptionInfo) -> str:
    first = exception.value.split("\n", 1)[0]
    return (f"{exception.short_type}: {first}" if first else exception.short_type)[:LONGEST_TITLE]


def _with_error(plain: Signature, kind: str, value: str) -> Signature:
    """What a structured error object adds: its type and value, as an exception without frames."""
    if not _TYPE.fullmatch(kind):
        return plain
    trace = StackTrace((ExceptionInfo(kind, value),))
    return msgspec.structs.replace(plain, trace=trace, loose=joined((trace_keys(trace), plain.loose)))
