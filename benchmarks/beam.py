"""The pipeline over generated sink files: is it equal to one process, what does it cost, what memory do workers take.

Files as a sink writes them (see sink_shards.py) go into a temporary folder that is removed. One process folds them;
then the pipeline does, on Beam's local runner, with so many worker processes. Windows, read account and incidents must
be equal. There is a row for each size and number of workers, so that what grows with the entries shows:

- CPU seconds are those of the workers and of the runner; `fold's share` is what reading, signing and folding the same
  files takes without Beam, beside all of it. Peaks are the kernel's; a worker's is that of the largest;
- `steps` is the peak of one process that takes the files of one worker through the pipeline's functions, without Beam:
  that is the program, and what it is to remember;
- `Beam alone` is the peak of a worker of a pipeline that has none of our code (beam_alone.py), and groups as many bytes
  as the keys of these entries have: as the runner comes, and with groups fetched one by one, as ours.

All sizes span the same hour and hold the same kinds of entries, so that a larger one is to remember the same clusters
and minutes. Timelines fill up to their caps, which the smaller sizes don't reach.
Usage: python benchmarks/beam.py [--entries N...] [--shards N] [--workers N...]; exits 1 where anything differs.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.sink_shards import write_shards
from benchmarks.watched import ROOT, Ran, watched
from bot.logs import read_files
from bot.model.run import ReadReport
from bot.model.window import Window
from bot.settings import Settings
from bot.triage import triage
from bot.usecases.setup import make
from bot.usecases.windowing import window_of
from bot.usecases.windows import STORED, StoredWindows

KEY_BYTES = 16
COLUMNS = (
    *("entries", "workers", "s", "CPU-s", "entries/CPU-s", "fold's share", "runner's CPU-s", "runner's MB"),
    *("worker's MB", "steps' MB", "Beam alone, as it comes", "Beam alone, as here", "one process: s", "CPU-s", "MB"),
    "equal",
)


class Sized(msgspec.Struct):
    """Files of one size, and what one process, and the steps without Beam, took for them."""

    folder: Path
    entries: int
    one: Ran
    bare: Ran


def main() -> int:
    """Generate, fold both ways, compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, nargs="+", default=[500_000])
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        return _one_process(given.one)
    if given.bare:
        return _bare(given.bare, given.workers[0])
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}", flush=True)
    return max(_sized(entries, given.shards, given.workers) for entries in given.entries)


def _sized(entries: int, shards: int, workers: list[int]) -> int:
    """0 where every run over files of this size is equal to one process, else 1."""
    with tempfile.TemporaryDirectory(prefix="incidentbot-beam-") as name:
        folder, started = Path(name), time.monotonic()
        files = write_shards(folder / "logs", entries, shards)
        size = sum(file.stat().st_size for file in files) / 1e6
        print(f"{len(files)} shards, {size:,.0f} MB, in {time.monotonic() - started:.0f} s", file=sys.stderr)
        this = [sys.executable, __file__]
        one = watched([*this, "--one", name])
        bare = watched([*this, "--bare", name, "--workers", str(max(workers))], _allocator())
        return max(_row(Sized(folder, entries, one, bare), count) for count in workers)


def _row(sized: Sized, workers: int) -> int:
    """Print a row; 0 where it is equal to one process, else 1."""
    ran, same = _pipeline(sized.folder, workers), _same(sized.folder, workers)
    alone = [sys.executable, str(ROOT / "benchmarks" / "beam_alone.py"), f"--workers={workers}"]
    alone.append(f"--bytes={KEY_BYTES * sized.entries}")
    as_it_comes, as_here = watched(alone), watched([*alone, "--fetched"], _allocator())
    fold = float(sized.bare.said) * sized.entries
    cells = (
        f"{sized.entries:,}",
        f"{workers}",
        *(f"{ran.seconds:.0f}", f"{ran.cpu:.0f}", f"{sized.entries / ran.cpu:,.0f}", f"{fold / ran.cpu:.0%}"),
        *(f"{ran.itself.cpu:.0f}", f"{ran.itself.peak:.0f}"),
        *(f"{peak:.0f}" for peak in (_peak(ran), sized.bare.itself.peak, _peak(as_it_comes), _peak(as_here))),
        *(f"{sized.one.seconds:.0f}", f"{sized.one.cpu:.0f}", f"{sized.one.itself.peak:.0f}"),
        "yes" if same else "NO",
    )
    print(f"| {' | '.join(cells)} |", flush=True)
    return 0 if same else 1


def _peak(ran: Ran) -> float:
    return max(one.peak for one in ran.below)


def _allocator() -> dict[str, str]:
    from bot.faces.beam.local import ALLOCATOR

    return ALLOCATOR


def _pipeline(folder: Path, workers: int) -> Ran:
    words = ["--input", str(folder / "logs"), "--output", str(folder / f"out-{workers}"), "--runner", "FnApiRunner"]
    beam = [f"--direct_num_workers={workers}", "--direct_running_mode=multi_processing"]
    return watched([sys.executable, "-m", "bot.faces.beam", *words, *beam])


def _same(folder: Path, workers: int) -> bool:
    window, report = msgspec.json.decode((folder / "one.json").read_bytes(), type=tuple[Window, ReadReport])
    files = sorted((folder / f"out-{workers}").glob(STORED))
    stored = StoredWindows((file.name, file.read_bytes()) for file in files)
    theirs = stored.observer().window()
    account = msgspec.structs.replace(stored.report(), sources=(), skipped=())
    return theirs == window and account == report and triage(theirs, {}) == triage(window, {})


def _one_process(folder: Path) -> int:
    files = sorted((folder / "logs").rglob("*.json"))
    reading, setup = read_files(files), make(Settings())
    window = window_of(reading, setup)
    report = msgspec.structs.replace(reading.report(), sources=(), skipped=())
    (folder / "one.json").write_bytes(msgspec.json.encode((window, report)))
    return 0


def _bare(folder: Path, workers: int) -> int:
    """Take a worker's files through the pipeline's functions, one after another; print CPU seconds a record."""
    from bot.faces.beam.entries import Read, Scan
    from bot.faces.beam.folding import FoldFn, Part
    from bot.faces.beam.marks import Map
    from bot.faces.beam.plan import Plan
    from bot.faces.beam.rules import Rules

    scan, read, fold = Scan(None), Read(Rules(), None, Plan("", "").fanout), FoldFn(Rules())
    parts: dict[object, Part] = {}
    read.setup()
    read.start_bundle()
    started, records = time.process_time(), 0
    for file in sorted((folder / "logs").rglob("*.json"))[::workers]:
        for _ in scan.process(str(file)):
            pass
        for out in read.process((str(file), []), Map()):
            if isinstance(out, tuple):
                records += 1
                part = parts.get(out[0]) or fold.create_accumulator()
                parts[out[0]] = fold.add_input(part, out[1])
    for part in parts.values():
        fold.extract_output(part)
    print((time.process_time() - started) / records)
    return 0


if __name__ == "__main__":
    sys.exit(main())
