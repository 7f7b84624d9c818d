"""A small GitHub of our own, for what the emulator lacks: lists that are behind, and no server process.

It answers what the bot asks: issues, labels, comments, the lock and the account. An issue asked for by number is as it
stands; a list shows each issue as it was `lag` seconds ago, and not at all where it is younger.
"""

import json
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.bench.proxy import Recorded

Answer = tuple[int, dict[str, str], bytes]

_ROUTES = re.compile(r"/repos/(?P<repo>[^/]+/[^/]+)(?P<rest>/.*)?$")
_ISSUE = re.compile(r"/issues/(\d+)$")
_COMMENTS = re.compile(r"/issues/(\d+)/comments$")
_COMMENT = re.compile(r"/issues/comments/(\d+)$")
_LOCK = re.compile(r"/issues/(\d+)/lock$")
_FIELDS = ("title", "body", "state", "state_reason", "labels")


class Forge:
    """One repository. `clock` gives seconds, `login` is the account of every token, `url` its address."""

    def __init__(self, repo: str = "acme/shop", login: str = "incident-bot") -> None:
        self.repo, self.login, self.url = repo, login, "http://forge.test"
        self.lag = 0.0
        self.clock: Callable[[], float] = lambda: 0.0
        self.versions: dict[int, list[tuple[float, dict[str, Any]]]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.labels: list[str] = []
        self._comment_id = 0
        self._lock = threading.Lock()

    def issues(self) -> list[dict[str, Any]]:
        """Every issue as it stands, lowest number first."""
        return [versions[-1][1] for versions in self.versions.values()]

    def file(self, author: str = "", **fields: Any) -> dict[str, Any]:
        """An issue filed by somebody, now."""
        number = max(self.versions, default=0) + 1
        url = f"{self.url}/repos/{self.repo}/issues/{number}"
        issue = {
            "number": number,
            "url": url,
            "html_url": url,
            "title": "",
            "body": None,
            "state": "open",
            "state_reason": None,
            "locked": False,
            "labels": [],
            "user": {"login": author or self.login, "type": "User"},
            "author_association": "OWNER" if author in ("", self.login) else "NONE",
        }
        self.versions[number] = []
        self.comments[number] = []
        return self.edit(number, issue, **fields)

    def edit(self, number: int, issue: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """The issue with these fields, from now on."""
        issue = issue or self.versions[number][-1][1]
        if "labels" in fields:
            names = list(dict.fromkeys(fields["labels"]))
            self.labels += [name for name in names if name not in self.labels]
            fields["labels"] = [{"name": name} for name in names]
        if fields.get("state") == "open":
            fields["state_reason"] = None
        if fields.get("state") == "closed":
            fields.setdefault("state_reason", "completed")
        changed = {**issue, **fields}
        self.versions[number].append((self.clock(), changed))
        return changed

    def answer(self, request: Recorded) -> Answer:
        """What GitHub would answer."""
        with self._lock:
            return self._route(request)

    def _route(self, request: Recorded) -> Answer:
        path, query = urlsplit(request.target).path, dict(parse_qsl(urlsplit(request.target).query))
        if path == "/user":
            return _json(200, {"login": self.login})
        found = _ROUTES.match(path)
        if not found or found["repo"] != self.repo:
            return _missing()
        rest = found["rest"] or ""
        if rest == "/issues":
            return self._list(request, query) if request.method == "GET" else self._filed(request.data)
        if rest == "/labels":
            return self._labels(request)
        if match := _ISSUE.match(rest):
            return self._issue(int(match[1]), request)
        if match := _COMMENTS.match(rest):
            return self._discussion(int(match[1]), request)
        if match := _LOCK.match(rest):
            self.edit(int(match[1]), locked=True)
            return 204, {}, b""
        if match := _COMMENT.match(rest):
            for comments in self.comments.values():
                comments[:] = [comment for comment in comments if comment["id"] != int(match[1])]
            return 204, {}, b""
        return _missing()

    def _filed(self, data: dict[str, Any]) -> Answer:
        return _json(201, self.file(**{name: data[name] for name in _FIELDS if name in data}))

    def _issue(self, number: int, request: Recorded) -> Answer:
        if number not in self.versions:
            return _missing()
        if request.method == "PATCH":
            self.edit(number, **{name: request.data[name] for name in _FIELDS if name in request.data})
        return _json(200, self.versions[number][-1][1])

    def _discussion(self, number: int, request: Recorded) -> Answer:
        if number not in self.versions:
            return _missing()
        if request.method == "GET":
            return _json(200, self.comments[number])
        self._comment_id += 1
        url = f"{self.url}/repos/{self.repo}/issues/comments/{self._comment_id}"
        comment = {"id": self._comment_id, "url": url, "body": request.data["body"], "user": {"login": self.login}}
        self.comments[number].append({**comment, "author_association": "OWNER"})
        return _json(201, comment)

    def _labels(self, request: Recorded) -> Answer:
        url = f"{self.url}/repos/{self.repo}/labels/x"
        if request.method == "GET":
            return _json(200, [{"name": name, "url": url} for name in self.labels])
        name = request.data["name"]
        if name.casefold() in (label.casefold() for label in self.labels):
            return _json(422, {"message": "Validation Failed", "errors": [{"code": "already_exists"}]})
        self.labels.append(name)
        return _json(201, {"name": name, "url": url})

    def _list(self, request: Recorded, query: dict[str, str]) -> Answer:
        shown = [issue for versions in self.versions.values() if (issue := self._shown(versions))]
        if label := query.get("labels", "").casefold():
            shown = [issue for issue in shown if label in [one["name"].casefold() for one in issue["labels"]]]
        if (state := query.get("state", "open")) != "all":
            shown = [issue for issue in shown if issue["state"] == state]
        if creator := query.get("creator", "").casefold():
            shown = [issue for issue in shown if issue["user"]["login"].casefold() == creator]
        shown.sort(key=lambda issue: int(issue["number"]), reverse=query.get("direction") != "asc")
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        headers = {}
        if page * size < len(shown):
            following = "&".join(f"{name}={value}" for name, value in {**query, "page": str(page + 1)}.items())
            headers["Link"] = f'<{self.url}{urlsplit(request.target).path}?{following}>; rel="next"'
        return _json(200, shown[(page - 1) * size : page * size], headers)

    def _shown(self, versions: list[tuple[float, dict[str, Any]]]) -> dict[str, Any] | None:
        until = self.clock() - self.lag
        return next((issue for at, issue in reversed(versions) if at <= until), None)


def _json(status: int, data: Any, headers: dict[str, str] | None = None) -> Answer:
    return status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(data).encode()


def _missing() -> Answer:
    return _json(404, {"message": "Not Found"})
