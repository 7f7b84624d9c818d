"""Issues as a tracker shows them, what we want them to be, and the actions between the two."""

import enum

import msgspec

from bot.model.incident import Priority


class IssueStatus(enum.StrEnum):
    """Open or closed, as GitHub has it."""

    OPEN = "open"
    CLOSED = "closed"


class Comment(msgspec.Struct, frozen=True):
    """One comment, as listed."""

    id: int
    author: str
    body: str


class Issue(msgspec.Struct, frozen=True):
    """An issue as a tracker lists it. `close_reason` is "completed", "not_planned", "duplicate" or "".

    `closed` is when it was closed (nanoseconds; 0: it is open, or the tracker doesn't tell).
    """

    number: int
    title: str
    body: str
    status: IssueStatus = IssueStatus.OPEN
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    author: str = ""
    close_reason: str = ""
    locked: bool = False
    url: str = ""
    closed: int = 0


class NewIssue(msgspec.Struct, frozen=True):
    """What a tracker needs to create an issue."""

    title: str
    body: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()


class IssueChange(msgspec.Struct, frozen=True):
    """What is to change; None leaves a field as it is."""

    title: str | None = None
    body: str | None = None
    labels: tuple[str, ...] | None = None
    status: IssueStatus | None = None
    close_reason: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields that change."""
        return tuple(name for name in self.__struct_fields__ if getattr(self, name) is not None)


class DraftComment(msgspec.Struct, frozen=True):
    """A comment to be posted once: `key` makes it idempotent. `about` says in a word what it tells."""

    key: str
    body: str
    about: str = ""


class Label(msgspec.Struct, frozen=True):
    """A label of a repository: its colour as six hexadecimal digits, and in at most 100 characters what it means."""

    name: str
    colour: str = ""
    description: str = ""


class Draft(msgspec.Struct, frozen=True):
    """What one issue should be. `number` is 0 for a new one. `body` and `labels` are whole, people's words included.

    `key` names the incident the same way in every run, `because` is the reason, should anything be done. `close_reason`
    is why it closes, where it does ("": completed). `assignees` count for a new issue alone.
    """

    key: str
    number: int
    title: str
    body: str
    labels: tuple[str, ...]
    because: str
    priority: Priority
    status: IssueStatus = IssueStatus.OPEN
    comments: tuple[DraftComment, ...] = ()
    close_reason: str = ""
    assignees: tuple[str, ...] = ()


class ActionKind(enum.StrEnum):
    """What the bot does to a tracker."""

    CREATE = "create"
    UPDATE = "update"
    REOPEN = "reopen"
    CLOSE = "close"
    COMMENT = "comment"
    HOLD = "hold"
    NONE = "none"


class Action(msgspec.Struct, frozen=True):
    """One step, with its reason. `number` is 0 until a creation is confirmed."""

    kind: ActionKind
    key: str
    number: int
    title: str
    because: str
    new: NewIssue | None = None
    change: IssueChange | None = None
    comment: DraftComment | None = None
