"""One entry in, its Signature out."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from bot.clustering import traces
from bot.clustering.fingerprint import fingerprint
from bot.clustering.loose import joined, said_keys, trace_keys
from bot.clustering.masking import mask, normalise
from bot.clustering.memory import Memory
from bot.clustering.payload import kind_of, traces_in, unwrapped
from bot.clustering.routes import route_of
from bot.clustering.traces.python import MARK
from bot.model.entry import HttpRequest, LogEntry
from bot.model.signature import ExceptionInfo, Kind, Signature, StackTrace

_UNREAD = Signature("", Kind.TRACE, "", "")
_MOST_FRAMES = 5
_LONGEST_TITLE = 500
_LONGEST_NAME = 200
_REMEMBERED_CHARACTERS = 8_000_000
_TYPE = re.compile(r"[^\W\d][\w.$:<>]{0,200}+")
_GENERATED = frozenset({"<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"})


class Clusterer:
    """Gives entries their signatures. It remembers distinct messages, to normalise each once; it holds no counts.

    `former` is what the algorithm's last version made of an entry: after a change of VERSION signatures carry its
    fingerprint too, so that issues that were opened under it are found.
    """

    def __init__(self, former: Callable[[LogEntry], Signature] | None = None) -> None:
        self._former = former
        self._messages: Memory[tuple[Kind, str], Signature] = Memory(_REMEMBERED_CHARACTERS)
        self._requests: Memory[tuple[str, str, int, str], Signature] = Memory(_REMEMBERED_CHARACTERS)
        self._traces: Memory[str, Signature | None] = Memory(_REMEMBERED_CHARACTERS)

    def signature(self, entry: LogEntry) -> Signature:
        """The entry's signature; a pure function of the entry. Whatever the payloads hold, nothing is raised."""
        if self._former is None:
            return self._signature(entry)
        return msgspec.structs.replace(self._signature(entry), former=self._former(entry).fingerprint)

    def _signature(self, entry: LogEntry) -> Signature:
        if entry.proto_payload is not None:
            return self._audit(entry)
        text = entry.text_payload
        if text is None:
            request = entry.http_request
            bare = request is not None and not entry.json_payload and request.status_code
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
            return self._request(request, status, entry.text_payload or "")
        plain = self._message(kind_of(entry.log_name), text)
        return _with_error(plain, *entry.error) if payload and ("error" in payload or "err" in payload) else plain

    def _message(self, kind: Kind, text: str) -> Signature:
        masked = mask(text)
        known = self._messages.get((kind, masked))
        if known is None:
            template = normalise(masked)
            known = Signature(fingerprint(kind, template), kind, "", template, None, said_keys(masked))
            self._messages.put((kind, masked), known, len(masked) + len(template))
        return msgspec.structs.replace(known, title=_cut_off(text)) if MARK in text else known

    def _audit(self, entry: LogEntry) -> Signature:
        payload = entry.proto_payload or {}
        status = payload.get("status")
        code = status.get("code") if isinstance(status, dict) else None
        code = None if code == "0" else code
        parts = (payload.get("serviceName"), payload.get("methodName") or payload.get("@type"), code)
        template = " ".join(str(part)[:_LONGEST_NAME] for part in parts if isinstance(part, str | int) and part)
        return Signature(fingerprint(Kind.AUDIT, template), Kind.AUDIT, template, template)

    def _request(self, request: HttpRequest, status: int, said: str) -> Signature:
        route = route_of(request.request_url)
        key = (request.request_method[:_LONGEST_NAME], route, status, said)
        if known := self._requests.get(key):
            return known
        title = f"{key[0]} {route} → {status}"
        template = f"{key[0]} {route} {status} {normalise(mask(said))}".strip()
        made = Signature(fingerprint(Kind.REQUEST, template), Kind.REQUEST, title, template)
        return self._requests.put(key, made, len(said) + len(template))

    def _traced_in(self, payload: dict[str, Any]) -> Signature | None:
        found = (self._traced(text) for text in traces_in(payload) if traces.may_hold_trace(text))
        return next(filter(None, found), None)

    def _traced(self, text: str) -> Signature | None:
        known = self._traces.get(text, _UNREAD)
        if known is not _UNREAD:
            return known
        trace = traces.parse(text)
        return self._traces.put(text, _of_trace(trace) if trace else None, 2 * len(text))


def _first_line(text: str) -> str:
    return next((line.strip()[:_LONGEST_TITLE] for line in text.split("\n") if line.strip()), "")


def _cut_off(text: str) -> str:
    """The best title of a traceback that was cut off before its exception."""
    return f"(traceback cut off) {text.strip().rpartition(chr(10))[2].strip()[:_LONGEST_TITLE]}"


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
    return (f"{exception.short_type}: {first}" if first else exception.short_type)[:_LONGEST_TITLE]


def _with_error(plain: Signature, kind: str, value: str) -> Signature:
    """What a structured error object adds: its type and value, as an exception without frames."""
    if not _TYPE.fullmatch(kind):
        return plain
    trace = StackTrace((ExceptionInfo(kind, value),))
    return msgspec.structs.replace(plain, trace=trace, loose=joined((trace_keys(trace), plain.loose)))
