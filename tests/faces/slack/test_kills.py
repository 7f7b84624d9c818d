"""A worker that is killed at any step, and the one after it: what was asked for is done once, and answered."""

import contextlib
import itertools
import os
import signal
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bot.faces.slack.commands import File
from bot.faces.slack.office import Office
from bot.faces.slack.queue import Job, Queue
from bot.faces.slack.responding import Hooks, Responder
from bot.faces.slack.worker import Worker
from bot.lifecycle import decode_issue
from bot.logs import read_files
from bot.settings import Settings
from bot.trackers.github import open_github
from bot.trackers.github.wire import Policy
from bot.usecases.filing import file_incidents
from bot.usecases.setup import make
from tests.bench.forge import Forge
from tests.bench.proxy import KILL_AFTER, KILL_BEFORE, Proxy
from tests.crash.outages import SERVICES, write

NOW = 1_800_000_000.0
KILLED = -9
COMMANDS = ("mute 2 2h", "merge 2 3", "resolve 2 2f130c1", "file checkout-api 2h")
STEPS = ("take", "done", "over")


class World:
    """A forge and a Slack on loopback, a queue, and workers that are forked from this process."""

    def __init__(self, folder: Path) -> None:
        logs = write(folder / "two.json", SERVICES[:2])
        self._one, self._numbers = write(folder / "one.json", SERVICES[:1]), itertools.count()
        self.forge = Forge()
        self.github = Proxy(lambda request: self.forge.answer(request))
        self.slack = Proxy(lambda _: (200, {}, b"ok"))
        self.forge.url = self.github.url
        self.setup = make(Settings())
        file_incidents(read_files([logs]), self.tracker(), self.setup, int(NOW * 1e9))
        self._before = deepcopy((self.forge.versions, self.forge.comments, self.forge.labels))

    def tracker(self) -> Any:
        """GitHub's tracker over the forge."""
        policy = Policy(connect=2.0, read=2.0, sleep=lambda _: None, clock=lambda: NOW)
        return open_github("acme/shop", "tok_bot", self.github.url, "incidentbot", policy=policy)

    def reset(self, command: str, folder: Path) -> Path:
        """The issues as they were, and a queue with this command; the queue's path."""
        for one in (self.github, self.slack):
            one.forget()
            one.child = None
        if command.startswith("file"):
            self.forge.versions, self.forge.comments, self.forge.labels = {}, {}, []
        else:
            self.forge.versions, self.forge.comments, self.forge.labels = deepcopy(self._before)
        path = folder / f"{next(self._numbers)}.sqlite3"
        queue = Queue(path)
        url = f"{self.slack.url}/commands/1"
        assert queue.put(Job("n", command, "ann (U1 in Slack)", int(NOW * 1e9), NOW, url))
        queue.close()
        return path

    def _read(self, _: File) -> Any:
        return read_files([self._one])

    def _work(self, path: Path, dies: str) -> None:
        office = Office(self.setup, self.tracker, self._read, lambda number: "", lambda: int(NOW * 1e9))
        hooks = Hooks(self.slack.url.removeprefix("http://"), "http")
        queue = Dying(path, dies) if dies else Queue(path)
        worker = Worker(queue, office, Responder(hooks), lambda: NOW + 1, lambda _: None)
        while worker.step():
            pass

    def forked(self, path: Path, dies: str = "") -> int:
        """A worker in a child of this process, until nothing is left to do; its exit code, or KILLED."""
        gate, opened = os.pipe()
        child = os.fork()
        if child == 0:
            status = 70
            with contextlib.suppress(BaseException):
                os.read(gate, 1)
                self._work(path, dies)
                status = 0
            os._exit(status)
        self.github.child = self.slack.child = child
        os.write(opened, b"x")
        _, ended = os.waitpid(child, 0)
        os.close(gate)
        os.close(opened)
        self.github.child = self.slack.child = None
        return os.waitstatus_to_exitcode(ended)

    def stands(self) -> list[Any]:
        """Everything that people see: issues with their comments, and what was decided; the dashboard aside."""
        seen = []
        for issue in self.forge.issues():
            if issue["title"].startswith("GCP-"):
                state = decode_issue(issue["body"], self.setup.ring)
                assert state
                comments = [comment["body"] for comment in self.forge.comments[issue["number"]]]
                labels = sorted(label["name"] for label in issue["labels"])
                evidence = tuple(sorted(state.incident.evidence, key=msgspec.json.encode))
                incident = replace(state.incident, evidence=evidence)
                seen.append((issue["title"], issue["state"], labels, comments, replace(state, incident=incident)))
        return sorted(seen, key=lambda one: str(one[0]))


class Dying(Queue):
    """A queue whose process is killed before or after the step that `dies` names, as `before done`."""

    def __init__(self, path: Path, dies: str) -> None:
        super().__init__(path)
        self._dies = dies

    def _die(self, when: str) -> None:
        if when == self._dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def take(self, now: float) -> Job | None:
        """Take, or die."""
        self._die("before take")
        taken = super().take(now)
        self._die("after take")
        return taken

    def done(self, job: Job, answer: Any) -> None:
        """Note it, or die."""
        self._die("before done")
        super().done(job, answer)
        self._die("after done")

    def over(self, job: Job, problem: str = "") -> None:
        """Note it, or die."""
        self._die("before over")
        super().over(job, problem)
        self._die("after over")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world of this module's tests."""
    made = World(tmp_path_factory.mktemp("logs"))
    yield made
    made.github.close()
    made.slack.close()


def wrong(world: World, path: Path, wanted: list[Any]) -> list[str]:
    """What is not as it would be after one undisturbed run."""
    [job] = Queue(path).jobs()
    found = [] if (job.step, job.problem) == ("over", "") else [f"{job.step} {job.problem}"]
    if not 1 <= len(world.slack.log) <= 2:
        found.append(f"{len(world.slack.log)} answers")
    if world.slack.log and world.slack.log[-1].data["response_type"] != "in_channel":
        found.append(str(world.slack.log[-1].data["text"]))
    if world.stands() != wanted:
        found.append("other issues")
    return found


def undisturbed(world: World, command: str, folder: Path) -> tuple[list[Any], int]:
    """What stands after one run without a fault, and how many writes it sent to GitHub."""
    path = world.reset(command, folder)
    assert world.forked(path) == 0
    wanted = world.stands()
    assert wrong(world, path, wanted) == []
    decided = [decision for *_, state in wanted for decision in state.decisions]
    assert {one.by for one in decided} == {"ann (U1 in Slack)"}
    return wanted, len(world.github.writes)


@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_any_write_it_is_done_once(world: World, command: str, tmp_path: Path) -> None:
    """Killed before or after any write to GitHub or Slack, the next worker leaves what an undisturbed one leaves."""
    wanted, writes = undisturbed(world, command, tmp_path)
    bad = []
    for at in range(writes + 1):
        for how in (KILL_BEFORE, KILL_AFTER):
            path = world.reset(command, tmp_path)
            where = world.github if at < writes else world.slack
            where.fail("POST|PATCH|PUT|DELETE", how, skip=at if at < writes else 0)
            ended = (world.forked(path), world.forked(path))
            if ended != (KILLED, 0) or (found := wrong(world, path, wanted)):
                bad.append(f"{how} at {at} of {writes}: {ended} {found if ended == (KILLED, 0) else ''}")
    assert bad == []


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_step_of_the_queue_it_is_done_once(world: World, when: str, step: str, tmp_path: Path) -> None:
    """Killed before or after any transaction, likewise."""
    wanted, _ = undisturbed(world, COMMANDS[0], tmp_path)
    path = world.reset(COMMANDS[0], tmp_path)
    assert world.forked(path, f"{when} {step}") == KILLED
    assert world.forked(path) == 0
    assert wrong(world, path, wanted) == []
