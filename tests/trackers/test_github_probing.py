"""Finding by number what a list that is behind does not show."""

from bot.model.issue import NewIssue
from bot.trackers.github.probing import MOST_PROBES, Probe
from tests.bench.fixtures import Bench, bench, servers

__all__ = ["bench", "servers"]


def new() -> NewIssue:
    """An incident's issue."""
    return NewIssue("GCP-new | P0 | it fails", "what happened", ("incidentbot", "P0"))


def test_probing_asks_for_what_the_list_lacks() -> None:
    """Numbers missing in the list of the newest are asked for, then those above it until five in a row are no issue."""
    there, asked = {3, 8, 9}, []
    probe = Probe(2, frozenset({4, 6}))
    while number := probe.next():
        asked.append(number)
        probe.seen(number in there)
    assert asked == [3, 5, *range(7, 15)]


def test_probing_ends_in_a_busy_repository() -> None:
    """However many issues there are, at most so many are asked for."""
    probe, asked = Probe(0, frozenset()), 0
    while probe.next():
        probe.seen(True)
        asked += 1
    assert asked == MOST_PROBES


def test_deleted_and_transferred_issues_are_passed_over(bench: Bench) -> None:
    """A number that is gone or lives elsewhere is no issue, and the search goes on behind it."""
    tracker = bench.open()
    tracker.write_state("{}")
    tracker.list_issues()
    number = tracker.create(new()).number
    bench.proxy.answer("GET .*sort=created", 200, [])
    bench.proxy.answer("GET .*/issues/1$", 410, {"message": "This issue was deleted"})
    assert [issue.number for issue in tracker.unlisted(0)] == [number]
    bench.proxy.answer(
        "GET .*/issues/2$", 301, {"message": "Moved"}, {"location": "http://x/repos/acme/other/issues/9"}
    )
    assert tracker.read_issue(2) is None
