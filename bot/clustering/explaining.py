"""The steps from an entry to its fingerprint, for a person who wonders about them."""

from collections.abc import Iterator

from bot.clustering.clusterer import identifying_frames
from bot.clustering.fingerprint import VERSION
from bot.clustering.masking import steps
from bot.clustering.payload import details_of
from bot.clustering.routes import route_of
from bot.model.entry import LogEntry
from bot.model.signature import Frame, Kind, Signature, StackTrace

Step = tuple[str, str]


def explain(entry: LogEntry, signature: Signature) -> list[Step]:
    """(what was done, what there is after it) for each step from this entry to this signature, which is its own.

    Texts are as logged: redact them before they are shown.
    """
    return [("entry", entry.text), *_between(entry, signature), ("fingerprint", signature.fingerprint)]


def _between(entry: LogEntry, signature: Signature) -> Iterator[Step]:
    if signature.kind is Kind.TRACE and signature.trace:
        yield from _of_trace(signature.trace)
    elif signature.kind is Kind.REQUEST and (request := entry.request):
        yield "route", f"{request.request_url} → {route_of(request.request_url)}"
        yield from steps(entry.text_payload or details_of(entry.json_payload))
    elif signature.kind is not Kind.AUDIT:
        yield from steps(entry.text)
    yield f"hashed, as {VERSION} {signature.kind}", signature.template


def _of_trace(trace: StackTrace) -> Iterator[Step]:
    for at, exception in enumerate(trace.chain):
        yield ("root cause" if at == trace.at else "exception"), f"{exception.type}: {exception.value}".strip(": ")
    counted = set(identifying_frames(trace))
    for frame in trace.frames:
        yield "frame", f"{frame.module}:{frame.function} {_why(frame, counted)}"
    if not counted:
        yield from steps(f"{trace.cause.short_type}: {trace.cause.value}".split("\n", 1)[0])


def _why(frame: Frame, counted: set[str]) -> str:
    if not frame.in_app:
        return "doesn't count: not the application's own"
    if f"{frame.module}:{frame.function}" in counted:
        return "counts"
    return "doesn't count: a generated name, or further out than the five that do"
