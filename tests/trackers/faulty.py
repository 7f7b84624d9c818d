"""A disk that dies at a chosen step."""

from pathlib import Path

from bot.trackers.disk import Disk


class Died(BaseException):
    """The process is no more: nothing after this runs, so nothing may catch it as an error."""


class FaultyDisk(Disk):
    """A disk whose n-th step dies, before it, half-way through, or after it. Steps are counted in `steps`."""

    def __init__(self, at: int, when: str) -> None:
        self.steps = 0
        self._at = at
        self._when = when

    def _dies(self, when: str) -> bool:
        return self.steps == self._at and self._when == when

    def stage(self, temporary: Path, data: bytes) -> None:
        """Stage; half-way through, half the bytes are there."""
        self._begin()
        if self._dies("half"):
            temporary.write_bytes(data[: len(data) // 2])
            raise Died
        super().stage(temporary, data)
        self._end()

    def publish(self, temporary: Path, path: Path) -> None:
        """Publish; a rename has no half."""
        self._begin()
        super().publish(temporary, path)
        self._end()

    def make(self, folder: Path) -> None:
        """Make a folder, counted when it is new."""
        if folder.is_dir():
            return
        self._begin()
        super().make(folder)
        self._end()

    def discard(self, path: Path) -> None:
        """Remove a file."""
        self._begin()
        super().discard(path)
        self._end()

    def _begin(self) -> None:
        self.steps += 1
        if self._dies("before"):
            raise Died

    def _end(self) -> None:
        if self._dies("after"):
            raise Died
