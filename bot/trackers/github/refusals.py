"""What GitHub's refusals mean, as one sentence that says what to do, and how long to wait after one. Pure."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from bot.errors import RateLimited, Refused, TrackerUnavailable, UnclearOutcome

SECONDARY_WAIT = 60.0
"""Seconds GitHub asks to wait after a secondary limit that names none.

Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
"""

ISSUES = "issues: write"
"""The permission that all but the code's history takes."""

_SECONDARY = re.compile(r"secondary rate limit|abuse detection|wait a few minutes|retry your request again later", re.I)
_PRIMARY = re.compile(r"api rate limit exceeded", re.I)
_UNPRINTABLE = re.compile(r"[^ -~\u00a1-\u1fff\u3000-\ud7ff]+")


class Absent(Refused):
    """Something that isn't there: `status` is 404 (never was, or can't be seen), 410 (deleted) or 301 (transferred).

    For what is optional also 409 (the repository is empty) and 422 (no such commit).
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Invalid(Refused):
    """A 422, with GitHub's list of what was wrong."""

    def __init__(self, message: str, errors: tuple[Any, ...]) -> None:
        super().__init__(message)
        self.errors = errors

    @property
    def exists_already(self) -> bool:
        """Whether all that is wrong is that it was made before."""
        codes = [error.get("code") for error in self.errors if isinstance(error, dict)]
        return bool(codes) and set(codes) == {"already_exists"}

    def names(self, field: str) -> bool:
        """Whether this field is what was wrong."""
        return any(isinstance(error, dict) and error.get("field") == field for error in self.errors)


class Asked(msgspec.Struct, frozen=True):
    """What was asked of GitHub: `repo` is owner/name, `number` the issue concerned (0: none), `doing` it in words.

    `needs` is the permission it takes. Where it is `optional`, that a thing isn't there is an answer like any other.
    """

    repo: str
    verb: str
    doing: str
    number: int = 0
    needs: str = ISSUES
    optional: bool = False

    @property
    def write(self) -> bool:
        """Whether it would have changed something."""
        return self.verb not in ("GET", "HEAD")

    @property
    def where(self) -> str:
        """`owner/name` or `owner/name#5`."""
        return f"{self.repo}#{self.number}" if self.number else self.repo


class Answer(msgspec.Struct, frozen=True):
    """An answer that is no success. Header names are in lower case; `errors` is GitHub's list for a 422."""

    status: int
    headers: Mapping[str, str] = {}
    message: str = ""
    errors: tuple[Any, ...] = ()

    @property
    def said(self) -> str:
        """GitHub's own words on one printable line, at most 200 characters, with the status."""
        words = _UNPRINTABLE.sub(" ", self.message).strip()[:200].rstrip(".")
        return f"{self.status}: {words}" if words else str(self.status)

    @property
    def secondary(self) -> bool:
        """Whether this is a secondary limit."""
        return bool(_SECONDARY.search(self.message))

    @property
    def disabled(self) -> bool:
        """Whether the repository has no issues at all."""
        return "disabled" in self.message.lower()

    @property
    def everywhere(self) -> bool:
        """Whether a 403 is about the repository or the token, not about one issue."""
        return "archived" in self.message.lower() or "x-github-sso" in self.headers

    @property
    def limited(self) -> bool:
        """Whether this is a rate limit, primary or secondary."""
        if self.status == 429:
            return True
        spent = self.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in self.headers
        return self.status == 403 and (spent or self.secondary or bool(_PRIMARY.search(self.message)))


def answer_of(status: int, headers: Mapping[str, str], data: Any) -> Answer:
    """An Answer from a decoded JSON body, which may be anything at all."""
    found = data if isinstance(data, dict) else {}
    errors = found.get("errors")
    message = found.get("message")
    return Answer(
        status=status,
        headers={name.lower(): value for name, value in headers.items()},
        message=message if isinstance(message, str) else "",
        errors=tuple(errors) if isinstance(errors, list) else (),
    )


def pause(answer: Answer, attempt: int, now: float) -> float | None:
    """Seconds to wait before a read is tried again; None where waiting won't help. `now` is in seconds since 1970."""
    if answer.limited:
        return limit_wait(answer, now)
    return 0.5 * 4**attempt if answer.status >= 500 else None


def limit_wait(answer: Answer, now: float) -> float:
    """Seconds a rate limit asks to wait: Retry-After, else the reset of a spent budget, else a minute."""
    after = answer.headers.get("retry-after", "")
    reset = answer.headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return float(after)
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(1.0, float(reset) - now + 1)
    return SECONDARY_WAIT


def explain(asked: Asked, answer: Answer, now: float) -> TrackerUnavailable:
    """The error for an answer: RateLimited, UnclearOutcome where GitHub failed in a write, else TrackerUnavailable."""
    if answer.limited:
        return _limited(asked, answer, now)
    if answer.status >= 500 or answer.status == 408:
        return _failed(asked, answer)
    if asked.optional and answer.status in (404, 409, 422):
        return Absent(_missing(asked, answer), answer.status)
    if answer.status == 422:
        return Invalid(_invalid(asked, answer), answer.errors)
    message = _TELLERS.get(answer.status, _other)(asked, answer)
    if asked.number and (answer.status == 404 or (answer.status == 410 and not answer.disabled)):
        return Absent(message, answer.status)
    if (asked.number or asked.optional) and answer.status == 403 and not answer.everywhere:
        return Refused(message)
    return TrackerUnavailable(message)


def _limited(asked: Asked, answer: Answer, now: float) -> RateLimited:
    wait = limit_wait(answer, now)
    kind = "secondary rate limit" if answer.secondary else "rate limit"
    return RateLimited(
        f"GitHub's {kind} is reached for {asked.repo} ({answer.status}): run again in {wait:.0f} s; this wasn't done.",
        wait,
    )


def _failed(asked: Asked, answer: Answer) -> TrackerUnavailable:
    if asked.write:
        return unclear(asked, f"GitHub answered {answer.status}")
    return TrackerUnavailable(
        f"GitHub failed when {asked.doing} for {asked.repo} ({answer.said}): run again later;"
        " https://www.githubstatus.com tells more."
    )


def unclear(asked: Asked, why: str) -> UnclearOutcome:
    """The error for a write that may have happened."""
    return UnclearOutcome(
        f"Whether {asked.doing} for {asked.where} succeeded is not known ({why}): run again; what stands is"
        " listed before anything is written."
    )


def _unauthorised(asked: Asked, answer: Answer) -> str:
    return f"GitHub refused the token for {asked.repo} ({answer.said}): put one that is valid into GITHUB_TOKEN."


def _forbidden(asked: Asked, answer: Answer) -> str:
    words = answer.message.lower()
    if "archived" in words:
        return f"{asked.repo} is archived, so nothing can be written to it: unarchive it, or name another with --repo."
    if sign_on := answer.headers.get("x-github-sso", ""):
        address = sign_on.partition("url=")[2] or "https://github.com/settings/tokens"
        return (
            f"The token isn't authorised for the single sign-on that {asked.repo} asks for: authorise it at {address}."
        )
    if "locked" in words and asked.number:
        return f"{asked.where} is locked for this token ({answer.said}): unlock it, or give the token write access."
    wanted = answer.headers.get("x-accepted-github-permissions", "").replace("=", ": ") or asked.needs
    return (
        f"The token may not go on {asked.doing} for {asked.where} ({answer.said}): give it the permission"
        f' "{wanted}" on the repository (in a workflow under `permissions:`; a classic token: the scope "repo").'
    )


def _missing(asked: Asked, answer: Answer) -> str:
    if asked.number:
        return (
            f"{asked.where} is gone (404: deleted, moved or made a discussion): run again, so that it is listed anew."
        )
    return (
        f"{asked.repo} doesn't exist, or the token can't see it (404): check GITHUB_REPOSITORY or --repo, and give the"
        f' token access to it with the permission "{asked.needs}".'
    )


def _gone(asked: Asked, answer: Answer) -> str:
    if asked.number and not answer.disabled:
        return f"{asked.where} was deleted (410): run again, so that it is listed anew."
    return (
        f"Issues are disabled in {asked.repo} (410): enable them under Settings > General > Features, or name another"
        " repository with --repo."
    )


def _invalid(asked: Asked, answer: Answer) -> str:
    told = [_field(error) for error in answer.errors if isinstance(error, dict | str)]
    fields = "; ".join(_UNPRINTABLE.sub(" ", field)[:120] for field in told[:3]) or "it named no field"
    return f"GitHub found a field invalid when {asked.doing} for {asked.where} ({answer.said}): {fields}; mend it."


def _field(error: dict[str, Any] | str) -> str:
    if isinstance(error, str):
        return error
    return " ".join(str(error[name]) for name in ("field", "code", "message") if error.get(name))


def _other(asked: Asked, answer: Answer) -> str:
    return (
        f"GitHub refused {asked.doing} for {asked.where} ({answer.said}): check GITHUB_API_URL, --repo and the token."
    )


def redirected(asked: Asked, status: int, name: str, number: int = 0) -> TrackerUnavailable:
    """The error for a redirect, which is never followed, lest another repository be written to.

    `name` is the repository it points to ("": not known), `number` the issue there. An issue of another number is one
    that was transferred.
    """
    if asked.number and number not in (0, asked.number):
        there = f"{name or 'another repository'}#{number}"
        return Absent(
            f"{asked.where} was transferred to {there} ({status}): it is left to those who keep it there.", 301
        )
    to = f"is now {name}" if name else "was renamed or moved"
    if asked.number and not name:
        return Absent(f"{asked.where} was moved ({status}): run again, so that it is listed anew.", 301)
    return TrackerUnavailable(
        f"{asked.repo} {to} ({status}): set GITHUB_REPOSITORY or --repo to its new name; nothing was done."
    )


def wrong_repository(asked: Asked, other: str) -> TrackerUnavailable:
    """The error for an answer to a read that is of another repository."""
    return TrackerUnavailable(
        f"GitHub answered for {other} when {asked.doing} for {asked.repo}: set GITHUB_REPOSITORY or --repo to"
        " its present name."
    )


_TELLERS = {401: _unauthorised, 403: _forbidden, 404: _missing, 410: _gone}
