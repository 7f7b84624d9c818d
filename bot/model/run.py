"""What a run has to tell: what was read, what was decided, what was done."""

import msgspec

from bot.model.incident import Incident, Verdict
from bot.model.issue import Action
from bot.model.state import IssueState


class Skipped(msgspec.Struct, frozen=True):
    """A record that was not used. `position` is its number in the source, from 1; `reason` is one line."""

    source: str
    position: int
    reason: str


class ReadReport(msgspec.Struct, frozen=True):
    """What became of every record: entries used, duplicates dropped, records skipped (the first 20 are kept)."""

    sources: tuple[str, ...]
    entries: int
    duplicates: int
    skipped_count: int
    skipped: tuple[Skipped, ...]


class WindowSummary(msgspec.Struct, frozen=True):
    """The window in short: times in nanoseconds, counts by severity."""

    start: int
    end: int
    entries: int
    severities: dict[str, int]
    clusters: int


class Warned(msgspec.Struct, frozen=True):
    """Something a person should look at that didn't stop the run: where, and what to do."""

    where: str
    what: str


class Reported(msgspec.Struct, frozen=True):
    """An incident of a run: its issue (0: none), and why it has none where it has none."""

    issue: int
    incident: Incident
    because: str = ""


class RunResult(msgspec.Struct, frozen=True):
    """The result of `file` and `plan`. `states` are those of the issues by number, as the run leaves them."""

    window: WindowSummary
    read: ReadReport
    incidents: tuple[Reported, ...]
    verdicts: tuple[Verdict, ...]
    actions: tuple[Action, ...]
    held_back: tuple[Action, ...]
    warnings: tuple[Warned, ...]
    tracker: str
    requests: int
    dry_run: bool
    states: dict[int, IssueState] = {}
