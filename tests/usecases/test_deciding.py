"""Decisions of people: what they make of the issues, what is recorded, and what the next runs do."""

import pytest

from bot.errors import UsageError
from bot.lifecycle.decisions import Order
from bot.model.issue import ActionKind, IssueStatus
from bot.model.run import RunResult
from bot.model.state import Phase
from bot.model.time import HOUR, MINUTE, SECOND
from bot.settings import Settings
from bot.usecases import deciding
from bot.usecases.deciding import Decided, Desk
from bot.usecases.filing import file_incidents
from bot.usecases.setup import Setup, make
from tests.lifecycle.world import FAILURES, Logs, Shelf, entry

NOON = 1_740_000_000 * SECOND
SETUP = make(Settings(file_from="P3"))
ORDER = Order("ann", NOON, "same @team as #3")


def logs(*failed: tuple[int, int, int], service: str = "api") -> Logs:
    """Entries of these failures (by index): so many, this many minutes after noon."""
    return Logs(
        entry(service, FAILURES[failure], NOON + minute * MINUTE + number * SECOND, number)
        for failure, count, minute in failed
        for number in range(count)
    )


def run(shelf: Shelf, source: Logs, setup: Setup = SETUP) -> RunResult:
    """One run."""
    return file_incidents(source.read(), shelf, setup, NOON + HOUR)


def desk(shelf: Shelf, dry_run: bool = False) -> Desk:
    """Where ann decides."""
    return deciding.sit_down(shelf, SETUP, ORDER, dry_run)


@pytest.fixture
def shelf() -> Shelf:
    """Three issues of three failures of one service, an hour apart."""
    made = Shelf()
    for failure in range(3):
        run(made, logs((failure, 1 + failure, 60 * failure)))
    assert sorted(made.issues) == [1, 2, 3]
    return made


def root(shelf: Shelf, number: int) -> str:
    """The root an issue was filed for."""
    return shelf.states()[number].incident.key.root


def changed(result: RunResult | Decided) -> list[tuple[ActionKind, int]]:
    """What was done to which issue."""
    return [(action.kind, action.number) for action in result.actions if action.kind is not ActionKind.NONE]


def test_merge_moves_the_incident_for_good(shelf: Shelf) -> None:
    """The other is closed as a duplicate; its failure updates the first from then on; both say who and why, once."""
    done = deciding.merge_issues(desk(shelf), 1, 2)
    assert changed(done)[-1] == (ActionKind.CLOSE, 2)
    assert (shelf.issues[2].status, shelf.issues[2].close_reason) == (IssueStatus.CLOSED, "duplicate")
    one, two = shelf.states()[1], shelf.states()[2]
    assert (two.phase, two.merged_into, one.merged_from, one.owned) == (Phase.MERGED, 1, (2,), (root(shelf, 2),))
    assert FAILURES[1] in shelf.issues[1].body
    assert "ann merged #2 into this issue, because: `same @team as #3`" in shelf.keyed.values()
    assert "| merged #2 into this issue | `same @team as #3` |" in shelf.issues[1].body
    assert changed(run(shelf, logs((1, 1, 180)))) == [(ActionKind.UPDATE, 1)]
    assert changed(run(shelf, logs((1, 1, 180)))) == []


def test_merge_follows_chains_and_refuses_circles(shelf: Shelf) -> None:
    """Merging into what was merged means its end; what is one already is refused, and nothing changes."""
    deciding.merge_issues(desk(shelf), 1, 2)
    deciding.merge_issues(desk(shelf), 2, 3)
    assert shelf.states()[3].merged_into == 1
    before = dict(shelf.issues)
    for into, other, says in ((3, 1, "circle"), (2, 1, "circle"), (1, 1, "can't be merged into itself")):
        with pytest.raises(UsageError, match=says):
            deciding.merge_issues(desk(shelf), into, other)
    assert changed(deciding.merge_issues(desk(shelf), 1, 2)) == []
    assert shelf.issues == before


def test_merge_across_services(shelf: Shelf) -> None:
    """A root of another service is the first issue's too, there and not here."""
    run(shelf, logs((3, 2, 200), service="web"))
    deciding.merge_issues(desk(shelf), 1, 4)
    assert changed(run(shelf, logs((3, 1, 300), service="web"))) == [(ActionKind.UPDATE, 1)]
    assert [kind for kind, _ in changed(run(shelf, logs((3, 1, 400), service="api")))] == [ActionKind.CREATE]


def test_merge_across_environments_is_refused(shelf: Shelf) -> None:
    """Staging never swallows production, on demand neither."""
    other = make(Settings(file_from="P3", environments={"shop": "staging"}))
    run(shelf, logs((0, 1, 200)), other)
    with pytest.raises(UsageError, match="environments"):
        deciding.merge_issues(desk(shelf), 1, 4)


def test_split_off_and_never_back(shelf: Shelf) -> None:
    """A member gets an issue of its own at once; even a window with both leaves it there."""
    deciding.merge_issues(desk(shelf), 1, 2)
    member = root(shelf, 2)
    deciding.split_issue(desk(shelf), 1, [member[:12]])
    assert (root(shelf, 4), shelf.states()[1].disowned, shelf.states()[1].owned) == (member, (member,), ())
    assert FAILURES[1] not in shelf.issues[1].body
    both = run(shelf, logs((0, 2, 300), (1, 2, 300)))
    assert changed(both) == [(ActionKind.UPDATE, 1), (ActionKind.UPDATE, 4)]
    assert {m.fingerprint for m in shelf.states()[1].incident.members} == {root(shelf, 1)}


def test_split_that_was_cut_short_is_finished(shelf: Shelf) -> None:
    """Where the new issue is there and the old one still has the member, the same command makes no second one."""
    deciding.merge_issues(desk(shelf), 1, 2)
    before = shelf.issues[1]
    deciding.split_issue(desk(shelf), 1, [root(shelf, 2)])
    shelf.issues[1] = before
    assert "left #1 for #4" in deciding.split_issue(desk(shelf), 1, [root(shelf, 2)]).said
    assert sorted(shelf.issues) == [1, 2, 3, 4]


@pytest.mark.parametrize("wanted", ["v1-", "nothing", ""])
def test_split_of_the_root_or_of_nothing_is_refused(shelf: Shelf, wanted: str) -> None:
    """Only a member that the words name, and not the root, can leave."""
    with pytest.raises(UsageError):
        deciding.split_issue(desk(shelf), 1, [wanted])


def test_mute_breaks_once_when_it_gets_worse(shelf: Shelf) -> None:
    """Muted, the failure goes on unheard; ten times worse it is opened again with one comment."""
    deciding.mute_issue(desk(shelf), 1)
    quiet = run(shelf, logs((0, 3, 200)))
    assert changed(quiet) == []
    assert quiet.incidents[0].because == "its issue is muted by ann"
    assert changed(run(shelf, logs((0, 10, 300)))) == [(ActionKind.COMMENT, 1), (ActionKind.UPDATE, 1)]
    assert shelf.states()[1].phase is Phase.FILED
    assert any("10 times worse" in body for body in shelf.keyed.values())
    assert changed(run(shelf, logs((0, 10, 300)))) == []


def test_unmute(shelf: Shelf) -> None:
    """Unmuted, it is open and heard; what isn't muted can't be unmuted."""
    shelf.edit(1, status=IssueStatus.CLOSED, close_reason="not_planned")
    run(shelf, logs((0, 1, 200)))
    deciding.unmute_issue(desk(shelf), 1)
    assert (shelf.issues[1].status, shelf.states()[1].phase) == (IssueStatus.OPEN, Phase.FILED)
    with pytest.raises(UsageError, match="not muted"):
        deciding.unmute_issue(desk(shelf), 1)


def test_adopt_takes_over_with_its_text_above(shelf: Shelf) -> None:
    """A hand-written issue becomes the incident's; the bot's own closes into it; later failures update it."""
    text = "It hurts.\r\n\r\n- [ ] look\n"
    shelf.write_by_hand("We lose cards", text)
    deciding.adopt_issue(desk(shelf), 4, root(shelf, 1))
    assert shelf.issues[4].body.startswith(f"{text}\n\n<!-- incidentbot:begin -->")
    assert (shelf.issues[4].title, "incidentbot" in shelf.issues[4].labels) == ("We lose cards", True)
    assert (shelf.states()[4].phase, shelf.states()[1].merged_into) == (Phase.ADOPTED, 4)
    assert changed(run(shelf, logs((0, 1, 200)))) == [(ActionKind.UPDATE, 4)]
    assert shelf.issues[4].body.startswith(text)


def test_adopted_stays_known_when_it_was_closed(shelf: Shelf) -> None:
    """Closed and come back, an adopted issue is reopened, though its author is a stranger."""
    shelf.write_by_hand("We lose cards", "It hurts.")
    deciding.adopt_issue(desk(shelf), 4, root(shelf, 1))
    shelf.edit(4, status=IssueStatus.CLOSED, close_reason="completed")
    run(shelf, logs((1, 1, 200)))
    assert (ActionKind.REOPEN, 4) in changed(run(shelf, logs((0, 1, 300))))


def test_adopt_from_logs() -> None:
    """Nothing filed yet: the incident comes from the logs, and the next run over them changes nothing."""
    shelf = Shelf()
    shelf.write_by_hand("We lose cards", "It hurts.")
    source = logs((0, 2, 0))
    with pytest.raises(UsageError, match="--logs"):
        deciding.adopt_issue(desk(shelf), 1, "v1-")
    deciding.adopt_issue(desk(shelf), 1, "v1-", source.read())
    assert changed(run(shelf, source)) == []
    assert sorted(shelf.issues) == [1]


def test_an_issue_that_quotes_the_failure_is_proposed() -> None:
    """A new incident is filed, and the result names the open hand-written issue that quotes it."""
    shelf = Shelf()
    shelf.write_by_hand("Cards", f"I see\n> {FAILURES[0].upper()}\n")
    [reported] = run(shelf, logs((0, 1, 0))).incidents
    assert reported.issue == 2
    assert f"incidentbot adopt 1 {root(shelf, 2)}" in reported.because
    assert shelf.issues[1].body == f"I see\n> {FAILURES[0].upper()}\n"


@pytest.mark.parametrize("asked", [{"labels": ("incidentbot", "P3", "Ignore")}, {"body": "\nincidentbot: ignore \r\n"}])
def test_ignored(shelf: Shelf, asked: dict[str, object]) -> None:
    """A label or a line of a person's leaves the issue as it is, and the run says so."""
    body = shelf.issues[1].body
    shelf.edit(1, **({"body": body + str(asked["body"])} if "body" in asked else asked))
    before = shelf.issues[1]
    result = run(shelf, logs((0, 9, 200)))
    assert changed(result) == []
    assert "left alone" in result.incidents[0].because
    assert shelf.issues[1] == before


def test_locked_gets_no_comment_and_a_true_page(shelf: Shelf) -> None:
    """A locked issue is reopened without a comment; that it was left out is said in that run alone."""
    shelf.edit(1, locked=True, status=IssueStatus.CLOSED, close_reason="completed")
    first, second = run(shelf, logs((0, 1, 200))), run(shelf, logs((0, 1, 300)))
    assert changed(first) == [(ActionKind.REOPEN, 1)]
    assert "locked" in first.incidents[0].because
    assert (changed(second), second.incidents[0].because) == ([(ActionKind.UPDATE, 1)], "")


def test_taken_on_by_a_person(shelf: Shelf) -> None:
    """The label of work, or an assignee, is in progress; the bot neither removes the label nor sets it."""
    shelf.edit(1, labels=("incidentbot", "P3", "actively-being-worked-on"))
    shelf.edit(2, assignees=("ann",))
    run(shelf, logs((0, 1, 200), (1, 1, 260)))
    assert [shelf.states()[n].phase for n in (1, 2)] == [Phase.IN_PROGRESS] * 2
    assert "actively-being-worked-on" in shelf.issues[1].labels
    assert "actively-being-worked-on" not in shelf.issues[2].labels


def test_dry_run_writes_nothing(shelf: Shelf) -> None:
    """Tried, every decision names its actions and changes nothing."""
    before, writes = dict(shelf.issues), shelf.writes
    trying = desk(shelf, dry_run=True)
    tried = [deciding.merge_issues(trying, 1, 2), deciding.mute_issue(trying, 3)]
    assert all(changed(one) for one in tried)
    assert (shelf.issues, shelf.writes) == (before, writes)
