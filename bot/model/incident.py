"""An incident: a root, its symptoms, the evidence between them, a priority and what was measured of the impact."""

import enum
from collections.abc import Mapping

import msgspec

from bot.model.entry import Place
from bot.model.severity import Severity
from bot.model.signature import Kind, StackTrace
from bot.model.window import Deployment, Minute, Sample, Served


class Priority(enum.StrEnum):
    """P0 is the worst; StrEnum, so that `<` on the names orders them."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Role(enum.StrEnum):
    """What a cluster is within its incident."""

    ROOT = "root"
    SYMPTOM = "symptom"


class IncidentKey(msgspec.Struct, frozen=True, order=True):
    """The identity of an incident: environment, service, and the fingerprint of its root."""

    environment: str
    service: str
    root: str


class Evidence(msgspec.Struct, frozen=True):
    """Why two clusters belong together: cause -> effect, by fingerprint, with words for a person.

    `kind` names the rule, `strength` is within (0, 1]; an edge joins from 0.5 on.
    """

    cause: str
    effect: str
    kind: str
    strength: float
    words: str


class Nature(enum.StrEnum):
    """What the platform says by a cluster: a container ended on its own, an instance could not start; else nothing."""

    PLAIN = ""
    EXIT = "exit"
    REFUSED = "refused-start"


class Settled(msgspec.Struct, frozen=True, array_like=True):
    """Sums over the minutes before `until` (a minute since the epoch), which are no longer kept one by one."""

    until: int = 0
    count: int = 0
    extra: int = 0


def episodes_in(minutes: Mapping[int, Minute]) -> int:
    """Runs of consecutive minutes on one instance; where no instance was logged, runs of consecutive minutes."""
    starts = 0
    for at, minute in minutes.items():
        before = minutes.get(at - 1)
        known = set(before.instances) if before else set()
        starts += len(set(minute.instances) - known) if minute.instances else int(before is None)
    return starts


class Member(msgspec.Struct, frozen=True):
    """A cluster as an incident keeps it: all its places together. `first` and `last` are nanoseconds.

    `settled.extra` is the number of episodes before `settled.until`. `alias` is the text of the alias that widened it,
    "" where none did: by it the next window counts unseen values here.
    """

    fingerprint: str
    kind: Kind
    role: Role
    title: str
    severity: Severity
    services: tuple[str, ...]
    revisions: tuple[str, ...]
    first: int
    last: int
    minutes: dict[int, Minute]
    samples: tuple[Sample, ...] = ()
    trace: StackTrace | None = None
    status: int = 0
    nature: Nature = Nature.PLAIN
    settled: Settled = Settled()
    alias: str = ""

    @property
    def count(self) -> int:
        """Entries counted."""
        return self.settled.count + sum(minute.count for minute in self.minutes.values())

    @property
    def episodes(self) -> int:
        """Distinct failures rather than entries: a run of minutes on one instance is one."""
        return self.settled.extra + episodes_in(self.minutes)


class ActivePolicy(msgspec.Struct, frozen=True):
    """A priority policy that holds, and the measured fact that made it hold; or one that stopped, and what is measured.

    `since` is the log time from which it has held, or not held (nanoseconds).
    """

    name: str
    priority: Priority
    because: str
    since: int = 0


class LastGood(msgspec.Struct, frozen=True):
    """The revision to go back to. `answered` requests it answered in the logs, the last in the minute `until`.

    Where it answered none there, it is the one that was deployed before (`until` is the minute of its deployment).
    """

    revision: str
    until: int
    answered: int = 0


class Recurrence(msgspec.Struct, frozen=True):
    """How the root comes back: the median, and where the middle four fifths of its pauses lie (nanoseconds).

    `low` and `high` are 0 where the spread isn't known; `median` is the mean then.
    """

    median: int
    low: int
    high: int
    pauses: int


class Incident(msgspec.Struct, frozen=True):
    """Everything that is known of one incident; documents are rendered from this alone.

    `members` begins with the root. `traffic` maps minutes to the requests of the services concerned. `observed_until`
    is the newest log time read in a window in which the incident occurred. `settled_traffic` counts all and (`extra`)
    failed requests before its time. `runner_up` is the title of the next likely root where one is close. `good` and
    `recurrence` are None where the logs don't tell. `stopped` are policies that held before. `traces` are hashes of the
    traces its entries are in, at most the 32 smallest.
    """

    key: IncidentKey
    place: Place
    priority: Priority
    policies: tuple[ActivePolicy, ...]
    members: tuple[Member, ...]
    evidence: tuple[Evidence, ...]
    traffic: dict[int, Served]
    deployments: tuple[Deployment, ...]
    observed_from: int
    observed_until: int
    runner_up: str = ""
    cannot_start: bool = False
    settled_traffic: Settled = Settled()
    good: LastGood | None = None
    recurrence: Recurrence | None = None
    stopped: tuple[ActivePolicy, ...] = ()
    traces: tuple[str, ...] = ()

    @property
    def root(self) -> Member:
        """The cause."""
        return self.members[0]

    @property
    def symptoms(self) -> tuple[Member, ...]:
        """Everything the root brought about."""
        return self.members[1:]

    @property
    def first(self) -> int:
        """Nanoseconds of the first entry of any member."""
        return min(member.first for member in self.members)

    @property
    def last(self) -> int:
        """Nanoseconds of the last entry of any member."""
        return max(member.last for member in self.members)

    @property
    def exits(self) -> int:
        """Containers that ended on their own. Several clusters may tell of the same exits: the one with most counts."""
        return max((member.count for member in self.members if member.nature is Nature.EXIT), default=0)

    @property
    def failed_starts(self) -> int:
        """Containers that ended on their own; where none was logged, requests refused because no instance started."""
        return self.exits or sum(member.count for member in self.members if member.nature is Nature.REFUSED)

    @property
    def revisions(self) -> tuple[str, ...]:
        """Revisions any member was seen on, sorted."""
        return tuple(sorted({revision for member in self.members for revision in member.revisions}))


class Claim(msgspec.Struct, frozen=True):
    """That an open issue knows a cluster: its number, and as what."""

    issue: int
    role: Role


class Found(msgspec.Struct, frozen=True):
    """An incident of this window, and the issue it belongs to (0: none yet)."""

    issue: int
    incident: Incident


class Playbook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do about a kind of failure, from a data file. `match` are regular expressions, any of which suffices.

    One that is `generic` counts only where no other fits.
    """

    name: str
    match: tuple[str, ...]
    hint: str
    checks: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    prevention: tuple[str, ...] = ()
    reference: str = ""
    generic: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """What triage decided of one cluster at one place, and why. `issue` is 0 where no issue owns it."""

    fingerprint: str
    place: Place
    title: str
    role: str
    incident: IncidentKey | None
    issue: int
    because: str
