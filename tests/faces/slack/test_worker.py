"""What the worker makes of a job: once, answered, or given up so that somebody hears of it."""

from pathlib import Path
from typing import Any

import pytest

from bot.errors import LogsUnavailable, NoLogEntries, PartlyDone, RateLimited, Refused, TrackerUnavailable, UsageError
from bot.faces.slack.commands import Explain, File, Merge, Mute, Resolve, Status, Verify
from bot.faces.slack.desk import Answer
from bot.faces.slack.queue import Job, Queue
from bot.faces.slack.responding import LIFE, USES, Hooks, Responder, Sent
from bot.faces.slack.worker import MOST_TRIES, Worker
from bot.lifecycle.decisions import Order

NOW = 1_700_000_000.0
URL = "https://hooks.slack.com/commands/1"


class Noting:
    """A desk that notes what it is told, after whatever `fails` raises, one a call."""

    def __init__(self) -> None:
        self.done: list[tuple[object, Order | None]] = []
        self.fails: list[BaseException] = []

    def _note(self, command: object, order: Order | None = None) -> Answer:
        if self.fails:
            raise self.fails.pop(0)
        self.done.append((command, order))
        return Answer("done")

    def file(self, command: File, order: Order) -> Answer:
        """Note it."""
        return self._note(command, order)

    def status(self, command: Status) -> Answer:
        """Note it."""
        return self._note(command)

    def resolve(self, command: Resolve, order: Order) -> Answer:
        """Note it."""
        return self._note(command, order)

    def verify(self, command: Verify, order: Order) -> Answer:
        """Note it."""
        return self._note(command, order)

    def mute(self, command: Mute, order: Order) -> Answer:
        """Note it."""
        return self._note(command, order)

    def merge(self, command: Merge, order: Order) -> Answer:
        """Note it."""
        return self._note(command, order)

    def explain(self, command: Explain) -> Answer:
        """Note it."""
        return self._note(command)


class Ear(Responder):
    """Takes what is posted; `answers` are how the next uses end."""

    def __init__(self) -> None:
        super().__init__(Hooks())
        self.heard: list[tuple[str, dict[str, Any], int]] = []
        self.answers: list[Sent] = []

    def send(self, url: str, message: dict[str, Any], use: int) -> Sent:
        """Note it."""
        self.heard.append((url, message, use))
        return self.answers.pop(0) if self.answers else Sent()


class Bench:
    """A worker over a queue, with a clock that a test moves."""

    def __init__(self, path: Path) -> None:
        self.queue, self.desk, self.ear = Queue(path), Noting(), Ear()
        self.now = NOW
        self.told: list[str] = []
        self.worker = Worker(self.queue, self.desk, self.ear, lambda: self.now, self.told.append)

    def put(self, command: str, url: str = URL) -> None:
        """Store a command, received now."""
        self.queue.put(Job(f"{self.now}{command}", command, "ann", int(self.now * 1e9), self.now, url))

    def run(self, seconds: float = 0.0) -> None:
        """Let so much time pass, step by step, until nothing is left to do."""
        end = self.now + seconds
        while True:
            while self.worker.step():
                pass
            due = self.queue.next_due()
            if due is None or due > end:
                self.now = end
                return
            self.now = max(self.now, due)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """An empty one."""
    return Bench(tmp_path / "queue.sqlite3")


def test_a_command_is_done_and_answered_once(bench: Bench) -> None:
    """The order names who asked and when; everybody in the channel hears of it; then nothing is left."""
    bench.put("mute 1")
    bench.run()
    assert bench.desk.done == [(Mute(1), Order("ann", int(NOW * 1e9)))]
    [(url, message, use)] = bench.ear.heard
    assert (url, use, message["response_type"]) == (URL, 1, "in_channel")
    assert [(job.step, job.url) for job in bench.queue.jobs()] == [("over", "")]
    assert not bench.worker.step()


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (TrackerUnavailable("away"), 2),
        (LogsUnavailable("away"), 2),
        (PartlyDone("half"), 2),
        (RateLimited("later", 30), 2),
        (RateLimited("tomorrow", 86_400), 1),
        (NoLogEntries("quiet"), 1),
        (Refused("no"), 1),
        (UsageError("what"), 1),
        (ZeroDivisionError("a bug"), 1),
    ],
)
def test_what_may_pass_is_tried_again(bench: Bench, error: Exception, calls: int) -> None:
    """What was away is asked again after a pause; what would fail again is told at once."""
    bench.desk.fails = [error]
    bench.put("mute 1")
    bench.run(60)
    assert len(bench.desk.done) == calls - 1
    [(_, message, _)] = bench.ear.heard
    assert message["response_type"] == ("in_channel" if calls == 2 else "ephemeral")
    assert "ZeroDivisionError" not in str(message)


def test_a_command_that_never_ends_is_given_up(bench: Bench) -> None:
    """A job that takes the process with it each time is begun a few times, then its failure is told."""
    bench.put("mute 1")
    bench.desk.fails = [KeyboardInterrupt()] * 99
    for _ in range(MOST_TRIES):
        with pytest.raises(KeyboardInterrupt):
            bench.worker.step()
    bench.run()
    assert bench.desk.done == []
    assert "given up" in bench.ear.heard[0][1]["text"]
    assert any(f"begun {MOST_TRIES} times" in line for line in bench.told)


def test_an_answer_is_tried_five_times_and_given_up_loudly(bench: Bench) -> None:
    """Five uses, the pauses between them growing; the log has the answer, whose it was, and why."""
    bench.ear.answers = [Sent("Slack answered 500", pause) for pause in (2.0, 10.0, 60.0, 300.0)] + [Sent("500")]
    bench.put("mute 1")
    bench.run(LIFE)
    assert [use for _, _, use in bench.ear.heard] == [1, 2, 3, 4, 5]
    assert len(bench.desk.done) == 1
    [loud] = [line for line in bench.told if line.startswith("ERROR")]
    assert "ann never got the answer to mute 1" in loud
    assert bench.queue.jobs()[0].problem == "500"


def test_a_kill_while_posting_costs_a_use(bench: Bench) -> None:
    """A use that ended with the process counts: never more than five, whatever happens in between."""
    bench.put("mute 1")
    bench.worker.step()
    posts = []

    def dies(url: str, message: dict[str, Any], use: int) -> Sent:
        posts.append(use)
        raise KeyboardInterrupt

    bench.ear.send = dies  # type: ignore[method-assign]
    for _ in range(USES):
        with pytest.raises(KeyboardInterrupt):
            bench.worker.step()
    bench.run()
    assert posts == [1, 2, 3, 4, 5]
    assert bench.queue.jobs()[0].step == "over"
    assert any("worn out" in line for line in bench.told)


def test_an_answer_after_half_an_hour_is_not_sent(bench: Bench) -> None:
    """A response_url is of no use then: the answer goes to the log."""
    bench.put("mute 1")
    bench.worker.step()
    bench.now += LIFE + 1
    bench.run()
    assert bench.ear.heard == []
    assert any(line.startswith("ERROR") for line in bench.told)


def test_what_another_version_stored_ends_too(bench: Bench) -> None:
    """A command that is no longer known is told so; an answer that can't be read is said to be done."""
    bench.put("conjure 1")
    bench.put("mute 1")
    bench.worker.step()
    assert bench.queue.jobs()[0].step == "answering"
    bench.run()
    bench.put("mute 2")
    bench.worker.step()
    bench.queue._connection.execute("UPDATE jobs SET answer = x'ff' WHERE step = 'answering'")
    bench.run()
    texts = [message["text"] for _, message, _ in bench.ear.heard]
    assert "is no command" in texts[0]
    assert texts[1] == "done"
    assert texts[2].startswith("`mute 2` is done")


def test_an_alert_is_done_without_an_answer(bench: Bench) -> None:
    """Where nobody waits, nothing is posted."""
    bench.put("file api 20m", url="")
    bench.run()
    assert [command for command, _ in bench.desk.done] == [File("api", "20m")]
    assert bench.ear.heard == []


def test_one_that_waits_keeps_nobody_up(bench: Bench) -> None:
    """While one command waits to be tried again, the next is done."""
    bench.desk.fails = [TrackerUnavailable("away")]
    bench.put("mute 1")
    bench.put("mute 2")
    bench.run()
    assert [command for command, _ in bench.desk.done] == [Mute(2)]
    bench.run(5)
    assert [command for command, _ in bench.desk.done] == [Mute(2), Mute(1)]


def test_the_words_are_read_as_of_when_they_came(bench: Bench) -> None:
    """A length counts from the request, however late it is done."""
    bench.desk.fails = [TrackerUnavailable("away")]
    bench.put("mute 1 1h")
    bench.run(30)
    [(command, _)] = bench.desk.done
    assert command == Mute(1, int(NOW + 3600) * 10**9)
