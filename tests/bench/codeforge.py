"""A scripted GitHub of code: commits of any name, branches, comparisons, deployments, checks, timelines, pulls.

It answers what the emulator lacks and stands before it: `proxy.front = forge.answer`. What it doesn't know, it leaves.
"""

import base64
import datetime
import difflib
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.bench.proxy import Answer, Recorded

_REST = re.compile(r"/repos/([^/]+/[^/]+)(/.*)?$")


def rfc3339(at: int) -> str:
    """`2025-09-15T20:00:00Z` of seconds since 1970."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Revision:
    """A commit: `tree` is every file as it stands then."""

    sha: str
    message: str
    parents: tuple[str, ...]
    tree: dict[str, str]
    at: int
    login: str


@dataclass
class CodeForge:
    """The code of one repository. Times are seconds since 1970."""

    repo: str = "acme/shop"
    url: str = "http://forge.test"
    default: str = "main"
    revisions: dict[str, Revision] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    contexts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    events: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def commit(
        self,
        message: str,
        changes: dict[str, str | None] | None = None,
        parents: tuple[str, ...] | None = None,
        at: int = 0,
        branch: str = "main",
        sha: str = "",
        login: str = "ann",
    ) -> str:
        """Put a commit onto a branch (no parents given: onto its tip), and say its name; None removes a file."""
        if parents is None:
            parents = (self.branches[branch],) if branch in self.branches else ()
        tree: dict[str, str] = {}
        for parent in reversed(parents):
            tree |= self.revisions[parent].tree
        for path, text in (changes or {}).items():
            tree.pop(path, None) if text is None else tree.update({path: text})
        sha = sha or hashlib.sha1(repr((message, parents, changes, at)).encode()).hexdigest()
        self.revisions[sha] = Revision(sha, message, parents, tree, at, login)
        self.branches[branch] = sha
        return sha

    def deploy(self, sha: str, environment: str, at: int, *states: tuple[str, int], payload: Any = "") -> int:
        """Announce a deployment, and how it went on: ("success", at)... Says its id."""
        id_ = len(self.deployments) + 1
        url = f"{self._base}/deployments/{id_}"
        row = {"id": id_, "url": url, "sha": sha, "ref": sha, "environment": environment, "payload": payload}
        self.deployments.insert(0, {**row, "created_at": rfc3339(at), "updated_at": rfc3339(at)})
        self.statuses[id_] = [
            {"url": f"{url}/statuses/{n}", "state": state, "created_at": rfc3339(when)}
            for n, (state, when) in reversed(list(enumerate(states, 1)))
        ]
        return id_

    def run(self, sha: str, name: str, conclusion: str | None = "success", **fields: Any) -> None:
        """Let a check run of a commit end so; None: it still runs."""
        rows = self.runs.setdefault(sha, [])
        url = f"{self._base}/check-runs/{len(rows) + 1}"
        status = "completed" if conclusion else "in_progress"
        rows.append({"name": name, "url": url, "status": status, "conclusion": conclusion, **fields})

    def pull(self, number: int, sha: str, body: str = "", merged: bool = True) -> None:
        """Let a commit have come by a pull request."""
        row = {"number": number, "url": f"{self._base}/pulls/{number}", "body": body, "base": {"ref": self.default}}
        self.pulls.setdefault(sha, []).append(
            {**row, "merged_at": rfc3339(1) if merged else None, "merge_commit_sha": sha}
        )

    def event(self, number: int, kind: str, at: int, login: str = "ann", **fields: Any) -> None:
        """Add an event to an issue's timeline."""
        who = {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}
        row = {"event": kind, "created_at": rfc3339(at), "actor": who, **fields}
        self.events.setdefault(number, []).append(row)

    def answer(self, request: Recorded) -> Answer | None:
        """What GitHub would answer; None for what is none of its business, and for other repositories."""
        split = urlsplit(request.target)
        found = _REST.match(split.path)
        if request.method != "GET" or not found or found[1] != self.repo:
            return None
        query = dict(parse_qsl(split.query))
        rest = found[2] or ""
        for pattern, answer in _ROUTES:
            if match := re.fullmatch(pattern, rest):
                return answer(self, [unquote(group) for group in match.groups()], query, split.path)
        return None

    @property
    def _base(self) -> str:
        return f"{self.url}/repos/{self.repo}"

    def named(self, name: str) -> Revision | None:
        """A commit by its name, an abbreviation of it, or a branch; a branch goes before an abbreviation."""
        if name in self.branches:
            return self.revisions[self.branches[name]]
        found = [one for sha, one in self.revisions.items() if len(name) >= 4 and sha.startswith(name)]
        return found[0] if len(found) == 1 else None

    def history(self, sha: str) -> list[Revision]:
        """A commit and all before it, newest first."""
        seen: set[str] = set()
        todo = [sha]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += self.revisions[name].parents
        order = list(self.revisions)
        return sorted((self.revisions[name] for name in seen), key=lambda one: -order.index(one.sha))

    def _shown(self, one: Revision) -> dict[str, Any]:
        url = f"{self._base}/commits/{one.sha}"
        signed = {"name": one.login.title(), "email": "x@example.test", "date": rfc3339(one.at)}
        return {
            "sha": one.sha,
            "url": url,
            "commit": {"message": one.message, "author": signed, "committer": signed, "url": url},
            "author": {"login": one.login, "type": "User"},
            "parents": [{"sha": parent, "url": url} for parent in one.parents],
        }

    def _repository(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        return _json({"url": self._base, "full_name": self.repo, "default_branch": self.default})

    def _branch(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        if groups[0] not in self.branches:
            return _missing("Branch not found")
        sha = self.branches[groups[0]]
        return _json({"name": groups[0], "commit": {"sha": sha, "url": f"{self._base}/commits/{sha}"}})

    def _commits(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        tip = self.named(query.get("sha", self.default))
        if tip is None:
            return _missing()
        rows = [one for one in self.history(tip.sha) if rfc3339(one.at) >= query.get("since", "")]
        return self._paged([self._shown(one) for one in rows], query, path)

    def _commit(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        one = self.named(groups[0])
        if one is None:
            return _json({"message": f"No commit found for SHA: {groups[0]}"}, 422)
        before = self.revisions[one.parents[0]].tree if one.parents else {}
        return _json({**self._shown(one), "files": _files(before, one.tree)})

    def _compare(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        base, head = self.named(groups[0]), self.named(groups[1])
        if base is None or head is None:
            return _missing()
        old, new = self.history(base.sha), self.history(head.sha)
        ahead = [one for one in reversed(new) if one not in old]
        behind = [one for one in old if one not in new]
        status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}.get(
            (bool(ahead), bool(behind)), "diverged"
        )
        shared = next((one.tree for one in new if one in old), {})
        size, page = int(query.get("per_page", 250)), int(query.get("page", 1))
        found = {
            "url": f"{self._base}/compare/{groups[0]}...{groups[1]}",
            "status": status,
            "total_commits": len(ahead),
            "commits": [self._shown(one) for one in ahead[(page - 1) * size : page * size]],
        }
        return _json(found | ({"files": _files(shared, head.tree)[:300]} if page == 1 else {}))

    def _contents(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        one = self.named(query["ref"])
        if one is None:
            return _missing("No commit found for the ref")
        url = f"{self._base}/contents/{groups[0]}"
        if groups[0] in one.tree:
            text = base64.encodebytes(one.tree[groups[0]].encode()).decode()
            return _json({"url": url, "type": "file", "encoding": "base64", "content": text})
        inside = [name for name in one.tree if name.startswith(f"{groups[0]}/")]
        return _json([{"url": url, "type": "file", "name": name} for name in inside]) if inside else _missing()

    def _deployments(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        return self._paged(self.deployments, query, path)

    def _rollouts(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        return self._paged(self.statuses[int(groups[0])], query, path)

    def _runs(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        rows = self.runs.get(groups[0], [])
        status, headers, data = self._paged(rows, query, path)
        return status, headers, json.dumps({"total_count": len(rows), "check_runs": json.loads(data)}).encode()

    def _combined(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        url = f"{self._base}/commits/{groups[0]}/status"
        return _json({"url": url, "state": "success", "statuses": self.contexts.get(groups[0], [])})

    def _pulls_of(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        return self._paged(self.pulls.get(groups[0], []), query, path)

    def _timeline(self, groups: list[str], query: dict[str, str], path: str) -> Answer:
        number = int(groups[0])
        return self._paged(self.events[number], query, path) if number in self.events else _missing()

    def _paged(self, rows: list[dict[str, Any]], query: dict[str, str], path: str) -> Answer:
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        headers = {}
        if page * size < len(rows):
            following = "&".join(f"{name}={value}" for name, value in {**query, "page": str(page + 1)}.items())
            headers["Link"] = f'<{self.url}{path}?{following}>; rel="next"'
        status, plain, data = _json(rows[(page - 1) * size : page * size])
        return status, plain | headers, data


_ROUTES = (
    (r"", CodeForge._repository),
    (r"/branches/([^/]+)", CodeForge._branch),
    (r"/commits", CodeForge._commits),
    (r"/commits/([^/]+)", CodeForge._commit),
    (r"/commits/([^/]+)/check-runs", CodeForge._runs),
    (r"/commits/([^/]+)/status", CodeForge._combined),
    (r"/commits/([^/]+)/pulls", CodeForge._pulls_of),
    (r"/compare/([^/]+?)\.\.\.([^/]+)", CodeForge._compare),
    (r"/contents/(.+)", CodeForge._contents),
    (r"/deployments", CodeForge._deployments),
    (r"/deployments/(\d+)/statuses", CodeForge._rollouts),
    (r"/issues/(\d+)/timeline", CodeForge._timeline),
)


def _files(before: dict[str, str], after: dict[str, str]) -> list[dict[str, Any]]:
    """What changed from one tree to another, as GitHub tells it; a file moved whole is renamed."""
    gone = {before[path]: path for path in before if path not in after}
    rows = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old == new or (new is None and any(after[one] == old for one in after if one not in before)):
            continue
        if old is None and new in gone:
            rows.append({"filename": path, "status": "renamed", "previous_filename": gone[new], **_counts([])})
            continue
        lines = list(difflib.unified_diff((old or "").splitlines(), (new or "").splitlines(), lineterm="", n=3))[2:]
        status = "added" if old is None else "removed" if new is None else "modified"
        rows.append({"filename": path, "status": status, **_counts(lines), "patch": "\n".join(lines)})
    return rows


def _counts(lines: list[str]) -> dict[str, int]:
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    return {"additions": added, "deletions": removed, "changes": added + removed}


def _json(data: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(data).encode()


def _missing(message: str = "Not Found") -> Answer:
    return _json({"message": message}, 404)
