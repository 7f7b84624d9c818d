"""What the house needs of a place that holds issues. A third tracker is written against this and the contract tests."""

from typing import Protocol

from bot.errors import TrackerUnavailable
from bot.model.issue import Comment, DraftComment, Issue, IssueChange, NewIssue
from bot.model.run import Warned


class UnclearOutcome(TrackerUnavailable):
    """A write that may have happened: its answer was lost or makes no sense. Reconcile by listing; never re-send it."""


class RateLimited(TrackerUnavailable):
    """The tracker asked for a pause and did nothing; `wait` is its length in seconds."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class Tracker(Protocol):
    """Issues, and one text of state beside them. Every method raises TrackerUnavailable where it can't do its work.

    A write is atomic: after a crash it has happened whole or not at all. No write is re-sent by the tracker itself.
    """

    name: str
    """Where it is, for people: a folder's path, or owner/name."""

    @property
    def requests(self) -> int:
        """Requests sent, or files read and written, since it was opened."""
        ...

    def list_issues(self) -> tuple[list[Issue], list[Warned]]:
        """Every issue of any status that may be the bot's, lowest number first, and what could not be read."""
        ...

    def comments(self, number: int) -> tuple[list[Comment], list[Warned]]:
        """The comments of an issue, oldest first, and what could not be read. They cost a request an issue."""
        ...

    def create(self, new: NewIssue) -> Issue:
        """File an issue under the next free number."""
        ...

    def change(self, number: int, change: IssueChange) -> Issue:
        """Change the named fields of an issue and no other."""
        ...

    def comment(self, number: int, comment: DraftComment) -> Comment:
        """Post a comment unless one with its key stands there already."""
        ...

    def read_state(self) -> str | None:
        """The state text that was last written; None where there never was one."""
        ...

    def write_state(self, state: str, page: str = "") -> None:
        """Replace the state text, and the Markdown page for people beside it; an empty page leaves what stands."""
        ...
