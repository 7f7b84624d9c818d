"""What a run knows of each issue beside what its window shows: the facts that the table of transitions asks for."""

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache, partial

import msgspec

from bot.fixes import (
    Place,
    activity,
    has_fix,
    judged,
    live,
    places_of,
    prove,
    quiet_of,
    running,
    suspect_range,
    suspects,
    watch_of,
)
from bot.lifecycle import ENDED, Facts, wishes
from bot.logs import Coverage
from bot.model.fix import FixCommit, Live, Liveness, Proof, Standing, Suspect, Watch
from bot.model.incident import Incident
from bot.model.issue import Issue, IssueStatus
from bot.model.state import IssueState, Phase
from bot.model.time import HOUR, MINUTE, in_words, iso, length_of
from bot.model.window import Built, Deployment, Traffic, Window
from bot.settings import Verification
from bot.usecases.advancing import holes_of
from bot.usecases.codebase import Codebase
from bot.usecases.errand import LIVE_LOGS
from bot.usecases.known import Known
from bot.usecases.proving import policy_of
from bot.usecases.setup import Setup

SEEN = ("requests", "labels")
"""Sources of what was only seen to run: no document shows it as a deployment."""

_SETTLING = 5 * MINUTE
_COUNTED = (Standing.ON_BRANCH, Standing.UNKNOWN)


class Gathered(msgspec.Struct, frozen=True):
    """The facts of an issue, and what is to be remembered of the quiet since its failure (None: nothing)."""

    facts: Facts
    watch: Watch | None = None
    proof: Proof | None = None


class Gathering:
    """Facts for one run: over its window, what the repository remembers, and the code."""

    def __init__(
        self,
        window: Window,
        known: Known,
        setup: Setup,
        code: Codebase,
        at: int,
        wall: int,
        coverages: Iterable[Coverage] = (),
    ) -> None:
        self._window, self._known, self._setup, self._code = window, known, setup, code
        self._at, self._wall = at, wall
        self._rules: Verification = setup.settings.verification
        self._missing = lru_cache(maxsize=None)(partial(holes_of, known.repo.holes, tuple(coverages)))

    @cached_property
    def _deployments(self) -> tuple[Deployment, ...]:
        """All that are known; asked for where a fix or a failure makes them matter."""
        told = (_mapped(one, self._setup) for one in self._code.deployments())
        logged = {*self._window.deployments, *self._known.repo.deployments, *told}
        return tuple(sorted({*logged, *_labelled(self._window.built, logged)}))

    @cached_property
    def _active(self) -> tuple[Traffic, ...]:
        """Requests by revision; of services whose requests aren't logged, their entries."""
        return activity(self._window.traffic, self._window.clusters)

    def of(self, number: int, seen: Incident | None, grown: Incident) -> Gathered:
        """The facts of an issue. `seen` is what the window shows of it, `grown` all that is known with that."""
        state = self._known.states[number]
        fixes = self._code.fixes(number, state)
        counted = [fix for fix in fixes if fix.standing in _COUNTED]
        runs = self._live(counted, grown) if counted else ()
        closed_at = self._closed_at(self._known.issues[number])
        newer = seen if seen and seen.last > max(state.incident.last, closed_at) else None
        relapsed, excused = judged(state, newer, runs, partial(self._has_fix, tuple(counted)))
        watch = self._watch(number, state, grown, runs)
        closed = self._known.issues[number].status is IssueStatus.CLOSED
        is_back = relapsed or (newer and (closed or state.phase is Phase.MITIGATED))
        between, suspected = self.suspects(grown, _verified(state)) if is_back else (("", ""), ())
        proof = self._proof(watch, grown, runs) if watch else None
        facts = Facts(
            at=self._at,
            fixes=fixes,
            live=runs,
            relapsed=relapsed,
            excused=excused,
            proven=self._proven(proof, number, grown, runs),
            doubt=proof.why if proof and not proof.proven else "",
            blind=self._blind(watch, grown),
            remains=self._remains(grown) if proof and proof.proven else "",
            idle=self._idle(number, state),
            check=self._check(state),
            last_check=self._last_check(state),
            between=between,
            suspects=suspected,
            closed_at=closed_at,
        )
        return Gathered(facts, watch, proof)

    def _has_fix(self, fixes: tuple[FixCommit, ...], place: Place, revision: str) -> bool | None:
        return has_fix(place, revision, fixes, self._deployments, self._code.contains, self._active)

    def _closed_at(self, issue: Issue) -> int:
        """When a person closed it (nanoseconds), where clock and logs are of about the same time; else 0."""
        return issue.closed if abs(self._wall - self._at) < LIVE_LOGS else 0

    @property
    def told(self) -> tuple[Deployment, ...]:
        """Deployments to be remembered: what labels name, revisions that came up, what the code host told if asked."""
        asked = "_deployments" in self.__dict__
        there = {*self._deployments} if asked else {*self._window.deployments, *self._known.repo.deployments}
        there |= {*_labelled(self._window.built, there)}
        known = {(one.environment, one.service, one.revision) for one in there}
        return tuple(sorted({*there, *_come_up(self._active, known, self._window)}))

    def first_watch(self, incident: Incident) -> Watch:
        """What was seen since the last failure of an incident that has no issue yet."""
        return watch_of(None, incident, (), self._window, self._missing(incident.place.project))

    def suspects(self, incident: Incident, since: int = 0) -> tuple[tuple[str, str], tuple[Suspect, ...]]:
        """Between which commits (or revisions) what brought an incident lies, and which commits are likeliest.

        `since` is when a fix was last verified (nanoseconds; 0: never).
        """
        found = suspect_range(incident, self._deployments, since)
        if found is None:
            return ("", ""), ()
        good, bad = found
        base, head = good.commit or good.revision if good else "", bad.commit or bad.revision
        known = good is not None and good.commit and bad.commit
        commits = self._code.between(good.commit, bad.commit) if good and known else ()
        return (base, head), suspects(commits, incident)

    def _live(self, fixes: Iterable[FixCommit], incident: Incident) -> tuple[Live, ...]:
        places = {place: self._last_active(place, incident) for place in places_of(incident)}
        return live(fixes, places, self._deployments, self._active, self._code.contains, self._at)

    def _last_active(self, place: tuple[str, str], incident: Incident) -> int:
        """When a service was last seen to do anything (nanoseconds)."""
        here = [c.last for c in self._window.clusters if (c.place.environment, c.place.service) == place]
        failed = [member.last for member in incident.members if place[1] in member.services]
        return max([*here, *failed], default=0)

    def _watch(self, number: int, state: IssueState, grown: Incident, runs: tuple[Live, ...]) -> Watch | None:
        """What was seen since the failure was last seen, or since its fix went live if that was later."""
        over = state.phase in ENDED and grown.last <= state.incident.last
        if over or state.phase in (Phase.MUTED, Phase.MERGED) or not self._at:
            return None
        had, holes = self._known.repo.watches.get(number), self._missing(grown.place.project)
        return watch_of(had, grown, runs, self._window, holes, _verified(state))

    def _proof(self, watch: Watch, grown: Incident, runs: tuple[Live, ...]) -> Proof:
        holes = self._missing(grown.place.project)
        unfixed = not any(one.liveness is Liveness.LIVE for one in runs)
        return prove(watch, quiet_of(watch, self._at, holes), policy_of(self._rules), holes, unfixed)

    def _proven(self, proof: Proof | None, number: int, grown: Incident, runs: tuple[Live, ...]) -> str:
        """Why it is gone, "" where that isn't proven; without a fix, with what was deployed when it went."""
        if proof is None or not proof.proven:
            return ""
        ended = None if runs else next((one for one in self._deployments if self._may_have_ended(one, grown)), None)
        if ended is None:
            return proof.why
        what = f"`{ended.revision}`" + (f", commit `{ended.commit[:9]}`," if ended.commit else "")
        how = f"`incidentbot resolve {number} --commit {ended.commit[:9]}` records it" if ended.commit else ""
        said = f"{what} was deployed {in_words(ended.nanos - grown.last)} after the last failure"
        return f"{proof.why} No fix is linked; {said}{f': {how}' if how else ''}."

    def _may_have_ended(self, one: Deployment, grown: Incident) -> bool:
        """True of what was deployed within an hour after the last failure and serves still."""
        place = (one.environment, one.service)
        if place not in places_of(grown) or not grown.last <= one.nanos <= grown.last + HOUR:
            return False
        return one.revision in {now.revision for now in running(place, self._deployments, self._active, self._at)}

    def _blind(self, watch: Watch | None, grown: Incident) -> str:
        """Why nothing can be said, where the project was read and shows nothing of the service for long."""
        read = any(cluster.place.project == grown.place.project for cluster in self._window.clusters)
        if watch is None or not read:
            return ""
        last = max(
            [watch.since, watch.last * MINUTE, watch.quiet_until * HOUR, *(minute * MINUTE for minute in watch.recent)]
        )
        if self._at - last <= length_of(self._rules.no_data):
            return ""
        return f"The logs show nothing of the service since {iso(last)}."

    def _remains(self, grown: Incident) -> str:
        """Why the cause is still to be reckoned with, although an older revision runs again; "" where it isn't so."""
        found = suspect_range(grown, self._deployments)
        if found is None or self._code.on_branch(found[1].commit) is False:
            return ""
        bad = found[1]
        here = (grown.key.environment, grown.key.service)
        now = running(here, self._deployments, self._active, self._at)
        first = {d.revision: d.nanos for d in reversed(self._deployments) if (d.environment, d.service) == here}
        if not now or any(first.get(one.revision, self._at) >= bad.nanos for one in now):
            return ""
        if bad.commit and self._undone(bad):
            return ""
        back = ", ".join(f"`{one.revision}`" for one in now)
        what = f"commit `{bad.commit[:9]}`" if bad.commit else f"what `{bad.revision}` brought"
        return f"{back} runs again, from before the failure; {what} is still on the branch."

    def _undone(self, bad: Deployment) -> bool:
        commit = self._code.commit(bad.commit)
        if commit is None:
            return False
        suspect = FixCommit(commit.sha, commit.title, standing=Standing.ON_BRANCH)
        return self._code.standing(suspect) in (Standing.REVERTED, Standing.GONE)

    def _idle(self, number: int, state: IssueState) -> str:
        """Why who took an issue on counts no more; "" where the lease holds, or nobody can tell."""
        issue, lease = self._known.issues[number], length_of(self._rules.lease)
        if issue.status is IssueStatus.CLOSED or not wishes(issue, self._setup.settings.labels, state.assigned).working:
            return ""
        begun = max((step.at for step in state.transitions if step.to is Phase.IN_PROGRESS), default=0)
        if not begun or self._at - begun <= lease or self._code.host is None:
            return ""
        last = max(begun, self._code.activity(number, self._setup.settings.labels.in_progress))
        if self._at - last <= lease:
            return ""
        return f"No commit, pull request or comment since {iso(last)}, for {in_words(self._at - last)}."

    def _check(self, state: IssueState) -> str:
        due = [length for length in self._rules.checks if self._at >= state.closed + length_of(length)]
        return f"after {in_words(self._at - state.closed)}" if state.closed and due else ""

    def _last_check(self, state: IssueState) -> bool:
        last = max(map(length_of, self._rules.checks), default=0)
        return bool(state.closed) and self._at >= state.closed + last


def _come_up(active: Iterable[Traffic], known: set[tuple[str, str, str]], window: Window) -> Iterator[Deployment]:
    """Revisions that nothing told of and that began within the window, from their first minute on."""
    for one in active:
        place = one.place
        first = min(one.minutes, default=0) * MINUTE
        new = (place.environment, place.service, place.revision) not in known
        if place.revision and new and first > window.start + _SETTLING:
            yield Deployment(first, place.environment, place.service, place.revision, "", SEEN[0])


def _labelled(built: Iterable[Built], told: Iterable[Deployment]) -> Iterator[Deployment]:
    """Revisions whose commit only their entries' labels name; one that nothing told of counts from its first entry."""
    of = {(one.environment, one.service, one.revision): one for one in sorted(told, reverse=True)}
    for one in built:
        there = of.get((one.environment, one.service, one.revision))
        if there is None or not there.commit:
            at = there.nanos if there else one.seen
            yield Deployment(at, one.environment, one.service, one.revision, one.commit, SEEN[1])


def _verified(state: IssueState) -> int:
    """When the issue was last proven to be over (nanoseconds; 0: never)."""
    return max((step.at for step in state.transitions if step.to in ENDED), default=0)


def _mapped(one: Deployment, setup: Setup) -> Deployment:
    """A deployment that the code host tells of, in the environment that the settings map its name to."""
    names = {name.casefold(): name for name in setup.settings.environments.values()}
    return msgspec.structs.replace(one, environment=names.get(one.environment.casefold(), one.environment))
