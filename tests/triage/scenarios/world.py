"""The world that scenarios are played in: services, instances, and entries whose true cause is known."""

import random
from typing import Any

import msgspec

from bot.model.entry import LogEntry
from bot.model.time import SECOND, nanos_of

START = nanos_of("2026-01-10T10:00:00Z")
MINUTES = 60
_PROJECT = "acme-prod"


class Said(msgspec.Struct, frozen=True):
    """An entry, the cause it truly stems from ("" where it is noise), and whether it states that cause itself."""

    entry: LogEntry
    cause: str = ""
    root: bool = False


class Traits(msgspec.Struct, frozen=True):
    """What makes the scenario hard. Shares are within [0, 1]; `skew` is the most seconds that a clock is off."""

    causes: int
    services: int
    depth: int
    noisy: int = 0
    boot_warnings: int = 0
    skew: float = 0.0
    lost_traces: float = 0.0
    no_severity: bool = False
    no_successes: bool = False
    from_start: bool = False
    shared_service: bool = False


class Service(msgspec.Struct):
    """A service: from which second on it runs which revision on which instances, latest last; `skew` in nanoseconds."""

    name: str
    history: list[tuple[float, str, list[str]]]
    skew: int = 0

    def at(self, second: float) -> tuple[str, list[str]]:
        """The revision that runs then, and its instances."""
        revision, instances = self.history[0][1:]
        for since, then, on in self.history:
            if since <= second:
                revision, instances = then, on
        return revision, instances


class World:
    """Writes entries of a scenario, spoiling what its traits say is spoilt."""

    def __init__(self, traits: Traits, rng: random.Random) -> None:
        self.traits = traits
        self.rng = rng
        self.said: list[Said] = []
        self._written = 0

    def identity(self) -> str:
        """A new random id of 32 hex digits."""
        return f"{self.rng.getrandbits(128):032x}"

    def log(self, service: Service, at: float, text: str, level: str, **more: Any) -> None:
        """One line of an application on stderr, `at` seconds into the window.

        more: instance, trace, cause, root, payload (fields of a jsonPayload, which then takes the text as `message`).
        """
        payload: dict[str, Any] = {"textPayload": text}
        if (fields := more.pop("payload", None)) is not None:
            payload = {"jsonPayload": {"message": text, **fields}}
        trace = more.pop("trace", "")
        if self.rng.random() < self.traits.lost_traces:
            trace = ""
        severity = "" if self.traits.no_severity else level
        self._write(service, at, "run.googleapis.com%2Fstderr", severity, {**payload, "trace": trace}, more)

    def system(self, service: Service, at: float, text: str, level: str, **more: Any) -> None:
        """One line of the platform about an instance."""
        self._write(service, at, "run.googleapis.com%2Fvarlog%2Fsystem", level, {"textPayload": text}, more)

    def request(self, service: Service, at: float, route: str, status: int, **more: Any) -> None:
        """One request entry; successes are left out where the scenario logs none. more: trace, text, ..."""
        if status < 400 and self.traits.no_successes:
            return
        text = more.pop("text", "")
        said = {"textPayload": text} if text else {}
        http = {"requestMethod": "GET", "requestUrl": f"https://{service.name}.example/{route}", "status": status}
        level = "ERROR" if status >= 500 else "WARNING" if status >= 400 else "INFO"
        fields = {"httpRequest": http, "trace": f"projects/{_PROJECT}/traces/{more.pop('trace', '')}", **said}
        self._write(service, at, "run.googleapis.com%2Frequests", level, fields, more)

    def deployed(self, service: Service, at: float, revision: str, commit: str) -> None:
        """The audit entry of a deployment; the service runs the revision from now on, on new instances."""
        service.history.append((at, revision, [self.identity() for _ in service.at(at)[1]]))
        template = {"metadata": {"name": revision, "labels": {"commit-sha": commit}}}
        payload = {
            "serviceName": "run.googleapis.com",
            "methodName": "google.cloud.run.v1.Services.ReplaceService",
            "resourceName": f"namespaces/{_PROJECT}/services/{service.name}",
            "response": {"spec": {"template": template}},
        }
        fields = {"protoPayload": payload}
        self._write(service, at, "cloudaudit.googleapis.com%2Factivity", "NOTICE", fields, {"instance": ""})

    def _write(self, service: Service, at: float, log: str, level: str, fields: dict[str, Any], more: Any) -> None:
        revision, instances = service.at(at)
        instance = more.get("instance", self.rng.choice(instances))
        app = log.endswith("stderr")
        nanos = START + int(at * SECOND) + (service.skew if app else 0)
        labels = {
            "project_id": _PROJECT,
            "location": "us-central1",
            "service_name": service.name,
            "revision_name": revision,
        }
        self._written += 1
        entry = {
            "insertId": f"e{self._written}",
            "logName": f"projects/{_PROJECT}/logs/{log}",
            "timestamp": _rfc3339(nanos),
            "resource": {"type": "cloud_run_revision", "labels": labels},
            "labels": {"instanceId": instance} if instance else {},
            **fields,
        }
        if level:
            entry["severity"] = level
        if 0 <= at < MINUTES * 60:
            cause, root = more.get("cause", ""), more.get("root", False)
            self.said.append(Said(msgspec.convert(entry, LogEntry), cause, root))


def _rfc3339(nanos: int) -> str:
    seconds, rest = divmod(nanos - START, SECOND)
    minutes, second = divmod(seconds + 36_000, 60)
    return f"2026-01-10T{minutes // 60:02}:{minutes % 60:02}:{second:02}.{rest:09}Z"
