"""The history of a GitHub repository: commits, comparisons, deployments, checks; read only, and each thing once."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import msgspec

from bot.errors import Refused, SettingsError, TrackerUnavailable
from bot.model.fix import Check, Commit, FileChange
from bot.model.run import Warned
from bot.model.time import HOUR, iso
from bot.model.window import Deployment
from bot.trackers.github import codereplies as replies
from bot.trackers.github import marker
from bot.trackers.github.refusals import Absent, Asked
from bot.trackers.github.replies import nanos_or_zero
from bot.trackers.github.tracker import API_URL, open_wire
from bot.trackers.landing import landed
from bot.trackers.revisions import MOST_BETWEEN, MOST_CHANGES, MOST_RECENT, is_branch, is_path, sha_of

if TYPE_CHECKING:
    from bot.trackers.github.wire import Policy, Wire

MOST_DETAILED = 50
"""Of so many commits of a range the files are asked for, and of so many merges what they brought: a request each."""

MOST_PULLS, MOST_DEPLOYMENTS = 20, 30
"""Pull requests of so many newest commits, and states of so many newest deployments, cost a request each."""

SLOWEST_ROLLOUT = 24 * HOUR
"""A deployment may succeed so long after it was announced; the list is by announcement."""

_CONTENTS, _PULLS = "contents: read", "pull-requests: read"
_DEPLOYMENTS, _CHECKS, _STATUSES = "deployments: read", "checks: read", "statuses: read"
_ISSUES = "issues: read"

R = TypeVar("R", bound=msgspec.Struct)


def open_github_code(
    repo: str, token: str, api_url: str = API_URL, branch: str = "", policy: "Policy | None" = None
) -> "GitHubHost":
    """The code of `owner/name`; its default branch is tracked where none is named. Sends nothing yet.

    Raises SettingsError where a value can't be used, TrackerUnavailable without a token.
    """
    return GitHubHost(open_wire(repo, token, api_url, policy), branch)


class GitHubHost:
    """A repository's code behind the protocol of code hosts. Everything that was read is kept until the run's end."""

    def __init__(self, wire: "Wire", branch: str = "") -> None:
        if branch and not is_branch(branch):
            raise SettingsError(f"{branch[:100]!r} can't be a branch: name the tracked one as GitHub shows it.")
        self.name = wire.repo
        self.branch = branch
        self._wire = wire
        self._tip = ""
        self._reached: set[str] = set()
        self._whole: dict[str, str] = {}
        self._commits: dict[str, Commit | None] = {}
        self._recent: dict[int, tuple[Commit, ...]] = {}
        self._compared: dict[tuple[str, str], bool | None] = {}
        self._ranges: dict[tuple[str, str], tuple[tuple[Commit, ...], tuple[FileChange, ...]]] = {}
        self._pulls = 0
        self._warnings: dict[str, Warned] = {}

    @property
    def requests(self) -> int:
        """HTTP requests sent, each try counted."""
        return self._wire.requests

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What could not be read of the code so far, and what to do."""
        return tuple(self._warnings.values())

    def recent(self, since: int) -> tuple[Commit, ...]:
        """Commits that came onto the branch since a time; what a merge brought is asked for, a request a merge."""
        if since not in self._recent:
            query = {"sha": self._branch_tip(), "since": iso(since)}
            asked = self._asked("listing commits", _CONTENTS)
            rows = _first(self._wire.walk(asked, "/commits", query, replies.CommitReply), MOST_RECENT)
            self._reached.update(row.sha for row in rows)
            commits = [self._with_pull(replies.commit_of(row)) for row in rows]
            self._recent[since] = tuple(landed(self._with_merged(commits), self._branch_tip())[:MOST_RECENT])
        return self._recent[since]

    def commit(self, sha: str) -> Commit | None:
        """A commit with its files, at most 300; None where there is none of this name."""
        name = sha_of(sha)
        name = self._whole.get(name, name)
        if name and name not in self._commits:
            asked = self._asked("reading a commit", _CONTENTS)
            found = self._wire.find(asked, f"/commits/{name}", {}, replies.CommitReply)
            if found and not found.sha.startswith(name):
                found = None
            if found is None:
                self._branch_tip()
            self._commits[name] = commit = replies.commit_of(found) if found else None
            if commit:
                self._whole[name] = commit.sha
                self._commits[commit.sha] = commit
        return self._commits.get(name)

    def contains(self, descendant: str, ancestor: str) -> bool | None:
        """Whether one commit has the other in its history, by a comparison; None where either isn't there."""
        later, earlier = self._resolved(descendant), self._resolved(ancestor)
        if not later or not earlier:
            return None
        if later == earlier or (later == self._tip and earlier in self._reached):
            return True
        key = (earlier, later)
        if key not in self._compared:
            found = self._compare(earlier, later, {"per_page": "1"})
            self._compared[key] = found.status in ("ahead", "identical") if found else None
        return self._compared[key]

    def on_branch(self, sha: str) -> bool | None:
        """Whether the branch has this commit."""
        return self.contains(self._branch_tip(), sha)

    def between(self, base: str, head: str) -> tuple[Commit, ...]:
        """What `head` has and `base` hasn't, newest first; the newest 50 with files, at a request each."""
        commits = self._range(base, head)[0]
        newest, rest = commits[:MOST_DETAILED], commits[MOST_DETAILED:]
        return (*(self.commit(commit.sha) or commit for commit in newest), *rest)

    def changes(self, base: str, head: str) -> tuple[FileChange, ...]:
        """What the files underwent from where the two histories parted until `head`."""
        return self._range(base, head)[1]

    def file(self, path: str, sha: str) -> str | None:
        """A text file of a commit; None for what is none: a folder, a link, bytes, too long."""
        name = sha_of(sha)
        if not name or not is_path(path):
            return None
        asked = self._asked("reading a file", _CONTENTS)
        found = self._wire.find(asked, f"/contents/{quote(path)}", {"ref": name}, replies.ContentReply)
        return replies.text_of(found) if found else None

    def deployments(self, since: int) -> tuple[Deployment, ...]:
        """Deployments that succeeded since a time, oldest first; a request for each that was announced since."""
        asked = self._asked("listing deployments", _DEPLOYMENTS)
        pages = self._wire.walk(asked, "/deployments", {}, replies.DeploymentReply)
        rows = itertools.chain.from_iterable(pages)
        fresh = itertools.takewhile(lambda row: nanos_or_zero(row.created_at) >= since - SLOWEST_ROLLOUT, rows)
        told = [(self._succeeded(row.id), row) for row in itertools.islice(fresh, MOST_DEPLOYMENTS)]
        return tuple(
            Deployment(at, row.environment, row.service, "", row.sha, "GitHub deployment")
            for at, row in sorted(told, key=lambda pair: (pair[0], pair[1].id))
            if at and at >= since
        )

    def checks(self, sha: str) -> tuple[Check, ...]:
        """The latest check runs and statuses of a commit, by name."""
        name = self._resolved(sha)
        if not name:
            return ()
        runs = self._wire.walk(
            self._asked("reading check runs", _CHECKS),
            f"/commits/{name}/check-runs",
            {"filter": "latest"},
            replies.CheckRunReply,
            within="check_runs",
        )
        asked = self._asked("reading statuses", _STATUSES)
        combined = self._wire.find(asked, f"/commits/{name}/status", {"per_page": "100"}, replies.CombinedReply)
        try:
            found = [replies.run_check(run) for page in runs for run in page]
        except Absent:
            return ()
        found += [replies.status_check(status) for status in (combined.statuses if combined else ())]
        return tuple(sorted(found, key=lambda check: (check.name, check.source)))

    def activity(self, number: int, label: str = "") -> int:
        """When a person last commented, named it in a commit or pull request, or took it on; 0: never, or gone."""
        asked = msgspec.structs.replace(self._asked("reading an issue's timeline", _ISSUES), number=int(number))
        try:
            pages = list(self._wire.walk(asked, f"/issues/{asked.number}/timeline", {}, replies.EventReply))
        except Absent:
            return 0
        events = (event for page in pages for event in page if event.shows_work or event.sets(label))
        own = (event for event in events if event.by_person and not marker.is_keyed(event.body or ""))
        return max((nanos_or_zero(event.created_at) for event in own), default=0)

    def _asked(self, doing: str, needs: str) -> Asked:
        return Asked(self.name, "GET", doing, needs=needs, optional=True)

    def _branch_tip(self) -> str:
        """The newest commit of the tracked branch. Raises TrackerUnavailable where there is no such branch."""
        if not self._tip:
            if not self.branch:
                self.branch = self._wire.get("", replies.RepositoryReply, "reading the repository").default_branch
            asked = self._asked("reading the branch", _CONTENTS)
            path = f"/branches/{quote(self.branch, safe='')}"
            found = self._wire.find(asked, path, {}, replies.BranchReply)
            if found is None:
                raise TrackerUnavailable(
                    f"{self.name} shows no branch {self.branch}: name the tracked one, or give the token access to"
                    f' the code with the permission "{_CONTENTS}".'
                )
            self._tip = found.commit.sha
            self._reached.add(self._tip)
        return self._tip

    def _resolved(self, name: str) -> str:
        """The whole name of a commit: an abbreviation is looked up, since a branch may be called so."""
        sha = sha_of(name)
        if len(sha) in (0, 40, 64):
            return sha
        found = self.commit(sha)
        return found.sha if found else ""

    def _compare(self, base: str, head: str, query: dict[str, str]) -> replies.ComparisonReply | None:
        asked = self._asked("comparing commits", _CONTENTS)
        found = self._wire.find(asked, f"/compare/{base}...{head}", query, replies.ComparisonReply)
        if found is None:
            self._branch_tip()
        return found

    def _range(self, base: str, head: str) -> tuple[tuple[Commit, ...], tuple[FileChange, ...]]:
        """Commits and changes between two commits; the newest commits, where there are more than are kept."""
        key = (self._resolved(base), self._resolved(head))
        if not all(key):
            return (), ()
        if key not in self._ranges:
            first = self._compare(*key, {"per_page": "100", "page": "1"})
            rows = list(self._newest(key, first)) if first else []
            commits = tuple(replies.commit_of(row) for row in reversed(rows))[:MOST_BETWEEN]
            changed = [replies.change_of(file) for file in (first.files or () if first else ())]
            changes = tuple(sorted(changed, key=lambda change: change.path)[:MOST_CHANGES])
            self._ranges[key] = (commits, changes)
        return self._ranges[key]

    def _newest(self, key: tuple[str, str], first: replies.ComparisonReply) -> Iterator[replies.CommitReply]:
        """The commits of a comparison, oldest first; of a long one the last pages, which hold all that is kept."""
        last = -(-first.total_commits // 100)
        yield from first.commits
        for page in range(max(2, (first.total_commits - MOST_BETWEEN) // 100 + 1), last + 1):
            more = self._compare(*key, {"per_page": "100", "page": str(page)})
            yield from more.commits if more else ()

    def _with_merged(self, commits: list[Commit]) -> list[Commit]:
        """The same, and after each merge what it brought that is older than what was asked for."""
        known = {commit.sha for commit in commits}
        merges = [one for one in commits if len(one.parents) > 1 and not known.issuperset(one.parents[1:])]
        brought: dict[str, list[Commit]] = {}
        for merge in merges[:MOST_DETAILED]:
            found = self._range(merge.parents[0], merge.parents[1])[0]
            brought[merge.sha] = [commit for commit in found if commit.sha not in known]
            known.update(commit.sha for commit in found)
        self._reached |= known
        return [one for commit in commits for one in (commit, *brought.get(commit.sha, ()))]

    def _with_pull(self, commit: Commit) -> Commit:
        """The commit with the pull request its title names, if GitHub says that it came by one."""
        if not commit.pull or self._pulls >= MOST_PULLS or _PULLS in self._warnings:
            return commit
        self._pulls += 1
        asked = self._asked("reading pull requests", _PULLS)
        try:
            pages = self._wire.walk(asked, f"/commits/{commit.sha}/pulls", {}, replies.PullReply)
            pulls = [pull for pull in next(pages) if pull.merged_at]
        except Refused as refusal:
            self._warnings[_PULLS] = Warned(self.name, f"What pull requests say isn't known: {refusal}")
            return commit
        mine = [pull for pull in pulls if pull.number == commit.pull or pull.merge_commit_sha == commit.sha]
        if not mine:
            return msgspec.structs.replace(commit, pull=0)
        return msgspec.structs.replace(
            commit, pull=mine[0].number, pull_body=(mine[0].body or "").replace("\r\n", "\n")
        )

    def _succeeded(self, deployment: int) -> int:
        """When a deployment first succeeded (nanoseconds); 0: it didn't."""
        asked = self._asked("reading a deployment", _DEPLOYMENTS)
        pages = self._wire.walk(asked, f"/deployments/{deployment}/statuses", {}, replies.DeploymentStatusReply)
        times = [nanos_or_zero(row.created_at) for page in pages for row in page if row.state == "success"]
        return min(times, default=0)


def _first(pages: Iterator[list[R]], most: int) -> list[R]:
    return list(itertools.islice(itertools.chain.from_iterable(pages), most))
