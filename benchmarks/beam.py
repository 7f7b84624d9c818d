"""The pipeline over generated sink files: is it equal to one process, what does it cost, what memory do workers take.

Files as a sink writes them (see sink_shards.py) go into a temporary folder that is removed. One process folds them;
then the pipeline does, on Beam's local runner, with so many worker processes. Windows, read account and incidents must
be equal. CPU seconds are those of the workers and of the runner; `fold's share` is what reading, signing and
folding the same files takes without Beam, beside all of it. Workers' peak memory comes from the kernel.
Usage: python benchmarks/beam.py [--entries N] [--shards N] [--workers N...]; exits 1 where anything differs.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.sink_shards import write_shards
from bot.logs import read_files
from bot.model.run import ReadReport
from bot.model.window import Window
from bot.settings import Settings
from bot.triage import triage
from bot.usecases.setup import make
from bot.usecases.windowing import window_of
from bot.usecases.windows import STORED, StoredWindows

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PAUSE = 0.2
BARE_FILES = 4


class Used(msgspec.Struct):
    """What a process took: CPU seconds and peak memory in MB."""

    cpu: float = 0.0
    peak: float = 0.0


class Row(msgspec.Struct):
    """One run of the pipeline."""

    workers: int
    seconds: float
    runner: Used
    sdk: list[Used]

    @property
    def cpu(self) -> float:
        """CPU seconds of the runner and all workers."""
        return self.runner.cpu + sum(one.cpu for one in self.sdk)


def main() -> int:
    """Generate, fold both ways, compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=500_000)
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        return _one_process(given.one)
    with tempfile.TemporaryDirectory(prefix="incidentbot-beam-") as folder:
        return _measured(Path(folder), given.entries, given.shards, given.workers)


def _measured(folder: Path, entries: int, shards: int, workers: list[int]) -> int:
    started = time.monotonic()
    files = write_shards(folder / "logs", entries, shards)
    size = sum(file.stat().st_size for file in files) / 1e6
    print(f"{entries:,} records in {len(files)} shards, {size:,.0f} MB, in {time.monotonic() - started:.0f} s")
    one = _run([sys.executable, __file__, "--one", str(folder)], 0)
    print(
        f"one process: {one.seconds:.0f} s, {one.cpu:.0f} CPU-s, {entries / one.cpu:,.0f} entries/CPU-s, "
        f"peak {one.runner.peak:.0f} MB"
    )
    bare = _bare(files[:BARE_FILES]) * entries
    print(
        "| workers | s | CPU-s | entries/CPU-s | fold's share | runner CPU-s | peak MB of a worker |\n|" + " --- |" * 7
    )
    same = True
    for count in workers:
        row = _pipeline(folder, count)
        print(
            f"| {count} | {row.seconds:.0f} | {row.cpu:.0f} | {entries / row.cpu:,.0f} | {bare / row.cpu:.0%} "
            f"| {row.runner.cpu:.0f} | {max(one.peak for one in row.sdk):.0f} |",
            flush=True,
        )
        same = _same(folder, count) and same
    print("equal to one process: window, read account and incidents" if same else "NOT EQUAL to one process")
    return 0 if same else 1


def _one_process(folder: Path) -> int:
    files = sorted((folder / "logs").rglob("*.json"))
    reading, setup = read_files(files), make(Settings())
    window = window_of(reading, setup)
    report = msgspec.structs.replace(reading.report(), sources=(), skipped=())
    (folder / "one.json").write_bytes(msgspec.json.encode((window, report)))
    return 0


def _pipeline(folder: Path, workers: int) -> Row:
    output = folder / f"out-{workers}"
    words = ["--input", str(folder / "logs"), "--output", str(output), "--runner", "FnApiRunner"]
    beam = [f"--direct_num_workers={workers}", "--direct_running_mode=multi_processing"]
    return _run([sys.executable, "-m", "bot.faces.beam", *words, *beam], workers)


def _same(folder: Path, workers: int) -> bool:
    window, report = msgspec.json.decode((folder / "one.json").read_bytes(), type=tuple[Window, ReadReport])
    files = sorted((folder / f"out-{workers}").glob(STORED))
    stored = StoredWindows((file.name, file.read_bytes()) for file in files)
    theirs = stored.observer().window()
    account = msgspec.structs.replace(stored.report(), sources=(), skipped=())
    return theirs == window and account == report and triage(theirs, {}) == triage(window, {})


def _bare(files: list[Path]) -> float:
    """CPU seconds a record for what the pipeline's functions do, called one after another without Beam."""
    from bot.faces.beam.entries import Read, Scan
    from bot.faces.beam.folding import FoldFn, Part
    from bot.faces.beam.marks import Map
    from bot.faces.beam.plan import Plan
    from bot.faces.beam.rules import Rules

    scan, read, fold = Scan(None), Read(Rules(), None, Plan("", "").fanout), FoldFn(Rules())
    read.setup()
    started, records = time.process_time(), 0
    for file in files:
        parts: dict[object, Part] = {}
        for _ in scan.process(str(file)):
            pass
        for out in read.process((str(file), []), Map()):
            if isinstance(out, tuple):
                records += 1
                part = parts.get(out[0]) or fold.create_accumulator()
                parts[out[0]] = fold.add_input(part, out[1])
        for part in parts.values():
            fold.extract_output(part)
    return (time.process_time() - started) / records


def _run(command: list[str], workers: int) -> Row:
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    found: dict[int, Used] = {}
    watch = threading.Thread(target=_watch, args=(process, found), daemon=True)
    watch.start()
    _, said = process.communicate()
    watch.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{said[-3000:]}")
    runner = found.pop(process.pid)
    sdk = sorted(found.values(), key=lambda used: -used.cpu)[:workers]
    return Row(workers, time.monotonic() - started, runner, sdk)


def _watch(process: "subprocess.Popen[str]", found: dict[int, Used]) -> None:
    while process.poll() is None:
        for pid in _family(process.pid):
            try:
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            peak = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
            known = found.setdefault(pid, Used())
            known.cpu = max(known.cpu, (int(stat[11]) + int(stat[12])) / TICKS)
            known.peak = max(known.peak, peak / 1024)
        time.sleep(PAUSE)


def _family(pid: int) -> list[int]:
    """The process and all below it."""
    try:
        children = [
            Path(f"/proc/{pid}/task/{task.name}/children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()
        ]
    except OSError:
        return []
    return [pid, *(one for text in children for child in text.split() for one in _family(int(child)))]


if __name__ == "__main__":
    sys.exit(main())
