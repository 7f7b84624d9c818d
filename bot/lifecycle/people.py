"""What people ask for on an issue itself: to leave it alone, or that they are at work on it."""

import re
from collections.abc import Iterable

import msgspec

from bot.lifecycle.codec import around
from bot.model.issue import Issue
from bot.settings import Labels

_IGNORE = re.compile(r"^[ \t]*incidentbot:[ \t]*ignore[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Wishes(msgspec.Struct, frozen=True):
    """`ignored`: leave it alone. `working`: somebody has taken it on."""

    ignored: bool = False
    working: bool = False


def wishes(issue: Issue, labels: Labels, assigned: Iterable[str] = ()) -> Wishes:
    """What its labels, its assignees and people's own text in its body say.

    A line `incidentbot: ignore` counts outside the bot's section alone, where no log text stands. A label of work
    counts as long as it is there: the bot never sets it. `assigned` are those whom the bot itself assigned: as long as
    nobody else is, nobody has taken it on.
    """
    others = _folded(issue.assignees) - _folded(assigned)
    there = _folded(issue.labels)
    return Wishes(
        ignored=labels.ignore.casefold() in there or bool(_IGNORE.search(around(issue.body))),
        working=labels.in_progress.casefold() in there or bool(others),
    )


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}
