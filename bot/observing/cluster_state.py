"""The mergeable counts of one cluster at one place."""

from bisect import bisect_left
from typing import NamedTuple

from bot.model.entry import LogEntry, Place
from bot.model.severity import Severity
from bot.model.signature import Signature
from bot.model.time import MINUTE
from bot.model.window import Cluster, Minute, Occurrence
from bot.observing.keeping import SAMPLE_CHARACTERS, first_line, kept, kept_trace, sample
from bot.observing.sampling import Smallest

INSTANCES_A_MINUTE = 16
TIMELINE_INSTANCES = 16
TIMELINE_TRACES = 32
FORMER_FINGERPRINTS = 32
_TITLE_CHARACTERS = 300
_seen = tuple.__new__  # twice as fast as the constructor


class Seen(NamedTuple):
    """An entry that may be the earliest or the latest of its cluster."""

    nanos: int
    entry: LogEntry
    signature: Signature

    def precedes(self, other: "Seen") -> bool:
        """A total order: by time, then by insert id, then by everything that was logged."""
        if self.nanos != other.nanos:
            return self.nanos < other.nanos
        if self.entry.insert_id != other.entry.insert_id:
            return self.entry.insert_id < other.entry.insert_id
        return self.entry is not other.entry and repr(self.entry) < repr(other.entry)


class ClusterState:
    """Counts that grow with `add` and join with `merge`; both in any order give the same `frozen`.

    Occurrences are kept whole for the instances and traces with the smallest hashes: a sample that is the same whatever
    the order, and that agrees between clusters. Earliest and latest entries are kept as they are, redacted at the end.
    """

    __slots__ = (
        "_by_instance",
        "_by_trace",
        "_counts",
        "_earliest",
        "_former",
        "_instances",
        "_last",
        "_latest",
        "_severity",
        "count",
    )

    def __init__(self) -> None:
        self.count = 0
        self._severity = Severity.DEFAULT
        self._counts: dict[int, int] = {}
        self._instances: dict[int, list[str]] = {}
        self._by_instance = Smallest(TIMELINE_INSTANCES)
        self._by_trace = Smallest(TIMELINE_TRACES)
        self._earliest: Seen | None = None
        self._latest: Seen | None = None
        self._last = 0
        self._former: set[str] = set()

    def add(
        self, nanos: int, entry: LogEntry, signature: Signature, level: Severity, instance: str, trace: str
    ) -> None:
        """Count one entry; `instance` and `trace` are short hashes, "" where not logged."""
        minute = nanos // MINUTE
        self.count += 1
        if level > self._severity:
            self._severity = level
        counts = self._counts
        counts[minute] = counts.get(minute, 0) + 1
        if signature.former and signature.former not in self._former:
            self._add_former(signature.former)
        if instance:
            self._add_instance(minute, instance)
        self._by_instance.add(instance, (nanos, trace))
        if trace:
            self._by_trace.add(trace, (nanos, instance))
        if nanos > self._last and self._earliest is not None:
            self._latest, self._last = _seen(Seen, (nanos, entry, signature)), nanos
        elif nanos == self._last or self._earliest is None or nanos <= self._earliest.nanos:
            self._see(Seen(nanos, entry, signature))

    def merge(self, other: "ClusterState") -> None:
        """Take in the counts of a disjoint read."""
        self.count += other.count
        self._severity = max(self._severity, other._severity)
        for minute, count in other._counts.items():
            self._counts[minute] = self._counts.get(minute, 0) + count
        for minute, instances in other._instances.items():
            for instance in instances:
                self._add_instance(minute, instance)
        self._by_instance.merge(other._by_instance)
        self._by_trace.merge(other._by_trace)
        for former in other._former:
            self._add_former(former)
        for seen in (other._earliest, other._latest):
            if seen:
                self._see(seen)

    def _add_former(self, fingerprint: str) -> None:
        self._former.add(fingerprint)
        if len(self._former) > FORMER_FINGERPRINTS:
            self._former.remove(max(self._former))

    def _add_instance(self, minute: int, instance: str) -> None:
        known = self._instances.get(minute)
        if known is None:
            self._instances[minute] = [instance]
            return
        full = len(known) >= INSTANCES_A_MINUTE
        if full and instance >= known[-1]:
            return
        at = bisect_left(known, instance)
        if at == len(known) or known[at] != instance:
            known.insert(at, instance)
            if full:
                known.pop()

    def _see(self, seen: Seen) -> None:
        if self._earliest is None or self._latest is None:
            self._earliest = self._latest = seen
            self._last = seen.nanos
        elif seen.nanos <= self._earliest.nanos and seen.precedes(self._earliest):
            self._earliest = seen
        elif seen.nanos >= self._latest.nanos and self._latest.precedes(seen):
            self._latest = seen
            self._last = seen.nanos

    @property
    def earliest(self) -> Seen:
        """The earliest entry. Raises ValueError where nothing was ever added."""
        if self._earliest is None:
            raise ValueError("a cluster without entries: add one before asking for it")
        return self._earliest

    def frozen(self, place: Place) -> Cluster:
        """The cluster as a value, its text redacted. Raises ValueError where nothing was ever added."""
        if self._earliest is None or self._latest is None:
            raise ValueError("a cluster without entries: add one before asking for it")
        first, entry, signature = self._earliest
        last, latest_entry, latest = self._latest
        trace, latest_trace = kept_trace(signature.trace), kept_trace(latest.trace)
        samples = [sample(entry, first, trace)]
        if self._earliest.precedes(self._latest):
            samples.append(sample(latest_entry, last, latest_trace))
        message = kept(entry.text, SAMPLE_CHARACTERS)
        return Cluster(
            place=place,
            fingerprint=signature.fingerprint,
            kind=signature.kind,
            title=kept(signature.title, _TITLE_CHARACTERS) or first_line(message)[:_TITLE_CHARACTERS],
            template=kept(signature.template, _TITLE_CHARACTERS),
            message=message,
            severity=self._severity,
            count=self.count,
            first=first,
            last=last,
            minutes={m: Minute(n, tuple(self._instances.get(m, ()))) for m, n in sorted(self._counts.items())},
            occurrences=self._timeline(),
            samples=tuple(samples),
            trace=latest_trace or trace,
            loose=tuple(dict.fromkeys((*signature.loose, *latest.loose))),
            status=entry.http_request.status_code if entry.http_request else 0,
            former=tuple(sorted(self._former)),
        )

    def _timeline(self) -> tuple[Occurrence, ...]:
        by_instance = {Occurrence(nanos, instance, trace) for instance, nanos, trace in self._by_instance}
        by_trace = {Occurrence(nanos, instance, trace) for trace, nanos, instance in self._by_trace}
        return tuple(sorted(by_instance | by_trace))
