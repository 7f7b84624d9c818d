"""Requests as Cloud Run counts them, from Cloud Monitoring: for logs that leave out the requests that succeed.

Source of the metric: https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run (a count by response class, once a
minute, visible some minutes later).
"""

import json
import os
import time
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from bot.errors import LogsUnavailable, UsageError
from bot.logs.cloud.client import Endpoint, connected
from bot.logs.cloud.pacing import Pace, Sleep
from bot.logs.cloud.refusals import code_of, is_passing, said
from bot.logs.interface import Counted, Unreadable
from bot.model.time import MINUTE, SECOND
from bot.model.window import Served

VIEWER = "roles/monitoring.viewer"
METRIC = "run.googleapis.com/request_count"
_LIBRARY = "google.cloud.monitoring_v3"
_GROUPS = (
    "resource.labels.service_name",
    "resource.labels.revision_name",
    "resource.labels.location",
    "metric.labels.response_code_class",
)
_PATIENT = Pace(attempts=4, longest_pause=8.0)

_Key = tuple[str, str, str]


class RequestCounts:
    """The requests of one project's Cloud Run services, or of those of these names. `sleep` is in seconds.

    Raises UsageError where Google's library for it isn't installed; it is imported at the first read.
    """

    def __init__(
        self,
        project: str,
        services: tuple[str, ...],
        endpoint: Endpoint,
        *,
        pace: Pace = _PATIENT,
        sleep: Sleep = time.sleep,
    ) -> None:
        if not find_spec(_LIBRARY):
            raise UsageError(
                "--request-counts needs the extra monitoring: run `pip install '.[monitoring]'` where incidentbot was "
                "installed from."
            )
        self.name = f"request counts of project {project}"
        self._project, self._services, self._endpoint = project, services, endpoint
        self._pace, self._sleep = pace, sleep
        self._client: Any = None

    def counts(self, start: int, end: int) -> tuple[Counted, ...] | Unreadable:
        """As `Counter` says, of the whole minutes that this time touches, as far as they are known by now."""
        first, last = start // MINUTE * MINUTE, -(-end // MINUTE) * MINUTE
        attempt = 0
        while True:
            attempt += 1
            try:
                return tuple(_counted(self._project, self._series(first, last)))
            except Exception as error:
                if not code_of(error):
                    raise
                if not is_passing(error):
                    raise _told(error, self._project) from error
                if attempt >= self._pace.attempts:
                    return Unreadable(
                        f"Cloud Monitoring answered {code_of(error)}: requests are those of the logs alone"
                    )
                self._sleep(self._pace.pause(attempt))

    def _series(self, first: int, last: int) -> list[Any]:
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        from google.cloud.monitoring_v3.services.metric_service import MetricServiceClient
        from google.cloud.monitoring_v3.services.metric_service.transports import MetricServiceGrpcTransport
        from google.cloud.monitoring_v3.types import ListTimeSeriesResponse

        if self._client is None:
            self._client = connected(self._endpoint, MetricServiceClient, MetricServiceGrpcTransport)
        request = _request(self._project, self._services, first, last)
        pages = self._client.list_time_series(request=request, retry=None, timeout=self._pace.deadline).pages
        return [one for page in pages for one in ListTimeSeriesResponse.pb(page).time_series]


def _request(project: str, services: Iterable[str], first: int, last: int) -> dict[str, Any]:
    """A minute each, summed over what isn't asked for. Sums are taken: a difference would make up what is missing."""
    wanted = [f'metric.type="{METRIC}"', 'resource.type="cloud_run_revision"']
    if names := ", ".join(json.dumps(name) for name in services):
        wanted.append(f"resource.labels.service_name=one_of({names})")
    return {
        "name": f"projects/{project}",
        "filter": " AND ".join(wanted),
        "interval": {"start_time": {"seconds": first // SECOND}, "end_time": {"seconds": last // SECOND}},
        "aggregation": {
            "alignment_period": {"seconds": MINUTE // SECOND},
            "per_series_aligner": "ALIGN_SUM",
            "cross_series_reducer": "REDUCE_SUM",
            "group_by_fields": list(_GROUPS),
        },
        "view": "FULL",
    }


def _counted(project: str, series: Iterable[Any]) -> Iterable[Counted]:
    """One value a revision, its minutes in order; of a minute all requests, and those answered with 5xx."""
    found: dict[_Key, dict[int, list[int]]] = {}
    for one in series:
        labels = one.resource.labels
        key = labels["location"], labels["service_name"], labels["revision_name"]
        minutes = found.setdefault(key, {})
        failed = one.metric.labels["response_code_class"] == "5xx"
        for point in one.points:
            count = point.value.int64_value or round(point.value.double_value)
            served = minutes.setdefault((point.interval.end_time.seconds - 1) * SECOND // MINUTE, [0, 0])
            served[0] += count
            served[1] += count if failed else 0
    for (location, service, revision), minutes in sorted(found.items()):
        yield Counted(project, location, service, revision, {at: Served(*minutes[at]) for at in sorted(minutes)})


def _told(error: Exception, project: str) -> LogsUnavailable:
    by_code = {
        "PERMISSION_DENIED": f"may not read the request counts of project {project}: {said(error)}; give the account "
        f"{VIEWER} there, or leave --request-counts out",
        "UNAUTHENTICATED": f"Cloud Monitoring does not know who asks for project {project}: {said(error)}; run "
        "`gcloud auth application-default login`, or in GitHub Actions authenticate before this step",
        "NOT_FOUND": f"no project {project} in Cloud Monitoring: {said(error)}; check --project",
    }
    code = code_of(error)
    other = (
        f"Cloud Monitoring failed for project {project} ({code}): {said(error)}; leave --request-counts out to go on"
    )
    return LogsUnavailable(by_code.get(code, other))
