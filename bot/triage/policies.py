"""Priority policies: a measure of the incident, a threshold to start and a lower one to stop.

After LUCI Analysis' bug-management policies (activation and deactivation thresholds per metric).
"""

import enum
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from bot.model.incident import ActivePolicy, Incident, Member, Priority
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.time import minute_of


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

    Shares are within [0, 1]. `least` is the number of requests below which a share says nothing.
    """

    name: str
    priority: Priority
    measure: Measure
    activate: float
    deactivate: float
    least: int = 0


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
    before = {active.name for active in incident.policies}
    holding = [active for policy in policies if (active := _holds(policy, incident, policy.name in before))]
    holding.sort(key=lambda active: active.priority)
    worst = holding[0].priority if holding else Priority.P3
    return max(worst, ceiling), tuple(holding)


def _holds(policy: Policy, incident: Incident, was_active: bool) -> ActivePolicy | None:
    measured = _MEASURES[policy.measure](incident)
    if measured is None or measured.sample < policy.least:
        return None
    if measured.value < (policy.deactivate if was_active else policy.activate):
        return None
    return ActivePolicy(policy.name, policy.priority, measured.words)


class _Measured(NamedTuple):
    value: float
    words: str
    sample: int


def _failed_starts(incident: Incident) -> _Measured | None:
    if not incident.cannot_start:
        return None
    starts = incident.failed_starts
    what = "failed starts" if incident.exits else "requests refused because no instance started"
    return _Measured(starts, f"{starts} {what}, and the revision answered no request meanwhile", starts)


def _crashes(incident: Incident) -> _Measured:
    return _Measured(incident.exits, f"{incident.exits} exits of a container", incident.exits)


def _failed_share(incident: Incident) -> _Measured | None:
    """None where no successful request was ever logged: availability is unknown then, not 0%."""
    first, last, settled = minute_of(incident.first), minute_of(incident.last), incident.settled_traffic
    during = [served for minute, served in incident.traffic.items() if first <= minute <= last]
    total = settled.count + sum(served.total for served in during)
    answered = settled.count - settled.extra + sum(served.total - served.failed for served in incident.traffic.values())
    if not total or not answered:
        return None
    failed = min(_failed_of_members(incident), total)
    return _Measured(failed / total, f"{failed} of {total} requests failed ({failed / total:.1%})", total)


def _failed_of_members(incident: Incident) -> int:
    return sum(member.count for member in incident.members if member.kind is Kind.REQUEST)


def _failed_requests(incident: Incident) -> _Measured:
    failed = _failed_of_members(incident)
    return _Measured(failed, f"{failed} failed requests", failed)


def _own_errors(incident: Incident) -> list[Member]:
    return [m for m in incident.members if m.severity >= Severity.ERROR and m.kind in (Kind.MESSAGE, Kind.TRACE)]


def _errors(incident: Incident) -> _Measured:
    errors = max((member.count for member in _own_errors(incident)), default=0)
    return _Measured(errors, f"{errors} errors of one kind", errors)


def _error_episodes(incident: Incident) -> _Measured:
    episodes = max((member.episodes for member in _own_errors(incident)), default=0)
    return _Measured(episodes, f"{episodes} episodes of errors", episodes)


def _entries(incident: Incident) -> _Measured:
    return _Measured(incident.root.count, f"{incident.root.count} entries", incident.root.count)


_MEASURES: dict[Measure, Callable[[Incident], _Measured | None]] = {
    Measure.FAILED_STARTS: _failed_starts,
    Measure.FAILED_SHARE: _failed_share,
    Measure.FAILED_REQUESTS: _failed_requests,
    Measure.ERROR_EPISODES: _error_episodes,
    Measure.CRASHES: _crashes,
    Measure.ERRORS: _errors,
    Measure.ENTRIES: _entries,
}
