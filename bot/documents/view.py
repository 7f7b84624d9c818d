"""What the template of an incident's page may use: the documented API of `incident.md.j2`.

Text of type Untrusted came from a log or names something there; it needs one of the filters block, code, cell, prose,
mermaid. Times and lengths of time are integer nanoseconds; a number that is not known is None or absent, never guessed.
Members have short names within the page: `R` the root, `S1`, `S2`... the symptoms.
What happened when (deployments, moments, restarts, an earlier outage) stands in `momentsview.py`.
"""

from pathlib import PurePosixPath

import msgspec

from bot.documents.momentsview import DeploymentView, EarlierView, MomentView, RestartsView
from bot.model.time import HOUR, SECOND, iso
from bot.text.untrusted import Untrusted

_LANGUAGES = {
    ".cs": "csharp",
    ".go": "go",
    ".java": "java",
    ".js": "javascript",
    ".kt": "kotlin",
    ".mjs": "javascript",
    ".php": "php",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".ts": "typescript",
}


class PolicyView(msgspec.Struct, frozen=True):
    """A priority policy that holds, or stopped: what is measured, and since when it is so (0: unknown).

    `revision` is the one that it is measured on, "" where that is no matter or there are several.
    """

    name: Untrusted
    priority: str
    because: Untrusted
    since: int = 0
    revision: Untrusted = Untrusted("")


class RequestsView(msgspec.Struct, frozen=True):
    """Requests logged for the services concerned from first to last seen; `failed` were answered with 5xx.

    `share` is failed / total within [0, 1], None where no success was ever logged: then the availability is unknown.
    `answered_before` are requests answered in the logs before the first entry; `own` failed by this incident. `told`
    where a policy says how many failed of how many.
    """

    total: int
    failed: int
    share: float | None
    answered_before: int = 0
    own: int = 0
    told: bool = False


class FrameView(msgspec.Struct, frozen=True):
    """A place in the application's code. `line` is 0 and a text is empty where the log doesn't tell."""

    module: Untrusted
    function: Untrusted
    file: Untrusted
    line: int
    source: Untrusted

    @property
    def location(self) -> Untrusted:
        """`file:line`, or what of it is known, or the module."""
        place = self.file.raw.removeprefix("file://") or self.module.raw
        return Untrusted(f"{place}:{self.line}" if self.line else place)

    @property
    def language(self) -> str:
        """The language of the file for a code block, by its ending; empty where it isn't known."""
        return _LANGUAGES.get(PurePosixPath(self.file.raw).suffix, "")


class ComponentView(msgspec.Struct, frozen=True):
    """A module with frames in the stack traces of these members."""

    frame: FrameView
    members: tuple[str, ...]


class CauseView(msgspec.Struct, frozen=True):
    """The root cause. `type` is empty where no exception was logged, `location` None where no frame was.

    `in_app` where the location is in the application's own code. `brief` is the message, or its first sentence where it
    is long. `outer` are the exceptions it came out as; `trace` is the entry that shows it, with its stack trace where
    one was logged, None where none was kept.
    """

    type: Untrusted
    message: Untrusted
    outer: tuple[Untrusted, ...]
    location: FrameView | None
    trace: "SampleView | None"
    in_app: bool = True
    brief: Untrusted = Untrusted("")


class SampleView(msgspec.Struct, frozen=True):
    """One log entry as evidence. `long` when it is better folded away."""

    at: int
    insert_id: Untrusted
    log: Untrusted
    text: Untrusted
    long: bool


class EvidenceView(msgspec.Struct, frozen=True):
    """Why a symptom belongs here: `cause` is the short name of the member that brought it about."""

    cause: str
    rule: str
    strength: float
    words: Untrusted


class MemberView(msgspec.Struct, frozen=True):
    """The root or a symptom. `status` is the HTTP status, 0 where there is none; the best evidence comes first."""

    name: str
    kind: str
    fingerprint: str
    title: Untrusted
    severity: str
    services: tuple[Untrusted, ...]
    count: int
    first: int
    last: int
    status: int
    evidence: tuple[EvidenceView, ...]
    samples: tuple[SampleView, ...]


class QuoteView(msgspec.Struct, frozen=True):
    """What an entry of these symptoms (`S1, S3`) says beyond their titles."""

    names: str
    sample: SampleView


class SymptomsView(msgspec.Struct, frozen=True):
    """A row of the cascade: a symptom, or several kinds of failed requests (`kinds`) with one and the same evidence."""

    names: str
    title: Untrusted
    kinds: int
    count: int
    first: int
    last: int
    evidence: EvidenceView | None


class RollbackView(msgspec.Struct, frozen=True):
    """The last good revision. `command` goes back to it, empty where the platform's names aren't plain.

    `answered` are requests it answered in the logs, the last at `until`; where 0, it was deployed at `until`. `note` is
    what the command leaves for a person to know.
    """

    revision: Untrusted
    command: Untrusted
    answered: int
    until: int
    note: str = ""


class RecurrenceView(msgspec.Struct, frozen=True):
    """How the root comes back: the median pause, and where the middle four fifths of the pauses lie.

    `low` and `high` are 0 where the spread isn't known; `median` is the mean then.
    """

    median: int
    low: int
    high: int
    pauses: int


class FilterView(msgspec.Struct, frozen=True):
    """A query for Cloud Logging that finds the root."""

    text: Untrusted


class PlaybookView(msgspec.Struct, frozen=True):
    """What to do about this kind of failure, as configured: Markdown of the team's own, not from a log."""

    name: str
    hint: str
    now: tuple[str, ...]
    checks: tuple[str, ...]
    prevention: tuple[str, ...]
    reference: str


class TracesView(msgspec.Struct, frozen=True):
    """Distinct traces of the incident's entries; an estimate where `estimated`."""

    count: int
    estimated: bool


class IncidentView(msgspec.Struct, frozen=True):
    """One incident, as its page shows it.

    `verb` is what the service does: it crashes, fails requests, logs errors; in the past where that is over.
    `cascade` are the symptoms by evidence, `quotes` what their entries say, `diagram` the timeline in Mermaid ("" where
    there is none). `since` is when it began the last time, after a long silence where it was there `first` before.
    `started_before` is the oldest log time read where the failure was there from the first minute on, else None.
    `to_minute` where only the minute of `since` is known; `earlier` is what there was before a long silence.
    `over` where its end is proved: nothing is to be done any more.
    `ongoing` when no more than 10 minutes, or twice the usual pause between its minutes, passed from `last` to
    `observed_until`. `failed_starts` are exits of a container that doesn't start. `instances` is the number of
    instances, or the least it can be where `instances_capped`. `requests` is None where none was logged. `symptoms` are
    those shown in full; `symptoms_more` more are not.
    """

    verb: str
    since: int

    priority: str
    environment: Untrusted
    project: Untrusted
    location: Untrusted
    service: Untrusted
    fingerprint: str
    severity: str
    cannot_start: bool
    failed_starts: int
    first: int
    last: int
    observed_from: int
    observed_until: int
    started_before: int | None
    ongoing: bool
    policies: tuple[PolicyView, ...]
    stopped: tuple[PolicyView, ...]
    requests: RequestsView | None
    services: tuple[Untrusted, ...]
    revisions: tuple[Untrusted, ...]
    instances: int
    instances_capped: bool
    cause: CauseView
    components: tuple[ComponentView, ...]
    root: MemberView
    symptoms: tuple[MemberView, ...]
    symptoms_more: int
    runner_up: Untrusted
    deployments: tuple[DeploymentView, ...]
    timeline: tuple[MomentView, ...]
    restarts: RestartsView | None
    owners: tuple[Untrusted, ...]
    playbooks: tuple[PlaybookView, ...]
    filter: FilterView
    traces: TracesView | None = None
    cascade: tuple[SymptomsView, ...] = ()
    quotes: tuple[QuoteView, ...] = ()
    diagram: str = ""
    earlier: EarlierView | None = None
    over: bool = False
    to_minute: bool = False
    rollback: RollbackView | None = None
    recurrence: RecurrenceView | None = None

    @property
    def began(self) -> str:
        """When it began the last time, as exactly as that is known: `2026-03-04T10:50:56Z`, `2026-03-04T10:50Z`."""
        return f"{iso(self.since)[:16]}Z" if self.to_minute else iso(self.since)

    @property
    def rollback_wanted(self) -> bool:
        """True where to go back is the first thing to do."""
        return self.ongoing and (self.cannot_start or self.priority == "P0")

    @property
    def way_back(self) -> bool:
        """True where a last good revision is known, and it goes on since a deployment, or to go back is urgent."""
        return self.rollback is not None and self.ongoing and (self.rollback_wanted or self.deployed_before is not None)

    @property
    def measured(self) -> str:
        """How far back policies look: `day`, or `onset` where all is newer; "" where they say so themselves."""
        if self.again:
            return ""
        return "onset" if self.observed_until - self.first < 24 * HOUR else "day"

    @property
    def again(self) -> bool:
        """True where it had been there before, and stayed away for long."""
        return self.since != self.first

    @property
    def at_once(self) -> bool:
        """True where all of it lies within a second."""
        return self.last - self.first < SECOND

    @property
    def silence(self) -> int:
        """From the last entry to the end of the logs."""
        return max(0, self.observed_until - self.last)

    @property
    def duration(self) -> int:
        """From the first entry to the last."""
        return self.last - self.first

    @property
    def deployed_before(self) -> DeploymentView | None:
        """The deployment within the hour before the first entry; an older one is no suspect."""
        near = [deployment for deployment in self.deployments if 0 <= deployment.before <= HOUR]
        return min(near, key=lambda deployment: deployment.before, default=None)

    @property
    def members(self) -> tuple[MemberView, ...]:
        """The root, then the symptoms that are shown."""
        return (self.root, *self.symptoms)

    @property
    def request_members(self) -> tuple[MemberView, ...]:
        """Requests that failed, by status and route, among the members that are shown."""
        return tuple(member for member in self.members if member.kind == "request")
