"""A tracker in memory, one that fails at a chosen write, and drafts and issues drawn at random."""

import msgspec
from hypothesis import strategies as st

from bot.errors import TrackerUnavailable
from bot.filing import Outcome, Pace
from bot.model.incident import Priority
from bot.model.issue import Action, Comment, Draft, DraftComment, Issue, IssueChange, IssueStatus, NewIssue
from bot.model.state import RepoState, Watermark


class Memory:
    """Issues, comments by key and the repository's state. Before or after its `fails_at`-th write it raises.

    `raises` is what it raises then. `log` names each write that took place. It is the run's memory too.
    """

    def __init__(
        self,
        *issues: Issue,
        fails_at: int = 0,
        after: bool = False,
        raises: type[TrackerUnavailable] = TrackerUnavailable,
    ) -> None:
        self._raises = raises
        self.issues = {issue.number: issue for issue in issues}
        self.comments: list[tuple[int, str]] = []
        self.states = [RepoState()]
        self.outcome = Outcome((), (), RepoState())
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

    def read_issue(self, number: int) -> Issue | None:
        """The issue as it stands."""
        return self.issues.get(number)

    def newest(self) -> int:
        """The highest number there is."""
        return max(self.issues, default=0)

    def intend(self, state: RepoState) -> None:
        """Store the repository's state."""
        self._write("state", lambda: self.states.append(state))

    def find(self, action: Action) -> int:
        """The issue with the title that was to be filed."""
        return next((number for number, issue in self.issues.items() if issue.title == action.title), 0)

    def conclude(self, outcome: Outcome) -> None:
        """Store what filing keeps, without intents that the issues show to be done."""
        self.outcome = outcome
        titles = {issue.title for issue in self.issues.values()}
        intents = tuple(intent for intent in outcome.state.intents if intent.title not in titles)
        marks = (Watermark("files", 9),)
        self.intend(msgspec.structs.replace(outcome.state, watermarks=marks, held_back=(), intents=intents))

    def _write(self, name: str, do) -> None:  # type: ignore[no-untyped-def]
        self.writes += 1
        if self.writes == self.fails_at and not self.after:
            raise self._raises(f"no answer to write {self.writes}")
        do()
        self.log.append(name)
        if self.writes == self.fails_at:
            raise self._raises(f"lost the answer to write {self.writes}")


class Clock:
    """Seconds that pass only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds

    def pace(self, seconds: float | None = None, patience: float = 60.0) -> Pace:
        """A pace by this clock, with a deadline in so many seconds."""
        return Pace(lambda: self.now, self.sleep, None if seconds is None else self.now + seconds, patience)


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
