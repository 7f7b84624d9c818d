"""The few things that a folder of files needs of a disk; one small class, so that a test can fault any step."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

LOCK_PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""


class Disk:
    """Files, written so that a reader sees the old bytes or the new ones. Every method raises OSError where it fails.

    A new file is staged whole under a temporary name in the same folder and then published by a rename; both steps are
    on the disk, not in a cache, when they return.
    """

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, sorted; none where there is no such folder."""
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []

    def read(self, path: Path) -> bytes:
        """All bytes of a file."""
        return path.read_bytes()

    def make(self, folder: Path) -> None:
        """Create a folder, and those above it, where they are missing."""
        if folder.is_dir():
            return
        self.make(folder.parent)
        folder.mkdir(exist_ok=True)
        _settle(folder.parent)

    def stage(self, temporary: Path, data: bytes) -> None:
        """Write a temporary file of this name; FileExistsError where somebody else has it."""
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def publish(self, temporary: Path, path: Path) -> None:
        """Give a staged file its name, in the place of what had it, whose permissions it takes over."""
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
        _settle(path.parent)

    def discard(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def age(self, path: Path) -> float:
        """Seconds since a file was last written."""
        return time.time() - path.stat().st_mtime

    @contextlib.contextmanager
    def lock(self, folder: Path) -> Iterator[None]:
        """Keep other processes' writes out of a folder; a killed holder's lock is gone with it.

        Raises TimeoutError after LOCK_PATIENCE seconds. Does nothing where the platform or file system has no locks.
        """
        if sys.platform == "win32":
            yield
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            _acquire(handle)
            yield
        finally:
            os.close(handle)


def _acquire(handle: int) -> None:
    if sys.platform == "win32":
        return
    until = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise TimeoutError("another process has been writing to it for too long") from None
            time.sleep(0.01)
        except OSError:
            return


def _settle(folder: Path) -> None:
    """Bring a folder's own entries to the disk."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
