"""Which time is read, how reads are paced, and which endpoints are spoken to in the clear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.logs.cloud import Endpoint, Pace, Query, Span, span_of
from bot.logs.cloud.pacing import TokenBucket
from bot.logs.cloud.query import source_id
from bot.logs.cloud.span import OVERLAP, RETENTION
from bot.model.time import HOUR, MINUTE, SECOND, nanos_of
from tests.logs.cloud_bench import Time

NOW = nanos_of("2026-05-04T12:00:30Z")


def test_windows_that_are_named() -> None:
    """A length counts back from the end; times are taken as they are; such a window doesn't go on between runs."""
    assert span_of(NOW, since="90m") == Span(NOW - 90 * MINUTE, NOW)
    assert span_of(NOW, since="2d").start == NOW - 48 * HOUR
    day = span_of(NOW, start="2026-05-01T00:00:00Z", end="2026-05-02T00:00:00+02:00")
    assert (day.end - day.start, day.continuing) == (22 * HOUR, False)
    assert span_of(NOW, since="1h").after(NOW - 5 * HOUR) == span_of(NOW, since="1h")


def test_window_that_goes_on() -> None:
    """Without a start it is the last hour at first, and then what came since the watermark, an overlap with it."""
    first = span_of(NOW)
    assert first == Span(NOW - HOUR - 30 * SECOND, NOW, continuing=True)
    assert first.after(None) == first
    late = first.after(NOW - 5 * HOUR)
    assert late.start == NOW - 5 * HOUR - OVERLAP - 30 * SECOND
    assert late.start % MINUTE == 0
    assert late.lost == 0


def test_watermark_from_the_future_is_now() -> None:
    """A clock that was ahead once costs nothing: what is read ends and overlaps as if it had been right."""
    assert span_of(NOW).after(NOW + 9 * HOUR) == span_of(NOW).after(NOW)


def test_retention_bounds_what_is_asked_for() -> None:
    """Behind the retention nothing is asked for, and what lies between is lost, from the watermark on."""
    old = span_of(NOW).after(NOW - RETENTION - 3 * HOUR)
    assert old.lost == NOW - RETENTION - 3 * HOUR
    assert 0 <= NOW - RETENTION - old.start < MINUTE


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"since": "1h", "start": "2026-05-01T00:00:00Z"}, "give one of them"),
        ({"since": "an hour"}, "write it as 30m, 2h or 1d"),
        ({"since": "0h"}, "write it as 30m, 2h or 1d"),
        ({"start": "yesterday"}, "--from yesterday is no time"),
        ({"end": "noon"}, "--to noon is no time"),
        ({"start": "2026-06-01T00:00:00Z"}, "is not before --to now"),
    ],
)
def test_words_that_name_no_window(words: dict[str, str], says: str) -> None:
    """Each says which option is wrong and how to write it."""
    with pytest.raises(UsageError, match=says):
        span_of(NOW, words.get("since", ""), words.get("start", ""), words.get("end", ""))


@given(waits=st.lists(st.floats(0, 30), max_size=200))
def test_no_minute_has_sixty_reads(waits: list[float]) -> None:
    """However reads come, fewer than 60 pass within any minute."""
    time = Time()
    bucket = TokenBucket(Pace(), time.clock, time.sleep)
    passed = []
    for wait in [*waits, *[0.0] * 100]:
        time.seconds += wait
        bucket.take()
        passed.append(time.seconds)
    assert all(after - before >= 60 for before, after in zip(passed, passed[59:], strict=False))


def test_sources_are_told_apart_by_what_is_wanted() -> None:
    """A watermark is of one project and one wish: another filter or project has its own."""
    queries = [Query(), Query(services=("a",)), Query(services=("a", "b")), Query(extra="a"), Query(severity="ERROR")]
    names = {source_id(project, query) for project in ("p", "q") for query in queries}
    assert len(names) == 10
    assert source_id("p", Query(services=("a",))) in names


@pytest.mark.parametrize("text", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "http://localhost:8080"])
def test_loopback_needs_no_tls(text: str) -> None:
    """A server on this machine is spoken to in the clear."""
    assert Endpoint(text).insecure
    assert Endpoint(text).address == text.removeprefix("http://")


def test_other_endpoints_have_tls() -> None:
    """Google's own endpoint, and any that is written with https."""
    assert not Endpoint("").insecure
    assert not Endpoint("https://europe-west1-logging.googleapis.com").insecure
    assert Endpoint("https://localhost:8443").address == "localhost:8443"


@pytest.mark.parametrize(
    "text",
    ["logging.example.com:443", "http://10.0.0.1:80", "127.0.0.1.example.com:80", "localhost", "localhost:x", "ftp://x:1",
     "localhost:80/path", ":80", "0.0.0.0:80", "http://localhost@example.com:80"],
)  # fmt: skip
def test_endpoint_that_is_none_or_would_be_in_the_clear(text: str) -> None:
    """Whatever isn't this machine is refused without TLS, and what is no address too."""
    with pytest.raises(UsageError, match="--logging-endpoint"):
        Endpoint(text)
