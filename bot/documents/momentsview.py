"""What templates may use of when things happened; times and lengths of time are nanoseconds, as in `view.py`."""

import msgspec

from bot.model.time import MINUTE, in_words
from bot.text.untrusted import Untrusted


class DeploymentView(msgspec.Struct, frozen=True):
    """A revision that started to be rolled out. `before` is how long before it began the last time, negative after.

    `to_minute` where the beginning is known to the minute alone.
    """

    at: int
    revision: Untrusted
    commit: Untrusted
    source: Untrusted
    before: int
    to_minute: bool = False

    @property
    def lead(self) -> str:
        """How long before it began, in words: no seconds where only the minute is known."""
        return "within a minute" if self.to_minute and self.before < MINUTE else in_words(self.before)


class MomentView(msgspec.Struct, frozen=True):
    """A second (`to_minute`: a minute) of the timeline: what happened in it, and the deployment if it was one."""

    at: int
    what: str
    deployment: DeploymentView | None = None
    to_minute: bool = False


class RestartsView(msgspec.Struct, frozen=True):
    """Exits of the container, by the minute: how many from `since` on, and the times between one and the next."""

    title: Untrusted
    count: int
    since: int
    median: int
    shortest: int
    longest: int


class EarlierView(msgspec.Struct, frozen=True):
    """What there was before a long silence: the first entry, the minute of the last, and what failed."""

    first: int
    until: int
    failed_starts: int
    failed_requests: int
