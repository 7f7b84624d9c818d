"""What the house needs of a place that holds issues. A third tracker is written against this and the contract tests."""

from typing import Protocol, runtime_checkable

import msgspec

from bot.errors import Damaged, RateLimited, Refused, TrackerUnavailable, UnclearOutcome
from bot.model.issue import Comment, DraftComment, Issue, IssueChange, Label, NewIssue
from bot.model.run import Warned

__all__ = [
    "Damaged",
    "Hosted",
    "LabelHost",
    "Premises",
    "RateLimited",
    "Refused",
    "Tracker",
    "TrackerUnavailable",
    "UnclearOutcome",
]


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

    @property
    def authors(self) -> tuple[str, ...]:
        """Accounts the bot goes by here, as far as is known; what others wrote is not the bot's."""
        ...

    def list_issues(self) -> tuple[list[Issue], list[Warned]]:
        """Every issue with the bot's label, of any status, lowest number first, and what could not be read.

        Others may be among them, above all open ones of the bot's that lost the label.
        """
        ...

    def read_issue(self, number: int) -> Issue | None:
        """An issue as it stands now, whatever a list says; None where it is gone, or lives elsewhere.

        Raises Damaged where it is there, but can't be read.
        """
        ...

    def newest(self) -> int:
        """A number that every issue created from now on will be above."""
        ...

    def unlisted(self, above: int) -> list[Issue]:
        """Issues above this number that `list_issues` may not show yet; none where a list is never behind.

        Costs requests. Finds a state, too, that a list doesn't show yet: read it afterwards.
        """
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


@runtime_checkable
class LabelHost(Protocol):
    """A tracker whose labels are things of their own, with a colour and a description; a folder's are mere words."""

    def labels(self) -> list[Label]:
        """Every label there is."""
        ...

    def make_label(self, label: Label) -> None:
        """Make a label; one of this name that was made meanwhile stays as it is."""
        ...

    def mend_label(self, name: str, label: Label) -> None:
        """Give the label of this name the colour and the description of `label`; issues keep it."""
        ...


class Premises(msgspec.Struct, frozen=True):
    """Where issues are kept, as its host describes it, and what the host lets us do there.

    `clock` is the host's, in nanoseconds (0: not told). `scopes` are those of a classic token; None: a token of another
    kind. `refusal` says why nothing may be written there ("": it may); `tried` is False where that isn't known.
    """

    archived: bool = False
    issues: bool = True
    clock: int = 0
    scopes: tuple[str, ...] | None = None
    refusal: str = ""
    tried: bool = False


@runtime_checkable
class Hosted(Protocol):
    """A tracker at a host that gives rights."""

    def premises(self) -> Premises:
        """What the host says; nothing is changed by asking. Raises TrackerUnavailable."""
        ...
