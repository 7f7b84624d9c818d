"""The worker: takes jobs from the queue one at a time, does each, and answers. It is a process of its own.

So neither a long run nor a fault of it keeps an acknowledgement waiting, and a kill of either leaves the queue whole.
"""

import fcntl
import os
import select
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.errors import (
    IncidentbotError,
    LogsUnavailable,
    NoLogEntries,
    PartlyDone,
    RateLimited,
    Refused,
    TrackerUnavailable,
)
from bot.faces.slack.commands import parse
from bot.faces.slack.desk import Answer, Desk, handle, refused
from bot.faces.slack.messages import message
from bot.faces.slack.queue import Job, Queue
from bot.faces.slack.responding import LIFE, USES, Responder
from bot.lifecycle.decisions import Order
from bot.text.terminal import line

MOST_TRIES = 5
"""How often a command is begun: one that takes the process with it each time must come to an end."""

PAUSES = (2.0, 10.0, 60.0)
"""Seconds between tries, where GitHub or the logs could not be reached."""

_LONGEST_PAUSE = 600.0

_FAULT = "A fault of incidentbot's own: the command was not done. The relay's log says more."
_GIVEN_UP = f"Begun {MOST_TRIES} times, and never ended: the command is given up. The relay's log says more."


class Worker:
    """Works off a queue. `clock` is the wall clock in seconds, `tell` takes a line of narration."""

    def __init__(
        self,
        queue: Queue,
        desk: Desk,
        responder: Responder,
        clock: Callable[[], float] = time.time,
        tell: Callable[[str], None] = lambda text: print(line(text), file=sys.stderr, flush=True),
    ) -> None:
        self._queue, self._desk, self._responder = queue, desk, responder
        self._clock, self._tell = clock, tell

    def step(self) -> bool:
        """Do the next step that is due; False where there is none."""
        job = self._queue.take(self._clock())
        if job is None:
            return False
        if job.step == "waiting":
            self._do(job)
        else:
            self._answer(job)
        return True

    def _do(self, job: Job) -> None:
        if job.tries > MOST_TRIES:
            self._tell(f"gave up {job.command} asked for by {job.by}: begun {MOST_TRIES} times")
            return self._queue.done(job, Answer(_GIVEN_UP, failed=True))
        try:
            answer = handle(parse(job.command, job.at), Order(job.by, job.at), self._desk)
        except IncidentbotError as error:
            pause = _pause(error, job.tries)
            if pause:
                self._tell(f"{job.command}: {error} (try {job.tries}, again in {pause:.0f} s)")
                return self._queue.later(job, self._clock() + pause)
            answer = refused(error)
        except Exception as error:
            for told in "".join(traceback.format_exception(error)).splitlines():
                self._tell(told)
            answer = Answer(_FAULT, failed=True)
        self._tell(f"{job.command} asked for by {job.by}: {answer.said}")
        return self._queue.done(job, answer)

    def _answer(self, job: Job) -> None:
        if not job.url:
            return self._queue.over(job)
        if job.uses > USES or self._clock() > job.received + LIFE:
            return self._give_up(job, job.problem or "its response_url is worn out")
        sent = self._responder.send(job.url, message(job.said, public=True), job.uses)
        if not sent.problem:
            return self._queue.over(job)
        if sent.again is None:
            return self._give_up(job, sent.problem)
        self._tell(f"answer to {job.command} not taken: {sent.problem} (use {job.uses}, again in {sent.again:.0f} s)")
        return self._queue.later(job, self._clock() + sent.again)

    def _give_up(self, job: Job, problem: str) -> None:
        self._tell(f"ERROR: {job.by} never got the answer to {job.command}: {problem}. It was: {job.said.said}")
        self._queue.over(job, problem)


def _pause(error: IncidentbotError, tries: int) -> float:
    """Seconds after which what failed may work; 0.0 where waiting won't help."""
    if tries > len(PAUSES) or isinstance(error, NoLogEntries | Refused):
        return 0.0
    if isinstance(error, RateLimited):
        return error.wait if error.wait <= _LONGEST_PAUSE else 0.0
    return PAUSES[tries - 1] if isinstance(error, TrackerUnavailable | LogsUnavailable | PartlyDone) else 0.0


@contextmanager
def alone(path: Path, waiting: Callable[[], bool]) -> Iterator[bool]:
    """Hold the queue's lock, which the kernel lets go of when a process dies; one worker has it at a time.

    Gives False where `waiting`, called between tries, said to stop.
    """
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if not waiting():
                    yield False
                    return
            else:
                yield True
                return


def work(worker: Worker, queue: Queue, path: Path, bell: IO[bytes], clock: Callable[[], float] = time.time) -> None:
    """Work until the bell's pipe is closed; each byte in it says that there is something new.

    The relay holds the other end: when it stops, or dies, the job at hand is finished and no other begun.
    """
    with alone(path, lambda: _listen(bell, 0.2)) as is_mine:
        while is_mine and _listen(bell, 0.0):
            if not worker.step():
                due = queue.next_due()
                is_mine = _listen(bell, 30.0 if due is None else min(30.0, max(0.05, due - clock())))


def _listen(bell: IO[bytes], seconds: float) -> bool:
    """Wait for the bell, at most so long; False where nobody is there to ring it any more."""
    ready, _, _ = select.select([bell], [], [], seconds)
    return not ready or bool(os.read(bell.fileno(), 65_536))
