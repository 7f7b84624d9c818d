"""Alerts of Cloud Monitoring: who sends them, and which logs they are about.

Source: https://docs.cloud.google.com/monitoring/support/notification-options#webhooks (schema version 1.2)
"""

import base64
import binascii
import hmac
from typing import Any

import msgspec

from bot.faces.slack.commands import File
from bot.model.time import HOUR, MINUTE, SECOND

BEFORE = 15 * MINUTE
"""How much before its start an alert's logs are read: a threshold is crossed a while after the fault (nanoseconds)."""

LONGEST = 24 * HOUR
_SERVICE_LABELS = ("service_name", "module_id", "job_name", "function_name", "configuration_name", "container_name")


class BadAlert(Exception):
    """A body that is no alert of Cloud Monitoring's."""


class Resource(msgspec.Struct, frozen=True):
    """What the alert is about, by its labels."""

    labels: dict[str, Any] | None = None


class Incident(msgspec.Struct, frozen=True):
    """The part of an alert that counts. `started_at` is in seconds since 1970."""

    incident_id: str
    state: str
    started_at: int | float | None = None
    policy_name: str | None = None
    resource: Resource | None = None


class Alert(msgspec.Struct, frozen=True):
    """The whole body."""

    incident: Incident


def may_alert(secret: bytes, authorization: bytes, token: str) -> bool:
    """Whether the shared secret came, as the password of basic authentication or as the parameter `auth_token`."""
    given = [token.encode("utf-8", "surrogateescape")] if token else []
    kind, _, encoded = authorization.partition(b" ")
    if kind.lower() == b"basic":
        try:
            _, _, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        except binascii.Error:
            return False
        given.append(password)
    matches = [hmac.compare_digest(secret, one) for one in given]
    return bool(secret) and any(matches)


def read_alert(body: bytes) -> Incident:
    """The alert in a request's body. Raises BadAlert."""
    try:
        return msgspec.json.decode(body, type=Alert).incident
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadAlert("this is no alert of Cloud Monitoring's") from None


def command_of(alert: Incident, now: int) -> File | None:
    """What to file: the service of the alert, from a while before its start to now; None for one that is over."""
    if alert.state.casefold() != "open":
        return None
    started = int((alert.started_at or 0) * SECOND)
    length = now - started + BEFORE if 0 < started <= now else BEFORE
    minutes = -(-min(length, LONGEST) // MINUTE)
    return File(_service(alert), f"{minutes}m")


def by(alert: Incident) -> str:
    """Who asks, as an issue records it."""
    policy = f" {alert.policy_name[:60]}" if alert.policy_name else ""
    return f"Cloud Monitoring's alert{policy} ({alert.incident_id[:40]})"


def _service(alert: Incident) -> str:
    from bot.errors import UsageError
    from bot.faces.slack.commands import parse

    labels = (alert.resource.labels if alert.resource else None) or {}
    named = next((labels[name] for name in _SERVICE_LABELS if isinstance(labels.get(name), str)), "")
    try:
        command = parse(f"file {named} 1m", 0)
    except UsageError:
        return ""
    return command.service if isinstance(command, File) else ""
