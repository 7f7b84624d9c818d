"""What is told of issues elsewhere, in a chat or by a pager: which news there are, and what is remembered of them."""

import enum

import msgspec

from bot.model.incident import Priority


class News(enum.StrEnum):
    """What there is to tell of an issue."""

    NEW = "new"
    WORSE = "worse"
    REGRESSION = "regression"
    AGAIN = "open again"
    VERIFIED = "verified"
    RECOVERED = "recovered"
    ASIDE = "set aside"


ALARMS = (News.NEW, News.WORSE, News.REGRESSION, News.AGAIN)
"""News that somebody has to act on."""


class Told(msgspec.Struct, frozen=True):
    """The last news of one issue, noted before it is sent. `due` are the services that haven't confirmed it yet.

    `steps` are the transitions that the issue had by then, `priority` is the highest that was told since it was last
    over. `at` is the wall clock (nanoseconds) of the note. `places` has, by service, what finds again what it holds.
    """

    news: News
    steps: int
    priority: Priority
    at: int
    due: tuple[str, ...] = ()
    places: dict[str, str] = {}


class Telling(msgspec.Struct, frozen=True):
    """What was told, by issue. Issues up to number `after`, and what was so by the log time `since` (nanoseconds), are
    older than the first run that told anything: they are no news.
    """

    after: int
    since: int
    told: dict[int, Told] = {}
