"""A tracker in memory, one that fails at a chosen write, and drafts and issues drawn at random."""

import msgspec
from hypothesis import strategies as st

from bot.errors import TrackerUnavailable
from bot.model.incident import Priority
from bot.model.issue import Comment, Draft, DraftComment, Issue, IssueChange, IssueStatus, NewIssue
from bot.model.state import RepoState


class Memory:
    """Issues, comments by key and the repository's state. Before or after its `fails_at`-th write it raises.

    `log` names each write that took place.
    """

    def __init__(self, *issues: Issue, fails_at: int = 0, after: bool = False) -> None:
        self.issues = {issue.number: issue for issue in issues}
        self.comments: list[tuple[int, str]] = []
        self.states = [RepoState()]
        self.log: list[str] = []
        self.fails_at, self.after, self.writes = fails_at, after, 0

    def create(self, new: NewIssue) -> Issue:
        """File under the next number."""
        number = max(self.issues, default=0) + 1

        def do() -> None:
            self.issues[number] = Issue(number, new.title, new.body, labels=new.labels)

        self._write(f"create {new.title}", do)
        return self.issues[number]

    def change(self, number: int, change: IssueChange) -> Issue:
        """Change the named fields."""

        def do() -> None:
            fields = {name: getattr(change, name) for name in change.fields}
            self.issues[number] = msgspec.structs.replace(self.issues[number], **fields)

        self._write(f"change {number}", do)
        return self.issues[number]

    def comment(self, number: int, comment: DraftComment) -> Comment:
        """Post unless its key stands there."""

        def do() -> None:
            if (number, comment.key) not in self.comments:
                self.comments.append((number, comment.key))

        self._write(f"comment {number}", do)
        return Comment(1, "bot", comment.body)

    def write(self, state: RepoState) -> None:
        """Store the repository's state."""
        self._write("state", lambda: self.states.append(state))

    def _write(self, name: str, do) -> None:  # type: ignore[no-untyped-def]
        self.writes += 1
        if self.writes == self.fails_at and not self.after:
            raise TrackerUnavailable(f"no answer to write {self.writes}")
        do()
        self.log.append(name)
        if self.writes == self.fails_at:
            raise TrackerUnavailable(f"lost the answer to write {self.writes}")


labels = st.lists(st.sampled_from(["incidentbot", "P0", "p0", "P1", "team/a", "Bug"]), max_size=3).map(tuple)
statuses = st.sampled_from(IssueStatus)
texts = st.sampled_from(["one", "two", "three"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Draft], list[Issue]]:
    """Existing issues, drafts for some of them, and drafts of new ones."""
    existing = [
        Issue(number, draw(texts), draw(texts), draw(statuses), draw(labels))
        for number in range(1, draw(st.integers(1, 5)))
    ]
    known = draw(st.sets(st.sampled_from([i.number for i in existing]))) if existing else set()
    drafts = [draft(draw, f"known-{number}", number) for number in sorted(known)]
    drafts += [draft(draw, f"new-{n}", 0) for n in range(draw(st.integers(0, 4)))]
    return draw(st.permutations(drafts)), existing


def draft(draw: st.DrawFn, key: str, number: int) -> Draft:
    """A draft; only one of an existing issue may want it closed."""
    status = draw(statuses) if number else IssueStatus.OPEN
    comments = (DraftComment(f"said-{key}", "said"),) if number and draw(st.booleans()) else ()
    priority = draw(st.sampled_from(Priority))
    return Draft(key, number, draw(texts), f"{key} {draw(texts)}", draw(labels), "because", priority, status, comments)
