"""What the house needs of a service that tells people. A third one is written against this and the tests of the two."""

from typing import Protocol

import msgspec

from bot.errors import IncidentbotError
from bot.model.incident import Priority
from bot.model.notice import News


class NotTold(IncidentbotError):
    """A notice that isn't confirmed; the message says by whom and why, and what to do. The next run tries again."""


class Notice(msgspec.Struct, frozen=True):
    """News of one issue, as a service is to tell them. Every text may hold a log's words: it is for escaping.

    `key` names the incident, `name` this notice; both are the same in every run. `first` is the log time (nanoseconds)
    of the first entry. `owners` have no `@`. `because` is why it is news, `hint` what to look at first ("": unknown).
    `url` is "" where the issue has no address. Where an earlier run may have told it, `noted` is when (wall clock,
    nanoseconds) that run began to; else it is 0.
    """

    number: int
    key: str
    name: str
    news: News
    priority: Priority
    title: str
    environment: str
    service: str
    first: int
    entries: int
    episodes: int
    url: str = ""
    owners: tuple[str, ...] = ()
    because: str = ""
    hint: str = ""
    noted: int = 0


class Notifier(Protocol):
    """A service that tells people."""

    name: str
    """What it is called in what is remembered; never changed."""

    def wants(self, notice: Notice, place: str) -> bool:
        """True if it is to tell this, given what finds again what it told of the issue before ("": nothing)."""
        ...

    def tell(self, notice: Notice, place: str) -> str:
        """Tell it, and return what finds it again. Telling the same notice twice does no harm, as far as the service
        lets us see to that. Raises NotTold.
        """
        ...
