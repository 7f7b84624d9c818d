"""From NDJSON bytes to a finished Window: entries a second beside drain3 and beside decoding; memory and growth.

All parties get the same bytes in one process, in turn, the best of several rounds each. `orjson alone` splits the
lines, makes Python objects of every field and drops them at once: what reading costs a program that looks at nothing
and keeps nothing. `drain3`, with the masks of its documentation, mines the message of entries that our decoder made;
`folded` is decoder, clusterer and observer; `read` is the same from a file, behind the reader that drops duplicates and
accounts for damage.

Real logs are measured where they are there (see real_logs.py): those of a service's outage, of 13 public projects, and
of a shop of microservices.
The made mix is on the hard side of real logs: 276 clusters as many as a shop of 27 services writes in minutes, none
much more frequent than another, but spread over 160 instances, so that a cluster has one or two entries a minute on
one of them (the shop: eight). Two fifths state no severity, three tenths are requests with a trace, one in a hundred a
traceback that was never seen before.
`--memory` folds a million entries, or N, from a stream in a process of its own and reports its peak memory, and how
time grows with their number.
Usage: python benchmarks/folding.py [--entries N] [--memory [N]]; exits 1 below the targets.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.clustering import drain_miner
from benchmarks.real_logs import streams
from bot.clustering import Clusterer, Stitcher, widen
from bot.logs import read_files
from bot.model.entry import LogEntry
from bot.model.window import Window
from bot.observing import Observer

LEAST_OF_DECODING, LEAST_OF_DRAIN = 0.25, 4.0
MOST_MEMORY_MB = 250
ROUNDS = 3
SERVICES = ("checkout-api", "cart", "search", "billing")
TEXTS = (
    "order {n} placed by user {word} with 3 items over EUR {n}.{n} through payments-gateway in {n} ms",
    "GET /api/carts/{n} took {n}.{n} ms",
    "connection to 10.0.{n}.{n}:5432 timed out after {n} s",
    "cache miss for key 'cart:{n}:{word}'",
    'level=info msg="flushed queue" size={n} took={n}ms',
    "2025-09-15 20:51:00,123 INFO shop.worker [worker-{n}] started with pid {n}, waiting for orders of {word}",
    "retrying payment {n} for tenant {word} against https://payments.example/v1/charges/{n}: deadline exceeded",
    "[{n}-{n}-{n}] loaded /srv/data/{word}/{n}.json",
    "disk usage {n}% on /dev/sd{word}",
    "published message {n} to projects/p/topics/{word}",
)
WORDS = (
    "anna",
    "bela",
    "carl",
    "dora",
    "emil",
    "fina",
    "gus",
    "hana",
    "ivo",
    "jara",
    "kim",
    "lea",
    "max",
    "nora",
    "ole",
)
RAISED = (
    "Traceback (most recent call last):\n"
    '  File "/usr/local/lib/python3.11/site-packages/flask/app.py", line 2190, in wsgi_app\n    response = handle()\n'
    '  File "/app/shop/orders.py", line {n}, in place_order\n    total = price(basket)\n'
    "KeyError: 'basket-{n}'"
)


def entries(count: int, seed: int = 7) -> Iterator[bytes]:
    """So many entries as Cloud Run writes them, one JSON line each: messages, requests, payloads, some tracebacks."""
    choose = random.Random(seed)
    for at in range(count):
        yield json.dumps(_entry(at, choose), separators=(",", ":")).encode()


def _entry(at: int, choose: random.Random) -> dict[str, object]:
    service, n = SERVICES[at % len(SERVICES)], choose.randrange(1, 10_000)
    word = choose.choice(WORDS)
    seconds = at // 50
    labels = {
        "project_id": "shop-production",
        "location": "europe-west1",
        "service_name": service,
        "revision_name": f"{service}-00042-abc",
        "configuration_name": service,
    }
    entry: dict[str, object] = {
        "insertId": f"{choose.getrandbits(64):016x}",
        "timestamp": f"2025-09-{1 + seconds // 86_400:02}T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}"
        f":{seconds % 60:02}.{choose.randrange(10**6):06}Z",
        "resource": {"type": "cloud_run_revision", "labels": labels},
        "labels": {"instanceId": f"{choose.randrange(40):04x}" + "00f8b310c09e" * 9},
        "receiveTimestamp": "2025-09-15T20:00:00.123456789Z",
        "spanId": f"{choose.getrandbits(64):016x}",
        "traceSampled": True,
    }
    kind = choose.random()
    if kind < 0.3:
        name = "requests"
        request = {"requestMethod": "GET", "requestUrl": f"https://shop.example/api/carts/{n}", "latency": f"0.{n}s"}
        entry["httpRequest"] = {
            **request,
            "status": 200 if n % 50 else 503,
            "userAgent": "Mozilla/5.0",
            "remoteIp": "::1",
        }
        entry["severity"] = "INFO" if n % 50 else "ERROR"
        entry["trace"] = f"projects/p/traces/{choose.getrandbits(128):032x}"
    elif kind < 0.7:
        name = "stderr"
        entry["textPayload"] = choose.choice(TEXTS).format(n=n, word=word)
    elif kind < 0.99:
        name = "stdout"
        message = choose.choice(TEXTS).format(n=n, word=word)
        entry["jsonPayload"] = {"message": message, "logger": "shop", "extra": {"user": word, "n": n}}
        entry["severity"] = "INFO"
    else:
        name = "stderr"
        entry["textPayload"] = RAISED.format(n=n)
    return {**entry, "logName": f"projects/p/logs/run.googleapis.com%2F{name}"}


def folded(data: bytes) -> Window:
    """Ours: split, decode, cluster, count."""
    signature_of = Clusterer().signature
    observer = Observer(signature_of, str)
    for _, entry, signature in Stitcher(signature_of).signed(_entries(data)):
        observer.add(entry, signature)
    return observer.window(widen)


def _entries(data: bytes) -> Iterator[LogEntry]:
    return map(msgspec.json.Decoder(LogEntry).decode, data.splitlines())


def decoded(data: bytes) -> None:
    """The floor: orjson, every line decoded and dropped."""
    loads = import_module("orjson").loads
    for line in data.splitlines():
        loads(line)


def mined(data: bytes) -> None:
    """drain3 over the same decoder's messages."""
    miner = drain_miner()
    decode = msgspec.json.Decoder(LogEntry).decode
    for line in data.splitlines():
        miner.add_log_message(decode(line).text)


def read(data: bytes) -> Window:
    """Ours, from a file."""
    signature_of = Clusterer().signature
    observer = Observer(signature_of, str)
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        for _, entry, signature in Stitcher(signature_of).signed(read_files([file.name])):
            observer.add(entry, signature)
    return observer.window(widen)


def rates(data: bytes) -> dict[str, float]:
    """Entries per second of processor time of each, the best of the rounds."""
    runs: dict[str, Callable[[bytes], object]] = {
        "orjson alone": decoded,
        "drain3": mined,
        "folded": folded,
        "read": read,
    }
    count, best = data.count(b"\n") + 1, dict.fromkeys(runs, 0.0)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.process_time()
            run(data)
            best[name] = max(best[name], count / (time.process_time() - start))
    return best


def speed(count: int) -> bool:
    """Print entries per second of each, of the made mix and of real logs; True where the targets are met by all."""
    print(f"{count:,} entries of each, entries a second\n")
    print("| | bytes an entry | orjson alone | drain3 | folded | of orjson | of drain3 | read |\n|---|" + "---:|" * 7)
    good = True
    for name, data in (("made mix", b"\n".join(entries(count))), *streams(count)):
        best = rates(data)
        ours = best["folded"]
        of_decoding, of_drain = ours / best["orjson alone"], ours / best["drain3"]
        print(
            f"| {name} | {len(data) // count:,} | {best['orjson alone']:,.0f} | {best['drain3']:,.0f} | {ours:,.0f} "
            f"| {of_decoding:.2f} | {of_drain:.2f} | {best['read']:,.0f} |",
            flush=True,
        )
        good = good and of_decoding >= LEAST_OF_DECODING and of_drain >= LEAST_OF_DRAIN
    print("\n`folded` beside the others; `read` is the same behind the reader of files. More is better.")
    met = "Met" if good else "Missed"
    print(f"{met}: {LEAST_OF_DECODING} of orjson alone and {LEAST_OF_DRAIN:.0f} times drain3, in every row")
    return good


def memory(count: int) -> bool:
    """Print peak memory and seconds of streams of a quarter, a half and all of so many entries; each a process."""
    print("\n| entries | peak MB | seconds | seconds a million |\n|---:|---:|---:|---:|")
    good = True
    for part in (count // 4, count // 2, count):
        told = subprocess.run(
            [sys.executable, __file__, "--stream", str(part)], check=True, capture_output=True, text=True, timeout=600
        )
        peak, seconds = map(float, told.stdout.split())
        print(f"| {part:,} | {peak:.0f} | {seconds:.1f} | {seconds / part * 1e6:.2f} |")
        good = good and peak < MOST_MEMORY_MB
    return good


def stream(count: int) -> None:
    """Fold a stream that is never held; print the peak in MB and the seconds without those that making it takes."""
    observer = Observer(Clusterer().signature, str)
    decode = msgspec.json.Decoder(LogEntry).decode
    spent = 0.0
    batch: list[bytes] = []
    for line in entries(count):
        batch.append(line)
        if len(batch) == 10_000:
            spent += _fed(observer, decode, batch)
            batch = []
    spent += _fed(observer, decode, batch)
    start = time.process_time()
    observer.window(widen)
    spent += time.process_time() - start
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, spent)


def _fed(observer: Observer, decode: Callable[[bytes], LogEntry], lines: list[bytes]) -> float:
    start = time.process_time()
    for line in lines:
        observer.add(decode(line))
    return time.process_time() - start


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--memory", type=int, nargs="?", const=1_000_000, metavar="N")
    parser.add_argument("--stream", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stream:
        stream(given.stream)
        return 0
    good = speed(given.entries)
    if given.memory:
        good = memory(given.memory) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
