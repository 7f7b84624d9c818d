"""Five hours of an outage: what is live when, what its silence proves, which revision is suspect."""

from functools import cache
from pathlib import Path

import pytest

from bot.clustering import Clusterer
from bot.fixes import (
    ProofPolicy,
    answered_by,
    failing_of,
    has_fix,
    live,
    prove,
    quiet_of,
    quieter,
    suspect_range,
    watched,
)
from bot.lifecycle import absorb
from bot.logs import read_files
from bot.model.fix import FixCommit, Liveness, Watch
from bot.model.incident import Incident
from bot.model.time import nanos_of
from bot.model.window import Deployment, Window
from bot.observing import observe
from bot.triage import triage

OUTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "outage"
pytestmark = pytest.mark.skipif(not OUTAGE.is_dir(), reason="needs the outage logs in ../shared/data")

SERVICE = ("staging", "storefront-api")
BROKEN, FIX, AGAIN = "storefront-api-00719-fgq", "storefront-api-00725-kxv", "storefront-api-00731-qwp"
COMMIT = "2f130c1085d7e94ab3c6f1e2d0b7a8c9e4f5a612"
LINKED = (FixCommit(COMMIT, "Ship the metrics package", nanos_of("2025-09-15T22:58:00Z"), "resolve"),)
STRICT = ProofPolicy(confidence=0.999)


def unknown(descendant: str, ancestor: str) -> bool | None:
    """No code host."""
    return None


@cache
def window(hour: int) -> Window:
    """One hour, observed."""
    return observe(read_files([str(OUTAGE / f"hour_{hour}.json")]), Clusterer().signature, lambda project: "staging")


@cache
def incident(root: str, *hours: int) -> Incident:
    """The incident whose root's title has this word, as it is known after these hours."""
    seen = [
        found.incident
        for hour in hours
        for found in triage(window(hour), {}).found
        if root in found.incident.root.title and found.incident.symptoms
    ]
    known = seen[0]
    for one in seen[1:]:
        known = absorb(known, one)
    return known


def deployments(*hours: int) -> list[Deployment]:
    """What the audit entries of these hours told."""
    return [told for hour in hours for told in window(hour).deployments]


def grown(watch: Watch, *hours: int) -> Watch:
    """The watch after these hours."""
    for hour in hours:
        traffic = answered_by(window(hour).traffic, SERVICE[0], [SERVICE[1]])
        watch = quieter(watched(watch, traffic), {minute // 60 for minute in traffic})
    return watch


def test_fix_is_live_from_its_deployment_on() -> None:
    """The fix is live from its deployment in hour 4 on; what fails on the broken revision is no failure of it."""
    before = live(LINKED, {SERVICE: 0}, deployments(2), window(3).traffic, unknown, window(3).end)
    assert before[0].liveness is not Liveness.LIVE
    (after,) = live(LINKED, {SERVICE: 0}, deployments(2, 4), window(4).traffic, unknown, window(4).end)
    assert (after.liveness, after.revisions, after.former) == (Liveness.LIVE, (FIX,), (BROKEN,))
    assert after.since == nanos_of("2025-09-15T23:02:00Z")
    assert has_fix(SERVICE, BROKEN, LINKED, deployments(2, 4), unknown) is False
    assert has_fix(SERVICE, AGAIN, LINKED, deployments(2, 4, 5), unknown) is True


def test_missing_module_is_verified() -> None:
    """23 episodes in two hours, none in 54 minutes with traffic: by chance in fewer than one of a thousand cases."""
    known = incident("metrics", 2, 3, 4)
    since = nanos_of("2025-09-15T23:02:00Z")
    watch = grown(Watch(failing_of(known, since), since), 4)
    proof = prove(watch, quiet_of(watch, window(4).end), STRICT)
    assert (watch.failing.episodes, proof.after.minutes) == (23, 54)
    assert proof.proven
    assert proof.chance < 0.001


def test_database_is_silent_for_another_reason_first() -> None:
    """The hours in which nothing gets as far as the database prove nothing; the hour with traffic does."""
    known = incident("atabase", 1)
    last = known.root.last
    watch = grown(Watch(failing_of(known, last), last), 1, 2, 3)
    proof = prove(watch, quiet_of(watch, window(3).end), ProofPolicy(), unfixed=True)
    assert (watch.failing.episodes, proof.after.minutes, proof.proven) == (9, 0, False)
    watch = grown(watch, 4, 3, 4)
    proof = prove(watch, quiet_of(watch, window(4).end), ProofPolicy(), unfixed=True)
    assert (proof.after.minutes, proof.proven) == (54, True)
    minutes = prove(
        Watch(failing_of(known, last), last, watch.recent), quiet_of(watch, window(4).end), ProofPolicy(confidence=0.99)
    )
    assert minutes.proven


def test_regression_has_its_range() -> None:
    """What came back in hour 5 came between the fix and the next deployment."""
    known = incident("metrics", 5)
    found = suspect_range(known, deployments(2, 4, 5), verified=window(4).end)
    assert found
    assert [one.revision for one in found if one] == [FIX, AGAIN]
