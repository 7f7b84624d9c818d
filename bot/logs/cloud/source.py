"""A project's logs as a source: page by page in the order of time, under the quota, its place kept across failures."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from bot.errors import LogsUnavailable
from bot.logs.cloud.client import Pages
from bot.logs.cloud.entries import entry_of
from bot.logs.cloud.pacing import Clock, Pace, Sleep, TokenBucket
from bot.logs.cloud.query import Query, source_id
from bot.logs.cloud.refusals import Refusal, in_short, judged, told
from bot.logs.cloud.span import Span
from bot.logs.interface import Coverage, Unreadable
from bot.model.entry import LogEntry
from bot.model.time import SECOND, in_words, iso

_MOST_RESTARTS = 3
_WORTH_TELLING = 2.0

Tell = Callable[[str], None]


class _Place(msgspec.Struct):
    """Where reading is: from which time, behind which token, up to which entry, and what was read of that instant."""

    start: int
    token: str = ""
    reached: int = 0
    at_reached: frozenset[tuple[str, str]] = frozenset()
    pages: int = 0
    restarts: int = 0
    paused: float = 0.0
    because: str = ""
    ended: bool = False


class CloudSource:
    """The entries of one project that a query wants, within a span; read once, oldest first, memory of one page.

    Refused reads are sent again from where they stood. Where that doesn't help, what was read until then counts, a last
    Unreadable says from when on entries are missing, and `coverage` ends there; with nothing read at all, records()
    raises LogsUnavailable, and `coverage` says what is missing. `clock` and `sleep` are in seconds; `tell` hears of
    long pauses.
    """

    def __init__(
        self,
        project: str,
        query: Query,
        span: Span,
        pages: Pages,
        *,
        pace: Pace | None = None,
        clock: Clock = time.monotonic,
        sleep: Sleep = time.sleep,
        tell: Tell | None = None,
    ) -> None:
        self.name = f"project {project}"
        self.id = source_id(project, query)
        self._project = project
        self._query = query
        self._span = span
        self._pages = pages
        self._pace = pace or Pace()
        self._bucket = TokenBucket(self._pace, clock, sleep)
        self._clock, self._sleep = clock, sleep
        self._tell = tell or (lambda _: None)
        self._coverage: Coverage | None = None

    def resume(self, watermarks: Mapping[str, int]) -> None:
        """As `Resumable` says, where the span leaves its start open; another wish is another query of the project."""
        if self.id in watermarks:
            self._span = self._span.after(watermarks[self.id])
            return
        others = (until for name, until in watermarks.items() if name.startswith(f"{self._project}@"))
        self._span = self._span.instead(max(others, default=None))

    @property
    def continuing(self) -> bool:
        """Whether the span's start was left open, so that reading goes on from run to run."""
        return self._span.continuing

    def coverage(self) -> Coverage | None:
        """What was read, once the records have come to their end, or it was known that they can't; None before."""
        return self._coverage

    def records(self) -> Iterator[LogEntry | Unreadable]:
        """Every record, oldest first, as `Source` says."""
        place = _Place(self._span.start)
        try:
            yield from self._pages_of(place)
        except LogsUnavailable:
            place.because = place.because or "it could not be read"
            raise
        finally:
            if place.because or place.ended:
                until = place.reached if place.because else self._span.end
                self._coverage = self._span.coverage(self.id, until, place.because)

    def _pages_of(self, place: _Place) -> Iterator[LogEntry | Unreadable]:
        began = self._clock()
        while True:
            page = self._next(place)
            if not isinstance(page, Unreadable):
                yield from self._entries(page, place)
                if not place.token:
                    place.ended = True
                    return
                if not self._span.continuing or not place.reached or self._clock() - began < self._pace.budget:
                    continue
                page = _left(place, "reading took too long")
            yield page
            return

    def _entries(self, page: Any, place: _Place) -> Iterator[LogEntry | Unreadable]:
        known = place.at_reached if place.restarts else None
        for message in page.entries:
            if known and _nanos(message) == place.reached and _name(message) in known:
                continue
            yield entry_of(message)
        _advance(place, page)

    def _next(self, place: _Place) -> Any:
        """The next page; Unreadable where the rest has to be left. Raises LogsUnavailable."""
        attempt = 0
        while True:
            attempt += 1
            asked = self._query.filter(place.start, self._span.end)
            waited = self._bucket.take()
            if waited >= _WORTH_TELLING:
                self._tell(f"{self.name}: read up to {iso(place.reached)}, waiting {waited:.0f} s for the quota")
            try:
                return self._pages.page(self._project, asked, place.token, self._pace.deadline)
            except Exception as error:
                if not getattr(error, "grpc_status_code", None):
                    raise
                if judged(error, bool(place.token)) is Refusal.PLACE_LOST and place.restarts < _MOST_RESTARTS:
                    _restart(place)
                elif judged(error, bool(place.token)) is not Refusal.AGAIN:
                    place.because = in_short(error)
                    raise told(error, self._project, asked) from error
                elif not self._paused(error, place, attempt):
                    return self._given_up(error, place, asked)

    def _paused(self, error: Exception, place: _Place, attempt: int) -> bool:
        """True after a pause; False where it is time to give up."""
        pause = self._pace.pause(attempt)
        if attempt >= self._pace.attempts or place.paused + pause > self._pace.patience:
            return False
        place.paused += pause
        if pause >= _WORTH_TELLING:
            self._tell(f"{self.name}: {in_short(error)}; trying again in {in_words(int(pause * SECOND))}")
        self._sleep(pause)
        return True

    def _given_up(self, error: Exception, place: _Place, asked: str) -> Unreadable:
        if not place.reached:
            place.because = in_short(error)
            raise told(error, self._project, asked) from error
        return _left(place, in_short(error))


def _left(place: _Place, because: str) -> Unreadable:
    place.because = because
    return Unreadable(f"entries from {iso(place.reached)} on are left out: {because}; run again for them")


def _restart(place: _Place) -> None:
    place.restarts += 1
    place.token = ""
    place.start = place.reached or place.start


def _advance(place: _Place, page: Any) -> None:
    """Move on behind a page; `at_reached` names every entry read of the newest instant, so that none comes twice."""
    place.pages += 1
    place.token = page.next_page_token
    if not page.entries:
        return
    newest = _nanos(page.entries[-1])
    tail = set(place.at_reached) if newest == place.reached else set()
    for message in reversed(page.entries):
        if _nanos(message) != newest:
            break
        tail.add(_name(message))
    place.reached, place.at_reached = newest, frozenset(tail)


def _nanos(message: Any) -> int:
    return int(message.timestamp.seconds) * SECOND + int(message.timestamp.nanos)


def _name(message: Any) -> tuple[str, str]:
    return message.log_name, message.insert_id
