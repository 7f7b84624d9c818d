"""What a change is: how much, of which kinds, who uses it, whether an image holds it, and what that risks."""

import enum

import msgspec

from bot.model.fix import Check, FileChange, FixCommit, Live, Proof


class Part(enum.StrEnum):
    """What kind of file a change touches."""

    CODE = "code"
    TESTS = "tests"
    DEPENDENCIES = "dependencies"
    MIGRATIONS = "migrations"
    CONFIGURATION = "configuration"
    BUILD = "build"
    DOCUMENTS = "documents"


class Scope(msgspec.Struct, frozen=True):
    """The files of a change with their kinds, by path. `complete` is False where a host tells no more than these."""

    files: tuple[tuple[FileChange, Part], ...]
    complete: bool = True

    @property
    def added(self) -> int:
        """Lines added."""
        return sum(change.added for change, _ in self.files)

    @property
    def removed(self) -> int:
        """Lines removed."""
        return sum(change.removed for change, _ in self.files)

    def of(self, *parts: Part) -> tuple[FileChange, ...]:
        """The files of these kinds."""
        return tuple(change for change, part in self.files if part in parts)


class Inclusion(msgspec.Struct, frozen=True):
    """Whether an image built from a Dockerfile holds a file: `held` is None where that can't be told, and why."""

    path: str
    dockerfile: str
    held: bool | None
    because: str


class Importer(msgspec.Struct, frozen=True):
    """A file that imports what changed: in which line, which changed file."""

    path: str
    line: int
    changed: str


class Reach(msgspec.Struct, frozen=True):
    """The importers of what changed. `looked` are the changed files they were looked for, the others `unread`."""

    importers: tuple[Importer, ...] = ()
    looked: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Risk(enum.StrEnum):
    """How much a rule finds against a deployment."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"
    UNKNOWN = "not known"


class Finding(msgspec.Struct, frozen=True):
    """What a rule of the risk saw: the rule in words with its thresholds, and what was measured."""

    name: str
    risk: Risk
    rule: str
    saw: str


class Evidence(msgspec.Struct, frozen=True):
    """Everything that was gathered about a fix for its stability report.

    `at` is when (wall clock, nanoseconds), `read_until` how far the logs were read. `scope`, `reach`, `inclusions` are
    None where nothing can be told of them. `proof` is None where the fix isn't live: `unproven` says what is missing.
    `wanted` is the confidence within (0, 1), `floor` the least time (nanoseconds) that the settings ask for; `deploy`
    is the team's command. `prevention` are steps of the playbooks that fit. `unknown` says what could not be had.
    """

    at: int
    read_until: int
    wanted: float
    floor: int
    fixes: tuple[FixCommit, ...] = ()
    live: tuple[Live, ...] = ()
    proof: Proof | None = None
    unproven: str = ""
    checks: tuple[Check, ...] = ()
    health: tuple[Check, ...] = ()
    scope: Scope | None = None
    reach: Reach | None = None
    inclusions: tuple[Inclusion, ...] | None = None
    findings: tuple[Finding, ...] = ()
    risk: Risk = Risk.UNKNOWN
    deploy: str = ""
    prevention: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
