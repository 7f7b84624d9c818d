"""How soon the relay acknowledges a command while its worker reads logs as fast as it can.

The worker files the bundled outage, made larger, from a file into a folder, over and over, while signed commands come,
several at a time; each is synced to the queue before it is acknowledged. Prints the percentiles as a Markdown table;
exits 1 where the 99th is not below the target, or the worker had nothing left to do in the end.
Usage: python benchmarks/relay.py [COMMANDS]
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

TARGET = 0.100
CLIENTS = 4
PAUSE = 0.02
TIMES = 60


def serve(port: str) -> None:
    """The relay, with a worker of this file's."""
    from bot.faces.slack.responding import Hooks
    from bot.faces.slack.running import serve as run
    from bot.faces.slack.wiring import Wiring

    worker = (sys.executable, __file__, "work")
    run(Wiring(folder="issues"), "127.0.0.1", int(port), {}, Hooks("127.0.0.1:9", "http"), worker)


def work() -> None:
    """The worker, which reads a file instead of Cloud Logging: that would make it wait for its quota."""
    from bot.faces.slack.__main__ import BEHIND
    from bot.faces.slack.office import Office
    from bot.faces.slack.queue import Queue
    from bot.faces.slack.responding import Hooks, Responder
    from bot.faces.slack.worker import Worker
    from bot.faces.slack.worker import work as run
    from bot.logs import read_files
    from bot.settings import Settings
    from bot.trackers.folder import FolderTracker
    from bot.usecases.setup import make

    os.nice(BEHIND)
    path = Path("queue.sqlite3")
    queue = Queue(path)
    office = Office(
        make(Settings()),
        lambda: FolderTracker(Path("issues")),
        lambda _: read_files([Path("logs.json")]),
        lambda _: "",
        time.time_ns,
    )
    worker = Worker(queue, office, Responder(Hooks("127.0.0.1:9", "http")), tell=lambda _: None)
    run(worker, queue, path, sys.stdin.buffer)


def prepare(folder: Path) -> None:
    """The logs and the settings."""
    from tests.faces.slack.relay_bench import SETTINGS

    rows = json.loads((ROOT / "examples" / "checkout-outage.json").read_text(encoding="utf-8"))
    large = [{**row, "insertId": f"{row['insertId']}{time}"} for time in range(TIMES) for row in rows]
    (folder / "logs.json").write_text("\n".join(map(json.dumps, large)), encoding="utf-8")
    (folder / "incidentbot.toml").write_text(SETTINGS.replace("MODE", "process"), encoding="utf-8")


def measure(count: int, folder: Path) -> tuple[list[float], float, int]:
    """Seconds until each acknowledgement, sorted; the share of a processor the worker had; what it had left to do."""
    from tests.bench.emulator import free_port

    port = free_port()
    with subprocess.Popen([sys.executable, __file__, "serve", str(port)], cwd=folder) as relay:
        try:
            _command(port, "file", wait=20.0)
            time.sleep(2.0)
            began, before, took = time.monotonic(), _worked(folder), []

            def client() -> None:
                for _ in range(count // CLIENTS):
                    took.append(_command(port, "file"))
                    time.sleep(PAUSE)

            clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
            for thread in clients:
                thread.start()
            for thread in clients:
                thread.join()
            return sorted(took), (_worked(folder) - before) / (time.monotonic() - began), _left(folder)
        finally:
            relay.terminate()


def _command(port: int, text: str, wait: float = 0.0) -> float:
    """Seconds until a command is acknowledged; where nobody listens yet, it is said again."""
    import http.client

    from tests.faces.slack.relay_bench import form, signed

    end = time.monotonic() + wait
    while True:
        body = form(text, "http://127.0.0.1:9/x")
        headers, began = signed(body), time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("POST", "/slack/command", body, headers)
            answer = connection.getresponse()
            said = answer.read()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
            continue
        finally:
            connection.close()
        assert answer.status == 200, said
        assert b"Taken" in said, said
        return time.perf_counter() - began


def _left(folder: Path) -> int:
    """Commands that wait."""
    from bot.faces.slack.queue import Queue

    return sum(job.step == "waiting" for job in Queue(folder / "queue.sqlite3").jobs())


def _worked(folder: Path) -> float:
    """Processor seconds of the worker whose working folder this is."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if b"work" in words and (process / "cwd").resolve() == folder.resolve():
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue
    return 0.0


def main(count: int) -> int:
    """Measure, print, judge."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        took, busy, left = measure(count, Path(folder))
    p50, p90, p99 = (took[int(len(took) * share)] * 1000 for share in (0.5, 0.9, 0.99))
    print("| commands | p50 ms | p90 ms | p99 ms | most ms | worker's processor |")
    print("|---|---|---|---|---|---|")
    print(f"| {len(took):,} | {p50:.1f} | {p90:.1f} | {p99:.1f} | {took[-1] * 1000:.1f} | {busy:.0%} |")
    return int(p99 >= TARGET * 1000 or not left)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
    elif sys.argv[1:2] == ["work"]:
        work()
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
