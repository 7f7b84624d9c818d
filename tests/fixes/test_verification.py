"""What silence proves: the arithmetic, its limits, and that no data is never success."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.verification import WEEK, Failures, bursts, by_request, job, minutes_to_verify, steady, trial
from bot.fixes import ProofPolicy, failing_of, prove
from bot.model.fix import Exposure, Failing, Proof, Watch
from bot.model.state import Hole
from bot.model.time import HOUR, MINUTE
from bot.model.window import Served
from tests.fixes.failing import M0, at, incident, member, requests

DAY = 24 * HOUR
POLICY = ProofPolicy(confidence=0.99)


def proof(
    failing: Failing, after: Exposure, quiet: int | None = None, policy: ProofPolicy = POLICY, unfixed: bool = False
) -> Proof:
    """The proof from this exposure since."""
    watch = Watch(failing, failing.until, settled=after)
    return prove(watch, after.minutes * MINUTE if quiet is None else quiet, policy, unfixed=unfixed)


def failed(pauses: int, minutes: int, requests: int = 0, starting: bool = False, episodes: int = 0) -> Failing:
    """What a fault did before."""
    return Failing(episodes or pauses + 1, pauses, Exposure(minutes, requests), at(-minutes), at(0), starting)


def test_the_arithmetic() -> None:
    """The chance is (T / (T + t))^n, and the sentence shows it."""
    found = proof(failed(22, 118, episodes=23), Exposure(54))
    assert found.chance == pytest.approx((118 / 172) ** 22)
    assert (found.proven, found.needed) == (True, 0)
    assert found.why == (
        "23 episodes in 118 minutes before, none in 54 minutes at work since: silence by chance "
        "(118 / (118 + 54 minutes))^22 = 0.03%; 1% is accepted."
    )


def test_the_smaller_ratio_counts() -> None:
    """Much time without traffic proves as little as many requests in no time."""
    night = proof(failed(10, 100, 10_000), Exposure(300, 100))
    assert night.chance == pytest.approx((10_000 / 10_100) ** 10)
    assert "requests))^10" in night.why
    rush = proof(failed(10, 100, 100), Exposure(30, 100_000))
    assert rush.chance == pytest.approx((100 / 130) ** 10)


def test_a_service_that_could_not_start() -> None:
    """While it lasted nothing was answered: each request that is counts, each that wasn't was an opportunity."""
    outage = proof(failed(8, 50, 22, starting=True), Exposure(54, 360), unfixed=True)
    assert outage.chance == pytest.approx(72 * (22 / 382) ** 8)
    assert outage.proven
    assert not proof(failed(8, 50, 22), Exposure(54, 360), unfixed=True).proven
    assert proof(failed(8, 50, 0, starting=True), Exposure(54, 0)).chance == pytest.approx((50 / 104) ** 8)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999999])
def test_no_data_is_never_success(confidence: float) -> None:
    """Without a minute at work nothing is proven, however long it lasts, and nobody can tell how long it will."""
    found = proof(failed(50, 100, 1000), Exposure(0), 365 * DAY, ProofPolicy(confidence, 0))
    assert (found.proven, found.chance, found.needed) == (False, 1.0, -1)
    assert "no data" in found.why


def test_floor() -> None:
    """However improbable silence is, it takes half an hour at work."""
    below, above = (proof(failed(500, 100), Exposure(minutes)) for minutes in (29, 30))
    assert (below.proven, below.needed, above.proven) == (False, 1, True)
    assert below.why.endswith("1% is accepted, and at least 30 min at work are wanted.")
    assert "wanted" not in above.why


def test_confidence() -> None:
    """What is proven at one confidence need not be at another."""
    found = [proof(failed(5, 100), Exposure(100), policy=ProofPolicy(confidence)).proven for confidence in (0.95, 0.99)]
    assert found == [True, False]


def test_seen_in_one_group() -> None:
    """With no pause to go by, the rarest fault that is reckoned with decides; and that is said."""
    week = proof(failed(0, 10), Exposure(7 * 1440))
    assert week.chance == pytest.approx(math.exp(-7 / 8))
    assert "at least once in 8 d 0 h" in week.why
    assert proof(failed(0, 10), Exposure(37 * 1440)).proven
    assert not proof(failed(0, 10), Exposure(36 * 1440)).proven


def test_without_a_fix_more_is_asked() -> None:
    """A silence that nothing began could have been any of the pauses before."""
    fixed, unfixed = (proof(failed(8, 48), Exposure(54), unfixed=unfixed) for unfixed in (False, True))
    assert unfixed.chance == pytest.approx(fixed.chance * 72)
    assert (fixed.proven, unfixed.proven) == (True, False)
    assert "(48 / (48 + 54 minutes))^8 times 72, for the pauses it could have been, = 17." in unfixed.why
    assert "more at work are needed" in unfixed.why
    assert "pauses it" not in fixed.why


def test_what_was_seen_before_is_not_called_work() -> None:
    """Minutes before may be those of an outage in which nothing was answered: they are told with the requests made."""
    assert "9 episodes in 50 minutes with 22 requests before" in proof(failed(8, 50, 22, True), Exposure(54, 360)).why


def test_a_log_gap_proves_nothing() -> None:
    """Requests within a hole of the coverage count nothing, so that what looked proven isn't."""
    watch = Watch(failed(22, 118), at(0), requests(dict.fromkeys(range(1, 60), (5, 0))))
    assert prove(watch, HOUR, POLICY).proven
    gap = [Hole("logs", at(5), at(60), "kept no longer")]
    assert not prove(watch, 5 * MINUTE, POLICY, gap).proven


def test_an_outage_of_another_kind_proves_nothing() -> None:
    """While every request fails, the fault's silence is no evidence."""
    watch = Watch(failed(22, 118), at(0), {M0 + minute: Served(5, 5) for minute in range(1, 600)})
    assert prove(watch, 0, POLICY).needed == -1


def test_from_an_incident() -> None:
    """From what an issue remembers to the proof: a fault of every fifth minute, quiet for an hour."""
    traffic = requests(dict.fromkeys(range(0, 120), (10, 1)))
    failing = failing_of(incident(member(range(0, 60, 5)), traffic=traffic), at(60))
    assert (failing.episodes, failing.pauses, failing.exposure) == (12, 11, Exposure(60, 600))
    assert proof(failing, Exposure(60, 540)).proven


_FAILING = st.builds(
    failed, st.integers(0, 200), st.integers(1, 10_000), st.integers(0, 100_000), st.booleans(), st.integers(1, 500)
)
_AFTER = st.builds(Exposure, st.integers(1, 5_000), st.integers(0, 100_000))
_POLICY = st.builds(
    ProofPolicy, st.floats(0.5, 0.9999), st.sampled_from([0, 30 * MINUTE]), st.sampled_from([DAY, 8 * DAY])
)


@given(_FAILING, _AFTER, _POLICY, st.booleans())
def test_what_is_needed_suffices(failing: Failing, after: Exposure, policy: ProofPolicy, unfixed: bool) -> None:
    """After as many minutes more as are needed, at the same pace, it is proven; what is proven needs none."""
    found = proof(failing, after, policy=policy, unfixed=unfixed)
    assert found.proven == (found.needed == 0)
    minutes = after.minutes + found.needed
    later = Exposure(minutes, -(-after.requests * minutes // after.minutes))
    assert proof(failing, later, policy=policy, unfixed=unfixed).proven


@given(_FAILING, _AFTER, st.integers(1, 1000), st.integers(0, 1000), _POLICY, st.booleans())
def test_silence_only_adds(
    failing: Failing, after: Exposure, minutes: int, requests: int, policy: ProofPolicy, unfixed: bool
) -> None:
    """More silence never makes it more probable, and a chance is between 0 and 1."""
    more = Exposure(after.minutes + minutes, after.requests + requests)
    one, other = (proof(failing, exposure, policy=policy, unfixed=unfixed) for exposure in (after, more))
    assert 0 <= other.chance <= one.chance <= 1
    assert other.proven or not one.proven


@given(_FAILING, _AFTER, st.integers(1, 50))
def test_more_pauses_prove_more(failing: Failing, after: Exposure, more: int) -> None:
    """The oftener it failed in the same time, the less probable is silence; a fix asks for less than none."""
    assume(failing.pauses)
    oftener = Failing(9, failing.pauses + more, failing.exposure, failing.since, failing.until, failing.starting)
    assert proof(oftener, after).chance <= proof(failing, after).chance
    assert proof(failing, after).chance <= proof(failing, after, unfixed=True).chance


@pytest.mark.parametrize(
    "failures",
    [steady(1 / 24), steady(4), by_request(10), bursts(1 / 24, 10), job(WEEK, 100), job(60)],
    ids=["1 a day", "4 an hour", "of requests", "bursts", "weekly job", "hourly job"],
)
def test_a_fault_that_remains_is_seldom_verified(failures: Failures) -> None:
    """Of 60 faults that nothing was done about, silence is taken for proof no oftener than the confidence allows."""
    seen = [trial(failures, seed) for seed in range(60)]
    wrong = sum(minutes_to_verify(one, ProofPolicy(0.95)) <= one.silent for one in seen)
    assert wrong / len(seen) <= 0.05
