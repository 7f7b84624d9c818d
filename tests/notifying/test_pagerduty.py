"""PagerDuty's events, to a server that answers as the Events API does."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.model.incident import Priority
from bot.model.notice import ALARMS, News
from bot.notifying import NotTold
from bot.notifying.pagerduty import ADDRESSES, PagerDutyNotifier
from tests.bench.proxy import RESET_AFTER, Proxy
from tests.notifying.fixed import notice

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def pager() -> Iterator[Proxy]:
    """An endpoint that takes every event."""
    proxy = Proxy(lambda _: (202, {}, b'{"status": "success", "message": "Event processed", "dedup_key": "x"}'))
    yield proxy
    proxy.close()


def notifier(pager: Proxy, slept: list[float] | None = None) -> PagerDutyNotifier:
    """One that tells it, of P0 alone."""
    return PagerDutyNotifier(KEY, Priority.P0, f"{pager.url}/v2/enqueue", (slept if slept is not None else []).append)


def events(pager: Proxy) -> list[Any]:
    """What was sent."""
    return [request.data for request in pager.log]


def test_an_alarm_triggers_and_its_end_resolves_the_same_alert(pager: Proxy) -> None:
    """The incident's key is the alert's; it stays, though the root may be learnt anew."""
    one = notifier(pager)
    place = one.tell(notice(), "")
    place = one.tell(notice(News.VERIFIED, key="production/checkout-api/another"), place)
    one.tell(notice(News.REGRESSION), place)
    assert [(e["event_action"], e["dedup_key"]) for e in events(pager)] == [
        ("trigger", "production/checkout-api/0f3a"),
        ("resolve", "production/checkout-api/0f3a"),
        ("trigger", "production/checkout-api/0f3a"),
    ]
    assert {e["routing_key"] for e in events(pager)} == {KEY}


def test_an_event_says_what_pagerduty_asks_for(pager: Proxy) -> None:
    """Summary, source, severity, time, and a link to the issue."""
    notifier(pager).tell(notice(), "")
    [event] = events(pager)
    assert event["payload"]["summary"].startswith("P0 new: #12 GCP-new | P0 | checkout-api")
    assert (event["payload"]["severity"], event["payload"]["source"]) == ("critical", "checkout-api")
    assert event["payload"]["timestamp"] == "2026-03-04T09:12:00Z"
    assert event["links"] == [{"href": "https://github.com/acme/shop/issues/12", "text": "Issue #12"}]


def test_long_and_hostile_text_is_cut_and_made_visible(pager: Proxy) -> None:
    """Keys of at most 255 characters, summaries of 1,024, no control character, no secret."""
    secret = "ghp_" + "a1B2" * 9
    notifier(pager).tell(notice(key="k" * 300, title=f"\x1b[31m{secret} " + "x" * 5_000, url="javascript:x"), "")
    [event] = events(pager)
    assert len(event["dedup_key"]) == 64
    assert len(event["payload"]["summary"]) <= 1_024
    assert "\x1b" not in event["payload"]["summary"]
    assert secret not in event["payload"]["summary"]
    assert "links" not in event


@pytest.mark.parametrize("news", News)
def test_what_it_wants(news: News) -> None:
    """Alarms from its priority on; an end only where an alert is open."""
    one = PagerDutyNotifier(KEY, Priority.P0)
    assert one.wants(notice(news), "") is (news in ALARMS)
    assert one.wants(notice(news, priority=Priority.P1), "triggered k") is (news not in ALARMS)
    assert not one.wants(notice(news, priority=Priority.P1), "resolved k")


def test_it_waits_where_it_is_asked_to(pager: Proxy) -> None:
    """A 429 is waited for as long as it says, half a minute at most, and sent again: the key makes it one alert."""
    slept: list[float] = []
    pager.answer("POST", 429, headers={"Retry-After": "7"})
    pager.answer("POST", 429, headers={"Retry-After": "9000"})
    assert notifier(pager, slept).tell(notice(), "") == "triggered production/checkout-api/0f3a"
    assert slept == [7.0, 30.0]


@pytest.mark.parametrize(("status", "body", "said"), [
    (400, {"status": "invalid event", "errors": ["Length of 'routing_key' is incorrect"]}, "routing_key"),
    (500, {}, "PagerDuty answered 500"),
    (302, {}, "PagerDuty refused it"),
    (200, {}, "PagerDuty refused it"),
])  # fmt: skip
def test_what_it_refuses_is_said(pager: Proxy, status: int, body: Any, said: str) -> None:
    """Anything but 202 is an error that says what to do, and no key."""
    pager.answer("POST", status, body, times=3)
    with pytest.raises(NotTold, match=said) as told:
        notifier(pager).tell(notice(), "")
    assert KEY not in str(told.value)


def test_a_lost_answer_is_an_error(pager: Proxy) -> None:
    """The next run tries again; the alert is the same one."""
    pager.fail("POST", RESET_AFTER)
    with pytest.raises(NotTold, match="can't be reached"):
        notifier(pager).tell(notice(), "")


def test_events_go_to_pagerduty_alone() -> None:
    """The two regions' addresses, by https."""
    assert ADDRESSES == {
        "us": "https://events.pagerduty.com/v2/enqueue",
        "eu": "https://events.eu.pagerduty.com/v2/enqueue",
    }
