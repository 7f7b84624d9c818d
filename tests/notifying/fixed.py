"""A notice of the outage that ships with the bot, and what may be changed of it."""

from msgspec.structs import replace

from bot.model.incident import Priority
from bot.model.notice import News
from bot.model.time import nanos_of
from bot.notifying import Notice

NOTICE = Notice(
    number=12,
    key="production/checkout-api/0f3a",
    name="4be1c0ffee",
    news=News.NEW,
    priority=Priority.P0,
    title="GCP-new | P0 | checkout-api does not start: KeyError: 'PAYMENTS_API_KEY'",
    environment="production",
    service="checkout-api",
    first=nanos_of("2026-03-04T09:12:00Z"),
    entries=401,
    episodes=24,
    url="https://github.com/acme/shop/issues/12",
    owners=("acme/payments", "ada"),
    because="does-not-start: 24 failed starts",
    hint="A variable of the environment is missing.",
)


def notice(news: News = News.NEW, **changed: object) -> Notice:
    """The notice with these news; each kind has a name of its own."""
    return replace(NOTICE, **{"news": news, "name": f"4be1c0ffee-{news}", **changed})
