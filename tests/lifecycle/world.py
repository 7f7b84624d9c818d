"""A small world: a tracker in memory that people edit too, and logs of a few services that fail in a few ways."""

from collections.abc import Iterable, Iterator

import msgspec

from bot.lifecycle import Listing, around, decode_issue, listing_in
from bot.lifecycle.decisions import roots_of
from bot.logs import Reading
from bot.logs.interface import Unreadable
from bot.model.entry import LogEntry
from bot.model.issue import Comment, DraftComment, Issue, IssueChange, IssueStatus, NewIssue
from bot.model.run import Warned
from bot.model.state import IssueState, Phase
from bot.model.time import iso

SERVICES = ("api", "web")
FAILURES = ("payment gateway refused the card token", "disk quota of the export volume exceeded",
            "ledger replica lags behind its primary", "certificate of the mail relay expired")  # fmt: skip


class Shelf:
    """Issues, comments by key and the state text. `writes` counts what changed, `created` has the numbers in order."""

    name = "shelf"
    requests = 0
    authors = ("incidentbot",)

    def __init__(self) -> None:
        self.issues: dict[int, Issue] = {}
        self.keyed: dict[tuple[int, str], str] = {}
        self.state: str | None = None
        self.writes = 0
        self.created: list[int] = []
        self._next = 1

    def list_issues(self) -> tuple[list[Issue], list[Warned]]:
        """All of them."""
        return list(self.issues.values()), []

    def read_issue(self, number: int) -> Issue | None:
        """One of them."""
        return self.issues.get(number)

    def newest(self) -> int:
        """The highest number given."""
        return self._next - 1

    def unlisted(self, above: int) -> list[Issue]:
        """None."""
        return []

    def comments(self, number: int) -> tuple[list[Comment], list[Warned]]:
        """The bot's."""
        return [Comment(1, "incidentbot", body) for (issue, _), body in self.keyed.items() if issue == number], []

    def create(self, new: NewIssue) -> Issue:
        """File under the next number."""
        issue = self.write_by_hand(new.title, new.body, new.labels, "incidentbot")
        self.created.append(issue.number)
        self.writes += 1
        return issue

    def write_by_hand(self, title: str, body: str, labels: tuple[str, ...] = (), author: str = "ann") -> Issue:
        """An issue of somebody's."""
        issue = Issue(self._next, title, body, labels=labels, author=author)
        self.issues[self._next] = issue
        self._next += 1
        return issue

    def change(self, number: int, change: IssueChange) -> Issue:
        """Change the named fields."""
        fields = {name: getattr(change, name) for name in change.fields}
        if change.status is IssueStatus.OPEN:
            fields["close_reason"] = ""
        self.issues[number] = msgspec.structs.replace(self.issues[number], **fields)
        self.writes += 1
        return self.issues[number]

    def edit(self, number: int, **fields: object) -> None:
        """What a person does to an issue."""
        self.issues[number] = msgspec.structs.replace(self.issues[number], **fields)

    def comment(self, number: int, comment: DraftComment) -> Comment:
        """Post unless its key stands there; nobody may try on a locked issue."""
        assert not self.issues[number].locked
        if (number, comment.key) not in self.keyed:
            self.keyed[number, comment.key] = comment.body
            self.writes += 1
        return Comment(1, "incidentbot", comment.body)

    def read_state(self) -> str | None:
        """The state text."""
        return self.state

    def write_state(self, state: str, page: str = "") -> None:
        """Replace the state text."""
        if state != self.state:
            self.state = state
            self.writes += 1

    def states(self) -> dict[int, IssueState]:
        """What every marker says."""
        found = {number: decode_issue(issue.body) for number, issue in self.issues.items()}
        return {number: state for number, state in found.items() if state}

    def listings(self) -> dict[int, Listing]:
        """The issues that list many incidents."""
        found = {number: listing_in(issue.body) for number, issue in self.issues.items()}
        return {number: listing for number, listing in found.items() if listing}

    def standing(self) -> dict[int, IssueState]:
        """Issues that stand for an incident: all but those that were merged into another."""
        return {number: state for number, state in self.states().items() if state.phase is not Phase.MERGED}

    def stands_for(self, environment: str, root: str) -> bool:
        """True where an issue has this root."""
        for state in self.standing().values():
            roots = {key.root for key in roots_of(state)} | {member.fingerprint for member in state.incident.members}
            if state.incident.key.environment == environment and root in roots:
                return True
        return False

    def words(self, number: int) -> str:
        """What people wrote in an issue."""
        return around(self.issues[number].body)


class Logs:
    """A source of entries, which can be read as often as one likes."""

    name = "logs"

    def __init__(self, entries: Iterable[LogEntry]) -> None:
        self.entries = tuple(entries)

    def records(self) -> Iterator[LogEntry | Unreadable]:
        """Every entry."""
        return iter(self.entries)

    def read(self) -> Reading:
        """A reading of them from the start."""
        return Reading((self,))


def entry(service: str, failure: str, at: int, number: int) -> LogEntry:
    """One error at these nanoseconds."""
    labels = {"project_id": "shop", "service_name": service, "revision_name": f"{service}-00001-abc"}
    plain = {
        "insertId": f"{service}-{failure}-{at}-{number}",
        "logName": "projects/shop/logs/run.googleapis.com%2Fstderr",
        "resource": {"type": "cloud_run_revision", "labels": labels},
        "severity": "ERROR",
        "textPayload": failure,
        "timestamp": iso(at),
    }
    return msgspec.convert(plain, LogEntry)
