"""What filing needs of a tracker: its three writes."""

from typing import Protocol

from bot.model.issue import Comment, DraftComment, Issue, IssueChange, NewIssue


class Writes(Protocol):
    """Each method does one thing whole or raises an IncidentbotError."""

    def create(self, new: NewIssue) -> Issue:
        """File an issue."""
        ...

    def change(self, number: int, change: IssueChange) -> Issue:
        """Change the named fields of an issue and no other."""
        ...

    def comment(self, number: int, comment: DraftComment) -> Comment:
        """Post a comment unless one with its key stands there already."""
        ...
