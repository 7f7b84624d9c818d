"""Shards as a Cloud Logging sink writes them to a bucket, of any size: requests, messages, payloads, traces, damage.

Each shard has instances of its own; the lines of each are in the order of time. The late shard `A0` holds a block of
entries that stand in `S0` too, and every ten thousandth record is cut off.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2025, 9, 15, 20, tzinfo=UTC)
SERVICES = ("checkout-api", "cart", "search", "billing", "mail", "stock")
WEIGHTS = (60, 15, 10, 7, 5, 3)
INSTANCES = 5
DAMAGED_EVERY = 10_000
REPEATED = 0.2
HOUR = 3_600_000_000_000
_LINES = (
    "java.lang.IllegalStateException: pool {n} is closed",
    "\tat shop.db.Pool.take(Pool.java:{n})",
    "\tat shop.orders.Orders.place(Orders.java:88)",
    "\tat shop.web.Handler.handle(Handler.java:41)",
    "Caused by: java.net.SocketTimeoutException: Read timed out",
    "\tat shop.db.Socket.read(Socket.java:{n})",
)
_RAISED = (
    'Traceback (most recent call last):\\n  File \\"/app/shop/orders.py\\", line {n}, in place_order\\n'
    "    total = price(basket)\\nKeyError: 'basket-{n}'"
)
_TEXTS = (
    '"severity":"INFO","textPayload":"order {n} placed by user anna with 3 items through payments in {n} ms"',
    '"severity":"INFO","textPayload":"cache miss for key cart:{n}"',
    '"severity":"WARNING","textPayload":"connection to 10.0.3.7:5432 timed out after {n} s"',
    '"textPayload":"ERROR retry {n}: https://payments.example/v1/charges/{n}: deadline exceeded"',
)
_PAYLOAD = '"severity":"ERROR","jsonPayload":{{"message":"charge {n} was declined","tenant":"t{n}"}}'
_REQUEST = (
    '"severity":"{level}","trace":"projects/shop/traces/{trace:032x}","httpRequest":{{"requestMethod":"GET",'
    '"requestUrl":"https://shop.example/api/carts/{n}","status":{status},"latency":"0.{n:04}s"}}'
)


def name_of(shard: int, shards: int) -> str:
    """The path of a shard below the bucket; the last of several is the late one."""
    late = shards > 1 and shard == shards - 1
    return f"run.googleapis.com/stdout/2025/09/15/20:00:00_20:59:59_{'A0' if late else f'S{shard}'}.json"


def write_shards(folder: Path, entries: int, shards: int) -> list[Path]:
    """Write so many records in so many shards below this folder; their paths, sorted."""
    paths = []
    for shard in range(shards):
        path = folder / name_of(shard, shards)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lines_of(shard, entries // shards, shards))
        paths.append(path)
    return sorted(paths)


def lines_of(shard: int, count: int, shards: int) -> Iterator[str]:
    """The records of one shard, a line each."""
    late = shards > 1 and shard == shards - 1
    repeated = int(count * REPEATED) if late else 0
    if repeated:
        yield from _records(0, count, repeated)
    yield from _records(shard, count, count - repeated)


def _records(shard: int, spread: int, count: int) -> Iterator[str]:
    """The first `count` records of a shard that spreads `spread` of them over the hour."""
    choose = random.Random(shard)
    services = [choose.choices(SERVICES, WEIGHTS)[0] for _ in range(INSTANCES)]
    frames = [_frame(service, shard, number) for number, service in enumerate(services)]
    at = 0
    while at < count:
        nanos, frame, roll, n = at * HOUR // spread, frames[at % INSTANCES], choose.random(), choose.randrange(10_000)
        said = [line.format(n=n) for line in _LINES] if roll < 0.002 else [""]
        for step, line in enumerate(said[: count - at]):
            payload = f'"textPayload":"{line.replace(chr(9), chr(92) + "t")}"' if line else _said(roll, n, choose)
            record = frame.format(at=at, time=_time(nanos + step * 1000), said=payload)
            yield record[: len(record) // 2] + "\n" if at % DAMAGED_EVERY == DAMAGED_EVERY - 1 else record + "\n"
            at += 1


def _said(roll: float, n: int, choose: random.Random) -> str:
    if roll < 0.45:
        status = 200 if roll > 0.02 else 503
        level = "INFO" if status == 200 else "ERROR"
        return _REQUEST.format(n=n, status=status, level=level, trace=choose.getrandbits(128))
    if roll < 0.50:
        return _PAYLOAD.format(n=n)
    if roll < 0.505:
        return f'"severity":"ERROR","textPayload":"{_RAISED.format(n=n)}"'
    return _TEXTS[n % len(_TEXTS)].format(n=n)


def _frame(service: str, shard: int, number: int) -> str:
    log = "projects/shop/logs/run.googleapis.com%2Fstdout"
    return (
        f'{{{{"insertId":"{shard:03x}{{at:012x}}","logName":"{log}","timestamp":"{{time}}",'
        '"resource":{{"type":"cloud_run_revision","labels":{{"project_id":"shop","location":"europe-west1",'
        f'"service_name":"{service}","revision_name":"{service}-00007-abc"}}}}}}}},'
        f'"labels":{{{{"instanceId":"i-{shard}-{number}"}}}},{{said}}}}}}'
    )


def _time(nanos: int) -> str:
    moment = START + timedelta(seconds=nanos // 1_000_000_000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanos % 1_000_000_000:09}Z"
