"""What the house needs of a place that holds code: commits, deployments and checks."""

from typing import Protocol

from bot.errors import TrackerUnavailable
from bot.model.fix import Check, Commit, FileChange
from bot.model.run import Warned
from bot.model.window import Deployment

__all__ = ["CodeHost", "TrackerUnavailable"]


class CodeHost(Protocol):
    """A repository's history, read only. Every method raises TrackerUnavailable where it can't do its work.

    A commit may be named by an abbreviation of at least 7 digits wherever one is asked for.
    """

    name: str
    """Where it is, for people: a folder's path, or owner/name."""

    branch: str
    """The tracked branch; "" until it was asked for, where the host decides."""

    @property
    def requests(self) -> int:
        """Requests sent, or processes started, since it was opened."""
        ...

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What could not be read so far, and what to do: a history that is cut off, a missing permission."""
        ...

    def recent(self, since: int) -> tuple[Commit, ...]:
        """Commits that came onto the tracked branch at or after a time (nanoseconds), newest first, without files.

        Where a commit came by a pull request, its number is given, and of the newest 20 such the text. Each says when
        it landed, as far as the commits themselves connect it with the branch. At most 1,000.
        """
        ...

    def commit(self, sha: str) -> Commit | None:
        """A commit with its files; None where the repository has none of this name."""
        ...

    def contains(self, descendant: str, ancestor: str) -> bool | None:
        """True if `ancestor` is `descendant` or came before it; None where either isn't known."""
        ...

    def on_branch(self, sha: str) -> bool | None:
        """True if the commit is part of the tracked branch; None where it isn't known."""
        ...

    def between(self, base: str, head: str) -> tuple[Commit, ...]:
        """Commits that `head` has and `base` hasn't, newest first; empty where either isn't known.

        At most 250, of which the newest 50 have their files at least.
        """
        ...

    def changes(self, base: str, head: str) -> tuple[FileChange, ...]:
        """What the files underwent from where two commits' histories parted until `head`, by path; at most 300."""
        ...

    def file(self, path: str, sha: str) -> str | None:
        """A text file as a commit has it; None where it has none, or none that is text of at most 1 MB."""
        ...

    def deployments(self, since: int) -> tuple[Deployment, ...]:
        """Deployments that were told to the host and succeeded since a time (nanoseconds), oldest first; the newest 30.

        `environment` is as the host names it, `service` "" where the host's deployments name none, `revision` "".
        """
        ...

    def checks(self, sha: str) -> tuple[Check, ...]:
        """The latest check runs and statuses of a commit, by name."""
        ...

    def activity(self, number: int, label: str = "") -> int:
        """When people last showed work on an issue: a comment, a commit or pull request that names it (0: never).

        To be assigned to it, and to set the `label` of work, shows as much.
        """
        ...
