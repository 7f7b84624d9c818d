"""The benchmark's figures are what they say, for processes of any depth, and there is a row for each size."""

import subprocess
import sys

from benchmarks.watched import ROOT, watched

HOLDS = "import time; held = b'x' * (300 << 20); del held; time.sleep(0.5)"
STARTS = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLDS!r}], check=True); print('done')"


def test_a_peak_is_that_of_its_process() -> None:
    """A worker's memory counts as the worker's, also when it was given back long before the end."""
    ran = watched([sys.executable, "-c", STARTS])
    assert ran.said == "done\n"
    assert 300 < max(one.peak for one in ran.below) < 400
    assert 0 < ran.itself.peak < 100


def test_sizes_stand_side_by_side() -> None:
    """Two sizes are two rows of one table, each with the peak of a worker, and each equal to one process."""
    words = ["benchmarks/beam.py", "--entries", "2000", "3000", "--shards", "2", "--workers", "1"]
    ran = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in ran.stdout.splitlines()]
    sizes, workers, peaks, equal = zip(
        *((row[0], row[1], float(row[table[0].index("worker's MB")]), row[-1]) for row in table[2:]), strict=True
    )
    assert (sizes, workers, equal) == (("2,000", "3,000"), ("1", "1"), ("yes", "yes"))
    assert min(peaks) > 100
