"""Where entries were written, worked out once for each distinct set of labels."""

from collections.abc import Callable

import msgspec

from bot.model.entry import LogEntry, Place

_MOST = 10_000
# What an entry's own labels must not hold for its resource alone to tell its place.
_TELLING = frozenset(
    {
        *("service_name", "module_id", "job_name", "function_name", "configuration_name", "container_name"),
        *("revision_name", "version_id", "pod_name", "instance_name", "instance_id", "cluster_name", "project_id"),
        *("location", "region", "zone"),
    }
)


class Places:
    """Place and instance of entries. `environment_of` names a project's environment; it must be pure."""

    def __init__(self, environment_of: Callable[[str], str]) -> None:
        self._environment_of = environment_of
        self._known: dict[tuple[object, ...], tuple[Place, str]] = {}

    def of(self, entry: LogEntry) -> tuple[Place, str]:
        """(place, instance id or ""): what `entry.place` and `entry.instance` say."""
        resource, own = entry.resource, entry.labels
        if resource is None or (own and not _TELLING.isdisjoint(own)):
            return self._worked_out(entry), entry.instance
        labels = resource.labels
        try:
            "".join(labels.values())  # other types than str may be equal without reading the same
        except TypeError:
            return self._worked_out(entry), entry.instance
        key = (entry.log_name, resource.type, *labels, *labels.values())
        known = self._known.get(key) or self._learn(key, entry)
        if known[1] or not own:
            return known
        named = own.get("instanceId")
        return known[0], named if named and type(named) is str else entry.instance

    def _learn(self, key: tuple[object, ...], entry: LogEntry) -> tuple[Place, str]:
        if len(self._known) >= _MOST:
            self._known.clear()
        bare = msgspec.structs.replace(entry, labels=None)
        known = self._known[key] = self._worked_out(bare), bare.instance
        return known

    def _worked_out(self, entry: LogEntry) -> Place:
        return entry.place(self._environment_of(entry.project))
