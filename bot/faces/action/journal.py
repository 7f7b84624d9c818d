"""What a run wrote so far, kept apart from its result: a run that is stopped or fails can still say what is done."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from bot.errors import IncidentbotError
from bot.faces.action.brake import Brake
from bot.model.issue import ActionKind, Comment, DraftComment, Issue, IssueChange, IssueStatus, NewIssue
from bot.model.run import Warned
from bot.trackers.interface import Tracker, UnclearOutcome

T = TypeVar("T")


class Write(msgspec.Struct, frozen=True):
    """One write to the tracker. `kind` is None for the bot's own state; `number` is 0 until a creation is confirmed."""

    kind: ActionKind | None
    number: int = 0
    title: str = ""


class Journal:
    """Confirmed writes in order; `unclear` is one that was sent and never confirmed."""

    def __init__(self) -> None:
        self.done: list[Write] = []
        self.unclear: Write | None = None


class Journalled:
    """A tracker whose writes are noted, and of which none begins after the brake is pulled."""

    def __init__(self, tracker: Tracker, journal: Journal, brake: Brake) -> None:
        self.name = tracker.name
        self._tracker = tracker
        self._journal = journal
        self._brake = brake
        self._titles: dict[int, str] = {}

    @property
    def requests(self) -> int:
        """Requests sent."""
        return self._tracker.requests

    def list_issues(self) -> tuple[list[Issue], list[Warned]]:
        """As the tracker does."""
        listed, warnings = self._tracker.list_issues()
        self._titles = {issue.number: issue.title for issue in listed}
        return listed, warnings

    @property
    def authors(self) -> tuple[str, ...]:
        """As the tracker does."""
        return self._tracker.authors

    def read_issue(self, number: int) -> Issue | None:
        """As the tracker does."""
        return self._tracker.read_issue(number)

    def newest(self) -> int:
        """As the tracker does."""
        return self._tracker.newest()

    def unlisted(self, above: int) -> list[Issue]:
        """As the tracker does."""
        return self._tracker.unlisted(above)

    def create(self, new: NewIssue) -> Issue:
        """As the tracker does; noted with its number."""
        return self._sent(
            Write(ActionKind.CREATE, 0, new.title),
            lambda: self._tracker.create(new),
            lambda issue: Write(ActionKind.CREATE, issue.number, new.title),
        )

    def change(self, number: int, change: IssueChange) -> Issue:
        """As the tracker does; noted as a closing, a reopening or an update."""
        kinds = {IssueStatus.OPEN: ActionKind.REOPEN, IssueStatus.CLOSED: ActionKind.CLOSE, None: ActionKind.UPDATE}
        write = Write(kinds[change.status], number, change.title or self._titles.get(number, ""))
        return self._sent(write, lambda: self._tracker.change(number, change))

    def comment(self, number: int, comment: DraftComment) -> Comment:
        """As the tracker does."""
        write = Write(ActionKind.COMMENT, number, self._titles.get(number, ""))
        return self._sent(write, lambda: self._tracker.comment(number, comment))

    def comments(self, number: int) -> tuple[list[Comment], list[Warned]]:
        """As the tracker does."""
        return self._tracker.comments(number)

    def read_state(self) -> str | None:
        """As the tracker does."""
        return self._tracker.read_state()

    def write_state(self, state: str, page: str = "") -> None:
        """As the tracker does."""
        self._sent(Write(None), lambda: self._tracker.write_state(state, page))

    def _sent(self, write: Write, send: Callable[[], T], confirmed: Callable[[T], Write] | None = None) -> T:
        with self._brake.hold():
            before, self._journal.unclear = self._journal.unclear, write
            try:
                answer = send()
            except UnclearOutcome:
                raise
            except IncidentbotError:
                self._journal.unclear = before
                raise
            self._journal.done.append(confirmed(answer) if confirmed else write)
            self._journal.unclear = before
        return answer
