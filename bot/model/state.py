"""What is remembered: of one issue in its marker, of a repository beside its issues."""

import enum

import msgspec

from bot.model.fix import FixCommit, Live, Suspect, Watch
from bot.model.habit import Habit
from bot.model.incident import Incident, IncidentKey, Priority
from bot.model.notice import Telling
from bot.model.window import Deployment


class Phase(enum.StrEnum):
    """Where an issue is in its life."""

    FILED = "filed"
    IN_PROGRESS = "in-progress"
    AWAITING = "resolved-awaiting-deployment"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    RECOVERED = "recovered"
    MITIGATED = "mitigated"
    REGRESSION = "regression"
    NO_DATA = "no-data"
    MUTED = "muted"
    MERGED = "merged"
    ADOPTED = "adopted"


class Transition(msgspec.Struct, frozen=True):
    """A change of phase: to what, at which log time (nanoseconds), and why."""

    to: Phase
    at: int
    because: str


class Reason(enum.StrEnum):
    """What is said to have ended an incident: a commit, or something that leaves none."""

    COMMIT = "commit"
    ROLLBACK = "rollback"
    CONFIG = "config"
    EXTERNAL = "external"


class Resolution(msgspec.Struct, frozen=True):
    """That somebody, or a commit's words, called an incident resolved: by whom, when (nanoseconds of the logs), why."""

    reason: Reason
    by: str
    at: int
    because: str = ""


class Mute(msgspec.Struct, frozen=True):
    """Nothing is said of a muted issue until `until` (log time, nanoseconds; 0: for good), short of an escalation.

    `priority` and `peak` (entries in the busiest hour; 0: unknown) are what it had reached when it was muted.
    """

    by: str
    at: int
    until: int = 0
    because: str = ""
    priority: Priority = Priority.P0
    peak: int = 0


class Decision(msgspec.Struct, frozen=True):
    """What a person decided of an issue by a command: in the bot's words, by whom, when (wall clock), and why."""

    what: str
    by: str
    at: int
    because: str = ""


class IssueState(msgspec.Struct, frozen=True):
    """What the bot knows of one of its issues; it lives in the issue's own marker.

    `incident` is the merged record that the page is rendered from. `title` and `labels` are what the bot last wrote, so
    that a human's change shows. `owned` are fingerprints beside the members' (roots of former times, splits), and
    `elsewhere` such roots of other services; `disowned` are fingerprints that were split off and never come back.
    `assigned` are the accounts that the bot itself assigned. `resolution` says why it may be over, and `live` where its
    fixes ran when it last moved. `closed` is the log time at which a person's close was first seen (0: none).
    `related` are issues of the same root or service; `suspects` may have brought it, out of the commits `between`.
    """

    incident: Incident
    phase: Phase = Phase.FILED
    owned: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    title: str = ""
    labels: tuple[str, ...] = ()
    transitions: tuple[Transition, ...] = ()
    fixes: tuple[FixCommit, ...] = ()
    mute: Mute | None = None
    merged_into: int = 0
    merged_from: tuple[int, ...] = ()
    said: tuple[str, ...] = ()
    elsewhere: tuple[IncidentKey, ...] = ()
    disowned: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    resolution: Resolution | None = None
    live: tuple[Live, ...] = ()
    closed: int = 0
    related: tuple[int, ...] = ()
    between: tuple[str, str] = ("", "")
    suspects: tuple[Suspect, ...] = ()


class Intent(msgspec.Struct, frozen=True):
    """A creation about to be sent. It stands until the issue is seen, or until `expires` (wall clock, nanoseconds).

    The issue's number, if it was created, is above `above`.
    """

    key: str
    title: str
    at: int
    expires: int
    above: int = 0


class Watermark(msgspec.Struct, frozen=True):
    """How far a source of logs was read and acted upon (nanoseconds)."""

    source: str
    until: int


class Hole(msgspec.Struct, frozen=True, order=True):
    """A time (nanoseconds) of which a source's entries weren't read, and why: silence then proves nothing."""

    source: str
    start: int
    end: int
    because: str


class RunNote(msgspec.Struct, frozen=True):
    """A run that changed something: when (wall clock), over which logs (nanoseconds), how many issues it touched."""

    at: int
    start: int
    end: int
    created: int = 0
    updated: int = 0
    reopened: int = 0
    closed: int = 0
    held_back: int = 0


class RepoState(msgspec.Struct, frozen=True):
    """What the bot knows of a repository as a whole; one per tracker.

    `created` are times of creations (wall clock, nanoseconds). `tracked` are the open issues, each with the key of its
    incident: a list that doesn't show them is behind, or their label is gone. `said` names warnings that were given.
    `adopted` are issues that people wrote and gave to the bot: their authors are strangers, their markers count.
    `watches` are what was seen of the services of quiet issues, by number: they change with every run, issues don't.
    `habits` are what was always there, by the key of a cluster. `telling` is what was told elsewhere (None: nothing).
    """

    intents: tuple[Intent, ...] = ()
    watermarks: tuple[Watermark, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    created: tuple[int, ...] = ()
    held_back: tuple[str, ...] = ()
    baselines: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    runs: tuple[RunNote, ...] = ()
    tracked: dict[int, str] = {}
    said: tuple[str, ...] = ()
    adopted: tuple[int, ...] = ()
    holes: tuple[Hole, ...] = ()
    watches: dict[int, Watch] = {}
    habits: dict[str, Habit] = {}
    telling: Telling | None = None
