"""What is kept of each run, beside its reports, for the page over all of them."""

import msgspec


class IncidentRecord(msgspec.Struct, frozen=True):
    """An incident as a run saw it. `key` is the same in every run; times are nanoseconds of the logs.

    `below` when its priority is less than what gets an issue; None in records of a time that didn't say.
    """

    key: str
    title: str
    environment: str
    service: str
    priority: str
    issue: int
    first: int
    last: int
    entries: int
    below: bool | None = None


class IssueRecord(msgspec.Struct, frozen=True):
    """An issue as a run left it: its incident, its phase, and when (log time, nanoseconds) it came into which."""

    number: int
    key: str
    phase: str
    transitions: tuple[tuple[str, int], ...] = ()


class RunRecord(msgspec.Struct, frozen=True):
    """What is kept of a run, beside its reports: when it was (wall clock), which logs and services it read, what of.

    `issues` are those that the bot tracked then, in `tracker`; both are empty in records of a time that didn't say.
    """

    at: int
    start: int
    end: int
    entries: int
    services: tuple[str, ...]
    incidents: tuple[IncidentRecord, ...]
    actions: dict[str, int]
    tracker: str = ""
    issues: tuple[IssueRecord, ...] = ()
