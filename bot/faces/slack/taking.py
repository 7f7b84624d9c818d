"""The two ways to work: a command is handed to GitHub, or stored here; only then is it said to be taken."""

import sqlite3
from collections.abc import Callable
from typing import Protocol

import msgspec

from bot.errors import TrackerUnavailable
from bot.faces.slack.commands import Command, name_of, told, words_of
from bot.faces.slack.dispatching import Workflow, dispatch
from bot.faces.slack.queue import Job, Queue


class Wish(msgspec.Struct, frozen=True):
    """A command that may be done: who wants it, when it came (seconds), where to answer, what tells it from another."""

    command: Command
    by: str
    received: float
    nonce: str
    url: str = ""


class Taken(msgspec.Struct, frozen=True):
    """That a wish was taken: in a sentence what comes next, and the address of what does it, "" where there is none."""

    said: str
    url: str = ""


class Taker(Protocol):
    """Takes wishes, for good. Both methods may be called from several threads."""

    def take(self, wish: Wish) -> Taken | None:
        """Take it; None where the same was taken before. Raises IncidentbotError where it can't be taken."""
        ...


class Dispatching:
    """Starts the workflow on GitHub."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow

    def take(self, wish: Wish) -> Taken | None:
        """Start it, and wait until GitHub confirmed it. Raises TrackerUnavailable."""
        inputs = {"command": name_of(wish.command), "arguments": words_of(wish.command), "asked_by": wish.by}
        url = dispatch(self._workflow, inputs)
        where = f"{self._workflow.file} in {self._workflow.repository}"
        return Taken(f"GitHub Actions does `{told(wish.command)}`: {where} was started.", url)


class Queueing:
    """Stores it in the queue, and rings for the worker."""

    def __init__(self, queue: Queue, ring: Callable[[], None]) -> None:
        self._queue, self._ring = queue, ring

    def take(self, wish: Wish) -> Taken | None:
        """Store it. Raises TrackerUnavailable where the disk doesn't take it."""
        at = int(wish.received * 1e9)
        try:
            stored = self._queue.put(Job(wish.nonce, told(wish.command), wish.by, at, wish.received, wish.url))
        except sqlite3.Error as error:
            raise TrackerUnavailable(
                f"The command can't be stored ({error}), and was not taken: look at the disk."
            ) from None
        if not stored:
            return None
        self._ring()
        return Taken(f"Taken: `{told(wish.command)}`. The answer comes here.")
