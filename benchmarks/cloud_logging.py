"""How fast Cloud Logging's entries become LogEntry, beside bare gRPC stubs that build the same values.

A server on loopback, in a process of its own, serves the bundled outage's entries over and over. Both readers go
through it in turn in one loop, so that a busy machine slows both alike. Prints entries per second and the ratio as a
Markdown table, and how much memory a reading of four times as many entries takes; exits 1 below the target.
Usage: python benchmarks/cloud_logging.py [ENTRIES] [RUNS]
"""

import json
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

TARGET = 0.85
FLAT_MIB = 16.0
PROJECT = "harbor-prod"
BEGIN, SECOND = 1_767_225_600, 1_000_000_000

Reader = Callable[[str, int], int]


def entries(count: int) -> list[dict[str, Any]]:
    """So many entries of the bundled outage, ten a second, each with an insertId of its own."""
    from bot.model.time import moment

    rows = json.loads((ROOT / "examples" / "checkout-outage.json").read_text(encoding="utf-8"))
    made = []
    for number in range(count):
        stamp = moment((BEGIN * 10 + number) * (SECOND // 10)).isoformat()
        made.append({**rows[number % len(rows)], "insertId": f"{number:012}", "timestamp": stamp})
    return made


def serve(count: int, pipe: Pipe) -> None:
    """Serve until told to stop."""
    from tests.bench.logging_server import LoggingServer

    with LoggingServer() as server:
        server.add(PROJECT, entries(count))
        pipe.send(server.address)
        pipe.recv()


def ours(address: str, count: int) -> int:
    """The bot's source, as `--project` reads; its pacing doesn't wait."""
    from bot.logs.cloud import CloudSource, Connection, Endpoint, Pace, Query, Span

    span = Span(BEGIN * SECOND, (BEGIN + count // 10 + 1) * SECOND)
    pace = Pace(a_minute=10**9, burst=10**6)
    source = CloudSource(PROJECT, Query(), span, Connection(Endpoint(address)), pace=pace)
    return sum(1 for _ in source.records())


def bare(address: str, count: int) -> int:
    """A unary stub of gRPC's own, page after page, building the same values."""
    import grpc  # type: ignore[import-untyped]
    from google.cloud.logging_v2.types import ListLogEntriesRequest, ListLogEntriesResponse

    from bot.logs.cloud.entries import entry_of
    from bot.logs.cloud.query import Query

    request = ListLogEntriesRequest.pb()(
        resource_names=[f"projects/{PROJECT}"], order_by="timestamp asc", page_size=1000
    )
    request.filter = Query().filter(BEGIN * SECOND, (BEGIN + count // 10 + 1) * SECOND)
    with grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)]) as channel:
        stub = channel.unary_unary(
            "/google.logging.v2.LoggingServiceV2/ListLogEntries",
            request_serializer=ListLogEntriesRequest.pb().SerializeToString,
            response_deserializer=ListLogEntriesResponse.pb().FromString,
        )
        built = 0
        while True:
            page = stub(request)
            for message in page.entries:
                entry_of(message)
                built += 1
            if not page.next_page_token:
                return built
            request.page_token = page.next_page_token


def measure(address: str, count: int, runs: int) -> dict[str, list[float]]:
    """Entries per second of each reader, run in turn; a first run of each is not counted."""
    readers: dict[str, Reader] = {"bare stubs": bare, "incidentbot": ours}
    rates: dict[str, list[float]] = {name: [] for name in readers}
    for run in range(runs + 1):
        for name, read in readers.items():
            start = time.perf_counter()
            built = read(address, count)
            if built != count:
                raise SystemExit(f"{name} read {built} entries instead of {count}")
            if run:
                rates[name].append(count / (time.perf_counter() - start))
    return rates


def peak_mib() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def main() -> int:
    """Measure, print, and return the exit code."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(count, there), daemon=True)
    server.start()
    address = here.recv()
    ours(address, count // 4)
    quarter = peak_mib()
    ours(address, count)
    grown = peak_mib() - quarter
    rates = measure(address, count, runs)
    here.send("stop")
    server.join()
    medians = {name: statistics.median(rate) for name, rate in rates.items()}
    ratio = medians["incidentbot"] / medians["bare stubs"]
    print("| reader | median entries/s | best entries/s |\n|---|---:|---:|")
    for name, rate in rates.items():
        print(f"| {name} | {medians[name]:,.0f} | {max(rate):,.0f} |")
    print(f"\nratio of medians over {runs} runs of {count:,} entries: {ratio:.2f} (target: at least {TARGET})")
    print(f"peak memory from {count // 4:,} to {count:,} entries: +{grown:.1f} MiB (target: at most {FLAT_MIB:.0f})")
    return 0 if ratio >= TARGET and grown <= FLAT_MIB else 1


if __name__ == "__main__":
    sys.exit(main())
