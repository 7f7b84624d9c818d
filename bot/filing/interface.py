"""What filing needs of a tracker and of its caller's memory, and what it tells of a run."""

from typing import Protocol

import msgspec

from bot.model.issue import Action, Comment, DraftComment, Issue, IssueChange, NewIssue
from bot.model.state import RepoState


class Writes(Protocol):
    """Each method does one thing whole or raises an IncidentbotError: UnclearOutcome where it may have been done."""

    def create(self, new: NewIssue) -> Issue:
        """File an issue."""
        ...

    def change(self, number: int, change: IssueChange) -> Issue:
        """Change the named fields of an issue and no other."""
        ...

    def comment(self, number: int, comment: DraftComment) -> Comment:
        """Post a comment unless one with its key stands there already."""
        ...

    def read_issue(self, number: int) -> Issue | None:
        """An issue as it stands now; None where it is gone."""
        ...

    def newest(self) -> int:
        """A number that every issue created from now on will be above."""
        ...


class Left(msgspec.Struct, frozen=True):
    """An action that is not confirmed, and why. `unclear`: it may have been done all the same."""

    action: Action
    because: str
    unclear: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What became of the actions: `done` are confirmed, with the numbers of what was created.

    `state` is the state before the run with what filing itself keeps in it: the intents that still stand, and the times
    of creations.
    """

    done: tuple[Action, ...]
    left: tuple[Left, ...]
    state: RepoState


class Memory(Protocol):
    """How a run remembers. Each method raises an IncidentbotError where the state can't be stored or asked."""

    def intend(self, state: RepoState) -> None:
        """Store this state; nothing is created before it stands."""
        ...

    def find(self, action: Action) -> int:
        """The number of the issue that a creation of unknown outcome made after all; 0 where there is none."""
        ...

    def conclude(self, outcome: Outcome) -> None:
        """Store what is to be remembered of the run."""
        ...
