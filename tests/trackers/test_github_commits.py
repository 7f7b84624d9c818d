"""The code of a GitHub repository: the contract against a scripted GitHub, and what GitHub alone tells."""

import pytest

from bot.errors import SettingsError, TrackerUnavailable
from bot.model.fix import Check, Outcome
from bot.model.time import SECOND
from bot.model.window import Deployment
from bot.trackers.github import GitHubHost
from bot.trackers.github.commits import MOST_DEPLOYMENTS
from bot.trackers.github.marker import keyed
from tests.bench.codeforge import CodeForge, rfc3339
from tests.bench.fixtures import Bench, bench, servers
from tests.trackers.code_contract import DAY, START, CodeHostContract, History

__all__ = ["bench", "servers"]


class Scripted:
    """A scripted history, opened over the wire."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.forge: CodeForge = bench.script()

    def commit(
        self,
        message: str,
        changes: dict[str, str | None] | None = None,
        parents: tuple[str, ...] | None = None,
        at: int = START,
        branch: str = "main",
    ) -> str:
        """Put a commit onto a branch; a title that names a pull request came by it."""
        sha = self.forge.commit(message, changes, parents, at, branch)
        return sha

    def open(self, branch: str = "main") -> GitHubHost:
        """The host, anew."""
        return self.bench.code(branch=branch)


class TestGitHub(CodeHostContract):
    """GitHub's code as any code host; every request is one that GitHub's description allows."""

    @pytest.fixture
    def history(self, bench: Bench) -> History:
        """A new scripted repository."""
        return Scripted(bench)


def spoken(request: object) -> str:
    """What a request asks of the repository, without its query."""
    return str(request).split("?")[0].split("/shop-", 1)[1].partition("/")[2]


def test_deployments_that_succeeded(bench: Bench) -> None:
    """A deployment counts from its first success, oldest first, also when another took its place since."""
    forge = bench.script()
    sha = forge.commit("start")
    other = forge.commit("next")
    forge.deploy(sha, "staging", START, ("in_progress", START + 1), ("success", START + 60), ("inactive", START + 900))
    forge.deploy(other, "production", START + 100, ("failure", START + 160))
    forge.deploy(other, "production", START + 200, ("success", START + 300), payload={"service": "checkout-api"})
    forge.deploy(other, "production", START + 400, ("queued", START + 401), payload={"service": ["odd"]})
    found = bench.code().deployments(START * SECOND)
    assert found == (
        Deployment((START + 60) * SECOND, "staging", "", "", sha, "GitHub deployment"),
        Deployment((START + 300) * SECOND, "production", "checkout-api", "", other, "GitHub deployment"),
    )
    assert bench.code().deployments((START + 61) * SECOND) == found[1:]


def test_old_deployments_cost_nothing(bench: Bench) -> None:
    """Of three pages of deployments one is read, and only those announced lately are asked about."""
    forge = bench.script()
    sha = forge.commit("start")
    for n in range(250):
        forge.deploy(sha, "production", START + n * DAY, ("success", START + n * DAY + 60))
    host = bench.code()
    assert len(host.deployments((START + 247 * DAY) * SECOND)) == 3
    assert host.requests == 1 + 4
    host = bench.code()
    assert len(host.deployments(0)) == MOST_DEPLOYMENTS


def test_checks_by_name(bench: Bench) -> None:
    """Check runs and statuses are told by name; only success passed, and what was cancelled proves nothing."""
    forge = bench.script()
    sha = forge.commit("start")
    times = {"started_at": rfc3339(START), "completed_at": rfc3339(START + 90), "output": {"title": "12 passed"}}
    forge.run(sha, "unit", "success", **times)
    for name, ended in (("lint", "failure"), ("e2e", "cancelled"), ("docs", "neutral"), ("slow", None), ("x", "odd")):
        forge.run(sha, name, ended)
    forge.contexts[sha] = [
        {"context": "ci/deploy", "state": "error", "description": None},
        {"context": "ci/z", "state": "pending"},
    ]
    found = bench.code().checks(sha)
    assert found[-2] == Check("unit", Outcome.PASSED, "check run", "12 passed", 90.0)
    assert [(check.name, check.outcome.value) for check in found] == [
        ("ci/deploy", "failed"),
        ("ci/z", "pending"),
        ("docs", "skipped"),
        ("e2e", "skipped"),
        ("lint", "failed"),
        ("slow", "pending"),
        ("unit", "passed"),
        ("x", "skipped"),
    ]


def test_many_check_runs(bench: Bench) -> None:
    """All pages of check runs are read."""
    forge = bench.script()
    sha = forge.commit("start")
    for n in range(130):
        forge.run(sha, f"run {n:03}")
    assert len(bench.code().checks(sha)) == 130


def test_activity_is_of_people(bench: Bench) -> None:
    """Comments, commits and pull requests of people show work; the bot's comments, apps and mentions don't."""
    forge = bench.script()
    forge.commit("start")
    forge.event(7, "commented", START, body="looking")
    forge.event(7, "labeled", START + 1)
    forge.event(7, "commented", START + 2, login="renovate[bot]", body="hi")
    forge.event(7, "commented", START + 3, body=keyed("It goes on.", "update:7"))
    forge.event(7, "cross-referenced", START + 4, source={"type": "issue", "issue": {"number": 9}})
    assert bench.code().activity(7) == START * SECOND
    forge.event(7, "cross-referenced", START + 5, source={"issue": {"number": 8, "pull_request": {"url": "x"}}})
    assert bench.code().activity(7) == (START + 5) * SECOND
    forge.event(7, "referenced", START + 6, commit_id="0" * 40)
    assert bench.code().activity(7) == (START + 6) * SECOND
    forge.event(7, "labeled", START + 7, label={"name": "In-Work"})
    assert bench.code().activity(7) == (START + 6) * SECOND
    assert bench.code().activity(7, "in-work") == (START + 7) * SECOND
    for n in range(150):
        forge.event(7, "mentioned", START + n)
    forge.event(7, "commented", START + 500, body="done")
    assert bench.code().activity(7) == (START + 500) * SECOND


@pytest.mark.parametrize("status", [404, 410])
def test_activity_on_an_issue_that_is_gone(bench: Bench, status: int) -> None:
    """An issue that was deleted shows no work."""
    bench.script().commit("start")
    bench.proxy.answer("timeline", status, {"message": "This issue was deleted"})
    assert bench.code().activity(7) == 0


def test_what_a_pull_request_said(bench: Bench) -> None:
    """Only a title that names a pull request costs a request; a number that GitHub doesn't confirm is none."""
    forge = bench.script()
    forge.commit("plain")
    squashed = forge.commit("Mend it (#5)")
    forge.pull(5, squashed, "Fixes #12\r\nand more")
    forge.commit("Answers a question (#6)")
    found = {commit.title: (commit.pull, commit.pull_body) for commit in bench.code().recent(0)}
    assert found == {"plain": (0, ""), "Mend it (#5)": (5, "Fixes #12\nand more"), "Answers a question (#6)": (0, "")}
    assert sum("/pulls" in str(request) for request in bench.proxy.log) == 2


def test_pull_requests_that_may_not_be_read(bench: Bench) -> None:
    """Without that permission the commits still come, asked once, and a warning says what to give."""
    forge = bench.script()
    for n in range(3):
        forge.commit(f"Mend it (#{n + 5})")
    bench.proxy.answer("/pulls", 403, {"message": "Resource not accessible by integration"}, times=9)
    host = bench.code()
    assert [commit.pull for commit in host.recent(0)] == [7, 6, 5]
    [warned] = host.warnings
    assert 'permission "pull-requests: read"' in warned.what
    assert sum("/pulls" in str(request) for request in bench.proxy.log) == 1


def test_names_of_the_scripts_choice(bench: Bench) -> None:
    """A whole history under names of one's own: what is deployed holds the fix, and on the branch it costs nothing."""
    forge = bench.script()
    fix, tip = "2f130c1" + "0" * 33, "c41d77e" + "0" * 33
    forge.commit("fix", {"a": "1\n"}, sha=fix)
    forge.commit("tip", {"a": "2\n"}, sha=tip)
    host = bench.code(branch="main")
    host.recent(0)
    before = host.requests
    assert host.on_branch(fix) is True
    assert host.contains(tip, fix) is True
    assert host.requests == before
    assert host.contains(fix, tip) is False
    assert host.contains("c41d77e", "2f130c1") is True
    assert [spoken(request) for request in bench.proxy.log] == [
        "branches/main",
        "commits",
        f"compare/{tip}...{fix}",
        "commits/c41d77e",
        "commits/2f130c1",
    ]


def test_a_force_push(bench: Bench) -> None:
    """What was pushed away is not on the branch any more, though GitHub still has it."""
    forge = bench.script()
    base = forge.commit("base", {"a": "1\n"})
    gone = forge.commit("gone", {"a": "2\n"})
    forge.commit("instead", {"a": "3\n"}, parents=(base,))
    assert bench.code().on_branch(gone) is False


def test_long_ranges(bench: Bench) -> None:
    """Of 420 commits the newest 250 come, the newest first, 50 of them with files."""
    forge = bench.script()
    base = forge.commit("base", at=START)
    names = [forge.commit(f"c{n}", {f"f{n}": "1\n"}, at=START + n) for n in range(420)]
    host = bench.code()
    found = host.between(base, names[-1])
    assert [commit.sha for commit in found] == names[::-1][:250]
    assert [commit.files for commit in found[:50]] == [(f"f{n}",) for n in range(419, 369, -1)]
    assert host.requests == 5 + 50
    assert len(host.changes(base, names[-1])) == 300
    assert host.requests == 5 + 50


def test_a_branch_with_slashes(bench: Bench) -> None:
    """A branch's name is one part of the address, whatever is in it."""
    forge = bench.script()
    tip = forge.commit("start", branch="team/fix#1 ü".replace(" ", "-"))
    assert bench.code(branch="team/fix#1-ü").on_branch(tip) is True


REFUSALS = [
    (
        "GET /repos/[^/]+/[^/?]+$",
        404,
        "Not Found",
        r"doesn't exist, or the token can't see it .* give the token access",
    ),
    ("branches", 404, "Branch not found", r'shows no branch main: .*permission "contents: read"'),
    ("commits", 403, "Resource not accessible by integration", r'permission "contents: read"'),
    ("commits", 409, "Git Repository is empty.", r"doesn't exist, or the token"),
    ("commits", 502, "", r"GitHub failed when listing commits"),
    ("commits", 429, "", r"rate limit is reached"),
    ("commits", 200, "", r"cut or not what its API gives"),
]


@pytest.mark.parametrize(("match", "status", "message", "says"), REFUSALS)
def test_refusals(bench: Bench, match: str, status: int, message: str, says: str) -> None:
    """A repository that can't be read is an error with the permission it takes, never an empty history."""
    bench.script().commit("start")
    bench.proxy.answer(match, status, {"message": message}, times=9)
    with pytest.raises(TrackerUnavailable, match=says):
        bench.code().recent(0)


def test_a_repository_that_moved(bench: Bench) -> None:
    """A redirect is not followed: the new name is said."""
    bench.script().commit("start")
    bench.proxy.answer("GET", 301, {}, {"location": f"{bench.proxy.url}/repos/acme/elsewhere"}, times=9)
    with pytest.raises(TrackerUnavailable, match="is now acme/elsewhere"):
        bench.code().recent(0)


@pytest.mark.parametrize("path", ["/commits/", "/compare/", "/deployments", "/timeline", "check-runs", "/contents/"])
def test_reads_are_tried_again(bench: Bench, path: str) -> None:
    """Every kind of read survives two failures, and three are an error."""
    forge = bench.script()
    sha, tip = forge.commit("start", {"a": "1\n"}), forge.commit("next", {"a": "2\n"})
    forge.events[7] = []

    def everything(host: GitHubHost) -> None:
        host.commit(sha), host.contains(sha, tip), host.deployments(0), host.activity(7), host.checks(sha)
        host.file("a", sha)

    bench.proxy.fail(path, "reset-before", times=2)
    everything(bench.code())
    bench.proxy.fail(path, "502-before", times=3)
    with pytest.raises(TrackerUnavailable):
        everything(bench.code())


def test_answers_that_make_no_sense(bench: Bench) -> None:
    """A commit of another name than was asked for is no answer; one of another repository is an error."""
    forge = bench.script()
    sha = forge.commit("start")
    whole = next(iter(forge.history(sha)))
    row = forge._shown(whole)
    bench.proxy.answer("commits/abcdef012", 200, row)
    assert bench.code().commit("abcdef012") is None
    bench.proxy.answer("/commits/", 200, row | {"url": "http://x/repos/other/place/commits/1"})
    with pytest.raises(TrackerUnavailable, match="answered for other/place"):
        bench.code().commit(sha)
    bench.proxy.answer("check-runs", 200, {"total_count": 0})
    with pytest.raises(TrackerUnavailable, match="cut or not what its API gives"):
        bench.code().checks(sha)


@pytest.mark.parametrize(("given", "error"), [({"repo": "shop"}, SettingsError), ({"branch": "a..b"}, SettingsError)])
def test_options_that_cannot_be_used(bench: Bench, given: dict[str, str], error: type[Exception]) -> None:
    """A repository or branch that can't be one is a settings error, and nothing is sent."""
    with pytest.raises(error):
        bench.code(**given)
    assert bench.proxy.log == []


def test_contents_that_are_no_text(bench: Bench) -> None:
    """A link, a file over a megabyte and bytes are no text."""
    forge = bench.script()
    sha = forge.commit("start", {"a": "x"})
    url = f"{forge.url}/repos/{forge.repo}/contents/a"
    for row in (
        {"type": "symlink", "target": "b"},
        {"type": "file", "encoding": "none", "content": ""},
        {"type": "file", "encoding": "base64", "content": "AAECAw=="},
        {"type": "file", "encoding": "base64", "content": "////"},
        {"type": "file", "encoding": "base64", "content": "!"},
    ):
        bench.proxy.answer("contents", 200, {"url": url, **row})
        assert bench.code().file("a", sha) is None
