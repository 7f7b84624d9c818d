"""Issues and comments as pages of a folder: their file names, and what of a page is which field."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from bot.model.issue import Comment, Issue, IssueChange, IssueStatus, NewIssue
from bot.trackers import frontmatter
from bot.trackers.frontmatter import Broken, Value

CLOSE_REASONS = ("completed", "not_planned", "duplicate")

_NUMBER = re.compile(r"0*([1-9]\d{0,6})(?!\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_COMMENTS = re.compile(r"0*([1-9]\d*)\.comments")
_CLAIM = re.compile(r"\.0*([1-9]\d*)\.tmp")
_TEMPORARY = re.compile(r"\.(?:\d+|.+\.[0-9a-f]{8})\.tmp")


class IssuePage(msgspec.Struct, frozen=True):
    """An issue as its file has it, and complaints about fields that were read as their default."""

    issue: Issue
    head: str
    complaints: tuple[str, ...] = ()


class CommentPage(msgspec.Struct, frozen=True):
    """A comment as its file has it; `key` is "" where a person wrote it."""

    comment: Comment
    key: str


def issue_name(number: int, title: str) -> str:
    """`0001-checkout-api-cannot-start.md`: what follows the title's last `|`, which stays when priorities change."""
    words = re.findall("[a-z0-9]+", (title.rpartition("|")[2].strip() or title).lower())
    slug = "-".join(words)[:60].rpartition("-")[0] if len("-".join(words)) > 60 else "-".join(words)
    return f"{number:04}-{slug}.md" if slug else f"{number:04}.md"


def comment_name(number: int) -> str:
    """`0001.md`."""
    return f"{number:04}.md"


def comments_folder(number: int) -> str:
    """`0001.comments`, beside the issue's file, whatever that is called."""
    return f"{number:04}.comments"


def claim_name(number: int) -> str:
    """The temporary file that holds a number until its page is whole."""
    return f".{number:04}.tmp"


def is_page(name: str) -> bool:
    """Whether a file name can be a page's."""
    return name.lower().endswith(".md") and not name.startswith(".")


def is_temporary(name: str) -> bool:
    """Whether a file name is one of those that a killed write leaves behind."""
    return _TEMPORARY.fullmatch(name) is not None


def number_in(name: str) -> int | None:
    """The number a page's name begins with; None where it has none, or begins with a date."""
    found = _NUMBER.match(name)
    return int(found[1]) if found and is_page(name) and not _DATE.match(name) else None


def number_held(name: str) -> int | None:
    """The number that any file or folder name keeps from being given away."""
    found = _COMMENTS.fullmatch(name) or _CLAIM.fullmatch(name)
    return int(found[1]) if found else number_in(name)


def in_order(names: list[str]) -> list[str]:
    """Names of pages in the order in which they get their number: numbered ones first, each by name."""
    return sorted((name for name in names if is_page(name)), key=lambda name: (number_in(name) is None, name))


def read_issue(name: str, data: bytes, url: str) -> IssuePage | None:
    """The issue of a file; None where the file isn't meant to be one. Raises Broken."""
    named = number_in(name)
    try:
        page = frontmatter.parse(data)
        if page is None:
            raise Broken("it has no front matter; begin it with lines of ---, title: and ---, or rename it")
        number = _number(page.fields.get("number"), named)
    except Broken:
        if named is None:
            return None
        raise
    if number is None:
        return None
    complaints: list[str] = []
    issue = _issue(number, name, page, url, complaints.append)
    return IssuePage(issue, page.head, tuple(complaints))


def _number(stated: Any, named: int | None) -> int | None:
    if stated is None or stated == "":
        return named
    if not isinstance(stated, str) or not re.fullmatch(r"0*[1-9]\d{0,6}", stated):
        raise Broken("its number is not a number from 1; correct or remove it")
    if named is not None and int(stated) != named:
        raise Broken(f"its front matter says number {int(stated)}, its name {named}; make them agree")
    return int(stated)


def _issue(number: int, name: str, page: frontmatter.Page, url: str, complain: Callable[[str], None]) -> Issue:
    fields = page.fields
    status = IssueStatus(_choice(fields, "state", ("open", "closed"), complain) or "open")
    reason = _choice(fields, "close_reason", CLOSE_REASONS, complain)
    title = _text(fields, "title", complain)
    if not title:
        complain("it has no title; its file name stands in for it")
    return Issue(
        number=number,
        title=title or name[:-3],
        body=page.body,
        status=status,
        labels=_texts(fields, "labels", complain),
        assignees=_texts(fields, "assignees", complain),
        author=_text(fields, "author", complain),
        close_reason=reason if status is IssueStatus.CLOSED else "",
        locked=_choice(fields, "locked", ("true", "false", "yes", "no"), complain) in ("true", "yes"),
        url=url,
    )


def _text(fields: dict[str, Any], key: str, complain: Callable[[str], None]) -> str:
    value = fields.get(key, "")
    if isinstance(value, str):
        return value
    complain(f"{key} is not a text; it is read as empty")
    return ""


def _choice(fields: dict[str, Any], key: str, known: tuple[str, ...], complain: Callable[[str], None]) -> str:
    written = _text(fields, key, complain)
    value = re.sub("[ -]", "_", written.strip().lower())
    if value in known:
        return value
    if value not in ("", "null", "~"):
        complain(f"{key} is {written[:40]!r}, not one of {', '.join(known)}; it is read as empty")
    return ""


def _texts(fields: dict[str, Any], key: str, complain: Callable[[str], None]) -> tuple[str, ...]:
    value = fields.get(key) or []
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        complain(f"{key} is not a list of texts; it is read as empty")
        return ()
    return tuple(dict.fromkeys(part for part in value if part))


def new_issue(number: int, new: NewIssue, author: str) -> bytes:
    """The file of an issue that is filed now."""
    fields: dict[str, Value] = {
        "number": number,
        "title": new.title,
        "state": "open",
        "labels": list(dict.fromkeys(new.labels)),
        "assignees": list(dict.fromkeys(new.assignees)),
        "author": author,
        "locked": False,
    }
    return frontmatter.render(frontmatter.dump(fields), new.body)


def changed_issue(page: IssuePage, change: IssueChange) -> bytes | None:
    """The file of an issue with a change made; None where it says all that already.

    Closing without a reason is "completed" and reopening forgets it, as on GitHub. Labels are compared as a set.
    """
    old, fields = page.issue, dict[str, Value | None]()
    if change.title is not None and change.title != old.title:
        fields["title"] = change.title
    if change.labels is not None and set(change.labels) != set(old.labels):
        fields["labels"] = list(dict.fromkeys(change.labels))
    status = change.status or old.status
    if status is not old.status:
        fields["state"] = status.value
    reason = _reason(old, status, change.close_reason)
    if reason != old.close_reason:
        fields["close_reason"] = reason or None
    body = old.body if change.body is None else change.body
    if not fields and body == old.body:
        return None
    return frontmatter.render(frontmatter.edit(page.head, fields), body)


def _reason(old: Issue, status: IssueStatus, asked: str | None) -> str:
    if status is IssueStatus.OPEN:
        return ""
    if asked is not None:
        return asked
    return old.close_reason if old.status is IssueStatus.CLOSED else "completed"


def read_comment(name: str, data: bytes) -> CommentPage:
    """The comment of a file; one without front matter is a person's, all body. Raises Broken."""
    named = number_in(name)
    page = frontmatter.parse(data)
    if page is None:
        page = frontmatter.Page("", {}, data.decode("utf-8").replace("\r\n", "\n").removeprefix("\ufeff"))
    number = _number(page.fields.get("id"), named)
    if number is None:
        raise Broken("its name does not begin with a number; rename it, as 0001.md")
    author, key = (page.fields.get(field, "") for field in ("author", "key"))
    if not isinstance(author, str) or not isinstance(key, str):
        raise Broken("its author or key is not a text; correct it")
    return CommentPage(Comment(number, author, page.body), key)


def new_comment(number: int, author: str, key: str, body: str) -> bytes:
    """The file of a comment that is posted now."""
    return frontmatter.render(frontmatter.dump({"id": number, "author": author, "key": key}), body)
