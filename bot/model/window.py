"""What one pass over the entries leaves: clusters with their timelines, traffic, deployments and coverage."""

from typing import NamedTuple

import msgspec

from bot.model.entry import Place
from bot.model.severity import Severity
from bot.model.signature import Kind, StackTrace


class Minute(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one cluster did in one minute. `instances` are short hashes, at most 16, the smallest."""

    count: int
    instances: tuple[str, ...] = ()


class Occurrence(NamedTuple):
    """One entry on a timeline: when, on which instance, in which trace (hashes; "" where not logged)."""

    nanos: int
    instance: str
    trace: str


class Sample(msgspec.Struct, frozen=True):
    """An entry kept as evidence, redacted and cut."""

    insert_id: str
    nanos: int
    log_id: str
    text: str
    trace: StackTrace | None = None


class Cluster(msgspec.Struct, frozen=True):
    """Entries of one fingerprint at one place.

    `minutes` maps the minute since the epoch to what happened in it. `occurrences` are all entries of the instances
    and traces with the smallest hashes, so that two clusters sample the same ones. `samples` are the earliest and the
    latest. Where an alias widened the cluster, `alias` is its text, `fingerprint` is the alias's and `members` are the
    fingerprints that it joined. `milder` is how many more entries say the same at a lesser severity (error, warning,
    anything below): they are in no other figure of it.
    `former` are its entries' fingerprints by the algorithm's last version, at most 32.
    """

    place: Place
    fingerprint: str
    kind: Kind
    title: str
    template: str
    message: str
    severity: Severity
    count: int
    first: int
    last: int
    minutes: dict[int, Minute]
    occurrences: tuple[Occurrence, ...] = ()
    samples: tuple[Sample, ...] = ()
    trace: StackTrace | None = None
    loose: tuple[str, ...] = ()
    status: int = 0
    alias: str = ""
    members: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    milder: int = 0

    @property
    def instances(self) -> frozenset[str]:
        """Hashes of the instances seen (at most 16 a minute are kept)."""
        return frozenset(i for minute in self.minutes.values() for i in minute.instances)


class Served(msgspec.Struct, frozen=True, array_like=True):
    """Requests of one minute: all of them, and those answered with 5xx."""

    total: int
    failed: int


class Traffic(msgspec.Struct, frozen=True):
    """Requests logged for one place, by minute."""

    place: Place
    minutes: dict[int, Served]

    @property
    def total(self) -> int:
        """Requests logged."""
        return sum(minute.total for minute in self.minutes.values())

    @property
    def failed(self) -> int:
        """Requests answered with 5xx."""
        return sum(minute.failed for minute in self.minutes.values())


class Deployment(msgspec.Struct, frozen=True, order=True):
    """A revision that started to be rolled out, as an audit entry told. `commit` is "" where no label names one.

    `share` is the percentage of traffic that it was meant to have from then on.
    """

    nanos: int
    environment: str
    service: str
    revision: str
    commit: str = ""
    source: str = "audit log"
    share: int = 100


class Built(msgspec.Struct, frozen=True, order=True):
    """A revision whose entries name the commit it was built from; `seen` is the first of them (nanoseconds)."""

    environment: str
    service: str
    revision: str
    commit: str
    seen: int


class Window(msgspec.Struct, frozen=True):
    """Everything one run knows from the logs. `start` and `end` are the oldest and newest entry's nanoseconds."""

    start: int
    end: int
    entries: int
    severities: dict[str, int]
    clusters: tuple[Cluster, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    overflow: int = 0
    built: tuple[Built, ...] = ()
