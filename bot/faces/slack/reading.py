"""Commands that change nothing: answered at once where that is quick, else by the response_url a moment later."""

import asyncio
import contextvars
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bot.errors import IncidentbotError
from bot.faces.slack.asking import Asked
from bot.faces.slack.commands import Command, told
from bot.faces.slack.desk import Answer, Desk, handle, refused
from bot.faces.slack.messages import message
from bot.faces.slack.responding import USES, Responder
from bot.lifecycle.decisions import Order
from bot.text.terminal import line

QUICK = 2.2
"""Seconds that Slack is kept waiting for an answer."""

GRACE = 5.0
"""Seconds that answers under way have when the relay stops."""

_MOST = 16
_BUSY = "Too many are asking at once: say it again in a moment."
_LATER = "Still reading: the answer comes here."
_FAULT = "A fault of incidentbot's own. The relay's log says more."


class Reader:
    """Reads for people: few at a time, so that acknowledgements stay quick."""

    def __init__(self, desk: Desk, responder: Responder, quick: float = QUICK, threads: int = 2) -> None:
        self._desk, self._responder, self._quick = desk, responder, quick
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reader")
        self._answers: set[asyncio.Task[None]] = set()
        self._waiting = 0

    async def read(self, command: Command, asked: Asked) -> dict[str, Any]:
        """The message to answer with: the answer itself, or that it is on its way."""
        if self._waiting >= _MOST:
            return message(Answer(_BUSY, failed=True))
        self._waiting += 1
        future = self._pool.submit(contextvars.copy_context().run, self._answer, command)
        future.add_done_callback(self._counted(asyncio.get_running_loop()))
        reading = asyncio.wrap_future(future)
        done, _ = await asyncio.wait({reading}, timeout=self._quick)
        if done:
            return message(reading.result())
        task = asyncio.create_task(self._send(reading, command, asked))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)
        return message(Answer(_LATER))

    def _counted(self, loop: asyncio.AbstractEventLoop) -> "Callable[[Future[Answer]], object]":
        def less() -> None:
            self._waiting -= 1

        return lambda _: loop.is_closed() or loop.call_soon_threadsafe(less)

    def _answer(self, command: Command) -> Answer:
        try:
            return handle(command, Order("", 0), self._desk)
        except IncidentbotError as error:
            return refused(error)
        except Exception as error:
            _tell(f"a fault of its own in {told(command)}: {type(error).__name__}: {error}")
            return Answer(_FAULT, failed=True)

    async def _send(self, reading: "asyncio.Future[Answer]", command: Command, asked: Asked) -> None:
        shown = message(await reading)
        problem = ""
        for use in range(1, USES + 1):
            sent = await asyncio.to_thread(self._responder.send, asked.response_url, shown, use)
            problem = sent.problem
            if not problem:
                return
            if sent.again is None:
                break
            await asyncio.sleep(sent.again)
        _tell(f"ERROR: {asked.by} never got the answer to {told(command)}: {problem}")

    async def finish(self) -> None:
        """Let answers under way end, for a while."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=GRACE)
        self._pool.shutdown(wait=False, cancel_futures=True)


def _tell(text: str) -> None:
    print(line(text), file=sys.stderr, flush=True)
