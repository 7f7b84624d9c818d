"""Issues in a GitHub repository behind the tracker's protocol."""

import contextlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import SettingsError, TrackerUnavailable
from bot.model.issue import Comment, DraftComment, Issue, IssueChange, IssueStatus, Label, NewIssue
from bot.model.run import Warned
from bot.trackers.github import marker
from bot.trackers.github.dashboard import Dashboard, is_dashboard
from bot.trackers.github.examining import examined
from bot.trackers.github.labels import Labels, demand
from bot.trackers.github.probing import Probe
from bot.trackers.github.refusals import Absent, Invalid
from bot.trackers.github.replies import CommentReply, IssueReply, comment_of, issue_of
from bot.trackers.interface import Premises

if TYPE_CHECKING:
    from bot.trackers.github.wire import Policy, Wire

API_URL = "https://api.github.com"
PAGE = 100

_REPO = re.compile(r"[A-Za-z0-9][\w-]*/[\w.-]+", re.ASCII)
_TOKEN = re.compile(r"[!-~]+")


def open_github(
    repo: str,
    token: str,
    api_url: str = API_URL,
    label: str = "incidentbot",
    authors: tuple[str, ...] = (),
    policy: "Policy | None" = None,
) -> "GitHubTracker":
    """A tracker on `owner/name` at GitHub, or at an Enterprise host by its `api_url`. Sends nothing yet.

    `authors` are logins that the bot goes by (GITHUB_TOKEN is "github-actions[bot]"); what they filed is listed even
    where the label was taken off. Raises SettingsError where a value can't be used, TrackerUnavailable without a token.
    """
    if not label or "," in label or len(label) > 50:
        raise SettingsError(
            f"{label[:60]!r} can't be a label to list by: take one of up to 50 characters, without comma."
        )
    return GitHubTracker(open_wire(repo, token, api_url, policy), label, authors)


def open_wire(repo: str, token: str, api_url: str, policy: "Policy | None" = None) -> "Wire":
    """Requests to `owner/name`, or an Enterprise host's by its `api_url`. Raises as `open_github` does."""
    if not _REPO.fullmatch(repo):
        raise SettingsError(f"{repo[:100]!r} is no repository: give GITHUB_REPOSITORY or --repo as owner/name.")
    if not _TOKEN.fullmatch(token.strip()):
        state = "holds a space or a line break" if token.strip() else "is empty"
        raise TrackerUnavailable(f"The token for {repo} {state}: set GITHUB_TOKEN to one that may write issues there.")
    from bot.trackers.github.wire import Policy, Wire

    return Wire(repo, token.strip(), _base(api_url), policy or Policy())


def _base(api_url: str) -> str:
    try:
        parts = urlsplit(api_url.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError("GITHUB_API_URL is no address: give one like https://api.github.com.")
    return api_url.strip().rstrip("/")


class GitHubTracker:
    """A repository's issues. A run costs the list pages, one request for the state, and one for each thing changed.

    List before reading the state: the listing shows which issue carries it.
    """

    def __init__(self, wire: "Wire", label: str, authors: Iterable[str] = ()) -> None:
        self.name = wire.repo
        self._wire = wire
        self._label = label
        self._authors = list(authors)
        self._labels = Labels(wire)
        self._dashboard = Dashboard(wire, self._labels, label)
        self._listed = False
        self._me: str | None = None

    @property
    def requests(self) -> int:
        """HTTP requests sent, each try counted."""
        return self._wire.requests

    @property
    def authors(self) -> tuple[str, ...]:
        """Logins the bot goes by: those configured, the dashboard's author, and whom GitHub named when it wrote."""
        return tuple(self._authors)

    def list_issues(self) -> tuple[list[Issue], list[Warned]]:
        """Every issue that carries the label, and open ones without it by a known author; lowest number first.

        Their comments aren't read. A closed issue whose label was taken off is nobody's business any more: to list it
        would double the requests of every run.
        """
        replies = {reply.number: reply for reply in self._pages({"labels": self._label})}
        self._learn(*(reply.author for reply in self._dashboards(replies.values())))
        warnings: list[Warned] = []
        for author in self.authors:
            try:
                mine = self._pages({"creator": author, "state": "open"})
                replies |= {reply.number: reply for reply in mine}
            except Invalid:
                warnings.append(Warned(self.name, f"GitHub knows no account {author}: take it off the bot's authors."))
        boards = self._dashboards(replies.values())
        warnings += self._dashboard.found(boards, self._known)
        self._listed = True
        hidden = {reply.number for reply in boards}
        kept = [reply for number, reply in sorted(replies.items()) if number not in hidden and self._incident(reply)]
        self._labels.seen(name for reply in replies.values() for name in reply.label_names)
        return [issue_of(reply) for reply in kept], warnings

    def read_issue(self, number: int) -> Issue | None:
        """An issue as it stands; None where it was deleted, transferred, converted, or is a pull request."""
        reply = self._reply(number)
        return issue_of(reply) if reply and reply.pull_request is None else None

    def newest(self) -> int:
        """The highest number that a list of everything shows: one request, and what is created now is above it."""
        return max((reply.number for reply in self._newest()), default=0)

    def unlisted(self, above: int) -> list[Issue]:
        """Issues above this number that a list doesn't show yet, read one by one; and a dashboard among them.

        One request for the newest hundred of all issues, one for each number missing there, and for the numbers above
        until several in a row are no issue. Without a dashboard, also who the token's account is, and what it filed.
        """
        found = {} if self._dashboard.known else self._mine()
        newest = {reply.number: reply for reply in self._newest()}
        lowest = min(newest, default=0) - 1 if len(newest) == PAGE else 0
        probe = Probe(max(above, lowest), frozenset(newest))
        while number := probe.next():
            reply = self._reply(number)
            probe.seen(reply is not None)
            if reply:
                newest[number] = reply
        found |= newest
        boards = self._dashboards(found.values())
        if boards and not self._dashboard.known:
            self._learn(*(reply.author for reply in boards))
            self._dashboard.found(boards, self._known)
        hidden = {reply.number for reply in boards}
        return [issue_of(one) for n, one in sorted(found.items()) if n not in hidden and self._ours(one)]

    def comments(self, number: int) -> tuple[list[Comment], list[Warned]]:
        """The comments of one issue, oldest first; GitHub gives them whole or not at all."""
        return [comment_of(reply) for reply in self._comment_replies(number)], []

    def create(self, new: NewIssue) -> Issue:
        """File an issue with one request, after missing labels. Raises UnclearOutcome where labels were dropped."""
        self._labels.ensure(new.labels)
        body: dict[str, Any] = {"title": new.title, "body": new.body, "labels": list(new.labels)}
        if new.assignees:
            body["assignees"] = list(new.assignees)
        reply = self._wire.write("POST", "/issues", body, IssueReply, "filing an issue")
        self._learn(reply.author)
        demand(reply, new.labels, self.name)
        return issue_of(reply)

    def change(self, number: int, change: IssueChange) -> Issue:
        """Change the named fields with one request. Raises UnclearOutcome where labels were dropped."""
        self._labels.ensure(change.labels or ())
        body = _fields(change)
        path = f"/issues/{number}"
        if not body:
            return issue_of(self._wire.get(path, IssueReply, "reading an issue", number))
        reply = self._wire.write("PATCH", path, body, IssueReply, "changing an issue", number)
        demand(reply, change.labels or (), self.name)
        return issue_of(reply)

    def comment(self, number: int, comment: DraftComment) -> Comment:
        """Post a comment, unless one by a trusted author carries its key: then that one is returned."""
        for reply in self._comment_replies(number):
            if self._trusts(reply) and marker.has_key(reply.body or "", comment.key):
                return comment_of(reply)
        body = {"body": marker.keyed(comment.body, comment.key)}
        posted = self._wire.write("POST", f"/issues/{number}/comments", body, CommentReply, "commenting", number)
        self._learn(posted.author)
        return comment_of(posted)

    def read_state(self) -> str | None:
        """The state text; None where there never was one. One request, after a listing."""
        self._list_once()
        return self._dashboard.read()

    def write_state(self, state: str, page: str = "") -> None:
        """Replace the state text, and the page beside it where one is given. Sends nothing where both stand already."""
        self._list_once()
        self._dashboard.write(state, page)
        self._learn(self._dashboard.author)

    def labels(self) -> list[Label]:
        """Every label of the repository."""
        return self._labels.all()

    def make_label(self, label: Label) -> None:
        """Make a label with one request; one of this name that is there stays as it is."""
        self._labels.make(label)

    def mend_label(self, name: str, label: Label) -> None:
        """Give the label of this name another colour and description, with one request."""
        self._labels.mend(name, label)

    def premises(self) -> Premises:
        """The repository as GitHub describes it, and whether the token may write there."""
        return examined(self._wire, self._label)

    @property
    def _known(self) -> frozenset[str]:
        return frozenset(login.casefold() for login in self._authors)

    def _pages(self, query: dict[str, str]) -> list[IssueReply]:
        return self._wire.pages("/issues", {"state": "all", "direction": "asc", **query}, IssueReply, "listing issues")

    def _comment_replies(self, number: int) -> list[CommentReply]:
        return self._wire.pages(f"/issues/{number}/comments", {}, CommentReply, "listing comments", number)

    def _dashboards(self, replies: Iterable[IssueReply]) -> list[IssueReply]:
        return [reply for reply in replies if is_dashboard(reply, self._label, self._known)]

    def _incident(self, reply: IssueReply) -> bool:
        """Whether it is no pull request, nor a dashboard that was retired."""
        return reply.pull_request is None and not (
            reply.title == marker.TITLE and reply.author.casefold() in self._known
        )

    def _ours(self, reply: IssueReply) -> bool:
        return self._incident(reply) and (reply.labelled(self._label) or reply.author.casefold() in self._known)

    def _mine(self) -> dict[int, IssueReply]:
        """What the token's own account filed; asked for where no dashboard tells who the bot is."""
        if self._me is None:
            self._me = self._wire.login()
        if not self._me:
            return {}
        self._learn(self._me)
        with contextlib.suppress(Invalid):
            return {reply.number: reply for reply in self._pages({"creator": self._me})}
        return {}

    def _newest(self) -> list[IssueReply]:
        query = {"state": "all", "sort": "created", "direction": "desc", "per_page": str(PAGE)}
        return self._wire.page("/issues", query, IssueReply, "listing the newest issues")

    def _reply(self, number: int) -> IssueReply | None:
        try:
            return self._wire.get(f"/issues/{number}", IssueReply, "reading an issue", number)
        except Absent:
            return None

    def _trusts(self, reply: CommentReply) -> bool:
        return reply.author.casefold() in self._known or reply.by_insider

    def _learn(self, *logins: str) -> None:
        known = self._known | {"", "ghost"}
        self._authors += [login for login in dict.fromkeys(logins) if login.casefold() not in known]

    def _list_once(self) -> None:
        if not self._listed:
            self.list_issues()


def _fields(change: IssueChange) -> dict[str, Any]:
    """What a PATCH says for a change."""
    body: dict[str, Any] = {"title": change.title, "body": change.body}
    body["labels"] = None if change.labels is None else list(change.labels)
    body["state"] = None if change.status is None else change.status.value
    if change.status is not IssueStatus.OPEN:
        body["state_reason"] = change.close_reason or None
    return {name: value for name, value in body.items() if value is not None}
