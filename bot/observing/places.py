"""Where entries were written, worked out once for each distinct set of labels."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from bot.model.entry import LogEntry, Place

_MOST = 10_000
# What an entry's own labels must not hold for its resource alone to tell its place.
_TELLING = frozenset(
    {
        *("service_name", "module_id", "job_name", "function_name", "configuration_name", "container_name"),
        *("backend_service_name", "revision_name", "version_id", "pod_name", "instance_name", "instance_id"),
        *("project_id", "location", "region", "zone", "namespace_name", "cluster_name"),
    }
)


class _Resource(msgspec.Struct, gc=False):
    """What a resource tells: its place, and its instance or ""."""

    type: str
    labels: Mapping[str, Any]
    told: tuple[Place, str]


class Places:
    """Place and instance of entries. `environment_of` names a project's environment; it must be pure."""

    def __init__(self, environment_of: Callable[[str], str]) -> None:
        self._environment_of = environment_of
        self._known: dict[tuple[object, ...], _Resource] = {}
        self._likely: dict[object, _Resource] = {}

    def of(self, entry: LogEntry) -> tuple[Place, str]:
        """(place, instance id or ""): what `entry.place` and `entry.instance` say."""
        resource, own = entry.resource, entry.labels
        if resource is None:
            return self._worked_out(entry), entry.instance
        labels = resource.labels
        try:
            known = self._likely.get(labels.get("revision_name") or labels.get("pod_name") or entry.log_name)
            if known is None or known.labels != labels or known.type != resource.type:
                known = self._looked_up(entry, resource.type, labels)
        except TypeError:  # a label that is no text
            return self._worked_out(entry), entry.instance
        if not own:
            return known.told
        if not _TELLING.isdisjoint(own):
            return self._worked_out(entry), entry.instance
        if known.told[1]:
            return known.told
        named = own.get("instanceId")
        return known.told[0], named if named and type(named) is str else entry.instance

    def _looked_up(self, entry: LogEntry, kind: str, labels: Mapping[str, Any]) -> _Resource:
        key = (entry.log_name, kind, *labels, *labels.values())
        known = self._known.get(key)
        if known is None:
            "".join(labels.values())  # other types than str may be equal without reading the same
            if len(self._known) >= _MOST:
                self._known.clear()
                self._likely.clear()
            bare = msgspec.structs.replace(entry, labels=None)
            known = _Resource(kind, labels, (self._worked_out(bare), bare.instance))
            self._known[key] = known
        if labels.get("project_id"):
            self._likely[labels.get("revision_name") or labels.get("pod_name") or entry.log_name] = known
        return known

    def _worked_out(self, entry: LogEntry) -> Place:
        return entry.place(self._environment_of(entry.project))
