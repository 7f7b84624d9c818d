r"""Whether silence proves that a fault is gone.

**The chance of silence.** Let a fault that is still there fail at a constant rate per unit of exposure. It was first
seen at 0; n pauses later it was seen for the last time, and after exposure T in all something was done about it. If
nothing had changed, all n of its failures since the first fall into T, and none into the exposure t after it. Given
their number, failures of a Poisson process are spread evenly over T + t, so the chance of that is

    (T / (T + t))^n                                                                                              (1)

whatever the rate: no rate is estimated, so none can be estimated wrongly. (It is the conditional test of two Poisson
rates: Przyborowski and Wilenski, Biometrika 31, 1940.) T begins with the first failure and that failure isn't counted,
because nobody would look at a fault that hasn't been seen: with it, a fault seen once by luck would look frequent.

**Exposure** is measured twice, as minutes at work and as requests, and the smaller of the two ratios t / T counts. A
fault of a request comes by requests, a fault of a timer by time, and which it is isn't known; requests fall away in an
outage and at night, minutes are cheap there. A service that cannot start answers nothing as long as the fault lasts:
each request asks for a start, and one that is answered had it. Starts can't be measured (one that succeeds may last for
weeks), so there requests alone count.

**Failures that come in bursts** are not n independent ones. Those closer together than a fifth of the longest pause,
the one before the fix included, are one group; n is the number of pauses between groups. For even and for random
failures that costs little; for bursts it leaves about the bursts.

**Seen in one group**, or seldom, a fault has no rate that (1) could use. It is taken to come at least once in
`rarest`: the chance of covered time q without it is at most exp(-q / rarest). The smaller of both chances counts.

**Without a fix** the silence is chosen by its being silent: each of n pauses could have been taken for the end. The
k-th may err by 1 / (k (k + 1)) of what is allowed; that sums to one over any life of an incident, so (1) is multiplied
by n (n + 1).

**What it can't see**: a fault whose only burst ended, by itself, within five of its pauses before the fix went live;
one that comes more seldom than `rarest`; one that needs something which only comes later, such as the end of a month.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from bot.fixes.exposure import exposure_since
from bot.model.fix import Exposure, Failing, Proof, Watch
from bot.model.state import Hole
from bot.model.time import HOUR, MINUTE, in_words


class ProofPolicy(NamedTuple):
    """How sure to be. `confidence` within (0, 1); `floor` is the least time at work (nanoseconds).

    `rarest` is the longest mean time between failures (nanoseconds) that the promise is kept for.
    """

    confidence: float = 0.95
    floor: int = 30 * MINUTE
    rarest: int = 8 * 24 * HOUR


def prove(watch: Watch, quiet: int, policy: ProofPolicy, holes: Iterable[Hole] = (), unfixed: bool = False) -> Proof:
    """Whether the fault that is watched is gone.

    `quiet` is the covered time since (nanoseconds, `quiet_of`). `unfixed` where no deployment of a fix began the
    silence. Without a minute at work since then nothing is proven, and nothing while it is below the floor.
    """
    failing, after = watch.failing, exposure_since(watch, holes)
    if not after.minutes:
        return Proof(False, 1.0, after, -1, _NO_DATA)
    odds = _Odds(failing, after, quiet, policy, failing.pauses * (failing.pauses + 1) if unfixed else 1)
    missing = odds.missing
    return Proof(not missing, odds.chance, after, missing, odds.words)


_NO_DATA = "Nothing shows that the service was at work since: no data is never success."


class _Odds(NamedTuple):
    failing: Failing
    after: Exposure
    quiet: int
    policy: ProofPolicy
    looks: int

    @property
    def allowed(self) -> float:
        """The chance of error that is accepted."""
        return 1 - self.policy.confidence

    @property
    def by_requests(self) -> bool:
        """Whether requests are the exposure that counts."""
        before = self.failing.exposure
        if not before.requests:
            return False
        return self.failing.starting or self.after.requests * before.minutes < self.after.minutes * before.requests

    @property
    def terms(self) -> tuple[int, int]:
        """T and t."""
        before = self.failing.exposure
        if self.by_requests:
            return before.requests, self.after.requests
        return max(1, before.minutes), self.after.minutes

    @property
    def by_pauses(self) -> float:
        """The chance by (1)."""
        long, since = self.terms
        pauses = self.failing.pauses
        return min(1.0, self.looks * (long / (long + since)) ** pauses) if pauses else 1.0

    @property
    def by_rarest(self) -> float:
        """The chance of a fault that comes seldom."""
        return math.exp(-self.quiet / self.policy.rarest)

    @property
    def chance(self) -> float:
        """The chance of silence, had the fault remained."""
        return min(self.by_pauses, self.by_rarest)

    @property
    def missing(self) -> int:
        """Minutes at work that are still needed at the present rate."""
        floor = -(-self.policy.floor // MINUTE) - self.after.minutes
        return max(0, floor, 0 if self.chance <= self.allowed else min(self._missing_pauses, self._missing_rarest))

    @property
    def _missing_pauses(self) -> int:
        if not self.failing.pauses:
            return self._missing_rarest
        long, since = self.terms
        growth = math.log(self.looks / self.allowed) / self.failing.pauses
        if growth > 50:
            return self._missing_rarest
        lacking = long * math.expm1(growth) - since
        pace = since / self.after.minutes if since else 0
        return max(1, math.ceil(lacking / pace)) if pace else self._missing_rarest

    @property
    def _missing_rarest(self) -> int:
        return max(1, math.ceil((self.policy.rarest * -math.log(self.allowed) - self.quiet) / MINUTE))

    @property
    def words(self) -> str:
        """The sentence with the arithmetic."""
        count = self.failing.episodes
        seen = f"{count} {'episode' if count == 1 else 'episodes'} in {_seen(self.failing.exposure)} before"
        since = f"none in {_at_work(self.after)} since"
        because = self._by_pauses_words if self.by_pauses <= self.by_rarest else self._by_rarest_words
        asked = f"{_percent(self.allowed)} is accepted"
        return f"{seen}, {since}: {because}; {asked}{self._lacking_words}."

    @property
    def _lacking_words(self) -> str:
        if not self.missing:
            return ""
        if self.chance <= self.allowed:
            return f", and at least {in_words(self.policy.floor)} at work are wanted"
        return f"; {in_words(self.missing * MINUTE)} more at work are needed"

    @property
    def _by_pauses_words(self) -> str:
        long, since = self.terms
        unit = "requests" if self.by_requests else "minutes"
        looks = f" times {self.looks:,}, for the pauses it could have been," if self.looks > 1 else ""
        formula = f"({long:,} / ({long:,} + {since:,} {unit}))^{self.failing.pauses}{looks}"
        return f"silence by chance {formula} = {_percent(self.by_pauses)}"

    @property
    def _by_rarest_words(self) -> str:
        rarest, quiet = in_words(self.policy.rarest), in_words(self.quiet)
        formula = f"exp(-{quiet} / {rarest}) = {_percent(self.by_rarest)}"
        return f"too few pauses to tell how often it comes; if at least once in {rarest}, silence by chance {formula}"


def _seen(exposure: Exposure) -> str:
    """Time with its requests, answered or not."""
    minutes = f"{exposure.minutes:,} {'minute' if exposure.minutes == 1 else 'minutes'}"
    return f"{minutes} with {exposure.requests:,} requests" if exposure.requests else minutes


def _at_work(exposure: Exposure) -> str:
    """Time at work with the requests that were answered."""
    minutes = f"{exposure.minutes:,} {'minute' if exposure.minutes == 1 else 'minutes'} at work"
    return f"{minutes} ({exposure.requests:,} requests)" if exposure.requests else minutes


def _percent(chance: float) -> str:
    if chance < 0.0001:
        return "less than 0.01%"
    return f"{chance * 100:.2f}".rstrip("0").rstrip(".") + "%"
