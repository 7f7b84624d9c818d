"""Runs of the pipeline on Beam's local runner, and what one process makes of the same files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.options.pipeline_options import PipelineOptions

from bot.faces.beam.batch import fold_files
from bot.faces.beam.counting import Counts, counts_of
from bot.faces.beam.local import runner_of
from bot.faces.beam.plan import Plan
from bot.faces.beam.rules import Rules
from bot.logs import read_files
from bot.model.run import ReadReport
from bot.model.window import Window
from bot.settings import Settings
from bot.usecases.setup import make
from bot.usecases.windowing import window_of
from bot.usecases.windows import STORED, StoredWindows


def folded(files: Sequence[Path], output: Path, workers: int = 1, **changed: Any) -> Counts:
    """Fold these files; with several workers each is a process. `changed` are fields of the plan."""
    words = ["--runner=FnApiRunner", f"--direct_num_workers={workers}"]
    words += ["--direct_running_mode=multi_processing"] if workers > 1 else []
    options = PipelineOptions(words)
    pipeline = beam.Pipeline(runner=runner_of(options), options=options)
    plan = msgspec.structs.replace(Plan(str(output), "run", Rules.of(Settings())), **changed)
    fold_files(pipeline, [str(file) for file in files], plan)
    result = pipeline.run()
    result.wait_until_finish()
    return counts_of(result)


def stored(output: Path) -> StoredWindows:
    """All windows of this folder."""
    return StoredWindows((file.name, file.read_bytes()) for file in sorted(output.glob(STORED)))


def window_in(output: Path) -> Window:
    """All windows of this folder as one."""
    return stored(output).observer().window()


def one_process(files: Sequence[Path], settings: Settings | None = None) -> tuple[Window, ReadReport]:
    """What `file` reads from these files, one after the other."""
    reading = read_files(sorted(files))
    window = window_of(reading, make(settings or Settings()))
    return window, reading.report()
