"""A Cloud Logging of our own: gRPC on loopback, on the message classes of Google's client.

It keeps entries with the time at which each arrived, honours filter, order, page size and page tokens, counts reads
against the quota by its own clock, and fails when told to.
"""

import base64
import json
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
import msgspec
from google.cloud.logging_v2.types import ListLogEntriesRequest, ListLogEntriesResponse, LogEntry
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]

from tests.bench.logging_filter import BadFilter, Matches, compiled, nanos

SERVICE = "google.logging.v2.LoggingServiceV2"
_MINUTE = 60.0
_REQUEST, _RESPONSE, _ENTRY = ListLogEntriesRequest.pb(), ListLogEntriesResponse.pb(), LogEntry.pb()


class Fault(msgspec.Struct, frozen=True):
    """What happens to one read: a gRPC status by name, `EMPTY` for an empty page with a token, `HANG` for no answer.

    `NONE` is a read that is answered as it should be, ahead of one that isn't.
    """

    what: str
    said: str = "a fault of the test's"


class Asked(msgspec.Struct, frozen=True):
    """A read as it came."""

    projects: tuple[str, ...]
    filter: str
    token: str
    page_size: int
    metadata: dict[str, str]


class LoggingServer:
    """The service on a free port of 127.0.0.1; a context manager.

    `now` (nanoseconds) hides entries that arrived later; None shows all. `quota` reads a minute are allowed, by `clock`
    (seconds); None allows any. A page has at most `most` entries, whatever was asked
    for. `faults` are taken first, one a read. `credentials` make it speak TLS.
    """

    def __init__(self, credentials: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.now: int | None = None
        self.quota: int | None = None
        self.most = 1000
        self.clock = clock
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.projects: dict[str, list[tuple[int, Any]]] = {}
        self.forbidden: set[str] = set()
        self._reads: list[float] = []
        self._pages: dict[tuple[str, ...], bytes] = {}
        self._matched: dict[tuple[str, ...], list[Any]] = {}
        self._server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_send_message_length", -1)])
        handler = grpc.unary_unary_rpc_method_handler(self._list, request_deserializer=_REQUEST.FromString)
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE, {"ListLogEntries": handler}),)
        )
        if credentials is None:
            self.port = int(self._server.add_insecure_port("127.0.0.1:0"))
        else:
            self.port = int(self._server.add_secure_port("127.0.0.1:0", credentials))
        self._server.start()

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "LoggingServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()

    def add(self, project: str, entries: Iterable[dict[str, Any]], late: int = 0) -> None:
        """Keep these entries, as their JSON has them; each arrives `late` nanoseconds after its timestamp."""
        kept = self.projects.setdefault(project, [])
        for entry in entries:
            message = ParseDict(entry, _ENTRY())
            kept.append((nanos(message) + late, message))
        self._pages.clear()
        self._matched.clear()

    def drop(self, project: str, before: int) -> None:
        """Lose what is older (nanoseconds), as retention does."""
        self.projects[project] = [one for one in self.projects[project] if nanos(one[1]) >= before]
        self._pages.clear()
        self._matched.clear()

    def _list(self, request: Any, context: Any) -> bytes:
        names = tuple(name.removeprefix("projects/") for name in request.resource_names)
        metadata = {str(key): str(value) for key, value in context.invocation_metadata()}
        self.asked.append(Asked(names, request.filter, request.page_token, request.page_size, metadata))
        fault = self.faults.pop(0) if self.faults else None
        fault = None if fault and fault.what == "NONE" else fault
        if fault and fault.what == "HANG":
            while context.is_active():
                time.sleep(0.02)
        elif fault and fault.what != "EMPTY":
            context.abort(grpc.StatusCode[fault.what], fault.said)
        self._count(context)
        if fault:
            token = request.page_token or _token(request.filter, 0, "")
            return bytes(_RESPONSE(next_page_token=token).SerializeToString())
        return self._page(request, names, context)

    def _count(self, context: Any) -> None:
        now = self.clock()
        self._reads = [at for at in self._reads if at > now - _MINUTE]
        if self.quota is not None and len(self._reads) >= self.quota:
            said = "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'"
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, said)
        self._reads.append(now)

    def _page(self, request: Any, names: tuple[str, ...], context: Any) -> bytes:
        key = (*names, request.filter, request.page_token, str(request.page_size), str(self.now), request.order_by)
        if key not in self._pages:
            self._check(names, request, context)
            try:
                self._pages[key] = self._made(request, names)
            except (BadFilter, ValueError) as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        return self._pages[key]

    def _check(self, names: tuple[str, ...], request: Any, context: Any) -> None:
        for name in names:
            if name in self.forbidden:
                context.abort(grpc.StatusCode.PERMISSION_DENIED, "Permission denied for all log views")
            if name not in self.projects:
                context.abort(grpc.StatusCode.NOT_FOUND, f"Project does not exist: {name}")
        if not 0 <= request.page_size <= 1000:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "page_size must be at most 1000")

    def _made(self, request: Any, names: tuple[str, ...]) -> bytes:
        if request.order_by not in ("", "timestamp asc"):
            raise BadFilter(f"order_by {request.order_by} is not known here")
        key = (*names, request.filter, str(self.now))
        matching = self._matched.get(key) or self._matching(names, compiled(request.filter))
        self._matched[key] = matching
        start = 0
        if request.page_token:
            behind = _place(request.page_token, request.filter)
            start = bisect_right(matching, behind, key=_key)
        page = matching[start : start + min(self.most, request.page_size or 50)]
        more = start + len(page) < len(matching)
        token = _token(request.filter, *_key(page[-1])) if more else ""
        return bytes(_RESPONSE(entries=page, next_page_token=token).SerializeToString())

    def _matching(self, names: tuple[str, ...], matches: Matches) -> list[Any]:
        arrived = (
            message for name in names for at, message in self.projects[name] if self.now is None or at <= self.now
        )
        return sorted((message for message in arrived if matches(message)), key=_key)


def _key(message: Any) -> tuple[int, str]:
    return nanos(message), message.insert_id


def _token(asked: str, at: int, insert_id: str) -> str:
    return base64.b64encode(json.dumps([asked, at, insert_id]).encode()).decode()


def _place(token: str, asked: str) -> tuple[int, str]:
    """What a token stands behind. Raises BadFilter where it isn't of this filter."""
    try:
        of, at, insert_id = json.loads(base64.b64decode(token))
    except ValueError:
        raise BadFilter("page_token is invalid") from None
    if of != asked:
        raise BadFilter("page_token doesn't match arguments from the request")
    return int(at), str(insert_id)
