"""GitHub's answers about code as values: commits, comparisons, deployments, checks, an issue's timeline. Pure.

Source of the fields: https://docs.github.com/en/rest/commits, /rest/deployments, /rest/checks, /rest/issues/timeline
"""

import base64
import binascii
from typing import Any

import msgspec

from bot.model.fix import Check, Commit, FileChange, Outcome
from bot.model.time import SECOND
from bot.trackers.github.replies import UserReply, nanos_or_zero
from bot.trackers.revisions import MOST_TEXT, parts_of, pull_of

_STATUS = {"added": "added", "copied": "added", "removed": "removed", "renamed": "renamed"}
_PASSED, _FAILED = {"success"}, {"failure", "error", "timed_out", "action_required", "startup_failure"}
_BOT_SUFFIX = "[bot]"


class RepositoryReply(msgspec.Struct, frozen=True):
    """A repository, as far as its code is concerned."""

    url: str
    default_branch: str


class ShaReply(msgspec.Struct, frozen=True):
    """A commit by its name alone."""

    sha: str
    url: str = ""


class BranchReply(msgspec.Struct, frozen=True):
    """A branch, and the commit it points to."""

    name: str
    commit: ShaReply

    @property
    def url(self) -> str:
        """The address of its newest commit: the branch's own answer names none at its top."""
        return self.commit.url


class SignatureReply(msgspec.Struct, frozen=True):
    """Who did something to a commit, and when."""

    name: str = ""
    date: str = ""


class MessageReply(msgspec.Struct, frozen=True):
    """What a commit itself holds."""

    message: str
    author: SignatureReply | None = None
    committer: SignatureReply | None = None


class FileReply(msgspec.Struct, frozen=True):
    """What a file underwent. A binary or large one comes without patch."""

    filename: str
    status: str
    additions: int = 0
    deletions: int = 0
    patch: str = ""
    previous_filename: str = ""


class CommitReply(msgspec.Struct, frozen=True):
    """A commit as listed, or alone with its files."""

    sha: str
    url: str
    commit: MessageReply
    author: Any = None
    parents: tuple[ShaReply, ...] = ()
    files: tuple[FileReply, ...] | None = None


class ComparisonReply(msgspec.Struct, frozen=True):
    """Two commits compared. `status` is what the second is to the first: identical, ahead, behind or diverged."""

    url: str
    status: str
    total_commits: int = 0
    commits: tuple[CommitReply, ...] = ()
    files: tuple[FileReply, ...] | None = None


class BaseReply(msgspec.Struct, frozen=True):
    """The branch a pull request is for."""

    ref: str


class PullReply(msgspec.Struct, frozen=True):
    """A pull request that brought a commit."""

    number: int
    url: str
    base: BaseReply
    body: str | None = None
    merged_at: str | None = None
    merge_commit_sha: str | None = None


class ContentReply(msgspec.Struct, frozen=True):
    """A file's text, in base64; a folder, link or submodule has none."""

    url: str
    type: str
    encoding: str = ""
    content: str = ""


class DeploymentReply(msgspec.Struct, frozen=True):
    """A deployment that was announced. `payload` is whatever its maker wrote: an object, a text, nothing."""

    id: int
    url: str
    sha: str
    environment: str
    created_at: str
    payload: Any = None

    @property
    def service(self) -> str:
        """The service that the payload names; "" where it names none."""
        named = self.payload.get("service") if isinstance(self.payload, dict) else ""
        return named if isinstance(named, str) else ""


class DeploymentStatusReply(msgspec.Struct, frozen=True):
    """How a deployment went on: queued, in_progress, success, inactive (another took its place), failure, error."""

    url: str
    state: str
    created_at: str


class OutputReply(msgspec.Struct, frozen=True):
    """What a check run says for people."""

    title: str | None = None


class CheckRunReply(msgspec.Struct, frozen=True):
    """One check run of a commit."""

    name: str
    url: str
    status: str
    conclusion: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    output: OutputReply | None = None


class StatusReply(msgspec.Struct, frozen=True):
    """One commit status."""

    context: str
    state: str
    description: str | None = None


class CombinedReply(msgspec.Struct, frozen=True):
    """The latest commit statuses, one for each context."""

    url: str
    statuses: tuple[StatusReply, ...] = ()


class SourceReply(msgspec.Struct, frozen=True):
    """What named an issue from elsewhere."""

    issue: Any = None


class LabelReply(msgspec.Struct, frozen=True):
    """The label of an event."""

    name: str = ""


class EventReply(msgspec.Struct, frozen=True):
    """An event of an issue's timeline. It names no address of the repository that all kinds share."""

    event: str = ""
    created_at: str | None = None
    actor: UserReply | None = None
    user: UserReply | None = None
    body: str | None = None
    source: SourceReply | None = None
    label: LabelReply | None = None

    @property
    def by_person(self) -> bool:
        """Whether an account of type User did it, whose name isn't that of an app."""
        who = self.user or self.actor
        return who is not None and who.type != "Bot" and not who.login.endswith(_BOT_SUFFIX)

    @property
    def shows_work(self) -> bool:
        """Whether it is a comment, a commit that names the issue, or a pull request that does."""
        if self.event == "cross-referenced":
            named = self.source.issue if self.source else None
            return isinstance(named, dict) and bool(named.get("pull_request"))
        return self.event in ("commented", "referenced")

    def sets(self, label: str) -> bool:
        """Whether it puts this label on the issue, or assigns somebody to it."""
        named = self.label.name if self.label else ""
        return self.event == "assigned" or (self.event == "labeled" and named.casefold() == label.casefold() != "")


def commit_of(reply: CommitReply) -> Commit:
    """The commit a reply shows. Its author is the account's login; where none is known, the name the commit holds."""
    title, body = parts_of(reply.commit.message.replace("\r\n", "\n"))
    login = reply.author.get("login") if isinstance(reply.author, dict) else ""
    written = reply.commit.author.name if reply.commit.author else ""
    return Commit(
        sha=reply.sha,
        title=title,
        body=body,
        author=str(login or written),
        at=nanos_or_zero(reply.commit.committer.date if reply.commit.committer else ""),
        parents=tuple(parent.sha for parent in reply.parents),
        files=tuple(sorted({path for file in reply.files or () for path in _paths(file)})),
        pull=pull_of(title),
    )


def _paths(file: FileReply) -> tuple[str, ...]:
    return (file.filename, file.previous_filename) if file.status == "renamed" else (file.filename,)


def change_of(reply: FileReply) -> FileChange:
    """The change a reply shows."""
    return FileChange(
        path=reply.filename,
        status=_STATUS.get(reply.status, "modified"),
        added=reply.additions,
        removed=reply.deletions,
        patch=reply.patch,
        before=reply.previous_filename if reply.status == "renamed" else "",
    )


def text_of(reply: ContentReply) -> str | None:
    """The text a reply carries; None where it carries none, or bytes."""
    if reply.type != "file" or reply.encoding != "base64":
        return None
    try:
        data = base64.b64decode(reply.content.replace("\n", ""), validate=True)
        return None if b"\0" in data or len(data) > MOST_TEXT else data.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None


def run_check(reply: CheckRunReply) -> Check:
    """The check that a check run is. What was cancelled, superseded or neutral proves nothing: it was skipped."""
    ended = reply.conclusion or ""
    outcome = _outcome(ended) if reply.status == "completed" else Outcome.PENDING
    title = (reply.output.title or "") if reply.output else ""
    seconds = (nanos_or_zero(reply.completed_at) - nanos_or_zero(reply.started_at)) / SECOND
    known = bool(reply.completed_at and reply.started_at)
    detail = title or ("" if outcome is Outcome.PASSED else ended or reply.status)
    return Check(reply.name, outcome, "check run", detail, max(0.0, seconds) if known else 0.0)


def status_check(reply: StatusReply) -> Check:
    """The check that a commit status is."""
    outcome = Outcome.PENDING if reply.state == "pending" else _outcome(reply.state)
    detail = reply.description or ("" if outcome is Outcome.PASSED else reply.state)
    return Check(reply.context, outcome, "commit status", detail)


def _outcome(word: str) -> Outcome:
    if word in _PASSED:
        return Outcome.PASSED
    return Outcome.FAILED if word in _FAILED else Outcome.SKIPPED
