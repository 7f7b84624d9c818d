"""One pass over the entries: counts by cluster and place, traffic, deployments."""

from collections.abc import Callable, Iterable, Iterator
from zlib import crc32

import msgspec

from bot.model.entry import LogEntry, Place
from bot.model.severity import Severity
from bot.model.signature import Kind, Signature, SignatureOf
from bot.model.time import MINUTE, NEVER, nanos_of
from bot.model.window import Built, Deployment, Served, Traffic, Window
from bot.observing.clusters import Clusters, mildness
from bot.observing.deployments import deployments_of
from bot.observing.facts import Levels
from bot.observing.places import Places
from bot.observing.seen import Seen
from bot.observing.widening import Widen, frozen, unwidened

MOST_CLUSTERS = 20_000
_ONE_ROLLOUT = 10 * MINUTE
_MOST_HASHES = 50_000
_REQUEST, _AUDIT = Kind.REQUEST, Kind.AUDIT

EnvironmentOf = Callable[[str], str]


class Observer:
    """A fold over entries. `add` and `merge` in any order and grouping, over disjoint reads, give the same `window`.

    `signature_of` names an entry's cluster, `environment_of` a project's environment; both are pure. Beyond
    `most_clusters` distinct clusters some are only counted, in the window's `overflow`; which ones depends on their
    hashes, never on the order. Observers that merge have the same `most_clusters`.
    """

    def __init__(
        self, signature_of: SignatureOf, environment_of: EnvironmentOf, most_clusters: int = MOST_CLUSTERS
    ) -> None:
        self._signature_of = signature_of
        levels = Levels()
        self._place_of, self._level_of, self._levels = Places(environment_of).of, levels.of, levels.named
        self._clusters = Clusters(most_clusters)
        self._known = self._clusters.known
        self._hashes: dict[str, str] = {}
        self._traffic: dict[Place, dict[int, list[int]]] = {}
        self._deployments: dict[tuple[str, str, str, int, int], Deployment] = {}
        self._severities = [0] * len(Severity)
        self._start, self._end = NEVER, -NEVER

    def add(self, entry: LogEntry, signature: Signature | None = None) -> Signature:
        """Count one entry and return its signature: the one given, else the one it has by itself.

        Raises ValueError where the entry has no time that can be read.
        """
        nanos = nanos_of(entry.timestamp or entry.receive_timestamp)
        if signature is None:
            signature = self._signature_of(entry)
        if nanos > self._end:
            self._end = nanos
        if nanos < self._start:
            self._start = nanos
        place, instance = self._place_of(entry)
        level = self._levels.get(entry.severity) or self._level_of(entry)
        self._severities[level // 100] += 1
        kind = signature.kind
        key = place, signature.fingerprint, mildness(kind, level)
        state = self._known(key) or self._clusters.state(key, kind)
        if state is None:
            self._clusters.overflow += 1
        else:
            short = self._hashes.get(instance)
            state.add(nanos, entry, signature, level, self._short(instance) if short is None else short)
        if kind is _REQUEST or kind is _AUDIT:
            self._told(nanos, entry, kind, place)
        return signature

    def _told(self, nanos: int, entry: LogEntry, kind: Kind, place: Place) -> None:
        """Count a request; keep the deployments that an audit entry tells of."""
        if kind is _AUDIT:
            for deployment in deployments_of(entry, place.environment):
                self._deployed(deployment)
        elif request := entry.http_request or entry.request:
            self._serve(place, nanos // MINUTE, 1, int(request.status_code >= 500))

    def merge(self, other: "Observer") -> None:
        """Take in another observer's counts, of a disjoint read; the other stays as it is."""
        self._span(other._start, other._end)
        self._severities = [one + more for one, more in zip(self._severities, other._severities, strict=True)]
        self._clusters.merge(other._clusters)
        for place, minutes in other._traffic.items():
            for minute, (total, failed) in minutes.items():
                self._serve(place, minute, total, failed)
        for deployment in other._deployments.values():
            self._deployed(deployment)

    def _span(self, first: int, last: int) -> None:
        self._start = min(self._start, first)
        self._end = max(self._end, last)

    def _serve(self, place: Place, minute: int, total: int, failed: int) -> None:
        minutes = self._traffic.get(place)
        if minutes is None:
            minutes = self._traffic[place] = {}
        served = minutes.get(minute)
        if served is None:
            minutes[minute] = [total, failed]
        else:
            served[0] += total
            served[1] += failed

    def _deployed(self, deployment: Deployment) -> None:
        at = deployment.nanos // _ONE_ROLLOUT
        key = (deployment.environment, deployment.service, deployment.revision, deployment.share, at)
        self._deployments[key] = _earlier(deployment, self._deployments.get(key, deployment))

    def _short(self, name: str) -> str:
        """Eight hex digits, "" for ""."""
        if len(self._hashes) > _MOST_HASHES:
            self._hashes.clear()
        short = f"{crc32(name.encode('utf-8', 'surrogatepass')):08x}" if name else ""
        self._hashes[name] = short
        return short

    @property
    def span(self) -> tuple[int, int]:
        """Nanoseconds of the oldest and the newest entry; (0, 0) without any."""
        return (self._start, self._end) if self._start <= self._end else (0, 0)

    def earliest(self) -> dict[str, tuple[LogEntry, Signature]]:
        """The earliest entry of each fingerprint, wherever it was logged, and its signature; nothing is redacted."""
        found: dict[str, Seen] = {}
        for (_, fingerprint, _), state in self._clusters:
            seen = state.earliest
            if fingerprint not in found or seen.precedes(found[fingerprint]):
                found[fingerprint] = seen
        return {fingerprint: (seen.entry, seen.signature) for fingerprint, seen in found.items()}

    def _named_severities(self) -> dict[str, int]:
        names = (level.name for level in sorted(Severity))
        return dict(sorted((name, count) for name, count in zip(names, self._severities, strict=True) if count))

    def window(self, widen: Widen = unwidened) -> Window:
        """What was observed so far. Without any entry: an empty window at time 0.

        `widen` is asked once what aliases make of the distinct signatures, in the order of their fingerprints.
        """
        start, end = self.span
        return Window(
            start=start,
            end=end,
            entries=sum(self._severities),
            severities=self._named_severities(),
            clusters=tuple(frozen(self._clusters, widen)),
            traffic=tuple(
                Traffic(place, {m: Served(*counts) for m, counts in sorted(minutes.items())})
                for place, minutes in sorted(self._traffic.items())
            ),
            deployments=tuple(sorted(self._deployments.values())),
            overflow=self._clusters.overflow,
            built=tuple(self._built()),
        )

    def _built(self) -> Iterator[Built]:
        """What the labels of each cluster's earliest entry tell; several commits for one revision: the smallest."""
        told: dict[Place, tuple[str, int]] = {}
        for (place, _, _), state in self._clusters:
            seen = state.earliest
            if place.revision and (commit := seen.commit):
                known = told.get(place, (commit, seen.nanos))
                told[place] = min(known[0], commit), min(known[1], seen.nanos)
        for place, (commit, nanos) in sorted(told.items()):
            yield Built(place.environment, place.service, place.revision, commit, nanos)


def _earlier(one: Deployment, other: Deployment) -> Deployment:
    """One deployment of two entries that tell of it: the earlier time, and a commit where either names one."""
    commit = min(filter(None, (one.commit, other.commit)), default="")
    return msgspec.structs.replace(min(one, other), commit=commit)


def observe(entries: Iterable[LogEntry], signature_of: SignatureOf, environment_of: EnvironmentOf) -> Window:
    """The window of these entries."""
    observer = Observer(signature_of, environment_of)
    for entry in entries:
        observer.add(entry)
    return observer.window()
