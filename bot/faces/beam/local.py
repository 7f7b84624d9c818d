"""Beam's local runner as a run gets it: groups are fetched one by one, and workers give freed memory back.

By itself the runner sends a worker all groups of a stage as one message (`GroupingBuffer.partition`), several copies of
which are in the worker at once. Told to keep their values in its state, it does as Dataflow does. Beam has that for its
own tests and promises nothing of it, so test_flatness.py measures what is sent.
"""

import os

from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.runners.runner import PipelineRunner

ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "131072"}
"""What tells glibc to keep one heap for all threads, and to give each large block back as soon as it is free."""


def runner_of(options: PipelineOptions) -> PipelineRunner | None:
    """The local runner where these options name it; None where they name another, or none.

    Worker processes take `ALLOCATOR` from this process's environment; what is set there already stays.
    """
    named = options.view_as(StandardOptions).runner or ""
    if named.rpartition(".")[2] != FnApiRunner.__name__:
        return None
    for name, value in ALLOCATOR.items():
        os.environ.setdefault(name, value)
    return FnApiRunner(use_state_iterables=True)
