"""A Cloud Monitoring of our own: gRPC on loopback, on the message classes of Google's client.

It counts requests of Cloud Run, answers ListTimeSeries as far as the bot asks it (one metric, one resource type, names
of services, sums a minute by some labels), in pages, and fails when told to. Everything else is refused loudly.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
import msgspec
from google.cloud.monitoring_v3.types import Aggregation, ListTimeSeriesRequest, ListTimeSeriesResponse, TimeSeries

from bot.model.time import MINUTE, SECOND
from tests.bench.logging_server import Fault

SERVICE = "google.monitoring.v3.MetricService"
_REQUEST, _RESPONSE, _SERIES = ListTimeSeriesRequest.pb(), ListTimeSeriesResponse.pb(), TimeSeries.pb()
_FILTER = re.compile(
    r'metric\.type="run\.googleapis\.com/request_count" AND resource\.type="cloud_run_revision"'
    r'(?: AND resource\.labels\.service_name=one_of\((?P<names>"[\w.-]+"(?:, "[\w.-]+")*)\))?'
)


class Sampled(msgspec.Struct, frozen=True, order=True):
    """A place and response code class of which requests are counted."""

    location: str
    service: str
    revision: str
    code: str
    response: str

    def label(self, field: str) -> str:
        """The label that a field of the query language names."""
        return {
            "resource.labels.location": self.location,
            "resource.labels.service_name": self.service,
            "resource.labels.revision_name": self.revision,
            "metric.labels.response_code_class": self.code,
        }[field]


class MonitoringServer:
    """The service on a free port of 127.0.0.1; a context manager.

    `counts` are requests by project, what they were, and the minute since the epoch in which they were counted; those
    after the minute `seen` can't be seen yet. `faults` are taken first, one a read. A page has `most` points.
    """

    def __init__(self) -> None:
        self.counts: dict[str, dict[Sampled, dict[int, int]]] = {}
        self.forbidden: set[str] = set()
        self.faults: list[Fault] = []
        self.asked: list[Any] = []
        self.seen: int | None = None
        self.most = 100_000
        self._server = grpc.server(ThreadPoolExecutor(2))
        handler = grpc.unary_unary_rpc_method_handler(
            self._list, request_deserializer=_REQUEST.FromString, response_serializer=_RESPONSE.SerializeToString
        )
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE, {"ListTimeSeries": handler}),)
        )
        self.port = int(self._server.add_insecure_port("127.0.0.1:0"))
        self._server.start()

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "MonitoringServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()

    def count(
        self, project: str, service: str, minute: int, requests: int, *, response: int = 200, revision: str = ""
    ) -> None:
        """Count requests that a service answered so in this minute since the epoch."""
        sampled = Sampled("europe-west1", service, revision or f"{service}-1", f"{response // 100}xx", str(response))
        minutes = self.counts.setdefault(project, {}).setdefault(sampled, {})
        minutes[minute] = minutes.get(minute, 0) + requests

    def _list(self, request: Any, context: Any) -> Any:
        self.asked.append(request)
        if self.faults and (fault := self.faults.pop(0)).what != "NONE":
            context.abort(grpc.StatusCode[fault.what], fault.said)
        project = request.name.removeprefix("projects/")
        if project in self.forbidden:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "Permission monitoring.timeSeries.list denied")
        wanted = _FILTER.fullmatch(request.filter)
        if wanted is None or not _known(request):
            return context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"not known here: {request}")
        names = set(re.findall(r'"([^"]+)"', wanted["names"] or ""))
        series = self._summed(project, request, lambda one: not names or one.service in names)
        points = [(labels, minute, count) for labels, counts in series for minute, count in counts]
        return _page(points, int(request.page_token or 0), min(self.most, request.page_size or self.most), request)

    def _summed(
        self, project: str, request: Any, wanted: Callable[[Sampled], bool]
    ) -> list[tuple[tuple[str, ...], list[tuple[int, int]]]]:
        """By labels, the minutes whose end lies within the interval, newest first, and the requests of each."""
        start, end = request.interval.start_time.seconds, request.interval.end_time.seconds
        sums: dict[tuple[str, ...], dict[int, int]] = {}
        for sampled, minutes in self.counts.get(project, {}).items():
            labels = tuple(sampled.label(field) for field in request.aggregation.group_by_fields)
            for minute, count in minutes.items():
                ends = (minute + 1) * MINUTE // SECOND
                if wanted(sampled) and start < ends <= end and (self.seen is None or minute <= self.seen):
                    row = sums.setdefault(labels, {})
                    row[minute] = row.get(minute, 0) + count
        return [(labels, sorted(row.items(), reverse=True)) for labels, row in sorted(sums.items())]


def _known(request: Any) -> bool:
    wanted = request.aggregation
    return bool(
        request.interval.end_time.seconds % 60 == 0
        and wanted.alignment_period.seconds == 60
        and wanted.per_series_aligner == Aggregation.Aligner.ALIGN_SUM
        and wanted.cross_series_reducer == Aggregation.Reducer.REDUCE_SUM
        and request.view == ListTimeSeriesRequest.TimeSeriesView.FULL
    )


def _page(points: list[tuple[tuple[str, ...], int, int]], start: int, most: int, request: Any) -> Any:
    """So many points; a series that goes over the page's end goes on in the next one."""
    answer, last = _RESPONSE(), None
    for labels, minute, count in points[start : start + most]:
        if labels != last:
            last, one = labels, answer.time_series.add()
            one.CopyFrom(_series(request.aggregation.group_by_fields, labels))
        point = answer.time_series[-1].points.add()
        point.interval.start_time.seconds = minute * MINUTE // SECOND
        point.interval.end_time.seconds = (minute + 1) * MINUTE // SECOND
        point.value.int64_value = count
    answer.next_page_token = str(start + most) if start + most < len(points) else ""
    return answer


def _series(fields: list[str], labels: tuple[str, ...]) -> Any:
    series = _SERIES()
    series.metric.type, series.resource.type = "run.googleapis.com/request_count", "cloud_run_revision"
    for field, value in zip(fields, labels, strict=True):
        of = series.metric if field.startswith("metric.") else series.resource
        of.labels[field.rpartition(".")[2]] = value
    return series
