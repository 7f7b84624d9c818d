"""The queue keeps what it was given, whatever ends."""

import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest

from bot.errors import SettingsError
from bot.faces.slack.desk import Answer, Line
from bot.faces.slack.queue import KEPT, Job, Queue

NOW = 1_700_000_000.0


def job(nonce: str = "a", command: str = "mute 1", received: float = NOW) -> Job:
    """A job as the relay stores it."""
    return Job(nonce, command, "ann (U1 in Slack)", int(received * 1e9), received, "https://hooks.slack.com/x")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the queue is."""
    return tmp_path / "queue.sqlite3"


def test_every_step_is_on_disk(path: Path) -> None:
    """WAL with synchronous=FULL: a commit is synced before it returns."""
    queue = Queue(path)
    [[journal]] = queue._connection.execute("PRAGMA journal_mode")
    [[synchronous]] = queue._connection.execute("PRAGMA synchronous")
    assert (journal, synchronous) == ("wal", 2)


def test_what_was_put_is_there_for_another(path: Path) -> None:
    """Another process finds it whole, as soon as `put` returns."""
    assert Queue(path).put(job())
    [found] = Queue(path).jobs()
    assert msgspec.structs.replace(found, id=0) == job()


def test_the_same_request_is_put_once(path: Path) -> None:
    """A nonce counts once, also when its job is over, and in whatever thread it comes."""
    queue = Queue(path)
    stored: list[bool] = []
    threads = [threading.Thread(target=lambda: stored.append(Queue(path).put(job()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored) == [False] * 7 + [True]
    taken = queue.take(NOW)
    assert taken
    queue.over(taken)
    assert not queue.put(job())


def test_steps_are_taken_in_order(path: Path) -> None:
    """Answers before commands, commands as they came; what isn't due waits; what is over is gone."""
    queue = Queue(path)
    for name in ("a", "b", "c"):
        queue.put(job(name))
    first = queue.take(NOW)
    assert first
    assert (first.nonce, first.step, first.tries) == ("a", "waiting", 1)
    queue.later(first, NOW + 5)
    second = queue.take(NOW)
    assert second
    assert second.nonce == "b"
    queue.done(second, Answer("done", (Line("x", "https://e.example/1"),)))
    third = queue.take(NOW)
    assert third
    assert (third.nonce, third.step, third.uses, third.said.lines[0].text) == ("b", "answering", 1, "x")
    queue.over(third, "nobody listens")
    fourth = queue.take(NOW)
    assert fourth
    assert fourth.nonce == "c"
    queue.over(fourth)
    assert queue.take(NOW) is None
    assert queue.next_due() == NOW + 5
    again = queue.take(NOW + 5)
    assert again
    assert (again.nonce, again.tries) == ("a", 2)


def test_addresses_are_forgotten_and_old_jobs_too(path: Path) -> None:
    """The address of an answer goes when the job is over, the job a day later."""
    queue = Queue(path)
    queue.put(job())
    taken = queue.take(NOW)
    assert taken
    queue.over(taken, "why")
    [kept] = queue.jobs()
    assert (kept.url, kept.problem) == ("", "why")
    queue.put(job("b", received=NOW + KEPT + 1))
    other = queue.take(NOW + KEPT + 1)
    assert other
    queue.over(other)
    assert [one.nonce for one in queue.jobs()] == ["b"]


def test_a_file_that_is_no_queue_is_named(tmp_path: Path) -> None:
    """An unusable file is a settings error that names it and the setting."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"no database at all, but long enough to be looked at " * 20)
    with pytest.raises(SettingsError, match=r"notes\.txt \(slack\.queue\)"):
        Queue(path)


def test_a_full_disk_is_an_error_and_stores_nothing(path: Path) -> None:
    """What can't be written is not taken, and the queue goes on where there is room again."""
    queue = Queue(path)
    queue._connection.execute("PRAGMA max_page_count = 1")
    huge = msgspec.structs.replace(job(), command="x" * 100_000)
    with pytest.raises(sqlite3.Error):
        queue.put(huge)
    before = len(queue.jobs())
    queue._connection.execute("PRAGMA max_page_count = 100000")
    assert queue.put(job("after"))
    assert len(queue.jobs()) == before + 1
