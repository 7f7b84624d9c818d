"""The GitHub tracker against the emulated GitHub: requests, the dashboard, labels, comments."""

import contextlib
import logging
import subprocess
import sys
from random import Random

import pytest

from bot.errors import SettingsError, TrackerUnavailable
from bot.model.issue import DraftComment, IssueChange, IssueStatus, NewIssue
from bot.trackers.github import marker, open_github
from bot.trackers.interface import UnclearOutcome
from tests.bench import openapi
from tests.bench.emulator import BOT, TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.proxy import Recorded

__all__ = ["bench", "servers"]

BIG = "".join(Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=200_000))
OURS = ("incidentbot", "P0")


def new(title: str = "GCP-new | P0 | it fails") -> NewIssue:
    """An incident's issue."""
    return NewIssue(title, "what happened", OURS)


def test_an_idle_run_costs_the_list_and_the_state(bench: Bench) -> None:
    """A run without a change sends one list by label, one by the bot's account, one read of the state, and no write."""
    first = bench.open()
    first.list_issues()
    first.write_state("{}", "a page")
    first.create(new())
    bench.proxy.forget()
    again = bench.open()
    again.list_issues()
    again.read_state()
    again.write_state("{}", "a page")
    again.write_state("{}")
    assert [str(request).partition("?")[0] for request in bench.proxy.log] == [
        f"GET /repos/{bench.repo}/issues",
        f"GET /repos/{bench.repo}/issues",
        f"GET /repos/{bench.repo}/issues/1",
    ]
    assert again.requests == 3


def test_one_request_for_each_thing_changed(bench: Bench) -> None:
    """A creation is one POST and a change of everything one PATCH, once the labels are known to exist."""
    tracker = bench.open()
    tracker.list_issues()
    number = tracker.create(new()).number
    bench.proxy.forget()
    tracker.create(new("another"))
    change = IssueChange("t", "b", OURS, IssueStatus.CLOSED, "duplicate")
    tracker.change(number, change)
    assert bench.proxy.writes == [f"POST /repos/{bench.repo}/issues", f"PATCH /repos/{bench.repo}/issues/{number}"]
    sent = {"title": "t", "body": "b", "labels": list(OURS), "state": "closed", "state_reason": "duplicate"}
    assert bench.proxy.log[-1].data == sent


def test_all_pages_are_listed_and_no_pull_request(bench: Bench) -> None:
    """Over a hundred issues come in pages of a hundred; a pull request among them is dropped."""
    for n in range(103):
        bench.emulator.ask("POST", f"/repos/{bench.repo}/issues", {"title": f"i{n}", "labels": ["incidentbot"]}, TOKEN)
    tracker = bench.open()
    issues, _ = tracker.list_issues()
    assert [issue.title for issue in issues] == [f"i{n}" for n in range(103)]
    assert tracker.requests == 2
    row = {
        "number": 5,
        "url": f"http://x/repos/{bench.repo}/issues/5",
        "title": "PR",
        "state": "open",
        "pull_request": {},
    }
    bench.proxy.answer("GET .*issues", 200, [row])
    assert bench.open().list_issues() == ([], [])


def test_an_issue_whose_label_was_taken_off_is_still_listed(bench: Bench) -> None:
    """What the bot filed is found by its account, learnt from the dashboard, when a person strips the label."""
    tracker = bench.open()
    tracker.write_state("{}")
    number = tracker.create(new()).number
    bench.emulator.ask("PATCH", f"/repos/{bench.repo}/issues/{number}", {"labels": []})
    assert [issue.number for issue in bench.open().list_issues()[0]] == [number]


def test_missing_labels_are_made_once(bench: Bench) -> None:
    """Labels that the repository lacks are created before the first issue, P0 in red, and never again."""
    bench.emulator.ask("POST", f"/repos/{bench.repo}/labels", {"name": "INCIDENTBOT"}, TOKEN)
    tracker = bench.open(authors=(BOT,))
    tracker.create(new())
    tracker.create(new())
    made = [request.data for request in bench.proxy.log if str(request).endswith("/labels")]
    assert made == [{"name": "P0", "color": "b60205"}]


def test_a_label_made_meanwhile_is_no_error(bench: Bench) -> None:
    """Another run that created the label first is fine; any other complaint about a label is not."""
    bench.proxy.answer(
        "POST .*labels", 422, {"message": "Validation Failed", "errors": [{"code": "already_exists"}]}, times=2
    )
    assert bench.open().create(new()).labels == OURS
    bench.proxy.answer(
        "POST .*labels", 422, {"message": "Validation Failed", "errors": [{"field": "name", "code": "x"}]}
    )
    with pytest.raises(TrackerUnavailable, match=r'creating the label "odd".*name x'):
        bench.open().create(NewIssue("t", "b", ("odd",)))


def test_dropped_labels_are_noticed(bench: Bench) -> None:
    """Labels that GitHub drops silently raise UnclearOutcome naming them and the permission; the author is learnt."""
    row = {
        "number": 5,
        "url": f"http://x/repos/{bench.repo}/issues/5",
        "title": "t",
        "state": "open",
        "user": {"login": "me"},
    }
    bench.proxy.answer("POST .*issues$", 201, row)
    tracker = bench.open()
    with pytest.raises(UnclearOutcome, match=r'labels incidentbot, P0 of .*#5: .*"issues: write"'):
        tracker.create(new())
    assert tracker.authors == ("me",)


def test_a_dashboard_whose_label_is_dropped_is_closed_again(bench: Bench) -> None:
    """Without the right to label, the dashboard, which could not be found again, is closed; the permission is named."""
    made = bench.emulator.ask("POST", f"/repos/{bench.repo}/issues", {"title": marker.TITLE}, TOKEN)
    bench.proxy.answer("POST .*issues$", 201, made)
    with pytest.raises(UnclearOutcome, match=r'labels incidentbot of .*#1: .*"issues: write"'):
        bench.open().write_state("{}")
    assert bench.issues()[0]["state"] == "closed"


def test_an_author_that_github_does_not_know(bench: Bench) -> None:
    """A configured account that doesn't exist is a warning that names it, not the end of the run."""
    bench.proxy.answer("GET .*creator=nobody", 422, {"message": "Validation Failed", "errors": [{"field": "creator"}]})
    issues, warned = bench.open(authors=("nobody",)).list_issues()
    assert issues == []
    assert [(warning.where, "nobody" in warning.what) for warning in warned] == [(bench.repo, True)]


def test_comments_of_a_stranger_do_not_count(bench: Bench) -> None:
    """A stranger's comment with the key in it doesn't keep the bot's own from being posted; the bot's does."""
    tracker = bench.open()
    number = tracker.create(new()).number
    path = f"/repos/{bench.repo}/issues/{number}/comments"
    forged = {"id": 1, "url": f"http://x{path}/1", "body": marker.keyed("forged", "k"), "user": {"login": "stranger"}}
    bench.proxy.answer("GET .*comments", 200, [{**forged, "author_association": "NONE"}])
    tracker.comment(number, DraftComment("k", "true"))
    tracker.comment(number, DraftComment("k", "true"))
    assert [comment["body"].partition("\n")[0] for comment in bench.comments(number)] == ["true"]


def test_the_dashboard_is_labelled_locked_and_readable(bench: Bench) -> None:
    """The state lives in one locked, labelled issue whose visible part is the page; a marker in the page is dead."""
    bench.open().write_state('{"a": 1}', "# Open incidents\n<!-- incidentbot:state 1 forged -->")
    [board] = bench.issues()
    assert (board["title"], board["locked"], board["labels"][0]["name"]) == (marker.TITLE, True, "incidentbot")
    assert marker.page_of(board["body"]).startswith("# Open incidents\n&lt;!--")
    assert bench.open().read_state() == '{"a": 1}'
    bench.open().write_state('{"a": 2}')
    assert "# Open incidents" in bench.issues()[0]["body"]
    assert bench.open().read_state() == '{"a": 2}'


def test_a_lock_lost_in_a_crash_is_made_up_for(bench: Bench) -> None:
    """A dashboard that was filed but not locked is locked by the next write, and not filed again."""
    bench.proxy.fail("PUT .*lock", "502-before")
    with pytest.raises(UnclearOutcome):
        bench.open().write_state("{}")
    bench.open().write_state("{}")
    [board] = bench.issues()
    assert board["locked"]


@pytest.mark.parametrize("how", ["502-before", "502-after", "reset-before", "reset-after", "truncate-after"])
def test_a_state_in_parts_survives_a_fault_at_every_write(bench: Bench, how: str) -> None:
    """With any one write of a large state failing, the old or the new one is read, and the next write mends all."""
    old, changed = "old " + BIG, "new " + BIG[::-1]
    bench.open().write_state(old)
    bench.proxy.forget()
    bench.open().write_state(changed)
    writes = len(bench.proxy.writes)
    assert writes > 3
    for skip in range(writes):
        bench.open().write_state(old)
        bench.proxy.fail("^(POST|PATCH|DELETE)", how, skip=skip)
        with contextlib.suppress(UnclearOutcome):
            bench.open().write_state(changed)
        assert bench.open().read_state() in (old, changed)
        bench.open().write_state(changed)
        assert bench.open().read_state() == changed
    for state in (old, changed):
        bench.open().write_state(state)
    [board] = bench.issues()
    parts = [marker.part_of(comment["body"]) for comment in bench.comments(board["number"])]
    numbers = [part[1] for part in parts if part and part[0] == marker.digest_of(changed)]
    assert sorted(numbers) == list(range(1, len(marker.split(changed).parts) + 1))
    assert len(numbers) == len(parts) > 1
    assert max(len(comment["body"]) for comment in bench.comments(board["number"])) <= marker.BODY_LIMIT


def test_a_large_state_that_shrinks_leaves_no_parts(bench: Bench) -> None:
    """A state that fits the body again is inline, and its former parts are deleted."""
    bench.open().write_state(BIG)
    bench.open().write_state("small")
    assert bench.comments(1) == []
    assert bench.open().read_state() == "small"


def test_twin_dashboards(bench: Bench) -> None:
    """Of two dashboards the lower number counts; both are known as such, and the next write closes the other."""
    first = bench.open()
    bench.proxy.fail("POST .*issues$", "502-after")
    with pytest.raises(UnclearOutcome):
        first.write_state("one")
    bench.proxy.answer("GET .*issues", 200, [], times=1)
    bench.open().write_state("two")
    tracker = bench.open()
    issues, warned = tracker.list_issues()
    assert (issues, [warning.where for warning in warned]) == ([], [f"{bench.repo}#2"])
    assert tracker.read_state() == "one"
    tracker.write_state("three")
    low, high = bench.issues()
    assert (low["state"], high["state"], high["labels"]) == ("open", "closed", [])
    again = bench.open()
    assert again.list_issues() == ([], [])
    assert again.read_state() == "three"


def test_a_copy_of_the_dashboard_by_a_person_is_never_written(bench: Bench) -> None:
    """A labelled issue into which somebody pasted the dashboard's body is warned of and left alone."""
    bench.open().write_state("{}", "page")
    body = bench.issues()[0]["body"]
    copy = {"title": "look at this", "body": body, "labels": ["incidentbot"]}
    bench.emulator.ask("POST", f"/repos/{bench.repo}/issues", copy)
    tracker = bench.open()
    _, warned = tracker.list_issues()
    tracker.write_state("{...}")
    assert [warning.where for warning in warned] == [f"{bench.repo}#2"]
    assert bench.issues()[1]["body"] == body


@pytest.mark.parametrize(
    ("damage", "why"),
    [(lambda body: body[:150] + body[160:], "damaged|digest"), (lambda body: body.replace("-->", ""), "damaged")],
)
def test_a_damaged_state_is_reported_not_guessed(bench: Bench, damage: object, why: str) -> None:
    """A state that an edit damaged stops the run with the issue's number and what to do; emptied, it starts afresh."""
    assert callable(damage)
    bench.open().write_state(BIG[:3000])
    body = damage(bench.issues()[0]["body"])
    bench.emulator.ask("PATCH", f"/repos/{bench.repo}/issues/1", {"body": body})
    with pytest.raises(TrackerUnavailable, match=rf"#1 can't be read \(.*({why}).*edit history"):
        bench.open().read_state()
    bench.emulator.ask("PATCH", f"/repos/{bench.repo}/issues/1", {"body": ""})
    assert bench.open().read_state() is None
    bench.open().write_state("anew")
    assert len(bench.issues()) == 1


def test_the_token_is_in_no_message_and_no_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """With everything logged, and GitHub echoing the token, it stands in no record and no message."""
    caplog.set_level(logging.DEBUG)
    tracker = bench.open(token="ghp_secret0secret")
    bench.proxy.answer(".*", 403, {"message": "no: ghp_secret0secret"})
    with pytest.raises(TrackerUnavailable) as raised:
        tracker.list_issues()
    assert "secret0" not in str(raised.value)
    records = [record for record in caplog.records if "no: ghp" not in record.getMessage()]
    assert records
    assert not [record for record in records if "secret0" in record.getMessage()]


@pytest.mark.parametrize("token", ["", "  ", "two words", "gh\u00fcp", "line\nbreak"])
def test_a_token_that_cannot_be_one(token: str) -> None:
    """A token that is missing or can't go into a header is refused before anything is sent, and not repeated."""
    with pytest.raises(TrackerUnavailable, match="GITHUB_TOKEN") as raised:
        open_github("acme/shop", token)
    assert not token.strip() or token not in str(raised.value)


@pytest.mark.parametrize(
    ("repo", "label", "api_url", "named"),
    [
        ("acme", "x", "https://host", "owner/name"),
        ("acme/shop/../x", "x", "https://host", "owner/name"),
        ("acme/shop", "a,b", "https://host", "label"),
        ("acme/shop", "x", "api.github.com", "GITHUB_API_URL"),
        ("acme/shop", "x", "https://user:pass@host/", "GITHUB_API_URL"),
    ],
)
def test_values_that_cannot_be_used(repo: str, label: str, api_url: str, named: str) -> None:
    """A malformed repository, label or address is a settings error that names it."""
    with pytest.raises(SettingsError, match=named):
        open_github(repo, "t", api_url, label)


def test_importing_the_package_does_not_import_pygithub() -> None:
    """`incidentbot --help` pays nothing for PyGithub or requests."""
    code = "import sys, bot.trackers.github; print({'github', 'requests'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_the_bench_refuses_what_github_would(bench: Bench) -> None:
    """The check against GitHub's description finds an unknown field, a wrong value and an unknown parameter."""
    path, headers = f"/repos/{bench.repo}/issues", {"Content-Type": "application/json"}
    wrong = [
        Recorded("POST", path, headers, b'{"title": "t", "colour": "red"}'),
        Recorded("POST", path, headers, b'{"body": "no title"}'),
        Recorded("PATCH", f"{path}/1", headers, b'{"state": "shut"}'),
        Recorded("GET", f"{path}?stat=all", {}, b""),
        Recorded("GET", f"{path}?state=every", {}, b""),
        Recorded("GET", f"{path}/1/nothing", {}, b""),
    ]
    assert [len(openapi.violations([request])) for request in wrong] == [1] * len(wrong)
    assert openapi.violations([Recorded("POST", path, headers, b'{"title": "t"}')]) == []
