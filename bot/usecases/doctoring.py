"""`doctor`: what a set-up lacks, where, and how to mend it; every part is looked at, whatever the others lack."""

import enum
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from bot.errors import IncidentbotError, LogsUnavailable, TrackerUnavailable
from bot.logs import Resumable, Source, Unreadable
from bot.model.time import HOUR, MINUTE, in_words
from bot.trackers.code import CodeHost
from bot.trackers.interface import Hosted, LabelHost, Premises, Tracker
from bot.usecases.known import load_known
from bot.usecases.labelling import Step, steps_of
from bot.usecases.setup import Setup

MOST_SKEW = 2 * MINUTE
"""How far this machine's clock may be from the host's (nanoseconds)."""

_RECENT = 24 * HOUR

T = TypeVar("T")
_SHIELDED = re.compile(r"\([^()]*\)|`[^`]*`|\"[^\"]*\"")


class Health(enum.StrEnum):
    """How a part does: a note is no fault, and a part that is skipped isn't set up, or can't be looked at."""

    WELL = "well"
    NOTE = "note"
    FAULT = "fault"
    SKIPPED = "skipped"


class Finding(msgspec.Struct, frozen=True):
    """What is found of one part: `what` is so, `where`, and how to `mend` it ("": nothing to do)."""

    part: str
    health: Health
    what: str
    where: str = ""
    mend: str = ""


class Examined(msgspec.Struct, frozen=True):
    """The result of `doctor`."""

    findings: tuple[Finding, ...]

    @property
    def faults(self) -> int:
        """How many findings are faults."""
        return sum(one.health is Health.FAULT for one in self.findings)


def fault_of(part: str, error: Exception, where: str = "") -> Finding:
    """The fault that an error of ours tells of: its sentence says what is wrong, and in its last clause what to do."""
    text = str(error).rstrip(".")
    at = _last_clause(text)
    what, mend = (text[:at], text[at + 2 :]) if at else (text, "")
    return Finding(part, Health.FAULT, what, where, mend)


def _last_clause(text: str) -> int:
    """Where the last colon or semicolon stands that is in no quotes and no brackets; 0 where none does."""
    shielded = _SHIELDED.sub(lambda found: "x" * len(found[0]), text)
    return max(shielded.rfind("; "), shielded.rfind(": "), 0)


def tried(part: str, look: Callable[[], T], found: list[Finding], where: str = "") -> T | None:
    """What a look gives; None where it raised an error of ours, which is then a fault among the found."""
    try:
        return look()
    except IncidentbotError as error:
        found.append(fault_of(part, error, where))
        return None


def tracker_findings(tracker: Tracker, setup: Setup, wall: int) -> list[Finding]:
    """Access, rights, labels, clock and the memory of where the issues are. `wall` is this machine's clock."""
    found: list[Finding] = []
    premises = tried("repository", tracker.premises, found, tracker.name) if isinstance(tracker, Hosted) else None
    if premises:
        found += _of_premises(premises, tracker.name, wall)
    if found and (premises is None or not premises.issues):
        return found
    if isinstance(tracker, LabelHost):
        found += _of_labels(tracker, tracker.name, setup)
    else:
        found.append(Finding("labels", Health.SKIPPED, "a folder's are words in its files", tracker.name))
    known = tried("memory", lambda: load_known(tracker, setup.ring, setup.settings.labels.tracked), found, tracker.name)
    if known:
        found += [Finding("memory", Health.NOTE, one.what, one.where) for one in known.warnings]
        count = len(known.states)
        found.append(Finding("memory", Health.WELL, f"it is read; issues tracked: {count:,}", tracker.name))
    return found


def _of_premises(premises: Premises, where: str, wall: int) -> Iterator[Finding]:
    if premises.archived:
        mend = "unarchive it, or name another repository with --repo"
        yield Finding("repository", Health.FAULT, "it is archived, so nothing can be written", where, mend)
    elif not premises.issues:
        mend = "enable them under Settings > General > Features, or name another repository with --repo"
        yield Finding("repository", Health.FAULT, "issues are disabled", where, mend)
    else:
        yield Finding("repository", Health.WELL, "it is seen, and has issues", where)
    yield from _of_rights(premises, where)
    yield from clock_findings(premises.clock, where, wall)


def _of_rights(premises: Premises, where: str) -> Iterator[Finding]:
    if premises.refusal:
        yield fault_of("token", TrackerUnavailable(premises.refusal), where)
    elif premises.scopes is not None and not {"repo", "public_repo"} & {*premises.scopes} and not premises.tried:
        held = ", ".join(premises.scopes) or "none"
        mend = 'give it the scope "repo", or take a fine-grained token with the permission "issues: write"'
        yield Finding("token", Health.FAULT, f"the classic token's scopes ({held}) let it write no issue", where, mend)
    elif premises.tried:
        yield Finding("token", Health.WELL, "it may write issues and labels", where)
    elif premises.issues and not premises.archived:
        mend = "run `incidentbot labels`, which shows it"
        yield Finding("token", Health.NOTE, "without any label, whether it may write can't be told", where, mend)


def clock_findings(clock: int, where: str, wall: int) -> Iterator[Finding]:
    """How far this machine's clock is from a host's (nanoseconds; 0: it told none)."""
    if not clock:
        return
    skew = wall - clock
    if abs(skew) > MOST_SKEW:
        what = f"this machine's clock is {in_words(abs(skew))} {'ahead of' if skew > 0 else 'behind'} {where}'s host"
        yield Finding("clock", Health.FAULT, what, "this machine", "set it by NTP: windows and leases go by it")
    else:
        yield Finding("clock", Health.WELL, "it agrees with the host's", "this machine")


def _of_labels(host: LabelHost, where: str, setup: Setup) -> list[Finding]:
    found: list[Finding] = []
    there = tried("labels", host.labels, found, where)
    if there is None:
        return found
    missing = [one.label.name for one in steps_of(setup.settings.labels, there) if one.step is Step.CREATE]
    if missing:
        what = f"{len(missing)} labels are missing: {', '.join(missing)}"
        return [Finding("labels", Health.FAULT, what, where, f"run `incidentbot labels --repo {where}`")]
    return [Finding("labels", Health.WELL, "every role's label is there", where)]


def code_findings(code: CodeHost | None, wall: int) -> list[Finding]:
    """The tracked branch, its newest commits, their checks, and deployments."""
    if code is None:
        what = "where the code is isn't known: that a fix runs shows only by equal commits in deployments or labels"
        return [Finding("code", Health.NOTE, what, "the settings", "name a clone in the setting clone, or give --repo")]
    found: list[Finding] = []
    recent = tried("code", lambda: code.recent(wall - _RECENT), found, code.name)
    if recent is None:
        return found
    found.append(Finding("code", Health.WELL, f"the branch {code.branch} is read", code.name))
    if tried("deployments", lambda: code.deployments(wall - _RECENT), found, code.name) is not None:
        found.append(Finding("deployments", Health.WELL, "they are read", code.name))
    found += _of_checks(code, recent[0].sha) if recent else ()
    return found + [fault_of("code", TrackerUnavailable(one.what), one.where) for one in code.warnings]


def _of_checks(code: CodeHost, sha: str) -> list[Finding]:
    """Nothing but a report goes by them, so that they can't be read is no fault."""
    found: list[Finding] = []
    if tried("checks", lambda: code.checks(sha), found, code.name) is None:
        return [
            msgspec.structs.replace(one, health=Health.NOTE, what=f"for report stability: {one.what}") for one in found
        ]
    return [Finding("checks", Health.WELL, "they are read", code.name)]


def log_findings(sources: Iterable[Source]) -> Iterator[Finding]:
    """Whether each source gives an entry; of a project one entry is asked for."""
    for source in sources:
        try:
            first = next(iter(source.records()), None)
        except LogsUnavailable as error:
            yield fault_of("logs", error, source.name)
            continue
        if isinstance(first, Unreadable):
            yield fault_of("logs", LogsUnavailable(first.reason), source.name)
        elif first is None:
            what = "no entry is there in the time that was looked at"
            where = "widen it with --since, or check --service and --filter" if isinstance(source, Resumable) else ""
            yield Finding("logs", Health.NOTE, what, source.name, where)
        else:
            yield Finding("logs", Health.WELL, "an entry was read", source.name)
