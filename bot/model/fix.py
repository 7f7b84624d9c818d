"""Commits, what they change, and what is known of a change that is said to fix an incident."""

import enum

import msgspec

from bot.model.window import Served


class Commit(msgspec.Struct, frozen=True):
    """A commit as its repository has it. `at` is the commit time (nanoseconds); `files` are the paths it touches.

    `sha` is whole; `body` is the message below the title; `author` is a name for people, never to be @mentioned.
    `pull` is the number of the pull request it came by (0: none known), `pull_body` what was written there. `landed` is
    when it came onto the tracked branch (nanoseconds; 0: not known): a commit that a merge brought, with the merge.
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
    landed: int = 0


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
    """Where a fix commit is: on the tracked branch, on another, gone from the branch, reverted there, or not known.

    One that was deployed and didn't help is none any more.
    """

    ON_BRANCH = "on the branch"
    ELSEWHERE = "not on the branch yet"
    GONE = "gone from the branch"
    REVERTED = "reverted"
    FAILED = "deployed, and the failure came back"
    UNKNOWN = "not known"


class FixCommit(msgspec.Struct, frozen=True):
    """A commit that is said to fix an incident: by what (`source`) and when (`linked`, nanoseconds) it was linked.

    `merged` is when it came onto the tracked branch (nanoseconds; 0: not known). `formerly` are the names it had
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
    """Whether a change runs at a place. A retired place has had neither deployment nor traffic for long."""

    ABSENT = "not deployed"
    PARTLY = "partly deployed"
    LIVE = "deployed"
    UNKNOWN = "not known"
    RETIRED = "retired"


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


class Exposure(msgspec.Struct, frozen=True, array_like=True):
    """What gave a fault its chances to show: minutes in which the service was at work, and requests it took.

    `requests` is 0 where requests aren't logged: then minutes alone count.
    """

    minutes: int = 0
    requests: int = 0


class Failing(msgspec.Struct, frozen=True):
    """What a fault did from its first failure until `until` (nanoseconds), when something was done about it, or ended.

    `episodes` is the count that people are shown; `pauses` the number of pauses between groups of failures, which is
    what may be reckoned with. `exposure` is that of the whole time. `starting` where nothing was answered meanwhile.
    """

    episodes: int
    pauses: int
    exposure: Exposure
    since: int
    until: int
    starting: bool = False


class Watch(msgspec.Struct, frozen=True):
    """What was seen of a service after `since` (nanoseconds): since a fault was last seen, or since its fix is live.

    `recent` are requests by minute that may still be read again; the minutes before `until` are settled: their
    exposure, in how many of them every request failed (`down`), the last with a request, and whether one was answered.
    `quiet` is the time (nanoseconds, whole hours) in which the service was seen at all, until the hour `quiet_until`.
    """

    failing: Failing
    since: int
    recent: dict[int, Served] = {}
    until: int = 0
    settled: Exposure = Exposure()
    down: int = 0
    last: int = 0
    answered: bool = False
    quiet: int = 0
    quiet_until: int = 0


class Proof(msgspec.Struct, frozen=True):
    """Whether a fault's silence proves that it is gone. `chance`: that it would be this silent had it remained.

    `needed` are minutes at work that are still missing at the present rate (0: none, -1: no number of them is known to
    suffice). `why` is one sentence with the arithmetic.
    """

    proven: bool
    chance: float
    after: Exposure
    needed: int
    why: str
