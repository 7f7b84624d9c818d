"""How requests go out: PyGithub's requester over a transport that counts, waits at most so long and repeats no write.

PyGithub is imported here and nowhere else; this module is imported when a tracker is opened.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
from github import Auth
from github.GithubException import GithubException
from github.Requester import Requester
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from bot.errors import TrackerUnavailable
from bot.trackers.github.refusals import Absent, Asked, answer_of, explain, pause, redirected, unclear, wrong_repository
from bot.trackers.github.replies import issue_number_of, next_query, repository_of

CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
SLEEP_CEILING = 60.0
READ_TRIES = 3
MAX_PAGES = 1000
ACTIONS_LOGIN = "github-actions[bot]"
API_VERSION = "2022-11-28"


R = TypeVar("R", bound=msgspec.Struct)
"""A decoded answer; where it has a `url`, that tells which repository it is of."""


class Policy(msgspec.Struct, frozen=True):
    """How patient a transport is, in seconds; `sleep` and `clock` are arguments, so that tests need no waiting."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    ceiling: float = SLEEP_CEILING
    tries: int = READ_TRIES
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time


class RedirectRefused(Exception):
    """A 3xx answer; no request is ever sent on to where it points."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(status, location)
        self.status = status
        self.location = location


class Transport(HTTPAdapter):
    """Sends each write once, and a read up to `tries` times, sleeping at most `ceiling` seconds in its whole life."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(max_retries=0)
        self.policy = policy
        self.sent = 0
        self.slept = 0.0

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Send a request and read its whole answer. Raises RedirectRefused and what requests raises."""
        tries = self.policy.tries if request.method in ("GET", "HEAD") else 1
        for attempt in range(tries):
            last = attempt == tries - 1
            try:
                response = self._once(request, options)
            except requests.RequestException:
                if last or not self._wait(0.5 * 4**attempt):
                    raise
                continue
            if last or not self._wait(self._pause(response, attempt)):
                return response
        raise AssertionError("the last try returns or raises")

    def _once(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        self.sent += 1
        options["timeout"] = (self.policy.connect, self.policy.read)
        response = super().send(request, **options)
        _ = response.content
        if 300 <= response.status_code < 400 or response.status_code == 202:
            raise RedirectRefused(response.status_code, response.headers.get("location", ""))
        return response

    def _pause(self, response: requests.Response, attempt: int) -> float | None:
        if response.status_code < 400:
            return None
        return pause(answer_of(response.status_code, response.headers, _json(response)), attempt, self.policy.clock())

    def _wait(self, seconds: float | None) -> bool:
        if seconds is None or self.slept + seconds > self.policy.ceiling:
            return False
        self.slept += seconds
        self.policy.sleep(seconds)
        return True


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


class Wire:
    """Requests to one repository. Methods raise TrackerUnavailable: UnclearOutcome for a write of unknown fate."""

    def __init__(self, repo: str, token: str, api_url: str, policy: Policy) -> None:
        self.repo = repo
        self._token = token
        self._policy = policy
        self._transport = Transport(policy)
        self._requester = _requester(token, api_url, self._transport)

    @property
    def requests(self) -> int:
        """HTTP requests sent so far, each try counted."""
        return self._transport.sent

    def pages(self, path: str, query: Mapping[str, str], kind: type[R], doing: str, number: int = 0) -> list[R]:
        """All rows of a listing under the repository, over all of its pages; `doing` and `number` are for messages."""
        asked = Asked(self.repo, "GET", doing, number)
        rows: list[R] = []
        for count, page in enumerate(self.walk(asked, path, query, kind), 1):
            rows += page
            if count > MAX_PAGES:
                raise TrackerUnavailable(
                    f"{self.repo} shows over {MAX_PAGES} pages when {doing}: give the bot a label of its own."
                )
        return rows

    def walk(
        self, asked: Asked, path: str, query: Mapping[str, str], kind: type[R], within: str = ""
    ) -> Iterator[list[R]]:
        """The pages of a listing, each asked for when it is wanted; `within` names the field that holds the rows."""
        params = {**query, "per_page": "100"}
        while True:
            headers, data = self._send(asked, path, params, None)
            found = data.get(within) if within and isinstance(data, dict) else data
            yield self._rows(asked, found, kind)
            following = next_query(headers.get("link", ""))
            if not following or following == params:
                return
            params = following

    def find(self, asked: Asked, path: str, query: Mapping[str, str], kind: type[R]) -> R | None:
        """One value from under the repository; None where it isn't there, or is a list of such values."""
        try:
            _, data = self._send(asked, path, query, None)
        except Absent:
            return None
        return None if isinstance(data, list) else self._checked(asked, data, kind)

    def page(self, path: str, query: Mapping[str, str], kind: type[R], doing: str) -> list[R]:
        """The first page of a listing under the repository."""
        asked = Asked(self.repo, "GET", doing)
        return self._rows(asked, self._send(asked, path, query, None)[1], kind)

    def get(self, path: str, kind: type[R], doing: str, number: int = 0) -> R:
        """One value from under the repository."""
        asked = Asked(self.repo, "GET", doing, number)
        return self._checked(asked, self._send(asked, path, {}, None)[1], kind)

    def answered(self, asked: Asked, path: str, kind: type[R]) -> tuple[Mapping[str, str], R]:
        """One value from under the repository, behind the headers of its answer, whose names are in lower case."""
        headers, data = self._send(asked, path, {}, None)
        return headers, self._checked(asked, data, kind)

    def login(self) -> str:
        """The account of the token; for an app's token, which can't ask, that of GitHub Actions."""
        try:
            _, data = self._requester.requestJsonAndCheck("GET", "/user")
        except GithubException as refusal:
            return ACTIONS_LOGIN if refusal.status == 403 else ""
        except (RedirectRefused, requests.RequestException, ValueError, TypeError, AttributeError):
            return ""
        return str(data.get("login") or "") if isinstance(data, dict) else ""

    def write(self, verb: str, path: str, body: Mapping[str, Any], kind: type[R], doing: str, number: int = 0) -> R:
        """Send a write, once; what GitHub answers, as a value of our repository and of the issue that was meant."""
        asked = Asked(self.repo, verb, doing, number)
        return self._checked(asked, self._send(asked, path, {}, body)[1], kind)

    def order(self, verb: str, path: str, doing: str, number: int = 0) -> None:
        """Send a write, once, that is answered with nothing."""
        self._send(Asked(self.repo, verb, doing, number), path, {}, {} if verb == "PUT" else None)

    def _rows(self, asked: Asked, data: Any, kind: type[R]) -> list[R]:
        if not isinstance(data, list):
            raise _garbled(asked)
        return [self._checked(asked, row, kind) for row in data]

    def _checked(self, asked: Asked, data: Any, kind: type[R]) -> R:
        try:
            reply = msgspec.convert(data, kind)
        except msgspec.ValidationError:
            raise _garbled(asked) from None
        if asked.number and getattr(reply, "number", asked.number) != asked.number:
            raise _garbled(asked)
        here = getattr(reply, "url", None)
        if here is not None and repository_of(here).casefold() != self.repo.casefold():
            other = repository_of(here) or "no repository"
            raise unclear(asked, f"GitHub answered for {other}") if asked.write else wrong_repository(asked, other)
        return reply

    def _send(
        self, asked: Asked, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> tuple[dict[str, Any], Any]:
        url = f"/repos/{self.repo}{path}"
        headers = {"Accept": "application/vnd.github+json"}
        try:
            return self._requester.requestJsonAndCheck(asked.verb, url, dict(params), headers, body)
        except GithubException as refusal:
            error = self._refused(asked, refusal)
        except RedirectRefused as moved:
            error = redirected(asked, moved.status, self._new_name(moved.location), issue_number_of(moved.location))
        except requests.RequestException as failure:
            error = _unreached(asked, failure, self._requester.hostname_and_port)
        except (ValueError, TypeError, AttributeError):
            error = _garbled(asked)
        raise error from None

    def _refused(self, asked: Asked, refusal: GithubException) -> TrackerUnavailable:
        answer = answer_of(refusal.status, refusal.headers or {}, refusal.data)
        masked = msgspec.structs.replace(answer, message=answer.message.replace(self._token, "***"))
        return explain(asked, masked, self._policy.clock())

    def _new_name(self, location: str) -> str:
        """What a moved repository is called now; GitHub redirects to its id, so the name is one more read away."""
        if told := repository_of(location):
            return "" if told.casefold() == self.repo.casefold() else told
        found = re.search(r"/repositories/(\d+)(?:/|$)", urlsplit(location).path)
        if not found:
            return ""
        try:
            _, data = self._requester.requestJsonAndCheck("GET", f"/repositories/{found[1]}")
        except (GithubException, RedirectRefused, requests.RequestException, ValueError):
            return ""
        name = str(data.get("full_name") or "") if isinstance(data, dict) else ""
        return name if name.casefold() != self.repo.casefold() else ""


def _requester(token: str, api_url: str, transport: Transport) -> Requester:
    """PyGithub's requester with no retries, redirects or pacing of its own, and our transport under its connection."""
    requester = Requester(
        auth=Auth.Token(token),
        base_url=api_url,
        timeout=int(READ_SECONDS),
        user_agent="incidentbot",
        per_page=100,
        verify=True,
        retry=None,
        pool_size=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        api_version=API_VERSION,
    )
    connection = requester._Requester__createConnection()  # type: ignore[attr-defined]
    connection.session.mount(f"{requester.scheme}://", transport)
    return requester


def _unreached(asked: Asked, failure: requests.RequestException, host: str) -> TrackerUnavailable:
    if isinstance(failure, requests.exceptions.SSLError):
        return TrackerUnavailable(
            f"The certificate of {host} can't be verified: name its authority in REQUESTS_CA_BUNDLE."
        )
    never_sent = isinstance(failure, requests.exceptions.ConnectTimeout) or isinstance(
        _reason(failure), NewConnectionError
    )
    if never_sent or not asked.write:
        why = "no answer in time" if isinstance(failure, requests.Timeout) else type(failure).__name__
        return TrackerUnavailable(f"GitHub can't be reached at {host} ({why}): check GITHUB_API_URL and the network.")
    return unclear(asked, "its answer never came" if isinstance(failure, requests.Timeout) else "the connection broke")


def _reason(failure: requests.RequestException) -> object:
    return getattr(failure.args[0], "reason", None) if failure.args else None


def _garbled(asked: Asked) -> TrackerUnavailable:
    if asked.write:
        return unclear(asked, "GitHub's answer is cut or no JSON")
    return TrackerUnavailable(
        f"GitHub's answer when {asked.doing} for {asked.repo} is cut or not what its API gives: check"
        " GITHUB_API_URL, then run again."
    )
