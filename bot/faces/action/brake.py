"""Stopping in time: the runner sends SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
"""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

GRACE = 3.0
"""Seconds that a write in flight has to finish after the first signal; then it is abandoned."""

STOPPED = 130
"""The exit code of a run that was stopped."""

_AGAIN = 0.25


class Stopped(BaseException):
    """The run was told to stop. No `Exception`, so that nothing on the way takes it for a failure of its own."""


class Brake:
    """Turns the first SIGINT or SIGTERM into Stopped: at once, or after the write in flight, at the latest after GRACE.

    A second signal abandons the write in flight. Once released, signals do nothing: what is left is to report.
    """

    def __init__(self, grace: float = GRACE) -> None:
        self._grace = grace
        self._pulled = False
        self._holding = False
        self._released = False

    def install(self) -> None:
        """Listen, in the main thread."""
        signal.signal(signal.SIGALRM, self._overdue)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._pull)

    def release(self) -> None:
        """From now on nothing is interrupted."""
        self._released = True
        signal.setitimer(signal.ITIMER_REAL, 0)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """A write, which may finish after the first signal. Raises Stopped once it has, so that no other begins."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
        self._check()

    def _check(self) -> None:
        if self._pulled and not self._released:
            raise Stopped

    def _pull(self, number: int, frame: FrameType | None) -> None:
        again, self._pulled = self._pulled, True
        if self._released:
            return
        signal.setitimer(signal.ITIMER_REAL, self._grace, _AGAIN)
        if again or not self._holding:
            raise Stopped

    def _overdue(self, number: int, frame: FrameType | None) -> None:
        self._check()
