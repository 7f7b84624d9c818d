"""A worker process is killed (-9) in the middle of a bundle, which another one does again: nothing counts twice."""

from pathlib import Path
from unittest.mock import patch

import pytest

from benchmarks.sink_shards import write_shards
from bot.faces.beam import batch, output
from tests.beam import dying
from tests.beam.retrying import retrying
from tests.beam.running import folded, one_process, stored, window_in


@pytest.mark.parametrize(
    ("module", "step", "stand_in"),
    [
        (batch, "Scan", dying.DyingScan),
        (batch, "Read", dying.DyingRead),
        (batch, "Stitch", dying.DyingStitch),
        (output, "WriteWindow", dying.DyingWrite),
    ],
    ids=["scanning", "reading", "stitching", "written"],
)
def test_a_death_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, step: str, stand_in: type
) -> None:
    """Wherever a worker dies, the window is that of one process, and one file holds it."""
    files = write_shards(tmp_path / "logs", 20_000, 8)
    monkeypatch.setenv(dying.MARK, str(tmp_path / "died"))
    with patch.object(module, step, stand_in), retrying() as runner:
        counts = folded(files, tmp_path / "out", workers=2)
    expected, read = one_process(files)
    assert (tmp_path / "died").exists()
    assert runner.deaths >= 1
    assert window_in(tmp_path / "out") == expected
    assert (counts.kept, counts.duplicates) == (read.entries, read.duplicates)
    report = stored(tmp_path / "out").report()
    assert (len(report.sources), report.duplicates, report.skipped_count) == (1, read.duplicates, read.skipped_count)
