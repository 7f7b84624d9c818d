"""What becomes of a request that fails: read again, or not repeated, a sentence for each refusal, never two issues."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import TrackerUnavailable
from bot.model.issue import DraftComment, IssueChange, NewIssue
from bot.trackers.github import GitHubTracker
from bot.trackers.github.refusals import Answer, Asked, explain, limit_wait, pause
from bot.trackers.github.replies import next_query, repository_of
from bot.trackers.interface import RateLimited, UnclearOutcome
from tests.bench.emulator import free_port
from tests.bench.fixtures import Bench, bench, servers

__all__ = ["bench", "servers"]

NEW = NewIssue("GCP-new | P0 | it fails", "what happened", ("incidentbot",))
FAULTS = ("502-before", "502-after", "reset-before", "reset-after", "truncate-after", "silence-after")
NOW = 1_700_000_000.0


def warm(bench: Bench) -> GitHubTracker:
    """A tracker that knows its label, with a log that starts now."""
    tracker = bench.open(authors=("incident-bot",))
    bench.emulator.ask("POST", f"/repos/{bench.repo}/labels", {"name": "incidentbot"}, "tok_bot")
    tracker.create(NewIssue("first", "", ("incidentbot",)))
    bench.proxy.forget()
    return tracker


@pytest.mark.parametrize("how", FAULTS)
def test_a_creation_of_unknown_fate_is_sent_once(bench: Bench, how: str) -> None:
    """Whatever becomes of the answer to a POST, it is sent once and UnclearOutcome says to reconcile."""
    tracker = warm(bench)
    bench.proxy.fail("POST .*/issues$", how)
    with pytest.raises(
        UnclearOutcome, match=r"^Whether filing an issue for \S+ succeeded is not known \(.*\): run again;"
    ):
        tracker.create(NEW)
    assert bench.proxy.writes == [f"POST /repos/{bench.repo}/issues"]
    assert bench.slept == []
    filed = [issue for issue in bench.issues() if issue["title"] == NEW.title]
    assert len(filed) == (0 if how.endswith("before") else 1)
    assert len(bench.open(authors=("incident-bot",)).list_issues()[0]) == 1 + len(filed)


@pytest.mark.parametrize("how", FAULTS)
def test_changes_and_comments_of_unknown_fate_are_sent_once(bench: Bench, how: str) -> None:
    """A PATCH and a comment are sent once too; the comment asked for again stands once."""
    tracker = warm(bench)
    bench.proxy.fail("PATCH", how)
    with pytest.raises(UnclearOutcome):
        tracker.change(1, IssueChange(title="new"))
    bench.proxy.fail("POST .*comments", how)
    with pytest.raises(UnclearOutcome):
        tracker.comment(1, DraftComment("k", "said"))
    assert len(bench.proxy.writes) == 2
    tracker.comment(1, DraftComment("k", "said"))
    assert len(bench.comments(1)) == 1


@pytest.mark.parametrize("how", FAULTS)
def test_a_read_is_tried_again(bench: Bench, how: str) -> None:
    """A list that fails twice is read at the third try, every try counted, with short pauses."""
    tracker = warm(bench)
    before = tracker.requests
    bench.proxy.fail("GET .*labels=incidentbot", how, times=2)
    assert len(tracker.list_issues()[0]) == 1
    assert tracker.requests - before == 4
    assert bench.slept == [0.5, 2.0]


def test_a_list_that_keeps_failing_is_an_error(bench: Bench) -> None:
    """After three tries a failed list is TrackerUnavailable with exit code 5, never an empty list."""
    bench.proxy.fail("GET", "502-before", times=3)
    with pytest.raises(TrackerUnavailable, match=r"GitHub failed when listing issues .*502.*run again later") as raised:
        bench.open().list_issues()
    assert raised.value.exit_code == 5
    assert len(bench.proxy.log) == 3


REFUSALS: list[tuple[int, Any, dict[str, str], str]] = [
    (401, "Bad credentials", {}, r"GitHub refused the token for \S+ \(401: Bad credentials\): .*GITHUB_TOKEN"),
    (403, "Resource not accessible by integration", {}, r'permission "issues: write"'),
    (403, "No", {"x-accepted-github-permissions": "issues=read"}, r'permission "issues: read"'),
    (
        403,
        "Resource protected by SAML",
        {"x-github-sso": "required; url=https://x/sso"},
        r"single sign-on .*https://x/sso",
    ),
    (403, "Repository was archived so is read-only.", {}, r"is archived, .*unarchive it"),
    (404, "Not Found", {}, r"doesn't exist, or the token can't see it \(404\).*--repo"),
    (410, "Issues are disabled for this repo", {}, r"Issues are disabled in \S+ \(410\): enable them under Settings"),
    (418, "", {}, r"GitHub refused .* \(418\): check GITHUB_API_URL"),
    (422, "Validation Failed", {}, r"GitHub found a field invalid when .*422: Validation Failed\): it named no field"),
]


@pytest.mark.parametrize(("status", "message", "headers", "says"), REFUSALS)
@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
def test_each_refusal_is_one_sentence(
    bench: Bench, status: int, message: str, headers: dict[str, str], says: str, write: bool
) -> None:
    """Each refusal of a list and of a creation is one line that says what to do, after one request that did nothing."""
    tracker = warm(bench)
    bench.proxy.answer("POST" if write else "GET", status, {"message": message}, headers)
    with pytest.raises(TrackerUnavailable, match=says) as raised:
        tracker.create(NEW) if write else GitHubTracker.list_issues(bench.open(authors=()))
    assert "\n" not in str(raised.value)
    assert not isinstance(raised.value, UnclearOutcome)
    assert len(bench.proxy.log) == 1
    assert len(bench.issues()) == 1


LIMITS: list[tuple[int, str, dict[str, str], float]] = [
    (403, "You have exceeded a secondary rate limit", {}, 60.0),
    (403, "You have exceeded a secondary rate limit", {"retry-after": "30"}, 30.0),
    (429, "Too many", {}, 60.0),
    (429, "Too many", {"retry-after": "7"}, 7.0),
    (403, "API rate limit exceeded", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 20)}, 21.0),
]


@pytest.mark.parametrize(("status", "message", "headers", "wait"), LIMITS)
def test_limits(bench: Bench, status: int, message: str, headers: dict[str, str], wait: float) -> None:
    """A limited read waits as long as it is asked to and goes on; a limited write is not repeated and says how long."""
    tracker = warm(bench)
    bench.proxy.answer("GET .*labels=", status, {"message": message}, headers)
    assert len(tracker.list_issues()[0]) == 1
    assert bench.slept == [wait]
    bench.proxy.answer("POST", status, {"message": message}, headers)
    with pytest.raises(RateLimited, match=f"rate limit .*run again in {wait:.0f} s") as raised:
        tracker.create(NEW)
    assert raised.value.wait == wait
    assert len(bench.proxy.writes) == 1


def test_no_sleep_beyond_the_ceiling(bench: Bench) -> None:
    """A Retry-After of an hour is an error at once, and all sleeps of a tracker together stay within a minute."""
    tracker = bench.open()
    bench.proxy.answer("GET", 429, {"message": "slow"}, {"retry-after": "3600"})
    with pytest.raises(RateLimited, match="run again in 3600 s"):
        tracker.list_issues()
    bench.proxy.answer("GET", 429, {"message": "slow"}, {"retry-after": "25"}, times=9)
    with pytest.raises(RateLimited):
        tracker.list_issues()
    with pytest.raises(RateLimited):
        tracker.list_issues()
    assert bench.slept == [25.0, 25.0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("verb", ["GET", "POST", "PATCH"])
def test_redirects_are_refused(bench: Bench, status: int, verb: str) -> None:
    """No redirect is followed on any verb, and the new name is told when GitHub tells it."""
    tracker = warm(bench)
    bench.proxy.answer(verb, status, {"message": "Moved"}, {"location": f"{bench.proxy.url}/repos/acme/store/issues"})
    calls: dict[str, Callable[[], object]] = {
        "GET": tracker.list_issues,
        "POST": lambda: tracker.create(NEW),
        "PATCH": lambda: tracker.change(1, IssueChange("t")),
    }
    with pytest.raises(TrackerUnavailable, match=rf"is now acme/store \({status}\): set GITHUB_REPOSITORY or --repo"):
        calls[verb]()
    assert len(bench.proxy.log) == 1


def test_a_renamed_repository_is_asked_for_its_name(bench: Bench) -> None:
    """GitHub redirects to the repository's id: one more read tells the new name, and no more is done."""
    bench.checked = False
    bench.proxy.answer(
        "GET .*issues", 301, {"message": "Moved"}, {"location": f"{bench.proxy.url}/repositories/7/issues"}
    )
    bench.proxy.answer("GET /repositories/7$", 200, {"full_name": "acme/store"})
    with pytest.raises(TrackerUnavailable, match="is now acme/store"):
        bench.open().list_issues()
    assert len(bench.proxy.log) == 2


@pytest.mark.parametrize(
    "reply",
    [
        b'{"number": 7, "title": "t", "ur',
        b"null",
        b"[]",
        b"<html>a proxy says hello</html>",
        b'{"number": null, "url": "http://x/repos/acme/shop/issues/1", "title": "t", "state": "open"}',
        b'{"number": 7, "url": "http://x/repos/acme/moved/issues/7", "title": "t", "state": "open"}',
        b"",
    ],
)
def test_an_answer_that_makes_no_sense(bench: Bench, reply: bytes) -> None:
    """A cut, empty, foreign or numberless answer to a creation is UnclearOutcome; to a list it is an error."""
    tracker = warm(bench)
    bench.proxy.answer("POST", 201, reply)
    with pytest.raises(UnclearOutcome):
        tracker.create(NEW)
    bench.proxy.answer("GET", 200, b"[" + reply + b"]" if reply.startswith(b"{") else reply or b"x")
    if reply != b"[]":
        with pytest.raises(TrackerUnavailable, match=r"cut or not what its API gives|answered for acme/moved"):
            tracker.list_issues()


def test_an_answer_about_another_issue(bench: Bench) -> None:
    """A PATCH that is answered with another number is not believed."""
    tracker = warm(bench)
    row = {"number": 2, "url": f"http://x/repos/{bench.repo}/issues/2", "title": "t", "state": "open"}
    bench.proxy.answer("PATCH", 200, row)
    with pytest.raises(UnclearOutcome):
        tracker.change(1, IssueChange(title="t"))


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_nobody_there(bench: Bench, host: str) -> None:
    """A refused connection and an unknown host are errors that name the address; a write was then never sent."""
    bench.checked = False
    tracker = bench.open(api_url=f"http://{host}:{free_port()}")
    with pytest.raises(TrackerUnavailable, match=rf"GitHub can't be reached at {host}:\d+ .*GITHUB_API_URL"):
        tracker.list_issues()
    with pytest.raises(TrackerUnavailable) as raised:
        tracker.change(1, IssueChange(title="t"))
    assert not isinstance(raised.value, UnclearOutcome)


@pytest.mark.parametrize(
    ("status", "message", "says"),
    [
        (404, "Not Found", r"#9 is gone \(404"),
        (410, "This issue was deleted", r"#9 was deleted \(410\)"),
        (410, "Issues are disabled for this repo", "Issues are disabled in a/b"),
        (403, "Unable to create comment because issue is locked.", "#9 is locked"),
        (301, "", "#9 was moved"),
    ],
)
def test_refusals_of_one_issue(bench: Bench, status: int, message: str, says: str) -> None:
    """An issue that is deleted, moved or locked is told apart from a repository that is."""
    tracker = warm(bench)
    bench.proxy.answer("PATCH", status, {"message": message}, {"location": f"{bench.proxy.url}/nowhere"})
    with pytest.raises(TrackerUnavailable, match=says.replace("a/b", bench.repo)):
        tracker.change(9, IssueChange(title="t"))


def test_the_emulated_refusal(bench: Bench) -> None:
    """What the emulator itself refuses reads the same: a repository that isn't there."""
    with pytest.raises(TrackerUnavailable, match="acme/nothing doesn't exist"):
        bench.open(repo="acme/nothing").list_issues()


def test_a_422_names_its_field() -> None:
    """The field and code that GitHub lists stand in the message, on one printable line."""
    errors = ({"resource": "Issue", "field": "assignees", "code": "invalid"}, "and\nso on")
    error = explain(Asked("a/b", "POST", "filing an issue"), Answer(422, {}, "Validation\x1b[31m Failed", errors), NOW)
    assert str(error) == (
        "GitHub found a field invalid when filing an issue for a/b (422: Validation [31m Failed):"
        " assignees invalid; and so on; mend it."
    )


def test_waits() -> None:
    """Waiting helps after a limit and a 5xx, and after nothing else; a spent budget waits for its reset."""
    assert pause(Answer(503), 0, NOW) == 0.5
    assert pause(Answer(404), 0, NOW) is None
    assert limit_wait(Answer(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "5"}), NOW) == 1.0


def test_links_and_addresses() -> None:
    """The next page's query comes from the Link header, page or cursor; an odd address names no repository."""
    link = '<https://x/repositories/1/issues?after=abc%3D%3D&per_page=100>; rel="next", <https://x/?page=9>; rel="last"'
    assert next_query(link) == {"after": "abc==", "per_page": "100"}
    assert next_query('<https://x/?page=1>; rel="prev"') == {}
    assert repository_of("https://ghe.example/api/v3/repos/a/b/issues/5") == "a/b"
    assert [repository_of(odd) for odd in ("", "https://x/repos/a", "nonsense")] == ["", "", ""]
    assert re.fullmatch(r"a/b#5", Asked("a/b", "GET", "", 5).where)
