"""One pass over the entries: counts by cluster and place, traffic, deployments."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from bot.model.entry import LogEntry, Place
from bot.model.signature import Kind, Signature
from bot.model.time import MINUTE
from bot.model.window import Deployment, Served, Traffic, Window
from bot.observing.cluster_state import Seen
from bot.observing.clusters import Clusters
from bot.observing.deployments import deployment_of
from bot.observing.places import Places
from bot.observing.widening import Widen, frozen, unwidened

MOST_CLUSTERS = 20_000
_MOST_HASHES = 100_000

SignatureOf = Callable[[LogEntry], Signature]
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
        self._places = Places(environment_of)
        self._clusters = Clusters(most_clusters)
        self._traffic: dict[Place, dict[int, tuple[int, int]]] = {}
        self._deployments: dict[tuple[str, str, str], Deployment] = {}
        self._severities: Counter[str] = Counter()
        self._hashes: dict[str, str] = {"": ""}
        self._start: int | None = None
        self._end = 0

    def add(self, entry: LogEntry) -> Signature:
        """Count one entry and return its signature. Raises ValueError where the entry has no time that can be read."""
        nanos, signature, level = entry.nanos, self._signature_of(entry), entry.level
        place, instance = self._places.of(entry)
        self._span(nanos, nanos)
        self._severities[level.name] += 1
        state = self._clusters.state((place, signature.fingerprint), signature.kind)
        if state is None:
            self._clusters.overflow += 1
        else:
            state.add(Seen(nanos, entry, signature), level, self._short(instance), self._short(entry.trace))
        if signature.kind is Kind.REQUEST and entry.http_request:
            self._serve(place, nanos // MINUTE, 1, int(entry.http_request.status_code >= 500))
        elif signature.kind is Kind.AUDIT and (deployment := deployment_of(entry, place.environment)):
            self._deployed(deployment)
        return signature

    def merge(self, other: "Observer") -> None:
        """Take in another observer's counts, of a disjoint read; the other stays as it is."""
        if other._start is not None:
            self._span(other._start, other._end)
        self._severities.update(other._severities)
        self._clusters.merge(other._clusters)
        for place, minutes in other._traffic.items():
            for minute, (total, failed) in minutes.items():
                self._serve(place, minute, total, failed)
        for deployment in other._deployments.values():
            self._deployed(deployment)

    def _span(self, first: int, last: int) -> None:
        if self._start is None:
            self._start, self._end = first, last
        elif first < self._start:
            self._start = first
        if last > self._end:
            self._end = last

    def _serve(self, place: Place, minute: int, total: int, failed: int) -> None:
        minutes = self._traffic.setdefault(place, {})
        had = minutes.get(minute, (0, 0))
        minutes[minute] = (had[0] + total, had[1] + failed)

    def _deployed(self, deployment: Deployment) -> None:
        key = (deployment.environment, deployment.service, deployment.revision)
        self._deployments[key] = _earlier(deployment, self._deployments.get(key, deployment))

    def _short(self, name: str) -> str:
        """Eight hex digits; a trace's `projects/p/traces/` in front doesn't count."""
        short = self._hashes.get(name)
        if short is None:
            if len(self._hashes) > _MOST_HASHES:
                self._hashes = {"": ""}
            said = name.rpartition("/traces/")[2].encode("utf-8", "surrogatepass")
            short = self._hashes[name] = hashlib.blake2b(said, digest_size=4).hexdigest()
        return short

    def window(self, widen: Widen = unwidened) -> Window:
        """What was observed so far. Without any entry: an empty window at time 0.

        `widen` is asked once what aliases make of the distinct signatures, in the order of their fingerprints.
        """
        return Window(
            start=self._start or 0,
            end=self._end,
            entries=sum(self._severities.values()),
            severities=dict(sorted(self._severities.items())),
            clusters=tuple(frozen(self._clusters, widen)),
            traffic=tuple(
                Traffic(place, {m: Served(*counts) for m, counts in sorted(minutes.items())})
                for place, minutes in sorted(self._traffic.items())
            ),
            deployments=tuple(sorted(self._deployments.values())),
            overflow=self._clusters.overflow,
        )


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
