"""One log entry, as Cloud Logging's JSON has it, and the facts that are read from it when they are asked for.

Source of the fields: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
"""

import re
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec

from bot.model.severity import Severity, from_fields, from_name, from_text
from bot.model.time import nanos_of

_MESSAGE_FIELDS = ("message", "msg", "stack_trace", "exception", "textPayload", "event", "log", "MESSAGE")
_REQUEST_LOG = "type.googleapis.com/google.appengine.logging.v1.RequestLog"
_REPLICA_SET = re.compile(r"^(.+)-([0-9a-z]{6,10})-[0-9a-z]{5}$")


class Place(NamedTuple):
    """Where something ran. `revision`: a Cloud Run revision, App Engine version or ReplicaSet; "" where unknown.

    `namespace` and `cluster` are those of Kubernetes, "" elsewhere.
    """

    environment: str
    project: str
    location: str
    service: str
    revision: str
    namespace: str = ""
    cluster: str = ""


class Resource(msgspec.Struct, frozen=True, gc=False):
    """The monitored resource: its type, and labels such as project_id and revision_name."""

    type: str = ""
    labels: dict[str, Any] = {}


class HttpRequest(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a load balancer or Cloud Run logged of one request. Sizes and latency stay as the text they come as."""

    request_method: str = ""
    request_url: str = ""
    status: int | str | None = None
    latency: Any = None
    user_agent: str = ""
    remote_ip: str = ""

    @property
    def status_code(self) -> int:
        """The HTTP status as a number; 0 where none was logged."""
        if type(self.status) is int and 0 <= self.status <= 999_999_999:
            return self.status
        text = str(self.status or 0)
        return int(text) if len(text) <= 9 and text.isdecimal() else 0


class LogEntry(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A decoded LogEntry. Derived facts are properties, computed when asked for, so that decoding stays cheap."""

    insert_id: str = ""
    log_name: str = ""
    timestamp: str = ""
    receive_timestamp: str = ""
    severity: str | int | None = None
    text_payload: str | None = None
    json_payload: dict[str, Any] | None = None
    proto_payload: dict[str, Any] | None = None
    http_request: HttpRequest | None = None
    resource: Resource | None = None
    labels: dict[str, Any] | None = None
    trace: str = ""
    span_id: str = ""

    @property
    def nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00Z. Raises ValueError where neither timestamp can be read."""
        return nanos_of(self.timestamp or self.receive_timestamp)

    @property
    def level(self) -> Severity:
        """What the entry states, else its payload's level field, its HTTP status, its text; DEFAULT when none tells."""
        stated = from_name(self.severity) if self.severity is not None else None
        if stated:
            return stated
        if self.json_payload and (named := from_fields(self.json_payload)):
            return named
        status = self.http_request.status_code if self.http_request else 0
        if status:
            return Severity.ERROR if status >= 500 else Severity.WARNING if status >= 400 else Severity.INFO
        return from_text(self.text) or Severity.DEFAULT

    @property
    def text(self) -> str:
        """What the entry says: textPayload, the payload's message, or an audit method and its status; "" when empty."""
        if self.text_payload is not None:
            return self.text_payload
        for field in _MESSAGE_FIELDS:
            value = (self.json_payload or {}).get(field)
            if isinstance(value, str) and value:
                return value
        return self._structured_error or self._audit_text or self._fields_text

    @property
    def _structured_error(self) -> str:
        kind, value = self.error
        return f"{kind}: {value}" if kind and value else kind or value

    @property
    def error(self) -> tuple[str, str]:
        """(type, value) of a structured error object in the payload; ("", "") where there is none."""
        error = (self.json_payload or {}).get("error") or (self.json_payload or {}).get("err")
        if isinstance(error, str):
            return "", error
        if not isinstance(error, dict):
            return "", ""
        kind = error.get("type") or error.get("name") or error.get("class") or ""
        value = error.get("value") or error.get("message") or ""
        return str(kind), str(value)

    @property
    def _audit_text(self) -> str:
        payload = self.proto_payload or {}
        method, status = payload.get("methodName"), payload.get("status")
        said = status.get("message", "") if isinstance(status, dict) else ""
        return " ".join(str(part) for part in (method, said) if part)

    @property
    def _fields_text(self) -> str:
        if self.json_payload:
            return " ".join(
                f"{key}={value}" for key, value in self.json_payload.items() if isinstance(value, str | int | float)
            )
        if self.http_request:
            return f"{self.http_request.request_method} {self.http_request.status_code}"
        return ""

    def label(self, *names: str) -> str:
        """The first of these resource or entry labels that has a value; "" when none has."""
        for labels in (self.resource.labels if self.resource else None, self.labels):
            for name in names:
                value = (labels or {}).get(name)
                if value:
                    return str(value)
        return ""

    @property
    def request(self) -> HttpRequest | None:
        """The request that the entry is of: its httpRequest, or what App Engine's RequestLog tells of it."""
        payload = self.proto_payload
        if self.http_request is not None or payload is None or payload.get("@type") != _REQUEST_LOG:
            return self.http_request
        method, url, status = (payload.get(name) for name in ("method", "resource", "status"))
        said = status if isinstance(status, int | str) and not isinstance(status, bool) else None
        return HttpRequest(method if isinstance(method, str) else "", url if isinstance(url, str) else "", said)

    @property
    def log_id(self) -> str:
        """The last part of the log name, decoded: `run.googleapis.com/stderr`."""
        return unquote(self.log_name.rsplit("/logs/", 1)[-1])

    @property
    def project(self) -> str:
        """The project id; "" where neither the resource nor the log name tells."""
        if named := self.label("project_id"):
            return named
        parts = self.log_name.split("/", 2)
        return parts[1] if len(parts) > 1 and parts[0] == "projects" else ""

    @property
    def instance(self) -> str:
        """What tells one running copy from another: instance id, pod, VM; "" where nothing does."""
        return self.label(
            "instanceId",
            "instance_id",
            "pod_name",
            "instance_name",
            "execution_name",
            "run.googleapis.com/execution_name",
        )

    def place(self, environment: str) -> Place:
        """Where the entry was written, in this environment."""
        service = self.label(
            "service_name",
            "module_id",
            "job_name",
            "function_name",
            "configuration_name",
            "container_name",
            "backend_service_name",
        )
        revision = self.label("revision_name", "version_id")
        if not revision and (pod := _REPLICA_SET.match(self.label("pod_name"))):
            service, revision = service or pod[1], pod[2]
        named = (
            service
            or self.label("pod_name", "instance_name", "instance_id", "cluster_name")
            or (self.resource.type if self.resource else "")
        )
        namespace = self.label("namespace_name")
        cluster = self.label("cluster_name") if namespace else ""
        where = self.label("location", "region", "zone")
        return Place(environment, self.project, where, named or "unknown", revision, namespace, cluster)
