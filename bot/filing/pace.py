"""How fast and how long a run may write: a deadline, a patience for limits, and a budget of creations across runs."""

from collections.abc import Callable, Iterable

import msgspec

from bot.model.time import HOUR, MINUTE, SECOND

BUDGET = ((MINUTE, 80), (HOUR, 500))
"""Creations allowed within each length of time.

Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""


class Pace(msgspec.Struct, frozen=True):
    """`clock` gives seconds from any origin, `until` is the deadline in its terms (None: there is none).

    `patience` is the longest sleep in seconds; a limit that asks for a longer one is left to the next run.
    """

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    until: float | None = None
    patience: float = 60.0

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return self.until is not None and self.clock() >= self.until

    def wait(self, seconds: float) -> bool:
        """Sleep that long and return True; False, at once, where that is beyond the patience or the deadline."""
        if seconds > self.patience or (self.until is not None and self.clock() + seconds >= self.until):
            return False
        if seconds > 0:
            self.sleep(seconds)
        return True


class Budget:
    """Creations of the last hour, by the wall clock's nanoseconds; `created` are those of former runs."""

    def __init__(self, created: Iterable[int], now: int) -> None:
        self._times = sorted(at for at in created if now - HOUR < at <= now)

    @property
    def times(self) -> tuple[int, ...]:
        """When the creations of the last hour were, oldest first."""
        return tuple(self._times)

    def wait(self, now: int) -> float:
        """Seconds until one more creation is allowed; 0 where it is."""
        longest = 0
        for length, most in BUDGET:
            within = [at for at in self._times if at > now - length]
            if len(within) >= most:
                longest = max(longest, within[-most] + length - now)
        return longest / SECOND

    def spend(self, now: int) -> None:
        """Count one creation."""
        self._times.append(now)
