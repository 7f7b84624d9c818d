"""Commands that are run to their end, and what each of their processes took, as the kernel tells it while they run."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_PAUSE = 0.1


class Used(msgspec.Struct):
    """What a process took: CPU seconds and peak memory in MB."""

    cpu: float = 0.0
    peak: float = 0.0


class Ran(msgspec.Struct):
    """A command that has ended: seconds, its output, what it took, and what the processes below it took, busiest first.

    The kernel keeps a process's peak, so that asking now and then misses nothing but the last tenth of a second.
    """

    seconds: float
    said: str
    itself: Used
    below: list[Used]

    @property
    def cpu(self) -> float:
        """CPU seconds of all processes."""
        return self.itself.cpu + sum(one.cpu for one in self.below)


def watched(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Ran:
    """Run the command, with these variables beside the usual ones. Ends the program where it fails."""
    started, found = time.monotonic(), dict[int, Used]()
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watch = threading.Thread(target=_watch, args=(process, found), daemon=True)
    watch.start()
    said, complained = process.communicate()
    watch.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{complained[-3000:]}")
    itself = found.pop(process.pid, Used())
    return Ran(time.monotonic() - started, said, itself, sorted(found.values(), key=lambda used: -used.cpu))


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
            known.cpu = max(known.cpu, (int(stat[11]) + int(stat[12])) / _TICKS)
            known.peak = max(known.peak, peak / 1024)
        time.sleep(_PAUSE)


def _family(pid: int) -> list[int]:
    """The process and all below it."""
    try:
        children = [
            Path(f"/proc/{pid}/task/{task.name}/children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()
        ]
    except OSError:
        return []
    return [pid, *(one for text in children for child in text.split() for one in _family(int(child)))]
