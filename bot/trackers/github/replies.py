"""GitHub's answers as values. What doesn't fit raises msgspec.ValidationError: half an answer is none.

Source of the fields: https://docs.github.com/en/rest/issues
"""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from bot.model.issue import Comment, Issue, IssueStatus
from bot.model.time import nanos_of
from bot.trackers.github.marker import without_key

_INSIDERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class UserReply(msgspec.Struct, frozen=True):
    """Who wrote something; `type` is "User" or "Bot"."""

    login: str
    type: str = "User"


class LabelReply(msgspec.Struct, frozen=True):
    """A label of a repository or an issue."""

    name: str | None = None
    url: str = ""
    color: str | None = None
    description: str | None = None


class IssueReply(msgspec.Struct, frozen=True):
    """An issue as listed, created or changed. A pull request is one with `pull_request`."""

    number: int
    url: str
    title: str
    state: str
    body: str | None = None
    state_reason: str | None = None
    html_url: str = ""
    locked: bool = False
    labels: tuple[LabelReply | str, ...] = ()
    assignees: tuple[UserReply, ...] | None = None
    user: UserReply | None = None
    author_association: str = ""
    pull_request: Any = None
    closed_at: str | None = None

    @property
    def author(self) -> str:
        """The author's login; "ghost" for an account that is gone, as GitHub shows it."""
        return self.user.login if self.user else "ghost"

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the labels, as GitHub spells them."""
        names = (label if isinstance(label, str) else label.name for label in self.labels)
        return tuple(name for name in names if name)

    @property
    def by_insider(self) -> bool:
        """Whether a member of the project or an app it installed wrote it."""
        return self.author_association in _INSIDERS or (self.user is not None and self.user.type == "Bot")

    def labelled(self, label: str) -> bool:
        """Whether it carries this label; GitHub's label names compare case-insensitively."""
        return label.casefold() in {name.casefold() for name in self.label_names}


class CommentReply(msgspec.Struct, frozen=True):
    """A comment as listed or posted."""

    id: int
    url: str
    body: str | None = None
    user: UserReply | None = None
    author_association: str = ""

    @property
    def author(self) -> str:
        """The author's login; "ghost" for an account that is gone."""
        return self.user.login if self.user else "ghost"

    @property
    def by_insider(self) -> bool:
        """Whether a member of the project wrote it."""
        return self.author_association in _INSIDERS


def issue_of(reply: IssueReply) -> Issue:
    """The issue a reply shows, without its comments: a listing doesn't carry them."""
    closed = reply.state == "closed"
    return Issue(
        number=reply.number,
        title=reply.title,
        body=(reply.body or "").replace("\r\n", "\n"),
        status=IssueStatus.CLOSED if closed else IssueStatus.OPEN,
        labels=reply.label_names,
        assignees=tuple(user.login for user in reply.assignees or ()),
        author=reply.author,
        close_reason=(reply.state_reason or "") if closed else "",
        locked=reply.locked,
        url=reply.html_url,
        closed=nanos_or_zero(reply.closed_at) if closed else 0,
    )


def nanos_or_zero(text: str | None) -> int:
    """Nanoseconds of a time; 0 where none is told, or one that can't be read."""
    try:
        return nanos_of(text or "")
    except ValueError:
        return 0


def comment_of(reply: CommentReply) -> Comment:
    """The comment a reply shows, without the hidden line that holds its key."""
    return Comment(reply.id, reply.author, without_key((reply.body or "").replace("\r\n", "\n")))


def repository_of(url: str) -> str:
    """`owner/name` within an API url such as `https://host/repos/owner/name/issues/5`; "" where there is none."""
    owner_and_name = urlsplit(url).path.partition("/repos/")[2].split("/")[:2]
    return "/".join(owner_and_name) if len(owner_and_name) == 2 else ""


def issue_number_of(url: str) -> int:
    """The issue's number within an API url; 0 where it has none."""
    found = re.search(r"/issues/(\d{1,18})(?:/|$)", urlsplit(url).path)
    return int(found[1]) if found else 0


def next_query(link: str) -> dict[str, str]:
    """The query of the next page, from a Link header; empty on the last page.

    Only the query is taken: GitHub names the repository by id there, and a page is asked of the repository we know.
    """
    for part in link.split(","):
        address, _, relation = part.partition(";")
        if 'rel="next"' in relation:
            return dict(parse_qsl(urlsplit(address.strip().strip("<>")).query))
    return {}
