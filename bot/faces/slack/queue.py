"""The durable queue: a command is on disk before anybody is told that it was taken, and stays until it is answered.

A job is waiting, then answering (done, its answer on record), then over. Every step is a transaction of its own, synced
to the disk, so that a kill at any moment leaves the last step that was finished.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bot.errors import SettingsError
from bot.faces.slack.desk import Answer

KEPT = 24 * 3600.0
"""Seconds that what is over stays on record."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  nonce TEXT NOT NULL UNIQUE,
  command TEXT NOT NULL,
  "by" TEXT NOT NULL,
  at INTEGER NOT NULL,
  received REAL NOT NULL,
  url TEXT NOT NULL,
  step TEXT NOT NULL DEFAULT 'waiting' CHECK (step IN ('waiting', 'answering', 'over')),
  tries INTEGER NOT NULL DEFAULT 0,
  uses INTEGER NOT NULL DEFAULT 0,
  due REAL NOT NULL DEFAULT 0,
  answer BLOB,
  problem TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_open ON jobs (step, due, id) WHERE step != 'over';
"""
_COLUMNS = 'id, nonce, command, "by", at, received, url, step, tries, uses, due, answer, problem'


class Job(msgspec.Struct, frozen=True):
    """One command on its way. `at` (wall clock, nanoseconds) and `by` make its order; times are in seconds since 1970.

    `nonce` is the same if the same request comes again. `tries` counts how often it was begun, `uses` how often its
    `url` was posted to. `url` is "" where nobody waits for an answer, as with an alert.
    """

    nonce: str
    command: str
    by: str
    at: int
    received: float
    url: str = ""
    id: int = 0
    step: str = "waiting"
    tries: int = 0
    uses: int = 0
    due: float = 0.0
    answer: bytes | None = None
    problem: str = ""

    @property
    def said(self) -> Answer:
        """The answer that is on record; one that another version wrote may be unreadable."""
        try:
            return msgspec.json.decode(self.answer or b"", type=Answer)
        except msgspec.DecodeError:
            return Answer(f"`{self.command}` is done; what there was to say can't be read any more.")


class Queue:
    """The queue in a file; one object may serve several threads, several processes may share the file.

    Methods raise sqlite3.Error where the disk is full or broken.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(path, timeout=2.0, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise SettingsError(f"The queue {path} (slack.queue) can't be used: {error}; name another file.") from None
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def put(self, job: Job) -> bool:
        """Store a job; it is on disk when this returns. False where the same request was stored before."""
        with self._writing() as connection:
            stored = connection.execute(
                'INSERT INTO jobs (nonce, command, "by", at, received, url) VALUES (?, ?, ?, ?, ?, ?)'
                " ON CONFLICT (nonce) DO NOTHING",
                (job.nonce, job.command, job.by, job.at, job.received, job.url),
            )
            return stored.rowcount == 1

    def take(self, now: float) -> Job | None:
        """The next job that is due, answers first; a waiting one counts as begun from now on."""
        with self._writing() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE step != 'over' AND due <= ? ORDER BY step, id LIMIT 1", (now,)
            ).fetchone()
            if row is None:
                return None
            job = _job(row)
            counted = "tries = tries + 1" if job.step == "waiting" else "uses = uses + 1"
            connection.execute(f"UPDATE jobs SET {counted} WHERE id = ?", (job.id,))
            if job.step == "waiting":
                return msgspec.structs.replace(job, tries=job.tries + 1)
            return msgspec.structs.replace(job, uses=job.uses + 1)

    def done(self, job: Job, answer: Answer) -> None:
        """The command took effect, or never will: from now on only its answer is left."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE jobs SET step = 'answering', due = 0, answer = ? WHERE id = ?",
                (msgspec.json.encode(answer), job.id),
            )

    def later(self, job: Job, due: float) -> None:
        """Try this step again at this time."""
        with self._writing() as connection:
            connection.execute("UPDATE jobs SET due = ? WHERE id = ?", (due, job.id))

    def over(self, job: Job, problem: str = "") -> None:
        """Nothing is left to do; `problem` says why nobody got the answer.

        Forgets the address for answers, and what was received long before this job.
        """
        with self._writing() as connection:
            connection.execute("UPDATE jobs SET step = 'over', url = '', problem = ? WHERE id = ?", (problem, job.id))
            connection.execute("DELETE FROM jobs WHERE step = 'over' AND received < ?", (job.received - KEPT,))

    def next_due(self) -> float | None:
        """When the next job is due; None where there is none."""
        with self._lock:
            [found] = self._connection.execute("SELECT min(due) FROM jobs WHERE step != 'over'").fetchone()
        return None if found is None else float(found)

    def jobs(self) -> list[Job]:
        """Everything on record, oldest first."""
        with self._lock:
            rows = self._connection.execute(f"SELECT {_COLUMNS} FROM jobs ORDER BY id").fetchall()
        return [_job(row) for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


def _job(row: tuple[object, ...]) -> Job:
    names = [name.strip('"') for name in _COLUMNS.split(", ")]
    return msgspec.convert(dict(zip(names, row, strict=True)), Job)
