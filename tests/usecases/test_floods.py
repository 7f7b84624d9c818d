"""Floods: the cap, the storm issue that dissolves, and the digest of what was broken before."""

import pytest

from bot.lifecycle import KeyRing, Kind, Listing, compose_listing, decode_repo, listing_in, verified_listing
from bot.lifecycle.listing import Item
from bot.model.incident import IncidentKey, Priority
from bot.model.issue import ActionKind, Issue, IssueStatus
from bot.model.run import RunResult
from bot.model.time import HOUR, MINUTE, SECOND
from bot.settings import Settings
from bot.usecases.baselining import record_baseline
from bot.usecases.filing import file_incidents
from bot.usecases.setup import Setup, make
from tests.lifecycle.world import FAILURES, SERVICES, Logs, Shelf, entry

NOON = 1_740_000_000 * SECOND
SETUP = make(Settings(file_from="P3", max_new_issues=3))


def flood(later: int = 0, count: int = 1, services: tuple[str, ...] = SERVICES) -> Logs:
    """Every failure of these services, so many minutes after noon: eight incidents of two services."""
    at = NOON + later * MINUTE
    return Logs(entry(s, f, at + n * SECOND, n) for s in services for f in FAILURES for n in range(count))


def run(shelf: Shelf, source: Logs, setup: Setup = SETUP) -> RunResult:
    """One run."""
    return file_incidents(source.read(), shelf, setup, NOON + HOUR)


def storm(shelf: Shelf) -> Issue:
    """The one storm issue."""
    [number] = [number for number, listing in shelf.listings().items() if listing.kind is Kind.STORM]
    return shelf.issues[number]


def test_a_storm_dissolves_as_its_items_are_filed() -> None:
    """Eight incidents at three a run: one issue lists what waits, shrinks, and is closed with a comment."""
    shelf, waiting = Shelf(), []
    for _ in range(4):
        result = run(shelf, flood())
        held = len(result.held_back)
        listing = listing_in(storm(shelf).body)
        assert listing
        waiting.append((held, len(listing.items), storm(shelf).title, storm(shelf).status.value))
        assert decode_repo(shelf.state).held_back == tuple(sorted(action.key for action in result.held_back))
        assert all(one.issue or "max_new_issues" in one.because for one in result.incidents)
    assert waiting == [
        (5, 5, "GCP-storm | 5 more incidents held back", "open"),
        (2, 2, "GCP-storm | 2 more incidents held back", "open"),
        (0, 0, "GCP-storm | 0 more incidents held back", "closed"),
        (0, 0, "GCP-storm | 0 more incidents held back", "closed"),
    ]
    assert len(shelf.issues) == len(SERVICES) * len(FAILURES) + 1
    assert [body for (n, _), body in shelf.keyed.items() if n == storm(shelf).number] == [
        "Nothing is held back any more: everything that was listed here has an issue of its own."
    ]


def test_a_second_storm_opens_the_same_issue() -> None:
    """There is one storm issue, however many storms."""
    shelf = Shelf()
    for _ in range(3):
        run(shelf, flood(services=("api",)))
    first = storm(shelf)
    assert first.status is IssueStatus.CLOSED
    run(shelf, flood(services=("web",)))
    assert (storm(shelf).number, storm(shelf).status) == (first.number, IssueStatus.OPEN)


def test_what_waits_and_is_not_seen_again_is_named_until_it_is_gone() -> None:
    """What the window doesn't show stays on the list and in the result; after a day without entries it is gone."""
    shelf = Shelf()
    run(shelf, flood())
    quiet = Logs([entry("api", FAILURES[0], NOON + 300 * MINUTE, 0)])
    assert all("not seen in this window" in action.because for action in run(shelf, quiet).held_back)
    late = Logs([entry("api", FAILURES[0], NOON + 26 * HOUR, 0)])
    while any(action.kind is ActionKind.CREATE for action in run(shelf, late).actions):
        pass
    assert storm(shelf).status is IssueStatus.CLOSED
    assert any("had no entry for a day" in body for body in shelf.keyed.values())


def test_people_rule_the_storm_issue_too() -> None:
    """Closed by a person it stays closed, its title and their words stay; ignored it is not touched at all."""
    shelf = Shelf()
    run(shelf, flood())
    number = storm(shelf).number
    body = f"note\n\n{storm(shelf).body}below\n"
    shelf.edit(number, status=IssueStatus.CLOSED, close_reason="completed", title="Mine", body=body)
    result = run(shelf, flood())
    assert [action.kind for action in result.actions if action.number == number] == [ActionKind.UPDATE]
    assert (shelf.issues[number].title, shelf.issues[number].status) == ("Mine", IssueStatus.CLOSED)
    assert shelf.words(number) == "note\n\n\nbelow\n"
    shelf.edit(number, labels=("incidentbot", "ignore"))
    before = shelf.issues[number]
    run(shelf, flood())
    assert shelf.issues[number] == before


@pytest.mark.parametrize("labels", [("incidentbot",), ()])
def test_a_copied_list_counts_for_nothing(labels: tuple[str, ...]) -> None:
    """A stranger's issue with a digest in its body hides no incident."""
    shelf, elsewhere = Shelf(), Shelf()
    record_baseline(flood().read(), elsewhere, SETUP, NOON)
    shelf.write_by_hand("GCP-baseline", elsewhere.issues[1].body, labels, author="mallory")
    assert sum(action.kind is ActionKind.CREATE for action in run(shelf, flood()).actions) == 3 + 1


def test_baseline_is_one_digest_and_files_nothing() -> None:
    """Eight broken things are one issue; recorded again nothing changes; `file` reports them, and remembers it."""
    shelf = Shelf()
    recorded = record_baseline(flood().read(), shelf, SETUP, NOON)
    assert (recorded.digest, recorded.new, len(recorded.known)) == (1, 8, 8)
    assert shelf.issues[1].title == "GCP-baseline | 8 incidents known before incidentbot"
    writes = shelf.writes
    assert record_baseline(flood().read(), shelf, SETUP, NOON).new == 0
    result = run(shelf, flood(later=90))
    assert {one.because.split(":")[0] for one in result.incidents} == {"known since init --baseline (#1)"}
    assert (shelf.writes, [action.kind for action in result.actions]) == (writes + 1, [])
    assert run(shelf, flood(later=90)).actions == ()
    assert shelf.writes == writes + 1


@pytest.mark.parametrize("lost", ["nothing", "state", "digest"])
def test_known_is_known_though_a_half_of_the_record_is_lost(lost: str) -> None:
    """The digest and the repository's state each suffice."""
    shelf = Shelf()
    record_baseline(flood().read(), shelf, SETUP, NOON)
    if lost == "state":
        shelf.state = None
    if lost == "digest":
        del shelf.issues[1]
    assert run(shelf, flood(later=90)).actions == ()


def test_known_that_becomes_ten_times_worse_is_filed() -> None:
    """What is on record gets its issue when its busiest hour has ten times the entries."""
    shelf = Shelf()
    record_baseline(flood().read(), shelf, SETUP, NOON)
    worse = Logs(entry("api", FAILURES[0], NOON + HOUR + n * SECOND, n) for n in range(10))
    assert [action.kind for action in run(shelf, worse).actions] == [ActionKind.CREATE]
    assert run(shelf, Logs(worse.entries[:9])).incidents[0].issue == 2


def test_what_has_an_issue_is_not_recorded() -> None:
    """Late, `init --baseline` leaves what is filed to its issues."""
    shelf = Shelf()
    run(shelf, flood(), make(Settings(file_from="P3")))
    recorded = record_baseline(flood().read(), shelf, SETUP, NOON)
    assert (recorded.new, recorded.digest, recorded.actions) == (0, 0, ())


def test_a_list_is_signed_and_stays_as_it_is() -> None:
    """Signed with a key it verifies, with another it counts for nothing; composing it again changes no byte."""
    ring, other = KeyRing((b"a",)), KeyRing((b"b",))
    item = Item(IncidentKey("prod", "api", "v1-0"), Priority.P2, "so `it` <!-- fails", 3, 1, 2, 3)
    listing = Listing(Kind.STORM, (item,), 2, "title", 1)
    body = compose_listing("page", listing, "people's\r\n", ring)
    assert listing_in(body, ring) == listing
    assert (verified_listing(body, ring), listing_in(body, other), verified_listing(body, other)) == (True, None, False)
    assert compose_listing("page", listing, body, ring) == body
    assert body.endswith("people's\r\n")
