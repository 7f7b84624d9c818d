"""Deployments, read from audit entries.

Source of the shapes: https://cloud.google.com/run/docs/audit-logging (v1 ReplaceService and CreateService, v2
UpdateService).
"""

from collections.abc import Iterator
from typing import Any

from bot.model.entry import LogEntry
from bot.model.window import Deployment

_METHODS = (".ReplaceService", ".CreateService", ".UpdateService")
_COMMIT_LABELS = ("commit-sha", "commit_sha", "gcb-commit-sha", "git-sha")
_LONGEST_NAME = 200


def deployment_of(entry: LogEntry, environment: str) -> Deployment | None:
    """The deployment an audit entry tells of; None where it tells of none, failed, or names no revision or service.

    Raises ValueError where the entry has no time that can be read; a payload of any other shape is no error.
    """
    payload = entry.proto_payload or {}
    if not _text(payload, "methodName").endswith(_METHODS) or _dict(payload, "status").get("code"):
        return None
    revision = _last(next(_revisions(payload), ""))
    service = entry.label("service_name")[:_LONGEST_NAME] or _last(_text(payload, "resourceName"))
    if not revision or not service:
        return None
    return Deployment(entry.nanos, environment, service, revision, next(_commits(payload), ""))


def _services(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The service as the response and as the request has it: v1 has spec.template.metadata, v2 has template."""
    for source in ("response", "request"):
        yield _dict(payload, source)
        yield _dict(payload, source, "service")


def _revisions(payload: dict[str, Any]) -> Iterator[str]:
    """Revisions from the surest to the least: the template's name, then the latest that was created."""
    services = list(_services(payload))
    for service in services:
        yield from filter(
            None, (_text(service, "spec", "template", "metadata", "name"), _text(service, "template", "revision"))
        )
    for service in services:
        latest = (_text(service, "status", "latestCreatedRevisionName"), _text(service, "latestCreatedRevision"))
        yield from filter(None, latest)


def _commits(payload: dict[str, Any]) -> Iterator[str]:
    services = list(_services(payload))
    for path in (
        ("spec", "template", "metadata", "labels"),
        ("template", "labels"),
        ("metadata", "labels"),
        ("labels",),
    ):
        for service in services:
            yield from filter(None, (_text(service, *path, name) for name in _COMMIT_LABELS))


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _text(value: Any, *path: str) -> str:
    found = _dict(value, *path[:-1]).get(path[-1])
    return found[:_LONGEST_NAME] if isinstance(found, str) else ""


def _dict(value: Any, *path: str) -> dict[str, Any]:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
