"""Priority policies: a measure of the incident, a threshold to start and a lower one to stop.

After LUCI Analysis' bug-management policies (activation and deactivation thresholds per metric).
"""

import enum
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from bot.model.incident import ActivePolicy, Incident, Member, Priority, Settled
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.spell import beside, own, returned, since_return
from bot.model.time import MINUTE, iso, minute_of

_DAY = 24 * 60
_SERVED_BESIDE = 0.05
_LEAST_SERVED = 20


class Measure(enum.StrEnum):
    """What a policy looks at."""

    FAILED_STARTS = "failed-starts"
    FAILED_SHARE = "failed-share"
    FAILED_REQUESTS = "failed-requests"
    ERROR_EPISODES = "error-episodes"
    ERRORS = "errors"
    CRASHES = "crashes"
    ENTRIES = "entries"


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The incident has this priority while its measure reaches `activate`, and until it falls below `deactivate`.

    Shares are within [0, 1]. `least` is the number of requests below which a share says nothing. What has started or
    stopped stays so for `dwell` minutes of log time; the first start of all waits for nothing.
    """

    name: str
    priority: Priority
    measure: Measure
    activate: float
    deactivate: float
    least: int = 0
    dwell: int = 30


DEFAULTS = (
    Policy("does-not-start", Priority.P0, Measure.FAILED_STARTS, 2, 1),
    Policy("mostly-failing", Priority.P0, Measure.FAILED_SHARE, 0.5, 0.3, least=20),
    Policy("many-requests-fail", Priority.P1, Measure.FAILED_SHARE, 0.05, 0.02, least=100),
    Policy("crashes", Priority.P1, Measure.CRASHES, 3, 1),
    Policy("requests-fail", Priority.P2, Measure.FAILED_REQUESTS, 3, 1),
    Policy("errors", Priority.P2, Measure.ERROR_EPISODES, 3, 1),
    Policy("repeated-errors", Priority.P2, Measure.ERRORS, 5, 2),
    Policy("reported", Priority.P3, Measure.ENTRIES, 1, 1),
)


def assess(
    incident: Incident, policies: Iterable[Policy] = DEFAULTS, ceiling: Priority = Priority.P0
) -> tuple[Priority, tuple[ActivePolicy, ...]]:
    """(priority, the policies that hold and why), the worst first; never above the environment's ceiling."""
    told = settled(incident, policies, ceiling)
    return told.priority, told.policies


def settled(incident: Incident, policies: Iterable[Policy] = DEFAULTS, ceiling: Priority = Priority.P0) -> Incident:
    """The incident with its priority, the policies that hold, and those that held before, as of `observed_until`."""
    held = {active.name: active for active in incident.policies}
    rested = {stopped.name: stopped for stopped in incident.stopped}
    holding, stopped = [], []
    for policy in policies:
        before, rest = held.get(policy.name), rested.get(policy.name)
        measured = _measured(policy, incident)
        if _holds(policy, measured, before, rest, incident.observed_until):
            holding.append(_active(policy, measured, before, incident.observed_until))
        elif before or rest:
            words = measured.words if measured else _unmeasured(policy, incident)
            since = incident.observed_until if before or not rest else rest.since
            stopped.append(ActivePolicy(policy.name, policy.priority, words, since))
    holding.sort(key=lambda active: active.priority)
    worst = holding[0].priority if holding else Priority.P3
    return msgspec.structs.replace(
        incident, priority=max(worst, ceiling), policies=tuple(holding), stopped=tuple(stopped)
    )


def _holds(
    policy: Policy, measured: "_Measured | None", before: ActivePolicy | None, rest: ActivePolicy | None, now: int
) -> bool:
    change = before or rest
    if change and change.since and now - change.since < policy.dwell * MINUTE:
        return before is not None
    if measured is None:
        return False
    return measured.value >= (policy.deactivate if before else policy.activate)


def _active(policy: Policy, measured: "_Measured | None", before: ActivePolicy | None, now: int) -> ActivePolicy:
    words = measured.words if measured else before.because if before else ""
    return ActivePolicy(policy.name, policy.priority, words, before.since if before else now)


def _unmeasured(policy: Policy, incident: Incident) -> str:
    """Why there is nothing to measure, where there was before."""
    now = _recent(own(incident))
    if told := _MEASURES[policy.measure](now):
        return f"{told.words}: too few to tell"
    if policy.measure is not Measure.FAILED_STARTS:
        return "no request that succeeded was logged lately, so that how many fail isn't known"
    return "another revision answers nearly all requests" if _served_beside(now) else "no start of it fails any more"


def _measured(policy: Policy, incident: Incident) -> "_Measured | None":
    """Of what is its own where that is enough, else of what a person merged into it: never of the two together."""
    parts = [part for part in (own(incident), beside(incident)) if part]
    told = [_MEASURES[policy.measure](_recent(part)) for part in parts]
    enough = [one for one in told if one is not None and one.sample >= policy.least]
    worst = max(enough, key=lambda one: one.value, default=None)
    return next((one for one in enough if one.value >= policy.activate), worst)


def _recent(incident: Incident) -> Incident:
    """The incident as of its last day: what is older counts no more, so that counts fall too."""
    since = minute_of(incident.observed_until) - _DAY
    if minute_of(incident.first) >= since:
        return incident
    members = tuple(
        msgspec.structs.replace(
            member,
            minutes={at: minute for at, minute in member.minutes.items() if at >= since},
            settled=member.settled if member.settled.until > since else Settled(),
        )
        for member in incident.members
    )
    traffic = {at: served for at, served in incident.traffic.items() if at >= since}
    older = incident.settled_traffic if incident.settled_traffic.until > since else Settled()
    return msgspec.structs.replace(incident, members=members, traffic=traffic, settled_traffic=older)


class _Measured(NamedTuple):
    value: float
    words: str
    sample: int


def _again(incident: Incident) -> str:
    """` since 10:50`, where it came back after a long silence: before that is another outage."""
    began = returned(incident)
    return f" since {iso(began * MINUTE)[11:16]}" if began else ""


def _failed_starts(incident: Incident) -> _Measured | None:
    if not incident.cannot_start or _served_beside(incident):
        return None
    now = since_return(incident)
    starts = now.failed_starts
    refused = f"{_counted(starts, 'request')} refused because no instance started"
    what = (_counted(starts, "failed start") if now.exits else refused) + _again(incident)
    return _Measured(starts, f"{what}, and the revision answered no request meanwhile", starts)


def _served_beside(incident: Incident) -> bool:
    """True where another revision answers (nearly) all requests meanwhile: then nobody but the rollout is held up."""
    share = _failed_share(incident)
    return share is not None and share.sample >= _LEAST_SERVED and share.value < _SERVED_BESIDE


def _crashes(incident: Incident) -> _Measured:
    return _Measured(incident.exits, f"{_counted(incident.exits, 'exit')} of a container", incident.exits)


def _failed_share(incident: Incident) -> _Measured | None:
    """None where no successful request was ever logged: availability is unknown then, not 0%."""
    now = since_return(incident)
    first, last, settled = minute_of(now.first), minute_of(now.last), now.settled_traffic
    during = [served for minute, served in now.traffic.items() if first <= minute <= last]
    total = settled.count + sum(served.total for served in during)
    answered = settled.count - settled.extra + sum(served.total - served.failed for served in now.traffic.values())
    if not total or not answered:
        return None
    failed = min(_failed_of_members(now), total)
    words = f"{failed} of {total} requests failed ({failed / total:.1%}){_again(incident)}"
    return _Measured(failed / total, words, total)


def _failed_of_members(incident: Incident) -> int:
    return sum(member.count for member in incident.members if member.kind is Kind.REQUEST)


def _failed_requests(incident: Incident) -> _Measured:
    failed = _failed_of_members(incident)
    return _Measured(failed, _counted(failed, "failed request"), failed)


def _own_errors(incident: Incident) -> list[Member]:
    return [m for m in incident.members if m.severity >= Severity.ERROR and m.kind in (Kind.MESSAGE, Kind.TRACE)]


def _errors(incident: Incident) -> _Measured:
    errors = max((member.count for member in _own_errors(incident)), default=0)
    return _Measured(errors, f"{_counted(errors, 'error')} of one kind", errors)


def _error_episodes(incident: Incident) -> _Measured:
    episodes = max((member.episodes for member in _own_errors(incident)), default=0)
    return _Measured(episodes, f"{_counted(episodes, 'episode')} of errors", episodes)


def _entries(incident: Incident) -> _Measured:
    count = incident.root.count
    return _Measured(count, _counted(count, "entry", "entries"), count)


def _counted(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


_MEASURES: dict[Measure, Callable[[Incident], _Measured | None]] = {
    Measure.FAILED_STARTS: _failed_starts,
    Measure.FAILED_SHARE: _failed_share,
    Measure.FAILED_REQUESTS: _failed_requests,
    Measure.ERROR_EPISODES: _error_episodes,
    Measure.CRASHES: _crashes,
    Measure.ERRORS: _errors,
    Measure.ENTRIES: _entries,
}
