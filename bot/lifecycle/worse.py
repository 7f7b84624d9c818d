"""Whether a failure that people know of, and don't want to hear of, has become something else."""

from collections import Counter

from bot.model.incident import Incident, Priority

_HOUR = 60


def peak(incident: Incident) -> int:
    """Entries of all members in the busiest hour, of the minutes that are still kept one by one."""
    counted: Counter[int] = Counter()
    for member in incident.members:
        for at, minute in member.minutes.items():
            counted[at] += minute.count
    most = within = start = 0
    ordered = sorted(counted)
    for at in ordered:
        within += counted[at]
        while at - ordered[start] >= _HOUR:
            within -= counted[ordered[start]]
            start += 1
        most = max(most, within)
    return most


def escalated(priority: Priority, before: int, seen: Incident, factor: float) -> str:
    """Why `seen` is worse than what people knew: it became P0, or `factor` times busier than `before`; "" if neither.

    `before` is a `peak`; where it is 0 the failure's rate isn't known, and P0 alone counts.
    """
    if seen.priority is Priority.P0 and priority is not Priority.P0:
        return f"It became P0; it was {priority} then."
    now = peak(seen)
    if before and now >= factor * before:
        return f"It became {now / before:.0f} times worse: {now:,} entries in its busiest hour, {before:,} then."
    return ""
