"""Floods: what a run may not file yet is listed on one storm issue until it is filed or gone."""

from collections.abc import Iterable

import msgspec

from bot.filing import Plan
from bot.lifecycle import Item, Kind, Listing, item_of
from bot.lifecycle.decisions import roots_of
from bot.model.incident import IncidentKey
from bot.model.issue import Action, ActionKind, DraftComment
from bot.model.state import Phase
from bot.model.time import HOUR, iso
from bot.usecases.drafting import Drafted
from bot.usecases.known import Known
from bot.usecases.listed import listed, steps
from bot.usecases.setup import Setup

GONE = 24 * HOUR
"""How long after its last entry, in log time, what was held back counts as gone (nanoseconds)."""

MOST_ITEMS = 300
"""How many a list holds, so that its state stays well within an issue's body; beyond that they are counted."""


def with_storm(plan: Plan, drafts: Iterable[Drafted], known: Known, until: int, setup: Setup) -> Plan:
    """The plan, with what keeps the storm issue true, and with what still waits from former runs as held back.

    `until` is the newest log time that was read.
    """
    there = listed(Kind.STORM, known, setup)
    before = there.listing if there else Listing(Kind.STORM)
    by_key = {one.draft.key: one for one in drafts}
    now = [_item(by_key[action.key]) for action in plan.held_back if action.key in by_key]
    filed = {by_key[a.key].state.incident.key for a in plan.actions if a.kind is ActionKind.CREATE and a.key in by_key}
    fresh = {item.key for item in now} | filed
    waiting = [item for item in before.items if item.key not in fresh and not is_tracked(item.key, known)]
    gone = [item for item in waiting if until - item.last > GONE]
    still = [item for item in waiting if item not in gone]
    items = sorted([*now, *still], key=lambda item: (item.priority, -item.count, item.key))
    is_over = bool(before.items) and not items
    wanted = msgspec.structs.replace(
        before,
        items=tuple(items[:MOST_ITEMS]),
        beyond=max(0, len(items) - MOST_ITEMS),
        round=before.round + is_over,
    )
    because = "what was held back is filed or gone" if not items else f"{len(items)} incidents are held back"
    actions = steps(there, wanted, because, setup, _farewell(before, gone))
    return Plan((*plan.actions, *actions), (*plan.held_back, *(_held(item) for item in still)))


def is_tracked(key: IncidentKey, known: Known) -> bool:
    """True where an issue stands for this incident, or has its root among its members."""
    for state in known.states.values():
        same = state.incident.key.environment == key.environment and state.phase is not Phase.MERGED
        if same and (key in roots_of(state) or key.root in {member.fingerprint for member in state.incident.members}):
            return True
    return False


def _item(drafted: Drafted) -> Item:
    return item_of(drafted.state.incident, drafted.draft.title.rpartition(" | ")[2])


def _held(item: Item) -> Action:
    key = "/".join((item.key.environment, item.key.service, item.key.root))
    because = f"held back before and not seen in this window, last at {iso(item.last)}"
    return Action(ActionKind.HOLD, key, 0, item.title, because)


def _farewell(before: Listing, gone: list[Item]) -> DraftComment:
    told = "Nothing is held back any more: everything that was listed here has an issue of its own"
    if gone:
        told += f", but for {len(gone)} that had no entry for a day"
    return DraftComment(f"dissolved-{before.round}", f"{told}.")
