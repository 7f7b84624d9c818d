"""What changed in an incident's priority, in a sentence for a comment."""

from collections.abc import Iterable

from bot.model.incident import ActivePolicy, Incident
from bot.text.markdown import prose

_MOST = 3


def policy_news(before: Incident, after: Incident) -> str:
    """Which policies started to hold or stopped between two states of an incident, and what that makes its priority.

    Markdown of one line, such as: Priority P2, it was P0: `does-not-start` holds no more (0 failed starts). "" where
    none started and none stopped.
    """
    held, holds = {one.name for one in before.policies}, {one.name for one in after.policies}
    started = [one for one in after.policies if one.name not in held]
    ended = [one for one in after.stopped if one.name in held - holds]
    if not started and not ended:
        return ""
    said = [*_told(started, "holds now"), *_told(ended, "holds no more")]
    was = "" if before.priority is after.priority else f", it was {before.priority}"
    still = " as before" if before.priority is after.priority else ""
    return f"Priority {after.priority}{still}{was}: {'; '.join(said)}."


def _told(policies: Iterable[ActivePolicy], what: str) -> list[str]:
    every = sorted(policies, key=lambda one: (one.priority, one.name))
    said = [f"{prose(one.name)} {what} ({prose(one.because)})" for one in every[:_MOST]]
    more = len(every) - len(said)
    return [*said, f"{more} more {what.replace('holds', 'hold')}"] if more else said
