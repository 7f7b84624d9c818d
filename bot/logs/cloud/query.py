"""What to ask Cloud Logging for: a filter of its query language, in which every part stands in parentheses.

Source: https://cloud.google.com/logging/docs/view/logging-query-language (OR binds tighter than AND there).
"""

import hashlib
import json
from collections.abc import Iterable

import msgspec

from bot.model.time import SECOND, moment

_LOOKS_LIKE_AN_ERROR = r"(?i)(error|exception|traceback|panic|fatal|critical|fail)"
_TEXTS = ("textPayload", "jsonPayload.message", "jsonPayload.msg", "jsonPayload.error")


class Query(msgspec.Struct, frozen=True):
    """Which entries of a project are wanted. Empty parts don't restrict.

    `services` are names of Cloud Run services, App Engine modules, functions or containers. With `unlabelled`, entries
    without a severity whose text looks like an error pass `severity` too. `extra` is the user's own filter; it may end
    in a comment.
    """

    services: tuple[str, ...] = ()
    resource_types: tuple[str, ...] = ()
    severity: str = ""
    unlabelled: bool = False
    extra: str = ""

    def filter(self, start: int, end: int) -> str:
        """The whole filter for timestamps from `start` up to, not including, `end` (nanoseconds)."""
        bounds = [f'timestamp>="{_precise(start)}"', f'timestamp<"{_precise(end)}"']
        return " AND ".join([*bounds, *(f"({part})" for part in self._parts())])

    @property
    def digest(self) -> str:
        """Eight hex digits that change with what is wanted, whatever the time."""
        return hashlib.blake2b("\n".join(self._parts()).encode("utf-8", "replace"), digest_size=4).hexdigest()

    def _parts(self) -> list[str]:
        services = _any(f"resource.labels.{label}={_quoted(name)}" for name in self.services for label in _SERVICE)
        types = _any(f"resource.type={_quoted(name)}" for name in self.resource_types)
        extra = f"{self.extra.strip()}\n" if self.extra.strip() else ""
        return [part for part in (types, services, self._severities(), extra) if part]

    def _severities(self) -> str:
        if not self.severity:
            return ""
        stated = f"severity>={self.severity}"
        if not self.unlabelled:
            return stated
        texts = _any(f"{field}=~{_quoted(_LOOKS_LIKE_AN_ERROR)}" for field in _TEXTS)
        return f"{stated} OR (severity=DEFAULT AND ({texts}))"


_SERVICE = ("service_name", "module_id", "job_name", "function_name", "container_name")


def source_id(project: str, query: Query) -> str:
    """What a project read with this query is called where it is remembered how far it was read."""
    return f"{project}@{query.digest}"


def _any(parts: Iterable[str]) -> str:
    return " OR ".join(parts)


def _quoted(text: str) -> str:
    """A string of the query language; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _precise(nanos: int) -> str:
    whole = moment(nanos - nanos % SECOND).replace(tzinfo=None).isoformat()
    return f"{whole}.{nanos % SECOND:09}Z"
