"""The mergeable counts of one cluster at one place."""

from collections.abc import Iterable
from functools import partial
from itertools import repeat
from zlib import crc32

from bot.model.entry import LogEntry, Place
from bot.model.severity import Severity
from bot.model.signature import Signature
from bot.model.time import MINUTE, NEVER
from bot.model.window import Cluster, Minute, Occurrence, Sample
from bot.observing.sampling import Smallest
from bot.observing.seen import Kept, Seen

INSTANCES_A_MINUTE = 16
TIMELINE_INSTANCES = 16
TIMELINE_TRACES = 32
FORMER_FINGERPRINTS = 32
_occurrence = partial(tuple.__new__, Occurrence)  # twice as fast as a named tuple's own


class ClusterState:
    """Counts that grow with `add` and join with `merge`; both in any order give the same `frozen`.

    Occurrences are kept whole for the instances and traces with the smallest hashes: a sample that is the same whatever
    the order, and that agrees between clusters. Earliest and latest entries are kept as they are, redacted at the end.
    The entries of the minute that is being added to are counted apart, until `settle`.
    """

    __slots__ = (
        "_by_instance",
        "_by_trace",
        "_earliest",
        "_first",
        "_former",
        "_here",
        "_last",
        "_latest",
        "_minute",
        "_minutes",
        "_newest",
        "_now",
        "_signature",
        "severity",
    )

    def __init__(self) -> None:
        self.severity = Severity.DEFAULT
        self._minutes: dict[int, Minute] = {}
        self._by_instance = Smallest(TIMELINE_INSTANCES)
        self._by_trace = Smallest(TIMELINE_TRACES)
        self._earliest: Seen | None = None
        self._latest: Seen | None = None
        self._first = self._last = NEVER
        self._newest: LogEntry | None = None
        self._signature: Signature | None = None
        self._former: set[str] = set()
        self._minute, self._now = -NEVER, 0
        self._here: set[str] = set()

    @property
    def count(self) -> int:
        """Entries that were added."""
        return sum(minute.count for minute in self._minutes.values()) + self._now

    def add(self, nanos: int, entry: LogEntry, signature: Signature, level: Severity, instance: str) -> None:
        """Count one entry; `instance` is a short hash, "" where not logged."""
        if level > self.severity:
            self.severity = level
        if signature.former:
            self._add_former(signature.former)
        minute = nanos // MINUTE
        if minute != self._minute:
            self._count()
            self._minute = minute
        self._now += 1
        self._here.add(instance)
        trace = _short_trace(entry.trace) if entry.trace else ""
        if instance <= self._by_instance.bound:
            self._by_instance.add(instance, nanos, trace)
        if trace and trace <= self._by_trace.bound:
            self._by_trace.add(trace, nanos, instance)
        if nanos > self._last:
            self._last, self._newest, self._signature = nanos, entry, signature
        elif nanos == self._last or nanos <= self._first:
            self._see(Seen(nanos, entry, signature))

    def settle(self) -> None:
        """Count what came since the minute began, and have the newest entry as the latest."""
        self._count()
        self._keep_newest()

    def _keep_newest(self) -> None:
        if self._newest is not None and self._signature is not None:
            self._latest = Seen(self._last, self._newest, self._signature)
            self._newest = self._signature = None

    def _count(self) -> None:
        if self._now:
            self._add_minute(self._minute, self._now, self._here)
            self._now = 0
            self._here.clear()

    def merge(self, other: "ClusterState") -> None:
        """Take in the counts of a disjoint read."""
        other.settle()
        self.severity = max(self.severity, other.severity)
        for at, minute in other._minutes.items():
            self._add_minute(at, minute.count, minute.instances)
        self._by_instance.merge(other._by_instance)
        self._by_trace.merge(other._by_trace)
        for former in other._former:
            self._add_former(former)
        for seen in (other._earliest, other._latest):
            if seen:
                self._see(seen)

    def _add_former(self, fingerprint: str) -> None:
        if fingerprint in self._former:
            return
        self._former.add(fingerprint)
        if len(self._former) > FORMER_FINGERPRINTS:
            self._former.remove(max(self._former))

    def _add_minute(self, minute: int, count: int, instances: Iterable[str]) -> None:
        """Count so many more in this minute, and keep the smallest of its instances; "" is none."""
        known = self._minutes.get(minute)
        present = {*known.instances, *instances} if known else set(instances)
        present.discard("")
        total = known.count + count if known else count
        self._minutes[minute] = Minute(total, tuple(sorted(present)[:INSTANCES_A_MINUTE]))

    def _see(self, seen: Seen) -> None:
        self._keep_newest()
        if self._earliest is None or self._latest is None:
            self._earliest = self._latest = seen
        elif seen.nanos <= self._first and seen.precedes(self._earliest):
            self._earliest = seen
        elif seen.nanos >= self._last and self._latest.precedes(seen):
            self._latest = seen
        self._first, self._last = self._earliest.nanos, self._latest.nanos

    @property
    def earliest(self) -> Seen:
        """The earliest entry. Raises ValueError where nothing was ever added."""
        if self._earliest is None:
            raise ValueError("a cluster without entries: add one before asking for it")
        return self._earliest

    def frozen(self, place: Place) -> Cluster:
        """The cluster as a value, its text redacted. Raises ValueError where nothing was ever added."""
        self.settle()
        if self._earliest is None or self._latest is None:
            raise ValueError("a cluster without entries: add one before asking for it")
        first, last = self._earliest.described(), self._latest.kept()
        samples = [_sample(first), _sample(last)] if self._earliest.precedes(self._latest) else [_sample(first)]
        return Cluster(
            place=place,
            fingerprint=first.fingerprint,
            kind=first.kind,
            title=first.title,
            template=first.template,
            message=first.text if first.message is None else first.message,
            severity=self.severity,
            count=self.count,
            first=first.nanos,
            last=last.nanos,
            minutes=dict(sorted(self._minutes.items())),
            occurrences=self._timeline(),
            samples=tuple(samples),
            trace=last.trace or first.trace,
            loose=tuple(dict.fromkeys((*first.loose, *last.loose))),
            status=first.status,
            former=tuple(sorted(self._former)),
        )

    def _timeline(self) -> tuple[Occurrence, ...]:
        found: list[tuple[int, str, str]] = []
        for instance, times, traces in self._by_instance:
            found += zip(times, repeat(instance), traces)
        for trace, times, instances in self._by_trace:
            found += zip(times, instances, repeat(trace))
        found.sort()
        return tuple(map(_occurrence, dict.fromkeys(found)))


def _sample(one: Kept) -> Sample:
    return Sample(one.insert_id, one.nanos, one.log_id, one.text, one.trace)


def _short_trace(name: str) -> str:
    """Eight hex digits, "" for ""; a trace's `projects/p/traces/` in front doesn't count."""
    return f"{crc32(name.rpartition('/traces/')[2].encode('utf-8', 'surrogatepass')):08x}" if name else ""
