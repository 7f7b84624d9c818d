"""Whatever people and logs do, in any order: one open issue an incident, none lost, people's words as they are."""

from collections import Counter
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Search
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.errors import TrackerUnavailable, UsageError
from bot.filing import Pace
from bot.lifecycle import codec
from bot.lifecycle.decisions import Order
from bot.model.incident import Incident
from bot.model.issue import ActionKind, IssueStatus
from bot.model.run import RunResult
from bot.model.state import Phase
from bot.model.time import HOUR, MINUTE, SECOND
from bot.settings import Settings
from bot.text.templates import environment
from bot.usecases import deciding
from bot.usecases.baselining import record_baseline
from bot.usecases.filing import file_incidents
from bot.usecases.known import name_of
from bot.usecases.setup import make
from tests.lifecycle.world import FAILURES, SERVICES, Logs, Shelf, entry

START = 1_740_000_000 * SECOND
SETUP = msgspec.structs.replace(
    make(Settings(file_from="P3", max_new_issues=2, signing_keys=("a key",))), templates=environment()
)
PACE = Pace(clock=lambda: 0.0, sleep=lambda seconds: None)
RENAMED = "renamed"
NOTES = ("call ann first\r\n", "- [ ] ask the vendor\n", "`code` <b>and</b> more\n\n")

failures = st.lists(
    st.tuples(st.sampled_from(SERVICES), st.sampled_from(FAILURES), st.integers(1, 3), st.integers(0, 9)),
    min_size=1, max_size=4, unique_by=lambda one: one[:2],
)  # fmt: skip
picks = st.integers(0, 30)


class World(RuleBasedStateMachine):
    """The bot, its issues, and people. `titles`, `labels` and `notes` are what people decided, by issue."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf()
        self.now = START
        self.windows: list[Logs] = []
        self.filed: dict[str, Incident] = {}
        self.titles: dict[int, str] = {}
        self.labels: dict[int, str] = {}
        self.notes: dict[int, str] = {}
        self.settled: Logs | None = None
        self.version = codec.VERSION

    def teardown(self) -> None:
        """The format is the program's again."""
        codec.VERSION = self.version
        codec.UPGRADES = {}

    def run_bot(self, logs: Logs) -> RunResult:
        """One run; what it says of each incident is checked."""
        self.now += MINUTE
        result = file_incidents(logs.read(), self.shelf, SETUP, self.now, pace=PACE)
        for one in result.incidents:
            assert one.issue or one.because, "an incident without an issue, and nobody says why"
            if one.issue:
                assert self.shelf.stands_for(one.incident.key.environment, one.incident.key.root)
                self.filed[name_of(one.incident)] = one.incident
        held = {action.key for action in result.held_back}
        listed = {
            "/".join(msgspec.structs.astuple(item.key))
            for listing in self.shelf.listings().values()
            for item in listing.items
        }
        assert not held or held <= listed or self.storm_is_ignored(), "what is held back is on no list"
        return result

    def storm_is_ignored(self) -> bool:
        """Whether people asked for the storm issue to be left alone."""
        return any("ignore" in self.shelf.issues[number].labels for number in self.shelf.listings())

    def window(self, failed: list[tuple[str, str, int, int]], later: int, times: int = 1) -> Logs:
        """A window some minutes later in which this failed."""
        self.now += later * MINUTE
        entries = [
            entry(service, failure, self.now - offset * MINUTE - 7 * number * SECOND, number)
            for service, failure, count, offset in failed
            for number in range(count * times)
        ]
        self.windows.append(Logs(entries))
        return self.windows[-1]

    def pick(self, number: int, tracked: bool = True) -> int:
        """One of the bot's issues, or of all; 0 where there is none."""
        numbers = sorted(self.shelf.states() if tracked else self.shelf.issues)
        return numbers[number % len(numbers)] if numbers else 0

    def order(self) -> Order:
        """Who decides."""
        self.now += MINUTE
        return Order("ann", self.now, "because of @all and #1")

    def decide(self, what: Any, *words: Any) -> None:
        """A command, which may be refused with a sentence, and then changes nothing."""
        before = self.shelf.writes
        try:
            told = what(deciding.sit_down(self.shelf, SETUP, self.order()), *words).said
        except UsageError as refusal:
            told = str(refusal)
            writes = self.shelf.writes
        else:
            self.settled, writes = None, before
        assert told.endswith(".")
        assert writes == before

    @initialize(failed=st.permutations([(service, failure, 2, 3) for service in SERVICES for failure in FAILURES]))
    def begin(self, failed: list[tuple[str, str, int, int]]) -> None:
        """A few issues to begin with."""
        self.file(failed[:4], 0, drain=True)

    @rule(failed=failures, later=st.sampled_from([5, 90, 3000]), drain=st.booleans())
    def file(self, failed: list[tuple[str, str, int, int]], later: int, drain: bool) -> None:
        """New logs; run by run everything gets its issue."""
        logs = self.window(failed, later)
        result = self.run_bot(logs)
        while drain and any(action.kind is ActionKind.CREATE for action in result.actions):
            result = self.run_bot(logs)
        self.settled = logs if drain else None

    @rule(failed=failures)
    def burst(self, failed: list[tuple[str, str, int, int]]) -> None:
        """Many more entries than ever."""
        self.run_bot(self.window(failed, 30, times=20))
        self.settled = None

    @precondition(lambda self: self.windows)
    @rule(number=picks)
    def file_again(self, number: int) -> None:
        """Old logs, read once more, reopen nothing."""
        result = self.run_bot(self.windows[number % len(self.windows)])
        assert not any(a.kind is ActionKind.REOPEN and self.is_old(a.number, number) for a in result.actions)
        self.settled = None

    def is_old(self, issue: int, window: int) -> bool:
        """Whether the issue knew of entries later than this window's before it was read, the storm issue aside."""
        state = self.shelf.states().get(issue)
        latest = max(one.nanos for one in self.windows[window % len(self.windows)].entries)
        return state is not None and state.incident.last > latest

    @rule(number=picks, title=st.sampled_from(["Prices are down", "Again"]))
    def edit_title(self, number: int, title: str) -> None:
        """A person's title stays."""
        if issue := self.pick(number):
            self.shelf.edit(issue, title=title)
            self.titles[issue] = title

    @rule(number=picks, label=st.sampled_from(["team/a", "customer"]))
    def add_label(self, number: int, label: str) -> None:
        """A person's label stays."""
        if (issue := self.pick(number, tracked=False)) and label not in self.shelf.issues[issue].labels:
            self.shelf.edit(issue, labels=(*self.shelf.issues[issue].labels, label))
            self.labels[issue] = label

    @rule(number=picks, priority=st.sampled_from(["P0", "P1", "P3"]))
    def choose_priority(self, number: int, priority: str) -> None:
        """A person's priority; what becomes of it is proved elsewhere."""
        if issue := self.pick(number):
            kept = tuple(label for label in self.shelf.issues[issue].labels if not label.startswith("P"))
            self.shelf.edit(issue, labels=(*kept, priority))

    @rule(number=picks, note=st.sampled_from(NOTES), below=st.booleans())
    def write_note(self, number: int, note: str, below: bool) -> None:
        """Words around the bot's section stay to the byte."""
        if issue := self.pick(number, tracked=False):
            body = self.shelf.issues[issue].body
            self.shelf.edit(issue, body=body + note if below else note + body)
            self.notes[issue] = self.shelf.words(issue)

    @rule(number=picks, reason=st.sampled_from(["completed", "not_planned", "duplicate"]))
    def close(self, number: int, reason: str) -> None:
        """Somebody closes an issue."""
        if (issue := self.pick(number, tracked=False)) and self.shelf.issues[issue].status is IssueStatus.OPEN:
            self.shelf.edit(issue, status=IssueStatus.CLOSED, close_reason=reason)
            self.settled = None

    @rule(number=picks)
    def reopen(self, number: int) -> None:
        """Somebody opens an issue again."""
        if issue := self.pick(number, tracked=False):
            self.shelf.edit(issue, status=IssueStatus.OPEN, close_reason="")
            self.settled = None

    @rule(number=picks, label=st.sampled_from(["ignore", "actively-being-worked-on"]), locked=st.booleans())
    def take_on_or_lock(self, number: int, label: str, locked: bool) -> None:
        """A label that means something comes or goes, and the issue is locked or not."""
        if issue := self.pick(number, tracked=False):
            there = self.shelf.issues[issue].labels
            labels = tuple(one for one in there if one != label) if label in there else (*there, label)
            self.shelf.edit(issue, labels=labels, locked=locked)
            self.settled = None

    @rule(one=picks, other=picks)
    def merge(self, one: int, other: int) -> None:
        """Two issues become one; most often two that are none yet."""
        standing = [*self.shelf.standing()] or [0]
        self.decide(deciding.merge_issues, self.pick(one), standing[other % len(standing)])

    @rule(number=picks, member=picks)
    def split(self, number: int, member: int) -> None:
        """A member leaves; a root is refused."""
        states = self.shelf.states()
        if large := [n for n, state in states.items() if len(state.incident.members) > 1] or [*states]:
            issue = large[number % len(large)]
            members = states[issue].incident.members
            self.decide(deciding.split_issue, issue, [members[member % len(members)].fingerprint])

    @rule(number=picks, hours=st.sampled_from([0, 1, 100]))
    def mute(self, number: int, hours: int) -> None:
        """An issue falls silent, for a time or for good."""
        self.decide(deciding.mute_issue, self.pick(number), self.now + hours * HOUR if hours else 0)

    @rule(number=picks)
    def unmute(self, number: int) -> None:
        """And speaks again."""
        self.decide(deciding.unmute_issue, self.pick(number))

    @rule(failure=st.sampled_from(FAILURES))
    def write_by_hand(self, failure: str) -> None:
        """An issue that quotes an error."""
        body = f"Since noon I see\n\n> {failure}\n\non the board.\r\n"
        issue = self.shelf.write_by_hand("Something is broken", body)
        self.titles[issue.number], self.notes[issue.number] = issue.title, body

    @rule(number=picks, root=picks)
    def adopt(self, number: int, root: int) -> None:
        """A hand-written issue becomes an incident's, in place of the one it had."""
        if number % 2:
            self.write_by_hand(FAILURES[0])
        by_hand = [n for n, issue in self.shelf.issues.items() if issue.author == "ann"]
        standing = sorted(self.shelf.standing().items())
        if by_hand and standing:
            issue, (_, state) = by_hand[number % len(by_hand)], standing[root % len(standing)]
            self.decide(deciding.adopt_issue, issue, state.incident.key.root)
            if issue in self.shelf.states():
                self.notes[issue] = self.shelf.words(issue)
                assert all(line in self.notes[issue] for line in ("Since noon I see", "on the board.\r\n"))

    @rule()
    def lose_state(self) -> None:
        """What is stored beside the issues is gone; the issues suffice."""
        self.shelf.state = None
        self.settled = None

    @precondition(lambda self: self.windows)
    @rule()
    def rename_label(self) -> None:
        """The bot's label is renamed under its feet: nothing is filed twice, and afterwards all is as before."""
        before, created = dict(self.shelf.issues), len(self.shelf.created)
        for number, issue in before.items():
            self.shelf.edit(number, labels=tuple(RENAMED if one == "incidentbot" else one for one in issue.labels))
        known = set(self.filed)
        try:
            result = file_incidents(self.windows[-1].read(), self.shelf, SETUP, self.now, pace=PACE)
            assert not {action.key for action in result.actions if action.kind is ActionKind.CREATE} & known
        except TrackerUnavailable as error:
            refusal = str(error)
        else:
            refusal = ""
        assert not refusal or ("label" in refusal and len(self.shelf.created) == created)
        for number, issue in self.shelf.issues.items():
            self.shelf.edit(number, labels=tuple("incidentbot" if one == RENAMED else one for one in issue.labels))
        self.settled = None

    @precondition(lambda self: self.version == codec.VERSION)
    @rule()
    def upgrade(self) -> None:
        """A new version of the program has another format, and reads the old one."""
        codec.UPGRADES = {codec.VERSION: lambda plain: {**plain, "unknown_before": 1}}
        codec.VERSION += 1
        self.settled = None

    @rule(failed=failures)
    def begin_again(self, failed: list[tuple[str, str, int, int]]) -> None:
        """`init --baseline`, late: what has an issue keeps it, the rest is on record."""
        record_baseline(self.window(failed, 5).read(), self.shelf, SETUP, self.now)
        self.settled = None

    @invariant()
    def one_open_issue_an_incident(self) -> None:
        """No two open issues have the same key, and there is one storm issue and one digest at most."""
        open_ = {n: s for n, s in self.shelf.standing().items() if self.shelf.issues[n].status is IssueStatus.OPEN}
        keys = Counter(state.incident.key for state in open_.values())
        assert [key for key, count in keys.items() if count > 1] == []
        kinds = Counter(listing.kind for listing in self.shelf.listings().values())
        assert all(count == 1 for count in kinds.values())

    @invariant()
    def nothing_is_lost(self) -> None:
        """What had an issue once has one still, open or closed or muted."""
        for name, incident in self.filed.items():
            assert self.shelf.stands_for(incident.key.environment, incident.key.root), name

    @invariant()
    def people_are_heard(self) -> None:
        """Titles, labels and words of people are as they left them, and numbers only grow."""
        for number, title in self.titles.items():
            assert self.shelf.issues[number].title == title
        for number, label in self.labels.items():
            assert label in self.shelf.issues[number].labels
        for number, words in self.notes.items():
            assert self.shelf.words(number) == words
        assert self.shelf.created == sorted(set(self.shelf.created))

    @invariant()
    def merges_end(self) -> None:
        """Every chain of merges ends at an issue that stands."""
        states = self.shelf.states()
        for number in states:
            seen = [number]
            while states[seen[-1]].phase is Phase.MERGED:
                assert states[seen[-1]].merged_into not in seen
                seen.append(states[seen[-1]].merged_into)

    @invariant()
    def again_changes_nothing(self) -> None:
        """The last window once more, when everything had its issue and nobody did a thing: not one write."""
        if self.settled:
            logs, self.settled = self.settled, None
            self.run_bot(logs)
            writes = self.shelf.writes
            self.run_bot(logs)
            assert self.shelf.writes == writes


World.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Search.generate],
    suppress_health_check=list(HealthCheck),
)
TestWorld = World.TestCase
