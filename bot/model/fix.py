"""Commits, what they change, and what is known of a change that is said to fix an incident."""

import enum

import msgspec


class Commit(msgspec.Struct, frozen=True):
    """A commit as its repository has it. `at` is the commit time (nanoseconds); `files` are the paths it touches.

    `sha` is whole; `body` is the message below the title; `author` is a name for people, never to be @mentioned.
    `pull` is the number of the pull request it came by (0: none known), `pull_body` what was written there.
    """

    sha: str
    title: str
    body: str = ""
    author: str = ""
    at: int = 0
    parents: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    pull: int = 0
    pull_body: str = ""


class FileChange(msgspec.Struct, frozen=True):
    """What one file underwent between two commits. `status`: "added", "modified", "removed" or "renamed".

    `patch` is a unified diff without its header; "" for binary or very large files.
    """

    path: str
    status: str
    added: int = 0
    removed: int = 0
    patch: str = ""
    before: str = ""


class Outcome(enum.StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    PENDING = "pending"


class Check(msgspec.Struct, frozen=True):
    """A check result: of a test case, a check run of a commit, or a health URL. `source` says where it was read."""

    name: str
    outcome: Outcome
    source: str
    detail: str = ""
    seconds: float = 0.0


class Standing(enum.StrEnum):
    """Where a fix commit is: on the tracked branch, on another, gone from the branch, reverted there, or not known."""

    ON_BRANCH = "on the branch"
    ELSEWHERE = "not on the branch yet"
    GONE = "gone from the branch"
    REVERTED = "reverted"
    UNKNOWN = "not known"


class FixCommit(msgspec.Struct, frozen=True):
    """A commit that is said to fix an incident: by what (`source`) and when (`linked`, nanoseconds) it was linked.

    `merged` is the commit time on the tracked branch (nanoseconds; 0: not known). `formerly` are the names it had
    before a rebase or squash gave it this one.
    """

    sha: str
    title: str = ""
    linked: int = 0
    source: str = ""
    author: str = ""
    standing: Standing = Standing.UNKNOWN
    merged: int = 0
    formerly: tuple[str, ...] = ()


class Suspect(msgspec.Struct, frozen=True):
    """A commit that may have brought an incident: how many of the failing code's files it touches, and in words why."""

    sha: str
    title: str
    author: str = ""
    touched: tuple[str, ...] = ()
    because: str = ""


class Liveness(enum.StrEnum):
    """Whether a change runs at a place."""

    ABSENT = "not deployed"
    PARTLY = "partly deployed"
    LIVE = "deployed"
    UNKNOWN = "not known"


class Live(msgspec.Struct, frozen=True):
    """Whether a fix runs in one environment and service, since when (nanoseconds), on which revisions, and how we know.

    `assumed` where no commit tells: the revision is the first after the merge. `former` are revisions without the fix.
    """

    environment: str
    service: str
    liveness: Liveness
    since: int = 0
    revisions: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    assumed: bool = False
    because: str = ""
