"""What runs, and whether the fix is in it: every way in which it isn't, or isn't yet, or isn't everywhere."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fixes import Contains, Running, activity, has_fix, live, running
from bot.model.entry import Place
from bot.model.fix import FixCommit, Live, Liveness, Standing
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.time import MINUTE, nanos_of
from bot.model.window import Cluster, Deployment, Minute, Served, Traffic

T0 = nanos_of("2025-03-01T10:00:00Z")
PROD, STAGING = ("production", "api"), ("staging", "api")
OLD, FIXED, LATER, OTHER = "0" * 40, "f" * 40, "1" * 40, "2" * 40
HISTORY = [OLD, OTHER, FIXED, LATER]
FIX = FixCommit(FIXED, "Load prices", linked=T0, standing=Standing.ON_BRANCH, merged=T0)


def host(descendant: str, ancestor: str) -> bool | None:
    """A code host that knows one line of history."""
    known = descendant in HISTORY and ancestor in HISTORY
    return HISTORY.index(ancestor) <= HISTORY.index(descendant) if known else None


def nobody(descendant: str, ancestor: str) -> bool | None:
    """No code host."""
    return None


def at(minutes: float) -> int:
    """Nanoseconds at so many minutes after ten."""
    return T0 + int(minutes * MINUTE)


def out(minutes: float, revision: str, commit: str = "", share: int = 100, where: tuple[str, str] = PROD) -> Deployment:
    """A roll-out."""
    return Deployment(at(minutes), *where, revision, commit, share=share)


def served(revision: str, first: int, last: int, total: int = 10, where: tuple[str, str] = PROD) -> Traffic:
    """Requests in each minute from first to last."""
    start = T0 // MINUTE
    minutes = {start + minute: Served(total, 0) for minute in range(first, last + 1)}
    return Traffic(Place(where[0], "p", "eu", where[1], revision), minutes)


def seen(
    deployments: Iterable[Deployment],
    traffic: Iterable[Traffic] = (),
    minutes: float = 60,
    contains: Contains = host,
    fixes: Iterable[FixCommit] = (FIX,),
) -> Live:
    """What is found of production so many minutes after ten."""
    (found,) = live(fixes, {PROD: at(-30)}, deployments, traffic, contains, at(minutes))
    return found


BEFORE = out(-600, "r1", OLD)


def test_live() -> None:
    """A revision whose commit is the fix, or came after it, runs alone: live since then, the one before is former."""
    for commit in (FIXED, LATER):
        found = seen([BEFORE, out(10, "r2", commit)], [served("r1", 0, 10), served("r2", 11, 60)])
        assert (found.liveness, found.revisions, found.former) == (Liveness.LIVE, ("r2",), ("r1",))
        assert (found.since, found.assumed) == (at(11), False)


def test_not_deployed() -> None:
    """What runs is older than the fix."""
    found = seen([BEFORE], [served("r1", 0, 60)])
    assert (found.liveness, found.former) == (Liveness.ABSENT, ("r1",))
    assert "without the fix" in found.because


@pytest.mark.parametrize(
    ("standing", "word"),
    [
        (Standing.ELSEWHERE, "not on the tracked branch"),
        (Standing.REVERTED, "reverted"),
        (Standing.GONE, "gone from the branch"),
    ],
)
def test_what_is_not_on_the_branch_is_not_live(standing: Standing, word: str) -> None:
    """An unmerged, a reverted and a vanished fix aren't live, even where they run."""
    fix = FixCommit(FIXED, standing=standing, merged=T0)
    found = seen([out(10, "r2", FIXED)], fixes=[fix])
    assert found.liveness is Liveness.ABSENT
    assert word in found.because


def test_no_fix_is_linked() -> None:
    """Nothing is live where nothing is linked."""
    assert seen([BEFORE], fixes=[]).liveness is Liveness.ABSENT


def test_a_reverted_fix_beside_one_in_force() -> None:
    """What was withdrawn is no longer asked for."""
    withdrawn = FixCommit(LATER, standing=Standing.REVERTED)
    assert seen([BEFORE, out(10, "r2", FIXED)], fixes=[withdrawn, FIX]).liveness is Liveness.LIVE


def test_two_fixes_of_which_one_is_live() -> None:
    """Both must run, and both must be on the branch."""
    second = FixCommit(LATER, standing=Standing.ON_BRANCH, merged=T0)
    found = seen([BEFORE, out(10, "r2", FIXED)], fixes=[FIX, second])
    assert found.liveness is Liveness.PARTLY
    assert LATER[:9] in found.because
    unmerged = FixCommit(LATER, standing=Standing.ELSEWHERE)
    assert seen([BEFORE, out(10, "r2", FIXED)], fixes=[FIX, unmerged]).liveness is Liveness.PARTLY
    assert seen([BEFORE, out(10, "r3", LATER)], fixes=[FIX, second]).liveness is Liveness.LIVE


def test_partial_rollout_by_requests() -> None:
    """While the old revision still serves it is partly live, and it says how much it serves."""
    found = seen([BEFORE, out(10, "r2", FIXED)], [served("r1", 0, 60, 30), served("r2", 11, 60, 10)])
    assert found.liveness is Liveness.PARTLY
    assert "75%" in found.because


def test_requests_in_flight_settle() -> None:
    """A replaced revision runs until it has served nothing for five minutes; from its last request on it is live."""
    traffic = [served("r1", 0, 13), served("r2", 11, 60)]
    deployments = [BEFORE, out(10, "r2", FIXED)]
    assert seen(deployments, traffic, 15).liveness is Liveness.PARTLY
    found = seen(deployments, traffic, 18)
    assert (found.liveness, found.since) == (Liveness.LIVE, at(14))


def test_partial_rollout_by_what_was_asked_for() -> None:
    """Without requests, the split that was asked for counts, until the whole is given."""
    canary = [BEFORE, out(10, "r2", FIXED, share=10)]
    assert seen(canary).liveness is Liveness.PARTLY
    assert [(one.revision, round(one.share, 2)) for one in running(PROD, canary, [], at(60))] == [
        ("r1", 0.9),
        ("r2", 0.1),
    ]
    found = seen([*canary, out(30, "r2", FIXED)])
    assert (found.liveness, found.since) == (Liveness.LIVE, at(30))


def test_deployed_without_traffic() -> None:
    """A revision that was given no traffic doesn't run, nor one that never got a request."""
    assert seen([BEFORE, out(10, "r2", FIXED, share=0)]).liveness is Liveness.ABSENT
    found = seen([BEFORE, out(10, "r2", FIXED)], [served("r1", 0, 60)])
    assert found.liveness is Liveness.ABSENT
    assert "requests go to r1" in found.because


@pytest.mark.parametrize("contains", [host, nobody])
def test_rollback(contains: Contains) -> None:
    """The old revision again, or a new one of the old commit: no longer live, and it is called a rollback."""
    for back in (out(30, "r1", OLD), out(30, "r3", OLD)):
        found = seen([BEFORE, out(10, "r2", FIXED), back], contains=contains)
        assert found.liveness is Liveness.ABSENT
        assert found.because.startswith("Rolled back")
    again = seen([BEFORE, out(10, "r2", FIXED), out(30, "r1", OLD), out(40, "r2", FIXED)], contains=contains)
    assert (again.liveness, again.since) == (Liveness.LIVE, at(40))


def test_rollback_by_traffic_alone() -> None:
    """Requests that go to the old revision again say it before any audit entry does."""
    traffic = [served("r2", 11, 40), served("r1", 41, 60)]
    assert seen([BEFORE, out(10, "r2", FIXED)], traffic).liveness is Liveness.ABSENT


def test_no_sha() -> None:
    """Without a commit the first revision after the merge is assumed to have the fix; an earlier one has it not."""
    found = seen([out(-600, "r1"), out(10, "r2")])
    assert (found.liveness, found.assumed, found.former) == (Liveness.LIVE, True, ("r1",))
    assert seen([out(-600, "r1"), out(-1, "r2")]).liveness is Liveness.ABSENT
    assert seen([out(-600, "r1"), out(10, "r2"), out(30, "r1")]).because.startswith("Rolled back")


def test_commits_without_a_code_host() -> None:
    """The same commit, abbreviated too, has the fix; what came later is assumed to; what came before has it not."""
    same = [BEFORE, out(10, "r2", FIXED[:12])]
    assert seen(same, contains=nobody).assumed is False
    later = seen([*same, out(30, "r3", "9" * 40)], contains=nobody)
    assert (later.liveness, later.assumed, later.former) == (Liveness.LIVE, True, ("r1",))
    assert has_fix(PROD, "r1", [FIX], same, nobody) is False


def test_a_commit_that_nobody_can_compare() -> None:
    """Without host, merge time and a containing commit it isn't known."""
    fix = FixCommit(FIXED, linked=T0)
    assert seen([BEFORE, out(10, "r2", OTHER)], contains=nobody, fixes=[fix]).liveness is Liveness.UNKNOWN


def test_fix_found_under_its_former_name() -> None:
    """A revision built before the rebase has the fix."""
    fix = FixCommit(LATER, standing=Standing.ON_BRANCH, merged=T0, formerly=(FIXED,))
    assert seen([BEFORE, out(10, "r2", FIXED)], contains=nobody, fixes=[fix]).liveness is Liveness.LIVE


def test_staging_fixed_and_production_not() -> None:
    """Each environment and service is judged by itself, in the order asked."""
    deployments = [BEFORE, out(-600, "s1", OLD, where=STAGING), out(10, "s2", FIXED, where=STAGING)]
    found = live([FIX], {PROD: 0, STAGING: 0}, deployments, [], host, at(60))
    assert [(one.environment, one.liveness) for one in found] == [
        ("production", Liveness.ABSENT),
        ("staging", Liveness.LIVE),
    ]


def test_service_retired() -> None:
    """A service that had neither deployment nor traffic for a month is retired; one that was seen lately is not."""
    month = 31 * 24 * 60
    (gone,) = live([FIX], {PROD: at(-5)}, [BEFORE], [], host, at(month))
    assert gone.liveness is Liveness.RETIRED
    (quiet,) = live([FIX], {PROD: at(month - 60)}, [BEFORE], [], host, at(month))
    assert quiet.liveness is Liveness.ABSENT


def test_nothing_is_known() -> None:
    """Without a deployment and a request nothing is known."""
    assert seen([]).liveness is Liveness.UNKNOWN


def test_clock_skew() -> None:
    """A deployment a little after the newest entry has happened, one far after it has not; requests come first then."""
    assert seen([BEFORE, out(62, "r2", FIXED)]).liveness is Liveness.LIVE
    assert seen([BEFORE, out(70, "r2", FIXED)]).liveness is Liveness.ABSENT
    early = seen([BEFORE, out(20, "r2", FIXED)], [served("r1", 0, 16), served("r2", 17, 60)])
    assert (early.liveness, early.since) == (Liveness.LIVE, at(20))


def test_deployments_that_name_no_revision() -> None:
    """A code host's deployment gives its commit to the revision that started then, of whatever service."""
    told = Deployment(at(8), "production", "", "", FIXED, "GitHub")
    found = seen([BEFORE, told, out(10, "r2")], [served("r2", 11, 60)])
    assert (found.liveness, found.assumed, found.revisions) == (Liveness.LIVE, False, ("r2",))
    alone = seen([Deployment(at(-60), "production", "", "", OLD), told])
    assert (alone.liveness, alone.since) == (Liveness.LIVE, at(8))
    assert seen([Deployment(at(8), "production", "web", "", FIXED, "GitHub"), BEFORE]).liveness is Liveness.ABSENT


def test_revisions_that_only_requests_show() -> None:
    """A revision that requests show to begin after the merge is assumed to have the fix; one that was there isn't."""
    began = seen([], [served("r1", 0, 20), served("r2", 21, 60)])
    assert (began.liveness, began.assumed, began.since) == (Liveness.LIVE, True, at(21))
    assert seen([], [served("r1", 5, 60)]).liveness is Liveness.UNKNOWN
    assert seen([], [served("r1", -5, 60)]).liveness is Liveness.ABSENT


def test_failures_of_revisions_without_the_fix() -> None:
    """A revision has the fix, has it not, or nothing is known of it."""
    deployments = [BEFORE, out(10, "r2", FIXED)]
    assert [has_fix(PROD, name, [FIX], deployments, host) for name in ("r1", "r2", "r9")] == [False, True, None]
    assert has_fix(PROD, "", [FIX], [Deployment(at(1), "production", "api", "", FIXED)], host) is True


def logged(revision: str, first: int, last: int, kind: Kind = Kind.MESSAGE, where: tuple[str, str] = PROD) -> Cluster:
    """Entries in each minute from first to last."""
    minutes = {T0 // MINUTE + minute: Minute(2) for minute in range(first, last + 1)}
    place = Place(where[0], "p", "eu", where[1], revision)
    return Cluster(place, "f", kind, "t", "t", "m", Severity.INFO, len(minutes), at(first), at(last), minutes)


def test_where_requests_are_not_logged() -> None:
    """A service's entries show which revision runs, unless its requests do; audit entries show nothing."""
    clusters = [logged("r1", 0, 20), logged("r2", 21, 60), logged("r1", 30, 60, Kind.AUDIT)]
    found = seen([], activity([], clusters))
    assert (found.liveness, found.assumed, found.former) == (Liveness.LIVE, True, ("r1",))
    by_requests = seen([], activity([served("r1", -5, 60)], clusters))
    assert by_requests.liveness is Liveness.ABSENT
    other = activity([served("s1", -5, 60, where=STAGING)], clusters)
    assert {one.place.revision: one.total for one in other} == {"s1": 660, "r1": 42, "r2": 80}


_ROLLOUTS = st.lists(
    st.builds(
        out,
        st.integers(-100, 100),
        st.sampled_from(["r1", "r2", "r3", ""]),
        st.sampled_from(["", OLD, FIXED, LATER, "abc1234"]),
        st.sampled_from([0, 10, 50, 100]),
        st.sampled_from([PROD, STAGING]),
    ),
    max_size=6,
)
_TRAFFIC = st.lists(
    st.builds(
        lambda name, first, length, total: served(name, first, first + length, total),
        st.sampled_from(["r1", "r2", "r3", ""]), st.integers(-50, 70), st.integers(0, 40), st.integers(0, 3),
    ),
    max_size=4,
)  # fmt: skip


@given(_ROLLOUTS, _TRAFFIC, st.sampled_from([host, nobody]), st.randoms(use_true_random=False))
def test_any_timeline(deployments: list[Deployment], traffic: list[Traffic], contains: Contains, rng: object) -> None:
    """Every timeline gives one answer for each place, in any order of what was told; none is live on a former one."""
    found = live([FIX], {PROD: 0, STAGING: 0}, deployments, traffic, contains, at(60))
    assert found == live([FIX], {PROD: 0, STAGING: 0}, deployments[::-1], traffic[::-1], contains, at(60))
    for one in found:
        assert not set(one.revisions) & set(one.former)
        if one.liveness is Liveness.LIVE:
            assert one.since
            now = running((one.environment, one.service), deployments, traffic, at(60))
            assert {run.revision for run in now} - {""} <= set(one.revisions)


@given(_ROLLOUTS, _TRAFFIC)
def test_shares_add_up(deployments: list[Deployment], traffic: list[Traffic]) -> None:
    """What runs has positive shares, and by requests they make a whole."""
    found: tuple[Running, ...] = running(PROD, deployments, traffic, at(60))
    assert all(one.share > 0 for one in found)
    recent = any(minute > at(60) // MINUTE - 5 and s.total for one in traffic for minute, s in one.minutes.items()
                 if minute <= at(60) // MINUTE)  # fmt: skip
    assert not recent or sum(one.share for one in found) == pytest.approx(1)


@pytest.mark.parametrize("merged", [T0, 0], ids=["merged when", "merge not known"])
@pytest.mark.parametrize("back", [False, True], ids=["live", "rolled back"])
def test_few_comparisons(merged: int, back: bool) -> None:
    """Of 150 deployments only those are compared that decide, and where a failure is seen the one it was seen on."""
    asked: list[str] = []

    def counted(descendant: str, ancestor: str) -> bool | None:
        asked.append(descendant)
        return int(descendant, 16) >= int(ancestor, 16)

    fix = FixCommit(f"{148:040x}", "Load prices", linked=T0, standing=Standing.ON_BRANCH, merged=merged)
    deployments = [out((n - 148) * 10, f"r{n}", f"{n:040x}") for n in range(1, 151)]
    deployments += [out(30, "r1", f"{1:040x}")] if back else []
    found = seen(deployments, contains=counted, fixes=[fix])
    assert found.liveness is (Liveness.ABSENT if back else Liveness.LIVE)
    assert found.because.startswith("Rolled back" if back else "r150 since 2025-03-01T10:00")
    assert len(asked) <= 5
    asked.clear()
    assert has_fix(PROD, "r2", [fix], deployments, counted) is False
    assert len(asked) == 1


def test_what_serves_is_asked_however_old_it_is() -> None:
    """A revision built from the fix's own branch before the merge has the fix: where it serves, it counts."""
    fix = FixCommit(FIXED, linked=T0, standing=Standing.ON_BRANCH, merged=at(40))
    assert seen([BEFORE, out(10, "r2", LATER)], fixes=[fix]).liveness is Liveness.LIVE
