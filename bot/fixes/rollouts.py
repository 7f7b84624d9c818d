"""What runs where since when, and whether the fix is in it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.fixes.containing import MOST_ASKED, Contains, Held, Holding, in_force
from bot.fixes.timeline import SETTLED, SKEW, Service, Step, Timeline, states, timeline
from bot.model.fix import FixCommit, Live, Liveness, Standing
from bot.model.time import HOUR, MINUTE, in_words, iso
from bot.model.window import Deployment, Traffic

__all__ = ["Contains", "Running", "Service", "has_fix", "live", "running"]

RETIRED = 30 * 24 * HOUR
"""How long a service must have had neither deployment nor traffic to be taken as retired (nanoseconds)."""


class Running(NamedTuple):
    """A revision that serves: since when (nanoseconds), which share of the requests, and its commit ("": not known)."""

    revision: str
    since: int
    share: float
    commit: str


def running(
    service: Service, deployments: Iterable[Deployment], traffic: Iterable[Traffic], at: int
) -> tuple[Running, ...]:
    """The revisions of a service (environment, name) that serve at a time (nanoseconds), the largest share first.

    Those that requests were logged for in the last five minutes; where none were, what was deployed last. A revision
    that was replaced is running until it has served nothing for as long. Empty where nothing is known.
    """
    serving = _serving(timeline(service, deployments, traffic), at)
    found = (Running(step.revision, step.nanos, share, step.commit) for step, share in serving)
    return tuple(sorted(found, key=lambda one: (-one.share, one.revision)))


def _serving(line: Timeline, at: int) -> list[tuple[Step, float]]:
    """Each step that serves, and its share of one."""
    meant = states(line.steps, at + SKEW)
    newest = meant[-1][1] if meant else {}
    minutes = range(at // MINUTE - SETTLED + 1, at // MINUTE + 1)
    counts = {name: sum(served[m].total for m in minutes if m in served) for name, served in line.served.items()}
    whole = sum(counts.values())
    if not whole:
        return list(newest.values())
    return [(_step_now(line, name, newest), count / whole) for name, count in counts.items() if count]


def _step_now(line: Timeline, revision: str, newest: Mapping[str, tuple[Step, float]]) -> Step:
    """The step of a revision that serves; where requests name none, what was deployed last."""
    if not revision and newest:
        return max(step for step, _ in newest.values())
    return line.step_of(revision) or Step(0, revision, "", 100, 0, False)


def has_fix(
    service: Service,
    revision: str,
    fixes: Iterable[FixCommit],
    deployments: Iterable[Deployment],
    contains: Contains,
    traffic: Iterable[Traffic] = (),
) -> bool | None:
    """True where a revision has every fix that is in force, False where it lacks one, None where it isn't known.

    A failure on a revision for which this is False is no regression. A revision that no deployment tells of is known by
    its first request, if the service's requests show that it began then.
    """
    line = timeline(service, deployments, traffic)
    step = line.step_of(revision)
    if step is None and not revision and line.steps:
        step = line.steps[-1]
    return Holding(line, contains, [step]).holds_all(step, in_force(fixes)).yes if step else None


def live(
    fixes: Iterable[FixCommit],
    places: Mapping[Service, int],
    deployments: Iterable[Deployment],
    traffic: Iterable[Traffic],
    contains: Contains,
    at: int,
) -> tuple[Live, ...]:
    """Whether the fixes run, for each (environment, service) where the incident occurred, in their order.

    `places` says when each was last seen to do anything (nanoseconds). `contains(descendant, ancestor)` is the code
    host's answer, None where it has none. `at` is the newest log time.
    """
    fixes, deployments, traffic = tuple(fixes), tuple(deployments), tuple(traffic)
    return tuple(
        _live(_Place(service, timeline(service, deployments, traffic), fixes, contains, at), seen)
        for service, seen in places.items()
    )


class _Place:
    """One service at one time, and what holds of its steps."""

    def __init__(
        self, service: Service, line: Timeline, fixes: tuple[FixCommit, ...], contains: Contains, at: int
    ) -> None:
        self.service, self.line, self.at, self.fixes = service, line, at, fixes
        self.forced = in_force(fixes)
        self.serving = _serving(line, at)
        self.holding = Holding(line, contains, (step for step, _ in self.serving))

    def all_in(self, step: Step) -> Held:
        """Whether a step holds every fix in force."""
        return self.holding.holds_all(step, self.forced)

    def is_older(self, step: Step) -> bool:
        """Whether a step lacks a fix in force since it is older; that costs no request."""
        later = (fix for fix in self.forced if self.holding.predates(step, fix))
        return any(self.holding.holds(step, fix).yes is False for fix in later)

    def any_in(self, step: Step) -> bool:
        """Whether a step holds a fix in force."""
        return any(self.holding.holds(step, fix).yes for fix in self.forced)

    def fixed_states(self, and_next: bool = False) -> Iterator[tuple[int, list[Step]]]:
        """When roll-outs changed what is meant to serve, and to what: newest first, as long as all of it is fixed.

        `and_next`: the newest that isn't comes last.
        """
        for nanos, meant in reversed(states(self.line.steps, self.at + SKEW)):
            steps = [step for step, _ in meant.values()]
            is_fixed = all(self.all_in(step).yes for step in steps)
            if is_fixed or and_next:
                yield nanos, steps
            if not is_fixed:
                return

    def found(self, liveness: Liveness, because: str, since: int = 0, assumed: bool = False) -> Live:
        """What was found, with the revisions that serve with the fix, and those known without.

        Known are those that serve, those back to the newest that lacks it, and those that are older than a fix.
        """
        looked = {step for step, _ in self.serving} | {step for _, meant in self.fixed_states(True) for step in meant}
        with_fix = {step.name for step, _ in self.serving if self.all_in(step).yes}
        without = {step.name for step in looked if self.all_in(step).yes is False}
        without |= {step.name for step in self.line.steps if self.is_older(step)}
        revisions, former = tuple(sorted(with_fix - {""})), tuple(sorted(without - {""}))
        return Live(*self.service, liveness, since, revisions, former, assumed, because)


def _live(place: _Place, seen: int) -> Live:
    if refusal := _not_on_branch(place):
        return refusal
    newest = max((step.nanos for step in place.line.steps if step.nanos <= place.at + SKEW), default=0)
    minutes = (max(served) * MINUTE for served in place.line.served.values() if served)
    last = max(seen, newest, *minutes)
    if place.at - last > RETIRED:
        because = f"Neither deployment nor request for {in_words(place.at - last)}: taken as retired."
        return place.found(Liveness.RETIRED, because)
    if not place.serving:
        return place.found(Liveness.UNKNOWN, "No deployment and no request of it is known.")
    held = [place.all_in(step) for step, _ in place.serving]
    if all(one.yes for one in held):
        return _is_live(place, any(one.assumed for one in held))
    return _is_not_live(place)


def _not_on_branch(place: _Place) -> Live | None:
    """What to say where what stands on the branch settles it."""
    if not place.fixes:
        return place.found(Liveness.ABSENT, "No commit is linked as its fix.")
    if not place.forced:
        ended = ", ".join(f"{fix.sha[:9]} is {fix.standing.value}" for fix in place.fixes)
        return place.found(Liveness.ABSENT, f"No fix is left in force: {ended}.")
    absent = [fix for fix in place.forced if fix.standing is Standing.ELSEWHERE]
    if not absent:
        return None
    names = ", ".join(fix.sha[:9] for fix in absent)
    others = [fix for fix in place.forced if fix not in absent]
    runs = any(place.holding.holds(step, fix).yes for step, _ in place.serving for fix in others)
    because = f"{names} {'is' if len(absent) == 1 else 'are'} not on the tracked branch yet."
    return place.found(Liveness.PARTLY if runs else Liveness.ABSENT, because)


def _is_live(place: _Place, assumed: bool) -> Live:
    since = _since(place)
    names = _listed(step for step, _ in place.serving)
    how = "assumed, as it was rolled out later than the fix" if assumed else "its commit contains the fix"
    return place.found(Liveness.LIVE, f"{names} since {iso(since)}: {how}.", since, assumed)


def _since(place: _Place) -> int:
    """From when on nothing served but what holds the fix: as roll-outs say, and as requests show."""
    since = max(_begun(place, step) for step, _ in place.serving)
    since = min((nanos for nanos, _ in place.fixed_states()), default=since)
    fixed = {step.name for step, _ in place.serving}
    return max(since, _last_stray(place, fixed, since))


def _last_stray(place: _Place, fixed: Collection[str], since: int) -> int:
    """The end of the last minute in which a revision served that isn't known to hold the fix, or `since` if later."""
    lasts = {
        revision: (max((m for m in served if m <= place.at // MINUTE), default=-1) + 1) * MINUTE
        for revision, served in place.line.served.items()
        if revision and revision not in fixed
    }
    later = sorted((end, revision) for revision, end in lasts.items() if end > since)
    return next((end for end, revision in reversed(later) if not _holds(place, revision)), since)


def _begun(place: _Place, step: Step) -> int:
    """When a revision was first rolled out, or first served where that was earlier."""
    minutes = place.line.served.get(step.revision, {})
    return min(step.first, min(minutes, default=step.first // MINUTE + 1) * MINUTE)


def _holds(place: _Place, revision: str) -> bool:
    step = place.line.step_of(revision)
    return bool(step and place.all_in(step).yes)


def _is_not_live(place: _Place) -> Live:
    lacking = [(step, share) for step, share in place.serving if place.all_in(step).yes is False]
    having = [(step, share) for step, share in place.serving if place.all_in(step).yes]
    if not lacking:
        unclear = _listed(step for step, _ in place.serving if place.all_in(step).yes is None)
        return place.found(Liveness.UNKNOWN, f"Whether {unclear} contains the fix is not known.")
    share = sum(share for _, share in lacking)
    if having:
        because = f"{_listed(step for step, _ in lacking)} still serves {share:.0%} of the requests without the fix."
        return place.found(Liveness.PARTLY, because)
    if any(place.any_in(step) for step, _ in lacking):
        missing = [fix for fix in place.forced if not all(place.holding.holds(s, fix).yes for s, _ in place.serving)]
        names = ", ".join(fix.sha[:9] for fix in missing)
        because = f"{_listed(step for step, _ in lacking)} runs without {names}."
        return place.found(Liveness.PARTLY, because)
    return place.found(Liveness.ABSENT, _absent(place, lacking))


def _absent(place: _Place, lacking: Sequence[tuple[Step, float]]) -> str:
    """Rolled back, rolled out without requests going there, or never rolled out."""
    names = _listed(step for step, _ in lacking)
    last = _last_fixed(place)
    if not last:
        return f"{names} serves, without the fix."
    verb = "were" if len(lacking) > 1 else "was"
    if any(step.nanos > last.nanos for step in place.line.steps if step.name in {s.name for s, _ in lacking}):
        return f"Rolled back: {names} {verb} rolled out after {last.name}, which has the fix."
    return f"{last.name} has the fix, but requests go to {names}, which has not."


def _last_fixed(place: _Place) -> Step | None:
    """The newest roll-out that holds the fix, among those of the newest commits that may."""
    asked: set[str] = set()
    for step in reversed(place.line.steps):
        if step.nanos > place.at + SKEW or place.is_older(step):
            continue
        asked.add(step.name)
        if len(asked) > MOST_ASKED + len(place.serving):
            return None
        if place.all_in(step).yes:
            return step
    return None


def _listed(steps: Iterable[Step]) -> str:
    return ", ".join(sorted({step.name or "what runs" for step in steps}))
