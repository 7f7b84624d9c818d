"""Reads below the quota, and pauses that grow: 60 reads a minute are allowed per project.

Source: https://cloud.google.com/logging/quotas
"""

from collections.abc import Callable

import msgspec

Clock = Callable[[], float]
Sleep = Callable[[float], None]


class Pace(msgspec.Struct, frozen=True):
    """How fast to read and how long to try. Times in seconds.

    A minute has at most `burst` + `a_minute` reads, so that their sum stays below the quota. A read that is refused is
    sent `attempts` times at most, with pauses of `first_pause` that double up to `longest_pause`; all pauses of one
    source together last `patience` at most. `deadline` is what one read may take. A source that goes on from run to run
    is read for `budget` at most, and then left to the next run, so that a backlog doesn't keep a run from acting.
    """

    a_minute: int = 48
    burst: int = 10
    attempts: int = 8
    first_pause: float = 1.0
    longest_pause: float = 60.0
    patience: float = 300.0
    deadline: float = 60.0
    budget: float = 240.0

    def pause(self, attempt: int) -> float:
        """What to wait after this attempt, the first being 1, was refused."""
        return min(self.longest_pause, self.first_pause * 2.0 ** (attempt - 1))


class TokenBucket:
    """Lets `burst` reads pass at once and `a_minute` a minute from then on; `clock` and `sleep` are in seconds."""

    def __init__(self, pace: Pace, clock: Clock, sleep: Sleep) -> None:
        self._rate = pace.a_minute / 60.0
        self._most = float(pace.burst)
        self._left = self._most
        self._clock = clock
        self._sleep = sleep
        self._at = clock()

    def take(self) -> float:
        """Wait until a read may be sent, and say for how long (seconds)."""
        self._refill()
        waited = max(0.0, (1.0 - self._left) / self._rate)
        if waited:
            self._sleep(waited)
            self._refill()
        self._left -= 1.0
        return waited

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(self._most, self._left + max(0.0, now - self._at) * self._rate)
        self._at = now
