"""An incident built by hand, as the fixes' tests need it."""

from collections.abc import Iterable, Mapping

from bot.model.entry import Place
from bot.model.incident import Incident, IncidentKey, LastGood, Member, Priority, Role, Settled
from bot.model.severity import Severity
from bot.model.signature import ExceptionInfo, Frame, Kind, StackTrace
from bot.model.time import MINUTE, nanos_of
from bot.model.window import Minute, Served

T0 = nanos_of("2025-03-01T10:00:00Z")
M0 = T0 // MINUTE
NOT_SETTLED = Settled()


def at(minutes: float) -> int:
    """Nanoseconds at so many minutes after ten."""
    return T0 + int(minutes * MINUTE)


def requests(counts: Mapping[int, tuple[int, int]]) -> dict[int, Served]:
    """(all, failed) requests by minute after ten."""
    return {M0 + minute: Served(*counted) for minute, counted in counts.items()}


def member(
    minutes: Iterable[int],
    role: Role = Role.ROOT,
    *,
    revisions: tuple[str, ...] = (),
    frames: tuple[Frame, ...] = (),
    message: str = "no price",
    settled: Settled = NOT_SETTLED,
) -> Member:
    """A cluster that failed in these minutes after ten."""
    failed = sorted(minutes)
    trace = StackTrace((ExceptionInfo("ValueError", message),), frames) if frames or message else None
    return Member(
        fingerprint=role.value, kind=Kind.TRACE, role=role, title="ValueError", severity=Severity.ERROR,
        services=("api",), revisions=revisions, first=at(failed[0]), last=at(failed[-1]) + MINUTE // 2,
        minutes={M0 + minute: Minute(1) for minute in failed}, trace=trace, settled=settled,
    )  # fmt: skip


def incident(
    root: Member,
    *symptoms: Member,
    traffic: Mapping[int, Served] | None = None,
    starting: bool = False,
    good: LastGood | None = None,
    settled: Settled = NOT_SETTLED,
) -> Incident:
    """The incident of this root."""
    return Incident(
        key=IncidentKey("production", "api", root.fingerprint), place=Place("production", "p", "eu", "api", ""),
        priority=Priority.P1, policies=(), members=(root, *symptoms), evidence=(), traffic=dict(traffic or {}),
        deployments=(), observed_from=root.first, observed_until=root.last, cannot_start=starting, good=good,
        settled_traffic=settled,
    )  # fmt: skip
