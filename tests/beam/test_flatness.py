"""What bounds a worker's memory: what it is handed at once, and that it gives back what it no longer needs."""

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import fn_runner

from benchmarks.sink_shards import write_shards
from bot.faces.beam.duplicates import key_of
from bot.faces.beam.local import ALLOCATOR, runner_of
from tests.beam.running import folded
from tests.observing.logged import at

RECORDS = 40_000
DOCKERFILE = Path(__file__).parents[2] / "deploy" / "beam" / "Dockerfile"


def test_no_worker_is_handed_all_keys_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The local runner sends a stage's groups as one message, unless their values are fetched group by group."""
    sent, send = Counter[str](), fn_runner.BundleManager._send_input_to_worker

    def counted(manager: Any, bundle: str, transform: str, streams: Any) -> None:
        sent[transform] += sum(map(len, streams or ()))
        send(manager, bundle, transform, streams)

    monkeypatch.setattr(fn_runner.BundleManager, "_send_input_to_worker", counted)
    folded(write_shards(tmp_path / "logs", RECORDS, 16), tmp_path / "out")
    keys = RECORDS * (len(key_of(at(0, insertId="a"), 0)) + 4)
    assert 0 < sent["Partitions/Read"] < keys / 3
    assert 0 < sent["Lines/Read"] < keys / 3


def test_workers_of_the_local_runner_give_memory_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """They inherit what tells their allocator to; what somebody has set already stays."""
    chosen, other = ALLOCATOR
    monkeypatch.setenv(chosen, "7")
    monkeypatch.delenv(other, raising=False)
    assert runner_of(PipelineOptions(["--runner=DataflowRunner"])) is None
    assert other not in os.environ
    for name in ("FnApiRunner", f"{fn_runner.__name__}.FnApiRunner"):
        assert runner_of(PipelineOptions([f"--runner={name}"])) is not None
    assert (os.environ[chosen], os.environ[other]) == ("7", ALLOCATOR[other])


def test_workers_of_the_image_give_memory_back() -> None:
    """As those of the local runner."""
    [line] = [line for line in DOCKERFILE.read_text().splitlines() if line.startswith("ENV MALLOC")]
    assert dict(re.findall(r"(\w+)=(\w+)", line)) == ALLOCATOR
