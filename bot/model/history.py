"""What is kept of each run, beside its reports, for the page over all of them."""

import msgspec


class IncidentRecord(msgspec.Struct, frozen=True):
    """An incident as a run saw it. `key` is the same in every run; times are nanoseconds of the logs."""

    key: str
    title: str
    environment: str
    service: str
    priority: str
    issue: int
    first: int
    last: int
    entries: int


class RunRecord(msgspec.Struct, frozen=True):
    """What is kept of a run, beside its reports: when it was (wall clock), which logs and services it read, what of."""

    at: int
    start: int
    end: int
    entries: int
    services: tuple[str, ...]
    incidents: tuple[IncidentRecord, ...]
    actions: dict[str, int]
