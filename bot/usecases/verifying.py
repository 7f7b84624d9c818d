"""`verify` and `explain N`: every issue moved as far as the evidence carries it, and why the others stay."""

import msgspec

from bot.errors import UsageError
from bot.lifecycle import Case, Facts, step_of
from bot.logs import Reading
from bot.model.fix import Live, Proof
from bot.model.issue import Issue, IssueStatus
from bot.model.run import ReadReport, RunResult
from bot.model.state import IssueState, Phase
from bot.model.time import MINUTE, in_words, iso
from bot.model.window import Window
from bot.usecases.codebase import Codebase
from bot.usecases.drafting import wishes_of
from bot.usecases.errand import Errand
from bot.usecases.filing import file_reading, file_window, known_of
from bot.usecases.gathering import Gathering
from bot.usecases.known import Known
from bot.usecases.looking import Tracked, issue_about, issue_in
from bot.usecases.resolving import newest

_NOTHING_READ = ReadReport((), 0, 0, 0, ())


class Standing(msgspec.Struct, frozen=True):
    """Where an issue stands and, a line each, why it stands there and what would move it."""

    issue: Issue
    state: IssueState
    facts: Facts
    proof: Proof | None
    lines: tuple[str, ...]


def verify_issues(errand: Errand, reading: Reading | None = None, only: int = 0) -> RunResult:
    """Move every tracked issue, or `only` one, as far as evidence allows; nothing new is filed.

    Without a reading, by what is remembered of earlier ones. Raises what `file_incidents` raises, UsageError where
    `only` is no issue of the bot's.
    """
    errand = msgspec.structs.replace(errand, new=False, only=only)
    if reading is not None:
        return file_reading(reading, errand)
    known = known_of(errand)
    if only and issue_in(known, errand.tracker.name, only).state is None:
        raise UsageError(f"#{only} has no marker of incidentbot's: nothing is known of it.")
    at = newest(known)
    return file_window(Window(at, at, 0, {}), _NOTHING_READ, (), known, errand)


def standing_of(errand: Errand, what: int | str) -> tuple[Tracked, Standing | None]:
    """An issue, by its number or a fingerprint that it is about, and where it stands by what is remembered.

    None where the issue has no state of the bot's. Raises UsageError where the tracker has no such issue,
    TrackerUnavailable.
    """
    known, where = known_of(errand), errand.tracker.name
    number = what if isinstance(what, int) else issue_about(known, where, what)
    found = issue_in(known, where, number)
    return found, standings(known, errand, (number,))[0] if found.state else None


def standings(known: Known, errand: Errand, numbers: tuple[int, ...]) -> tuple[Standing, ...]:
    """Where these issues stand."""
    at = newest(known)
    since = min((known.states[number].incident.first for number in numbers), default=at)
    window = Window(at, at, 0, {})
    gathering = Gathering(window, known, errand.setup, Codebase(errand.setup.code, since), at, errand.wall)
    return tuple(_standing(number, known, errand, gathering) for number in numbers)


def _standing(number: int, known: Known, errand: Errand, gathering: Gathering) -> Standing:
    state, issue = known.states[number], known.issues[number]
    gathered = gathering.of(number, None, state.incident)
    wanted = wishes_of(number, known, errand.setup)
    case = Case(state, issue, None, wanted, gathered.facts, errand.setup.settings.unmute_factor)
    lines = [_headline(state, issue), *_why(state, issue, gathered.facts, gathered.proof)]
    rule = step_of(case)
    if rule.case:
        lines.append(f"The next run moves it: {rule.case}; it becomes {rule.becomes}.")
    return Standing(issue, state, gathered.facts, gathered.proof, tuple(lines))


def _headline(state: IssueState, issue: Issue) -> str:
    step = state.transitions[-1]
    why = f": {step.because}" if step.because != step.to else ""
    return f"#{issue.number} is {issue.status}, {state.phase} since {iso(step.at)}{why}"


def _why(state: IssueState, issue: Issue, facts: Facts, proof: Proof | None) -> list[str]:
    if state.phase is Phase.MERGED:
        return [f"It is merged into #{state.merged_into}."]
    if state.phase is Phase.MUTED:
        until = f" until {iso(state.mute.until)}" if state.mute and state.mute.until else ""
        return [f"It is muted{until}: nothing is said of it short of an escalation."]
    if issue.status is IssueStatus.CLOSED:
        return [facts.excused] if facts.excused else []
    lines = [f"Fix {' '.join(filter(None, (fix.sha[:9], fix.title)))}: {fix.standing}." for fix in facts.fixes]
    if not facts.fixes and not state.resolution:
        lines.append(
            f"No fix is linked: a commit that says Fixes #{issue.number} does that,"
            f" or incidentbot resolve {issue.number} --commit SHA."
        )
    lines += [_where(one) for one in facts.live]
    if facts.blind:
        lines.append(facts.blind)
    lines += _proof(state, proof)
    if facts.idle:
        lines.append(facts.idle)
    return lines


def _where(one: Live) -> str:
    return f"{one.service} in {one.environment}: {one.liveness}. {one.because}".strip()


def _proof(state: IssueState, proof: Proof | None) -> list[str]:
    if proof is None:
        return []
    lines = [proof.why]
    if proof.needed > 0:
        lines.append(f"At the present rate that takes {in_words(proof.needed * MINUTE)} more of work without it.")
    if state.phase is Phase.AWAITING:
        lines.append("It counts from when the fix runs wherever it failed.")
    return lines
