"""How often silence is taken for proof although nothing was fixed, and how long proof takes: a simulation.

python -m benchmarks.verification [TRIALS]

Each trial: a fault fails for the first time; a fix goes live an hour to three days later (evenly in the logarithm) and
does nothing. Verified before the next failure is falsely verified. The time to verify is the same for a fix that works.
Beside it: how often a fixed window of 24 hours and of 7 days would be as wrong. Then, without a fix: of faults that
fail so many times at random, how many are ever taken to be over in between (a fifth of the trials, as it takes long).
Exits 1 if a rate exceeds what the confidence allows by more than so few trials explain (one-sided, 99%).
"""

import heapq
import math
import random
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from statistics import median
from typing import NamedTuple

from bot.fixes import ProofPolicy, failing_of, prove
from bot.model.entry import Place
from bot.model.fix import Exposure, Failing, Watch
from bot.model.incident import Incident, IncidentKey, Member, Priority, Role
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.time import MINUTE
from bot.model.window import Minute, Served

DAY, WEEK = 1_440, 10_080
CONFIDENCES = (0.95, 0.99)
LONGEST = 8 * WEEK
_BUSIEST, _QUIETEST = 120, 4

Failures = Callable[[random.Random], Iterator[float]]


def requests_at(minute: int) -> int:
    """Requests of a minute of the day: few at four in the morning, most at four in the afternoon."""
    wave = (1 - math.cos((minute % DAY - 240) / DAY * 2 * math.pi)) / 2
    return round(_QUIETEST + (_BUSIEST - _QUIETEST) * wave)


_PROFILE = [Served(requests_at(minute), 0) for minute in range(DAY)]
_SUMS = [0]
for _served in _PROFILE:
    _SUMS.append(_SUMS[-1] + _served.total)


def requests_until(minute: int) -> int:
    """Requests of all minutes before this one."""
    days, rest = divmod(minute, DAY)
    return days * _SUMS[-1] + _SUMS[rest]


def steady(an_hour: float) -> Failures:
    """Failures at random, so many an hour on average."""

    def failures(rng: random.Random) -> Iterator[float]:
        at = 0.0
        while True:
            yield at
            at += rng.expovariate(an_hour / 60)

    return failures


def by_request(an_hour: float) -> Failures:
    """Failures of random requests, so many an hour on average: seldom at night."""
    busiest = an_hour / 60 * _BUSIEST * DAY / _SUMS[-1]

    def failures(rng: random.Random) -> Iterator[float]:
        at = 0.0
        yield at
        while True:
            at += rng.expovariate(busiest)
            if rng.random() * _BUSIEST < _PROFILE[int(at) % DAY].total:
                yield at

    return failures


def bursts(an_hour: float, lasting: float) -> Failures:
    """Episodes at random, each of 100 entries within so many minutes."""

    def failures(rng: random.Random) -> Iterator[float]:
        waiting: list[float] = []
        for begin in steady(an_hour)(rng):
            while waiting and waiting[0] < begin:
                yield heapq.heappop(waiting)
            for _ in range(100):
                heapq.heappush(waiting, begin + rng.uniform(0, lasting))

    return failures


def job(every: int, entries: int = 1) -> Failures:
    """A job that fails at every run, with so many entries; a run starts up to five minutes late."""

    def failures(rng: random.Random) -> Iterator[float]:
        run = 0
        while True:
            yield from sorted(run * every + rng.uniform(0, 5) for _ in range(entries))
            run += 1

    return failures


CASES: tuple[tuple[str, Failures], ...] = (
    *((f"{name}, at random", steady(rate)) for name, rate in (
        ("1 a week", 1 / 168), ("1 a day", 1 / 24), ("4 a day", 1 / 6), ("1 an hour", 1.0), ("10 an hour", 10.0),
        ("100 an hour", 100.0), ("1,000 an hour", 1_000.0))),
    *((f"{name}, of requests", by_request(rate)) for name, rate in (
        ("1 a day", 1 / 24), ("1 an hour", 1.0), ("10 an hour", 10.0), ("100 an hour", 100.0))),
    *((f"{name}, 100 entries within {lasting:g} min", bursts(rate, lasting)) for name, rate, lasting in (
        ("1 a day", 1 / 24, 1.0), ("1 a day", 1 / 24, 10.0), ("4 a day", 1 / 6, 30.0), ("1 an hour", 1.0, 1.0),
        ("1 an hour", 1.0, 10.0), ("10 an hour", 10.0, 1.0))),
    ("weekly job", job(WEEK)), ("weekly job, 100 entries", job(WEEK, 100)), ("daily job", job(DAY)),
    ("hourly job", job(60)),
)  # fmt: skip


class Trial(NamedTuple):
    """What a fault did before the fix, at which minute the fix went live, and the minutes until it failed next."""

    failing: Failing
    live: int
    silent: float


def trial(failures: Failures, seed: int) -> Trial:
    """One fault, first seen at a random time of the day."""
    rng = random.Random(seed)
    start = rng.randrange(DAY)
    live = start + round(math.exp(rng.uniform(math.log(60), math.log(3 * DAY))))
    counted: dict[int, int] = {}
    silent = 0.0
    for after in failures(rng):
        if start + after >= live:
            silent = start + after - live
            break
        counted[start + int(after)] = counted.get(start + int(after), 0) + 1
    minutes = {at: Minute(count) for at, count in sorted(counted.items())}
    return Trial(failing_of(_incident(minutes, start, live), live * MINUTE), live, silent)


def _incident(minutes: dict[int, Minute], start: int, live: int) -> Incident:
    first, last = min(minutes) * MINUTE, max(minutes) * MINUTE
    root = Member("f", Kind.MESSAGE, Role.ROOT, "f", Severity.ERROR, ("api",), (), first, last, minutes)
    traffic = {at: _PROFILE[at % DAY] for at in range(start, live)}
    place = Place("prod", "p", "eu", "api", "")
    return Incident(
        key=IncidentKey("prod", "api", "f"), place=place, priority=Priority.P2, policies=(), members=(root,),
        evidence=(), traffic=traffic, deployments=(), observed_from=first, observed_until=live * MINUTE,
    )  # fmt: skip


def minutes_to_verify(trial: Trial, policy: ProofPolicy, unfixed: bool = False) -> int:
    """Minutes from the fix to the proof, with nothing but silence."""
    logged = bool(trial.failing.exposure.requests)

    def proven(minutes: int) -> bool:
        requests = requests_until(trial.live + minutes) - requests_until(trial.live) if logged else 0
        watch = Watch(trial.failing, trial.live * MINUTE, settled=Exposure(minutes, requests))
        return prove(watch, minutes * MINUTE, policy, unfixed=unfixed).proven

    return bisect_left(range(LONGEST), True, key=proven)


def ever_over(an_hour: float, count: int, seed: int, policy: ProofPolicy) -> bool:
    """True where one of so many failures at random comes after its fault was taken to be over, by time alone."""
    minutes: dict[int, Minute] = {}
    for after in islice(steady(an_hour)(random.Random(seed)), count):
        at, last = int(after), max(minutes, default=0)
        if at - last > policy.floor // MINUTE and minutes:
            failing = failing_of(_incident(minutes, 0, 0), (last + 1) * MINUTE)
            if minutes_to_verify(Trial(failing, last + 1, 0.0), policy, unfixed=True) < at - last:
                return True
        minutes[at] = Minute(1)
    return False


def exceeds(rate: float, confidence: float, trials: int) -> bool:
    """True where a rate is above what the confidence allows, by more than sampling explains."""
    allowed = 1 - confidence
    return rate > allowed + 2.33 * math.sqrt(allowed * confidence / trials)


def lives(trials: int) -> bool:
    """Print how many faults without a fix are ever taken to be over; True where a rate exceeds."""
    exceeded = False
    print("\nwithout a fix, ever taken to be over          " + "".join(f"{c:>8.0%}" for c in CONFIDENCES))
    for name, an_hour, count in (("1 a day", 1 / 24, 30), ("1 an hour", 1.0, 100), ("4 an hour", 4.0, 200)):
        row = f"{name + f', {count} failures':<46}"
        for confidence in CONFIDENCES:
            wrong = sum(ever_over(an_hour, count, seed, ProofPolicy(confidence)) for seed in range(trials)) / trials
            exceeded |= exceeds(wrong, confidence, trials)
            row += f"{wrong:>8.2%}"
        print(row)
    return exceeded


def main() -> int:
    """Print the table; 1 where a rate exceeds."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    heads = "".join(f"  false at {confidence:.0%}  median" for confidence in CONFIDENCES)
    print(f"{'fault':<44}{heads}  false after 24 h  after 7 days")
    exceeded = False
    for name, failures in CASES:
        seen = [trial(failures, seed) for seed in range(trials)]
        row = f"{name:<44}"
        for confidence in CONFIDENCES:
            policy = ProofPolicy(confidence)
            took = [minutes_to_verify(one, policy) for one in seen]
            wrong = sum(minutes <= one.silent for minutes, one in zip(took, seen, strict=True)) / trials
            exceeded |= exceeds(wrong, confidence, trials)
            row += f"{wrong:>14.2%}{median(took) / 60:>6.1f} h"
        fixed = [sum(one.silent >= window for one in seen) / trials for window in (DAY, WEEK)]
        print(row + f"{fixed[0]:>18.1%}{fixed[1]:>14.1%}")
    exceeded |= lives(max(1, trials // 5))
    print(f"{trials} trials each; {'a rate exceeds what the confidence allows' if exceeded else 'no rate exceeds'}")
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
