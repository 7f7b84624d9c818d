"""Runs against the forge, in a process of their own that shares what this one has imported."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import IncidentbotError
from bot.filing import Pace
from bot.logs import read_files
from bot.settings import Settings
from bot.trackers.github import open_github
from bot.trackers.github.wire import Policy
from bot.usecases.filing import file_incidents
from bot.usecases.setup import Setup, make
from tests.bench.forge import Forge
from tests.bench.proxy import Answer, Proxy, Recorded

READ_SECONDS = 0.4
LONG = 100_000.0
KILLED = -9


class World:
    """A forge behind a proxy, and the time there, in seconds."""

    def __init__(self) -> None:
        self.forge = Forge()
        self.proxy = Proxy(self._answer)
        self.setup: Setup = make(Settings())
        self.now = 1_800_000_000.0
        self.error = ""
        self.result: Any = None
        self.reset()

    def _answer(self, request: Recorded) -> Answer:
        return self.forge.answer(request)

    def reset(self, lag: float = 0.0) -> Forge:
        """An empty repository, whose lists are behind by so much."""
        self.proxy.forget()
        self.proxy.child = None
        self.now = 1_800_000_000.0
        self.forge = Forge()
        self.forge.lag, self.forge.url = lag, self.proxy.url
        self.forge.clock = lambda: self.now
        return self.forge

    def file(self, logs: Path, seconds: float | None = None, token: str = "tok_bot", **settings: Any) -> int:
        """A run in this process; its exit code."""
        setup = make(Settings(**settings)) if settings else self.setup
        policy = Policy(connect=2.0, read=READ_SECONDS, sleep=lambda _: None, clock=lambda: self.now)
        tracker = open_github("acme/shop", token, self.proxy.url, setup.settings.labels.tracked, policy=policy)
        self.error = ""
        until = None if seconds is None else self.now + seconds
        pace = Pace(lambda: self.now, lambda _: None, until)
        try:
            self.result = file_incidents(read_files([logs]), tracker, setup, int(self.now * 1e9), pace=pace)
        except IncidentbotError as error:
            self.error, self.result = str(error), getattr(error, "result", None)
            return error.exit_code
        return 0

    def forked(self, logs: Path) -> int:
        """A run in a child of this process, which a fault may kill; its exit code, or KILLED."""
        gate, opened = os.pipe()
        child = os.fork()
        if child == 0:
            status = 70
            with contextlib.suppress(BaseException):
                os.read(gate, 1)
                status = self.file(logs)
            os._exit(status)
        self.proxy.child = child
        os.write(opened, b"x")
        _, ended = os.waitpid(child, 0)
        os.close(gate)
        os.close(opened)
        self.proxy.child = None
        return os.waitstatus_to_exitcode(ended)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The forge of a module's tests; each resets it."""
    made = World()
    yield made
    made.proxy.close()
