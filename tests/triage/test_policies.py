"""Priorities: thresholds both ways, least samples, ceilings, and what is unknown."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.incident import Incident, Member, Priority, Role, Settled
from bot.model.signature import Kind
from bot.model.time import MINUTE
from bot.model.window import Minute, Served
from bot.triage import DEFAULTS, Measure, Policy, assess, settled, triage
from tests.triage import scenes

SHARE = Policy("share", Priority.P1, Measure.FAILED_SHARE, 0.5, 0.3, least=20, dwell=0)
SLOW = msgspec.structs.replace(SHARE, dwell=30)


def failing(share: float, total: int = 100) -> Incident:
    """An incident whose requests fail at this share of all."""
    bad = round(share * total)
    requests = scenes.requests([1] * (total - bad))
    window = scenes.window(scenes.failed("500", scenes.nowhere([1] * bad), status=500), traffic=[requests])
    return triage(window, {}).found[0].incident


def active(incident: Incident, *names: str) -> Incident:
    """The incident, with these policies active before."""
    _, holding = assess(incident, [Policy(name, Priority.P3, Measure.ENTRIES, 0, 0) for name in names])
    return msgspec.structs.replace(incident, policies=holding)


@pytest.mark.parametrize(
    ("share", "before", "holds"),
    [(0.5, False, True), (0.49, False, False), (0.49, True, True), (0.3, True, True), (0.29, True, False)],
)
def test_thresholds_have_a_band(share: float, before: bool, holds: bool) -> None:
    """A policy starts at its upper threshold and stops below its lower one; between them it stays as it was."""
    incident = active(failing(share), "share") if before else failing(share)
    priority, policies = assess(incident, [SHARE])
    assert [policy.name for policy in policies] == (["share"] if holds else [])
    assert priority is (Priority.P1 if holds else Priority.P3)


def test_swinging_inside_the_band_changes_nothing() -> None:
    """A hundred runs between the thresholds leave the priority as it was, active or not."""
    for before in (True, False):
        incident = active(failing(0.4), "share") if before else failing(0.4)
        seen = set()
        for run in range(100):
            again = failing((0.31, 0.49)[run % 2])
            priority, policies = assess(msgspec.structs.replace(again, policies=incident.policies), [SHARE])
            incident = msgspec.structs.replace(again, policies=policies)
            seen.add(priority)
        assert seen == {Priority.P1 if before else Priority.P3}


def run_at(minutes: int, share: float, before: Incident | None) -> Incident:
    """The incident as a run sees it at this log time, knowing what the run before it left."""
    seen = msgspec.structs.replace(failing(share), observed_until=scenes.START + minutes * MINUTE)
    told = {"policies": before.policies, "stopped": before.stopped} if before else {}
    return settled(msgspec.structs.replace(seen, **told), [SLOW])


def test_beyond_the_band_it_changes_once_per_dwell() -> None:
    """A share that swings across both thresholds every five minutes changes the priority every 30 minutes at most."""
    incident, changes = run_at(0, 0.9, None), []
    for run in range(1, 100):
        after = run_at(5 * run, (0.1, 0.9)[run // 2 % 2], incident)
        changes += [5 * run] if after.priority is not incident.priority else []
        incident = after
    assert len(changes) > 5
    assert all(later - earlier >= 30 for earlier, later in pairwise(changes))


def test_it_names_what_stopped_and_what_started() -> None:
    """What stopped is told with what is measured now and since when; when it holds again it is told as that."""
    first = run_at(0, 0.9, None)
    stopped = run_at(40, 0.1, first)
    assert stopped.policies == ()
    [told] = stopped.stopped
    assert (told.name, told.since) == ("share", scenes.START + 40 * MINUTE)
    assert told.because == "10 of 100 requests failed (10.0%)"
    again = run_at(80, 0.9, stopped)
    assert (again.stopped, again.policies[0].since) == ((), scenes.START + 80 * MINUTE)


def test_counts_fall_after_a_day() -> None:
    """Errors of the day before yesterday hold no policy: what is counted is the last day."""
    errors = Policy("errors", Priority.P2, Measure.ERRORS, 5, 2, dwell=0)
    incident = triage(scenes.window(scenes.cluster("e", scenes.on(range(0, 600, 60)))), {}).found[0].incident
    assert assess(incident, [errors])[0] is Priority.P2
    later = msgspec.structs.replace(incident, observed_until=incident.last + 25 * 60 * MINUTE)
    assert assess(later, [errors])[0] is Priority.P3


def test_a_rollout_that_an_older_revision_serves_through_is_no_p0() -> None:
    """A revision that can't start while another answers all requests is P1: nobody is turned away."""
    served = scenes.requests(range(0, 3000, 5), place=scenes.API._replace(revision="api-00000-old"))
    boots = [one for one in scenes.outage() if one.fingerprint != "503"]
    found = triage(scenes.window(*boots, traffic=[served]), {}).found
    assert [one.incident.cannot_start for one in found] == [True]
    assert [assess(one.incident)[0] for one in found] == [Priority.P1]


def test_what_is_measured_no_more_says_why() -> None:
    """A P0 that ends because traffic went back to an older revision says so, not that a number is missing."""
    served = scenes.requests(range(0, 3000, 5), place=scenes.API._replace(revision="api-00000-old"))
    boots = [one for one in scenes.outage() if one.fingerprint != "503"]
    down, back = (triage(scenes.window(*boots, traffic=traffic), {}).found[0].incident for traffic in ([], [served]))
    before = settled(down)
    later = msgspec.structs.replace(
        back, policies=before.policies, stopped=(), observed_until=back.observed_until + 60 * MINUTE
    )
    assert before.priority is Priority.P0
    assert [one.because for one in settled(later).stopped] == ["another revision answers nearly all requests"]


def test_a_sample_too_small_is_told_as_that() -> None:
    """Where a policy needs more than is there, it says how much is there; nothing is said to be over."""
    before = settled(triage(scenes.window(*scenes.outage()), {}).found[0].incident)
    starts = next(policy for policy in DEFAULTS if policy.measure is Measure.FAILED_STARTS)
    wanting = msgspec.structs.replace(starts, least=10_000, dwell=0)
    later = msgspec.structs.replace(before, stopped=(), observed_until=before.observed_until + 60 * MINUTE)
    [told] = [one for one in settled(later, [wanting]).stopped if one.name == starts.name]
    assert told.because.endswith("too few to tell")


def test_small_sample_says_nothing() -> None:
    """A share of fewer requests than the policy's least is no share."""
    assert assess(failing(1 / 2, 18), [SHARE])[1] == ()
    assert assess(failing(1 / 2, 20), [SHARE])[1] != ()


def test_reason_gives_the_measured_figures() -> None:
    """An active policy says what was counted."""
    assert assess(failing(0.6), [SHARE])[1][0].because == "60 of 100 requests failed (60.0%)"


def test_availability_is_unknown_where_no_success_is_logged() -> None:
    """Only failures in the request logs: no share, so no P0, even from a policy that asks for next to nothing."""
    incident = failing(1.0)
    assert assess(incident)[0] is Priority.P2
    greedy = Policy("greedy", Priority.P0, Measure.FAILED_SHARE, 0, 0)
    assert assess(incident, [greedy]) == (Priority.P3, ())


def test_ceiling_caps_the_priority_and_keeps_the_reasons() -> None:
    """An environment's ceiling lowers the priority; the policies that hold are still told."""
    incident = triage(scenes.window(*scenes.outage()), {}).found[0].incident
    priority, policies = assess(incident, ceiling=Priority.P2)
    assert priority is Priority.P2
    assert policies[0].priority is Priority.P0


def test_failed_starts_are_p0_from_the_second_on() -> None:
    """A service that doesn't start is P0, but one failed start alone is not."""
    once = triage(scenes.window(*scenes.outage(boots=[0])), {}).found
    assert all(assess(one.incident)[0] > Priority.P0 for one in once)
    twice = triage(scenes.window(*scenes.outage(boots=[0, 300])), {}).found
    assert [assess(one.incident)[0] for one in twice] == [Priority.P0]


def test_refused_requests_are_not_called_failed_starts() -> None:
    """Where no exit was logged, the words count refused requests as such, and no exits."""
    said = "The request failed because the instance could not start successfully."
    incident = (
        triage(scenes.window(scenes.failed("503", scenes.nowhere(scenes.BOOTS), said=said)), {}).found[0].incident
    )
    policies = {policy.name: policy.because for policy in assess(incident)[1]}
    assert policies["does-not-start"].startswith("9 requests refused because no instance started")
    assert "crashes" not in policies


def test_crashes_of_a_service_that_is_up_are_p1() -> None:
    """Exits beside answered requests are P1, never P0."""
    window = scenes.window(*scenes.outage(), traffic=[scenes.requests(range(0, 3000, 5))])
    assert min(assess(one.incident)[0] for one in triage(window, {}).found) is Priority.P1


def test_steady_warning_is_p3() -> None:
    """A warning of every boot is reported at P3, however often it comes."""
    found = triage(scenes.window(scenes.warned("w", scenes.on(range(0, 3000, 5)))), {}).found
    assert assess(found[0].incident)[0] is Priority.P3


def test_share_counts_settled_requests_on_both_sides() -> None:
    """Requests whose minutes were settled count in the failures and in the whole: a share never exceeds 1."""
    incident = failing(0.5)
    root = incident.root
    old = msgspec.structs.replace(root, minutes={}, settled=Settled(0, root.count, 1))
    settled = msgspec.structs.replace(
        incident, members=(old,), traffic={}, settled_traffic=Settled(root.last // MINUTE + 1, 100, 50)
    )
    assert assess(settled, [SHARE])[1][0].because == "50 of 100 requests failed (50.0%)"


counts = st.integers(0, 500)


@given(counts, counts, counts, counts, st.booleans())
def test_p0_needs_failed_starts_or_a_failing_majority(ok: int, bad: int, errors: int, exits: int, dead: bool) -> None:
    """Whatever the figures: P0 only with two failed starts, or half of the requests failing beside logged successes."""
    incident = made(ok, bad, errors, exits, dead)
    priority, _ = assess(incident)
    if priority is Priority.P0:
        assert (dead and exits >= 2) or (ok > 0 and bad / (ok + bad) >= 0.5)


@given(counts, counts, counts, counts, st.booleans(), st.sets(st.sampled_from([p.name for p in DEFAULTS])))
def test_assessing_again_changes_nothing(
    ok: int, bad: int, errors: int, exits: int, dead: bool, before: set[str]
) -> None:
    """Assessing is a pure function that is stable: the second time gives what the first gave."""
    incident = active(made(ok, bad, errors, exits, dead), *before)
    once = assess(incident)
    assert assess(incident) == once
    assert assess(msgspec.structs.replace(incident, policies=once[1])) == once


def made(ok: int, bad: int, errors: int, exits: int, dead: bool) -> Incident:
    """An incident of these counts, all in one minute."""
    base = failing(0.5)
    minute = base.first // MINUTE
    member = base.root

    def counted(name: str, count: int, kind: Kind, **more: object) -> Member:
        return msgspec.structs.replace(
            member, fingerprint=name, kind=kind, role=Role.SYMPTOM, minutes={minute: Minute(count, ("i",))}, **more
        )

    members = (
        counted("root", errors, Kind.MESSAGE),
        counted("500", bad, Kind.REQUEST),
        counted("exit", exits, Kind.SYSTEM, nature="exit"),
    )
    traffic = {minute: Served(ok + bad, bad)}
    return msgspec.structs.replace(base, members=members, traffic=traffic, cannot_start=dead)
