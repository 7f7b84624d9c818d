"""What the template of the stability report may use: the API of `stability.md.j2`.

Text of type Untrusted came from a log, a repository or a check; it needs one of the filters block, code, cell, prose,
sentence. Times and lengths of time are integer nanoseconds; a number that is not known is None, never guessed.
"""

import msgspec

from bot.documents.resolution import FixView
from bot.text.untrusted import Untrusted


class CheckView(msgspec.Struct, frozen=True):
    """A check: `outcome` is passed, failed, skipped or pending, `seconds` how long it took (0: not told)."""

    name: Untrusted
    outcome: str
    source: Untrusted
    detail: Untrusted
    seconds: float


class ChecksView(msgspec.Struct, frozen=True):
    """Checks of one source: how many ended how, those that failed or wait, and some of those that passed."""

    source: Untrusted
    total: int
    outcomes: dict[str, int]
    wanting: tuple[CheckView, ...]
    passed: tuple[CheckView, ...]


class FileView(msgspec.Struct, frozen=True):
    """A file of the change: what it is (code, tests...), what became of it, its lines, and its patch ("": not told)."""

    path: Untrusted
    part: str
    status: str
    added: int
    removed: int
    before: Untrusted
    patch: Untrusted


class ScopeView(msgspec.Struct, frozen=True):
    """The change: its files (`more` are not shown), how many of each kind, and the lines of all."""

    files: tuple[FileView, ...]
    more: int
    total: int
    parts: dict[str, int]
    added: int
    removed: int
    complete: bool


class ImportersView(msgspec.Struct, frozen=True):
    """Who imports a changed file: `count` files, of which some are named with their line."""

    changed: Untrusted
    count: int
    named: tuple[tuple[Untrusted, int], ...]


class InclusionView(msgspec.Struct, frozen=True):
    """Whether the image holds a changed file: "yes", "no" or "not known", by which Dockerfile, and why."""

    path: Untrusted
    dockerfile: Untrusted
    held: str
    because: Untrusted


class FindingView(msgspec.Struct, frozen=True):
    """A rule of the risk: what it found (low, raised, high, not known), its thresholds, and what it saw."""

    name: str
    risk: str
    rule: str
    saw: Untrusted


class PlaceView(msgspec.Struct, frozen=True):
    """A place where the fix has to run, and how sure its working is there.

    `confidence` is 1 less the chance that the logs would be this silent had the fault remained; None where it isn't
    known. `sure` is it in words, rounded down; "proved" where it once was enough, "not known" where it isn't. `why` is
    the arithmetic, or what is missing. `proven` where it reaches what the settings ask for, or did.
    """

    environment: Untrusted
    service: Untrusted
    liveness: str
    since: int
    revisions: tuple[Untrusted, ...]
    assumed: bool
    because: Untrusted
    confidence: float | None
    sure: str
    proven: bool
    why: Untrusted


class SinceView(msgspec.Struct, frozen=True):
    """What the logs show of the failure since the fix was deployed at `since`, read until `until`.

    `entries` of all its patterns and `episodes` of its root are those in the minutes after the one of the deployment;
    None where these minutes are no longer kept one by one.
    """

    since: int
    until: int
    entries: int | None
    episodes: int | None
    last: int


class StabilityView(msgspec.Struct, frozen=True):
    """What `stability.md.j2` may use.

    `came_back` is why it counts as a regression, "" where it doesn't. `wanted` is the confidence the settings ask for.
    `since` is None where the fix is deployed nowhere, `scope` where no fix commit can be read, `importers` where there
    is no clone, `inclusions` where there is no Dockerfile.
    `back` is the command that goes back to `good`, the last good revision before the failure; `revert` takes the change
    back. `ending` says what is said to have ended it, "" where nothing is; `over` where that is proved.
    `unknown` are facts this report lacks, and how to give it them. `at` is when it was made.
    """

    number: int
    at: int
    title: Untrusted
    priority: str
    phase: str
    over: bool
    cause: Untrusted
    location: Untrusted
    ending: str
    fixes: tuple[FixView, ...]
    checks: tuple[ChecksView, ...]
    health: tuple[CheckView, ...]
    came_back: Untrusted
    since: SinceView | None
    places: tuple[PlaceView, ...]
    wanted: float
    scope: ScopeView | None
    importers: tuple[ImportersView, ...] | None
    unread: tuple[Untrusted, ...]
    inclusions: tuple[InclusionView, ...] | None
    risk: str
    findings: tuple[FindingView, ...]
    good: Untrusted
    back: Untrusted
    revert: str
    deploy: Untrusted
    floor: int
    prevention: tuple[str, ...]
    unknown: tuple[Untrusted, ...]
