"""The desk over the use cases: the tracker is opened anew for each command, so that it is seen as it stands."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from bot.errors import PartlyDone
from bot.faces.slack.commands import Explain, File, Merge, Mute, Resolve, Status, Verify
from bot.faces.slack.desk import Answer, Line
from bot.lifecycle.decisions import Order
from bot.model.issue import ActionKind, DraftComment, IssueStatus
from bot.model.run import RunResult
from bot.model.state import IssueState, Phase
from bot.model.time import iso
from bot.text.markdown import prose
from bot.text.untrusted import Untrusted

if TYPE_CHECKING:
    from bot.logs import Reading
    from bot.trackers.interface import Tracker
    from bot.usecases.deciding import Decided
    from bot.usecases.errand import Errand
    from bot.usecases.looking import Tracked
    from bot.usecases.setup import Setup

MOST_LINES = 40
"""Lines of one answer; the last says how many more there are."""

_DONE = {
    ActionKind.CREATE: "filed",
    ActionKind.UPDATE: "updated",
    ActionKind.REOPEN: "reopened",
    ActionKind.CLOSE: "closed",
}


class Office:
    """A Desk. `link` gives the address of an issue by its number, "" where there is none.

    `reading` gives the logs that a `file` is about, `wall` the wall clock (nanoseconds).
    """

    def __init__(
        self,
        setup: "Setup",
        tracker: "Callable[[], Tracker]",
        reading: "Callable[[File], Reading]",
        link: Callable[[int], str],
        wall: Callable[[], int],
    ) -> None:
        self._setup, self._tracker, self._reading, self._link, self._wall = setup, tracker, reading, link, wall

    def file(self, command: File, order: Order) -> Answer:
        """Read the logs, and make the issues true of them; a new issue records who asked."""
        from bot.faces.telling import telling
        from bot.usecases.filing import file_incidents

        tracker, wall = self._tracker(), self._wall()
        run = partial(file_incidents, self._reading(command), tracker, self._setup, wall, asked=order)
        try:
            result = telling(run, tracker, self._setup, wall)
        except PartlyDone as part:
            if not isinstance(part.result, RunResult):
                raise
            return self._filed(part.result, f"Only partly done: {part}")
        return self._filed(result)

    def status(self, command: Status) -> Answer:
        """What is open, worst first, or the last steps of one issue."""
        from bot.usecases.looking import story, tracked

        if command.number:
            one = self._one(command.number)
            if one.state is None:
                return Answer(f"#{command.number} is {one.issue.status}; it is no incident of incidentbot's.")
            lines = [self._headline(one), *(Line(told) for told in story(one.state)[-5:])]
            return Answer(f"#{command.number} is {_standing(one)}.", tuple(lines))
        found, warnings = tracked(self._tracker(), self._setup)
        standing = sorted((one for one in found if one.state and _is_open(one)), key=_worst)
        said = (
            f"{len(standing):,} incident{'' if len(standing) == 1 else 's'} open." if standing else "Nothing is open."
        )
        told = [f"{warned.where}: {warned.what}" for warned in warnings]
        return Answer(said, _bounded([*(self._headline(one) for one in standing), *map(Line, told)]))

    def mute(self, command: Mute, order: Order) -> Answer:
        """Say nothing more of an issue."""
        from bot.usecases.deciding import mute_issue, sit_down

        desk = sit_down(self._tracker(), self._setup, order)
        return self._decided(mute_issue(desk, command.number, command.until), command.number)

    def merge(self, command: Merge, order: Order) -> Answer:
        """Make one issue part of another."""
        from bot.usecases.deciding import merge_issues, sit_down

        desk = sit_down(self._tracker(), self._setup, order)
        return self._decided(merge_issues(desk, command.into, command.other), command.into)

    def resolve(self, command: Resolve, order: Order) -> Answer:
        """Link commits to an issue as its fix."""
        from bot.usecases.deciding import sit_down
        from bot.usecases.resolving import resolve_issue

        desk = sit_down(self._tracker(), self._setup, order)
        return self._decided(resolve_issue(desk, command.number, command.shas), command.number)

    def verify(self, command: Verify, order: Order) -> Answer:
        """Move an issue as far as what is remembered of the logs carries it, and say why it stands there.

        Where it moves, a comment says who asked.
        """
        from bot.faces.telling import telling
        from bot.usecases.verifying import verify_issues

        errand = self._errand()
        run = partial(verify_issues, errand, only=command.number)
        result = telling(run, errand.tracker, self._setup, errand.wall)
        if any(action.kind is ActionKind.COMMENT and action.number == command.number for action in result.actions):
            asked = f"{prose(Untrusted(order.by))} asked for this issue to be verified"
            self._tracker().comment(command.number, DraftComment(f"asked-{order.at}", asked))
        standing = self._stands(command.number)
        return msgspec.structs.replace(standing, lines=_bounded([*self._filed(result).lines, *standing.lines]))

    def explain(self, command: Explain) -> Answer:
        """Why an issue was filed, and why it stands where it does."""
        return self._stands(command.number, _grounds)

    def _stands(self, number: int, more: Callable[[IssueState], Iterable[str]] = lambda _: ()) -> Answer:
        """Where an issue stands and why, with `more` of its state."""
        from bot.usecases.verifying import standing_of

        _, standing = standing_of(self._errand(), number)
        if standing is None:
            return Answer(f"#{number} has no marker of incidentbot's: nothing is known of it.")
        said, *why = standing.lines
        lines = [Line(standing.issue.title, self._link(number)), *map(Line, (*why, *more(standing.state)))]
        return Answer(said, _bounded(lines))

    def _errand(self) -> "Errand":
        from bot.usecases.errand import Errand

        return Errand(self._tracker(), self._setup, self._wall())

    def _one(self, number: int) -> "Tracked":
        from bot.usecases.looking import explain_issue

        return explain_issue(self._tracker(), self._setup, number)

    def _headline(self, one: "Tracked") -> Line:
        state, issue = one.state, one.issue
        last = f", last seen {iso(state.incident.last)}" if state else ""
        phase = f" ({state.phase}{last})" if state else ""
        return Line(f"#{issue.number} {issue.title}{phase}", self._link(issue.number))

    def _filed(self, result: RunResult, said: str = "") -> Answer:
        done = [action for action in result.actions if action.kind in _DONE]
        lines = [
            Line(f"{_DONE[action.kind]} {_number(action.number)}{action.title}", self._link(action.number))
            for action in done
        ]
        lines += [Line(f"held back: {action.title} ({action.because})") for action in result.held_back]
        lines += [Line(f"{warned.where}: {warned.what}") for warned in result.warnings]
        window = result.window
        read = f"{window.entries:,} entries from {iso(window.start)} to {iso(window.end)}"
        what = "" if done else ": nothing to change"
        return Answer(said or f"Read {read}{what}.", _bounded(lines), failed=bool(said))

    def _decided(self, result: "Decided", number: int) -> Answer:
        lines = [Line(f"#{number}", self._link(number))] if self._link(number) else []
        lines += [Line(f"{warned.where}: {warned.what}") for warned in result.warnings]
        return Answer(result.said, _bounded(lines))


def _bounded(lines: Iterable[Line]) -> tuple[Line, ...]:
    every = tuple(lines)
    if len(every) <= MOST_LINES:
        return every
    return (*every[: MOST_LINES - 1], Line(f"and {len(every) - MOST_LINES + 1:,} more"))


def _is_open(one: "Tracked") -> bool:
    return one.issue.status is IssueStatus.OPEN


def _worst(one: "Tracked") -> tuple[str, int]:
    return (one.state.incident.priority.value if one.state else "", one.issue.number)


def _standing(one: "Tracked") -> str:
    state = one.state
    if state is None:
        return one.issue.status.value
    if state.phase is Phase.MUTED and state.mute and state.mute.until:
        return f"{one.issue.status}, muted until {iso(state.mute.until)}"
    into = f" into #{state.merged_into}" if state.phase is Phase.MERGED else ""
    return f"{one.issue.status}, {state.phase}{into}"


def _grounds(state: IssueState) -> list[str]:
    """What makes it what it is: the policies that hold, the root, what follows from it, what people decided."""
    incident = state.incident
    told = [f"{policy.priority} by {policy.name}: {policy.because}" for policy in incident.policies]
    told.append(f"root: {incident.root.title} ({incident.root.count:,} entries)")
    told += [f"symptom: {one.title} ({one.count:,} entries)" for one in incident.symptoms]
    told += [f"{one.by} {one.what} at {iso(one.at)}" for one in state.decisions]
    return told


def _number(number: int) -> str:
    return f"#{number} " if number else ""
