"""Steps of the pipeline that kill their own worker process, once, in the middle of a bundle."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.faces.beam.entries import Read, Scan, Stitch
from bot.faces.beam.output import WriteWindow

MARK = "BEAM_TEST_DEATH"
"""The environment variable that names the file which is there once a worker has died."""


def _die_at(number: int, outputs: Iterator[Any]) -> Iterator[Any]:
    for at, one in enumerate(outputs, 1):
        yield one
        if at == number and not Path(os.environ[MARK]).exists():
            Path(os.environ[MARK]).touch()
            os.kill(os.getpid(), signal.SIGKILL)


class DyingScan(Scan):
    """Dies with a third of its keys sent."""

    def process(self, element: str) -> Iterator[Any]:
        """As Scan."""
        yield from _die_at(80, super().process(element))


class DyingRead(Read):
    """Dies in the middle of a file, its entries folded already."""

    def process(self, element: Any, marks: Any) -> Iterator[Any]:
        """As Read."""
        yield from _die_at(700, super().process(element, marks))


class DyingStitch(Stitch):
    """Dies among the lines of traces."""

    def process(self, element: Any) -> Iterator[Any]:
        """As Stitch."""
        yield from _die_at(3, super().process(element))


class DyingWrite(WriteWindow):
    """Dies when the window was written, but nobody knows yet."""

    def process(
        self, element: bytes, window: Any = WriteWindow.WindowParam, pane: Any = WriteWindow.PaneInfoParam
    ) -> Any:
        """As WriteWindow."""
        yield from _die_at(1, super().process(element, window, pane))
