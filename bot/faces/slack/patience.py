"""Blocking work within a deadline: what didn't begin in time never will, of what didn't end nobody says more."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.errors import TrackerUnavailable, UnclearOutcome

T = TypeVar("T")


class Patience:
    """Threads for what the event loop must not wait for."""

    def __init__(self, threads: int = 32) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="relay")

    async def wait(self, work: Callable[[], T], seconds: float) -> T:
        """The work's result.

        Raises what it raises; TrackerUnavailable where it could not begin in time, UnclearOutcome where it began.
        """
        future = self._pool.submit(contextvars.copy_context().run, work)
        waiting = asyncio.wrap_future(future)
        done, _ = await asyncio.wait({waiting}, timeout=seconds)
        if done:
            return waiting.result()
        if future.cancel():
            raise TrackerUnavailable("Too much is asked of me at once: nothing was done; say it again in a moment.")
        waiting.add_done_callback(_ignored)
        raise UnclearOutcome("It took too long to know whether it was taken: look before you say it again.")

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _ignored(future: "asyncio.Future[T]") -> None:
    """An outcome that comes too late for anybody."""
    if not future.cancelled():
        future.exception()
