"""What a run knows of each issue beside what its window shows: the facts that the table of transitions asks for."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache, partial

import msgspec

from bot.fixes import (
    activity,
    answered_by,
    failing_of,
    has_fix,
    live,
    lively,
    prove,
    quiet_of,
    running,
    suspect_range,
    suspects,
    watched,
)
from bot.lifecycle import ENDED, Facts, wishes
from bot.logs import Coverage
from bot.model.fix import FixCommit, Live, Liveness, Proof, Standing, Suspect, Watch
from bot.model.incident import Incident
from bot.model.issue import IssueStatus
from bot.model.state import IssueState, Phase, Reason
from bot.model.time import MINUTE, in_words, iso, length_of
from bot.model.window import Built, Deployment, Served, Traffic, Window
from bot.settings import Verification
from bot.usecases.advancing import holes_of
from bot.usecases.codebase import Codebase
from bot.usecases.known import Known
from bot.usecases.proving import policy_of
from bot.usecases.setup import Setup

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
        coverages: Iterable[Coverage] = (),
    ) -> None:
        self._window, self._known, self._setup, self._code, self._at = window, known, setup, code, at
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
        newer = seen if seen and seen.last > state.incident.last else None
        relapsed, excused = self._judged(state, newer, counted, runs)
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
            proven=proof.why if proof and proof.proven else "",
            doubt=proof.why if proof and not proof.proven else "",
            blind=self._blind(watch),
            remains=self._remains(grown) if proof and proof.proven else "",
            idle=self._idle(number, state),
            check=self._check(state),
            last_check=self._last_check(state),
            between=between,
            suspects=suspected,
        )
        return Gathered(facts, watch, proof)

    def first_watch(self, incident: Incident) -> Watch:
        """What was seen since the last failure of an incident that has no issue yet."""
        return self._watched(None, incident, ())

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
        places = {place: self._last_active(place, incident) for place in _places(incident)}
        return live(fixes, places, self._deployments, self._active, self._code.contains, self._at)

    def _last_active(self, place: tuple[str, str], incident: Incident) -> int:
        """When a service was last seen to do anything (nanoseconds)."""
        here = [c.last for c in self._window.clusters if (c.place.environment, c.place.service) == place]
        failed = [member.last for member in incident.members if place[1] in member.services]
        return max([*here, *failed], default=0)

    def _judged(
        self, state: IssueState, newer: Incident | None, fixes: Iterable[FixCommit], runs: tuple[Live, ...]
    ) -> tuple[str, str]:
        """(why what was seen is a relapse, why it is none); both "" where it is neither."""
        if newer is None:
            return "", ""
        if state.resolution and state.resolution.reason is not Reason.COMMIT:
            said = f"The failure was seen at {iso(newer.last)}, after it was called ended."
            return (said, "") if newer.last > state.resolution.at else ("", "")
        if not runs:
            return "", ""
        lacking = self._lacking(newer, fixes, runs)
        if lacking:
            return "", f"It was seen on {', '.join(f'`{name}`' for name in lacking)} only, without the fix."
        names = ", ".join(f"`{name}`" for name in newer.revisions) or "a revision that isn't logged"
        since = max(one.since for one in runs)
        is_live = any(one.liveness in (Liveness.LIVE, Liveness.PARTLY) for one in runs)
        if not is_live or newer.last < since:
            return "", "It was seen before the fix was deployed."
        return f"The failure was seen at {iso(newer.last)} on {names}, which has the fix.", ""

    def _lacking(self, newer: Incident, fixes: Iterable[FixCommit], runs: tuple[Live, ...]) -> list[str]:
        """The revisions it was seen on, where every one of them lacks the fix; else none."""
        fixes = tuple(fixes)
        former = {name for one in runs for name in one.former}
        lacking = [name for name in newer.revisions if name in former or self._lacks(newer, name, fixes)]
        return lacking if len(lacking) == len(newer.revisions) else []

    def _lacks(self, incident: Incident, revision: str, fixes: tuple[FixCommit, ...]) -> bool:
        place = (incident.key.environment, incident.key.service)
        return has_fix(place, revision, fixes, self._deployments, self._code.contains, self._active) is False

    def _watch(self, number: int, state: IssueState, grown: Incident, runs: tuple[Live, ...]) -> Watch | None:
        """What was seen since the failure was last seen, or since its fix went live if that was later."""
        over = state.phase in ENDED and grown.last <= state.incident.last
        if over or state.phase in (Phase.MUTED, Phase.MERGED) or not self._at:
            return None
        return self._watched(self._known.repo.watches.get(number), grown, runs, _verified(state))

    def _watched(self, had: Watch | None, grown: Incident, runs: tuple[Live, ...], verified: int = 0) -> Watch:
        holes = self._missing(grown.place.project)
        since = max([grown.last, *(one.since for one in runs if one.liveness is Liveness.LIVE)])
        if had is None or had.since != since:
            had = Watch(failing_of(grown, since, holes, verified), since)
        return watched(had, self._traffic(grown, runs), holes)

    def _traffic(self, incident: Incident, runs: tuple[Live, ...]) -> Mapping[int, Served]:
        services = sorted({service for _, service in _places(incident)})
        environment = incident.key.environment
        revisions = sorted({name for one in runs for name in one.revisions})
        answered = answered_by(self._window.traffic, environment, services, revisions)
        return answered or lively(self._window.clusters, environment, services)

    def _proof(self, watch: Watch, grown: Incident, runs: tuple[Live, ...]) -> Proof:
        holes = self._missing(grown.place.project)
        unfixed = not any(one.liveness is Liveness.LIVE for one in runs)
        quiet = quiet_of(watch, self._at, holes)
        return prove(watch, quiet, policy_of(self._rules), holes, unfixed)

    def _blind(self, watch: Watch | None) -> str:
        if watch is None:
            return ""
        last = max([watch.since, watch.last * MINUTE, *(minute * MINUTE for minute in watch.recent)])
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


def _labelled(built: Iterable[Built], told: Iterable[Deployment]) -> Iterator[Deployment]:
    """Revisions whose commit only their entries' labels name; one that nothing told of counts from its first entry."""
    of = {(one.environment, one.service, one.revision): one for one in sorted(told, reverse=True)}
    for one in built:
        there = of.get((one.environment, one.service, one.revision))
        if there is None or not there.commit:
            at = there.nanos if there else one.seen
            yield Deployment(at, one.environment, one.service, one.revision, one.commit, "labels")


def _verified(state: IssueState) -> int:
    """When the issue was last proven to be over (nanoseconds; 0: never)."""
    return max((step.at for step in state.transitions if step.to in ENDED), default=0)


def _places(incident: Incident) -> list[tuple[str, str]]:
    """Where the root occurred: (environment, service), sorted."""
    return sorted((incident.key.environment, service) for service in {incident.key.service, *incident.root.services})


def _mapped(one: Deployment, setup: Setup) -> Deployment:
    """A deployment that the code host tells of, in the environment that the settings map its name to."""
    names = {name.casefold(): name for name in setup.settings.environments.values()}
    return msgspec.structs.replace(one, environment=names.get(one.environment.casefold(), one.environment))
