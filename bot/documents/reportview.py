"""What the reports' templates may use: the API of `analysis.md.j2`, `worklog.md.j2` and `report.html.j2`.

Text of type Untrusted came from a log or names something there; in Markdown it needs one of the filters block, code,
cell, prose, mermaid, in HTML the filter text. Times and lengths of time are integer nanoseconds, minutes are counted
since the epoch; a number that is not known is None or absent, never guessed. Patterns are named `C1`, `C2`...,
incidents `I1`, `I2`... within one report.
"""

import msgspec

from bot.documents.view import FrameView, IncidentView, SampleView
from bot.text.untrusted import Untrusted


class ReadView(msgspec.Struct, frozen=True):
    """What was read: from the oldest entry to the newest, and what of the records was not used.

    `clusters` are fingerprints at places; `overflow` are entries beyond the most clusters that are kept.
    """

    start: int
    end: int
    entries: int
    duplicates: int
    skipped: int
    sources: tuple[Untrusted, ...]
    services: tuple[Untrusted, ...]
    environments: tuple[Untrusted, ...]
    clusters: int
    overflow: int

    @property
    def length(self) -> int:
        """From the oldest entry to the newest."""
        return self.end - self.start


class TopView(msgspec.Struct, frozen=True):
    """A pattern in short: its name, what it says, how many entries."""

    name: str
    title: Untrusted
    count: int


class SeverityView(msgspec.Struct, frozen=True):
    """Entries of one severity, the patterns whose worst entry has it, and the most frequent of those."""

    name: str
    entries: int
    patterns: int
    top: tuple[TopView, ...]


class EffectView(msgspec.Struct, frozen=True):
    """A link of the evidence: the pattern at its other end, the rule, its strength within (0, 1], and why."""

    name: str
    rule: str
    strength: float
    words: Untrusted


class PatternView(msgspec.Struct, frozen=True):
    """Entries of one service that say the same.

    `role` is root, symptom or none (no failure), `incident` the incident's name or "", `issue` the number of its issue
    or 0, `because` why it has this role. `minutes` maps minutes to entries; `peak` is the most in one, in `peak_at`.
    `episodes` are runs of minutes on one instance; `instances` is the least it can be where `instances_capped`.
    `status` is the HTTP status, 0 where there is none. `causes` brought it about, `effects` it brought about.
    """

    name: str
    fingerprint: str
    kind: str
    severity: str
    level: int
    title: Untrusted
    environment: Untrusted
    service: Untrusted
    revisions: tuple[Untrusted, ...]
    count: int
    first: int
    last: int
    minutes: dict[int, int]
    peak: int
    peak_at: int
    episodes: int
    instances: int
    instances_capped: bool
    status: int
    location: FrameView | None
    sample: SampleView | None
    role: str
    incident: str
    issue: int
    because: Untrusted
    causes: tuple[EffectView, ...] = ()
    effects: tuple[EffectView, ...] = ()


class OutcomeView(msgspec.Struct, frozen=True):
    """What the run did, or with `dry_run` would do, about an incident: the action's kind, the issue (0: none), why.

    `action` is create, update, reopen, close, comment, hold, none (nothing to change) or not-filed.
    """

    action: str
    issue: int
    title: Untrusted
    because: Untrusted


class StepView(msgspec.Struct, frozen=True):
    """A step of an impact chain: a pattern, how deep below the root, and the strongest evidence of what caused it.

    `cause` is a pattern's name; it and `rule` are "" for the root and for what no evidence leads to.
    """

    pattern: str
    title: Untrusted
    count: int
    depth: int
    cause: str
    rule: str
    words: Untrusted


class CaseView(msgspec.Struct, frozen=True):
    """An incident of the report: its name, its page's values, its patterns (the root first), and what became of it.

    `chain` walks from the root to what it brought about, effects below their cause.
    """

    name: str
    incident: IncidentView
    patterns: tuple[str, ...]
    chain: tuple[StepView, ...]
    issue: int
    because: Untrusted
    outcomes: tuple[OutcomeView, ...] = ()


class ServedView(msgspec.Struct, frozen=True):
    """Requests logged for one revision of a service; `failed` were answered with 5xx.

    `share` is failed / total, None where no success was logged for the service: then its availability is unknown.
    `minutes` maps minutes to (all, failed).
    """

    environment: Untrusted
    service: Untrusted
    revision: Untrusted
    total: int
    failed: int
    share: float | None
    minutes: dict[int, tuple[int, int]]


class DeployedView(msgspec.Struct, frozen=True):
    """A revision that started to be rolled out within the logs that were read."""

    at: int
    environment: Untrusted
    service: Untrusted
    revision: Untrusted
    commit: Untrusted
    source: Untrusted


class EventView(msgspec.Struct, frozen=True):
    """A moment of the report's timeline; `about` is the incident's name, or "" for what stands for itself."""

    at: int
    what: str
    about: str
    detail: Untrusted


class AnalysisView(msgspec.Struct, frozen=True):
    """What `analysis.md.j2` may use. Patterns come by incident, root first; those that are no failure come last."""

    read: ReadView
    severities: tuple[SeverityView, ...]
    patterns: tuple[PatternView, ...]
    cases: tuple[CaseView, ...]
    served: tuple[ServedView, ...]
    deployments: tuple[DeployedView, ...]
    timeline: tuple[EventView, ...]

    @property
    def failing(self) -> tuple[PatternView, ...]:
        """Patterns that are part of an incident."""
        return tuple(pattern for pattern in self.patterns if pattern.incident)

    @property
    def errors(self) -> tuple[PatternView, ...]:
        """Patterns that are part of an incident in which something is worse than a warning."""
        worst = {case.name for case in self.cases if case.incident.severity not in ("WARNING", "NOTICE", "INFO")}
        return tuple(pattern for pattern in self.failing if pattern.incident in worst)

    @property
    def warnings(self) -> tuple[PatternView, ...]:
        """Patterns of the incidents that are warnings."""
        errors = {pattern.name for pattern in self.errors}
        return tuple(pattern for pattern in self.failing if pattern.name not in errors)

    @property
    def advised(self) -> tuple[CaseView, ...]:
        """Incidents above P3 of which it is known what to do."""
        urgent = (case for case in self.cases if case.incident.priority != "P3")
        return tuple(case for case in urgent if case.incident.playbooks or case.incident.way_back)

    @property
    def rest(self) -> tuple[PatternView, ...]:
        """Patterns that are no failure."""
        return tuple(pattern for pattern in self.patterns if not pattern.incident)


class TotalsView(msgspec.Struct, frozen=True):
    """The run in figures: patterns and incidents, and how many outcomes there were of each action."""

    patterns: int
    roots: int
    symptoms: int
    set_aside: int
    priorities: dict[str, int]
    actions: dict[str, int]


class WarnedView(msgspec.Struct, frozen=True):
    """Something a person should look at: where, and what to do."""

    where: Untrusted
    what: Untrusted


class SkippedView(msgspec.Struct, frozen=True):
    """A record that was not used: its source, its number there from 1, and why."""

    source: Untrusted
    position: int
    reason: Untrusted


class WorklogView(msgspec.Struct, frozen=True):
    """What `worklog.md.j2` may use. `others` are actions on issues that no incident of these logs stands behind.

    `skipped` are the first of the records that were not used; `analysis.read.skipped` counts all.
    """

    analysis: AnalysisView
    totals: TotalsView
    others: tuple[OutcomeView, ...]
    warnings: tuple[WarnedView, ...]
    skipped: tuple[SkippedView, ...]
    tracker: Untrusted
    requests: int
    dry_run: bool
