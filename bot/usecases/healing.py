"""Two issues for one incident, as two runs at once leave behind: the lowest number stays, the other closes into it."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from bot.lifecycle import Moved, wishes
from bot.lifecycle.decisions import Order, merge
from bot.model.incident import Found, Priority
from bot.model.issue import DraftComment, IssueStatus
from bot.model.run import Warned
from bot.model.state import IssueState, Phase
from bot.usecases.drafting import Drafted, fitted, redrafted
from bot.usecases.known import Known, name_of
from bot.usecases.setup import Setup

_BECAUSE = "two runs at once filed the same incident"


class Healed(msgspec.Struct, frozen=True):
    """What is known with each twin's record in the issue that stays, and the drafts that close the others."""

    known: Known
    closing: tuple[Drafted, ...] = ()
    stay: tuple[int, ...] = ()

    def found(self, found: Iterable[Found]) -> list[Found]:
        """What a window shows, and every issue that took a twin's record in, shown or not."""
        found = list(found)
        shown = {one.issue for one in found}
        silent = (number for number in self.stay if number not in shown)
        return [*found, *(Found(number, self.known.states[number].incident) for number in silent)]


def heal(known: Known, setup: Setup, wall: int) -> Healed:
    """Join twins: open issues of the bot's own for the same incident. `wall` is the wall clock's nanoseconds.

    The close carries the incident's key as the update of the one that stays does, and comes after it; if that update
    can't be done, nothing is closed, and no record is lost.
    """
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, state in sorted(known.states.items()):
        if _counts(number, state, known, setup):
            by_name[name_of(state.incident)].append(number)
    twins = [(numbers[0], other) for numbers in by_name.values() for other in numbers[1:]]
    if not twins:
        return Healed(known)
    states, closing = dict(known.states), []
    for stays, goes in twins:
        before = states[goes]
        states[stays], states[goes] = merge(stays, states[stays], goes, before, Order("incidentbot", wall, _BECAUSE))
        closing.append(_closing(stays, goes, states[goes], before, known, setup))
    for stays in {stays for stays, _ in twins}:
        grown = fitted(states[stays].incident, known.issues[stays].body, setup)
        states[stays] = msgspec.structs.replace(states[stays], incident=grown)
    said = (Warned(f"#{goes}", f"{_BECAUSE}: it is closed as a duplicate of #{stays}.") for stays, goes in twins)
    healed = msgspec.structs.replace(known, states=states, warnings=(*known.warnings, *said))
    return Healed(healed, tuple(closing), tuple(sorted({stays for stays, _ in twins})))


def _counts(number: int, state: IssueState, known: Known, setup: Setup) -> bool:
    issue = known.issues[number]
    lives = issue.status is IssueStatus.OPEN and state.phase not in (Phase.MERGED, Phase.MUTED)
    return lives and number not in known.unlabelled and not wishes(issue, setup.settings.labels).ignored


def _closing(stays: int, goes: int, state: IssueState, before: IssueState, known: Known, setup: Setup) -> Drafted:
    because = f"Duplicate of #{stays}: {_BECAUSE}. What was known here is in #{stays}."
    moved = Moved(state, IssueStatus.CLOSED, because)
    drafted = redrafted(state, moved, known.issues[goes], before, setup)
    comments = () if known.issues[goes].locked else (DraftComment(f"duplicate-of-{stays}", because),)
    draft = msgspec.structs.replace(
        drafted.draft, priority=Priority.P3, comments=comments, close_reason="duplicate", because=because
    )
    return msgspec.structs.replace(drafted, draft=draft)
