"""`init --baseline`: what is broken already is recorded in one digest instead of one issue each."""

from collections.abc import Mapping

import msgspec

from bot.documents import incident_title
from bot.errors import UsageError
from bot.lifecycle import Item, Kind, Listing, claims, escalated, item_of, parted
from bot.logs import Reading
from bot.model.incident import Incident, IncidentKey, Priority
from bot.model.issue import Action
from bot.model.run import ReadReport, Warned
from bot.trackers.interface import Tracker
from bot.triage import learnt, triage
from bot.usecases.advancing import begun, hole_warnings
from bot.usecases.carrying import carry_out
from bot.usecases.drafting import judged, key_of
from bot.usecases.flooding import MOST_ITEMS
from bot.usecases.known import Known, load_known
from bot.usecases.listed import Listed, listed, steps
from bot.usecases.setup import Setup
from bot.usecases.windowing import window_of


class Baseline(msgspec.Struct, frozen=True):
    """What was broken before the bot came: the digest's number (0: none), its items, and the keys stored beside."""

    number: int
    items: Mapping[IncidentKey, Item]
    keys: frozenset[str]


class Recorded(msgspec.Struct, frozen=True):
    """The result of `init --baseline`: what is on record, how many are `new`, how many `below` what would be filed."""

    known: tuple[Item, ...]
    new: int
    below: int
    digest: int
    actions: tuple[Action, ...]
    read: ReadReport
    warnings: tuple[Warned, ...]
    tracker: str
    dry_run: bool


def baseline(known: Known, setup: Setup) -> Baseline:
    """What is on record, of the digest and of the repository's state: either suffices should the other be lost."""
    there = listed(Kind.BASELINE, known, setup)
    items = {item.key: item for item in there.listing.items} if there else {}
    return Baseline(there.issue.number if there else 0, items, frozenset(known.repo.baselines))


def still_known(incident: Incident, before: Baseline, setup: Setup) -> str:
    """That an incident is on record and no worse, so not to be filed; "" where it isn't, or has become worse."""
    item = before.items.get(incident.key)
    if item is None and key_of(incident) not in before.keys:
        return ""
    factor = setup.settings.unmute_factor
    if item and escalated(item.priority, item.peak, incident, factor):
        return ""
    if item is None and incident.priority is Priority.P0:
        return ""
    where = f" (#{before.number})" if before.number else ""
    p0 = "" if incident.priority is Priority.P0 else "P0 or "
    return f"known since init --baseline{where}: filed when it becomes {p0}{factor:g} times worse"


def record_baseline(reading: Reading, tracker: Tracker, setup: Setup, wall: int, dry_run: bool = False) -> Recorded:
    """Record every incident of these logs that would be filed, in the repository's state and in one digest issue.

    What has an issue already is left to it; what is on record stays as it was first recorded. A project's first run
    goes on where this reading ended, so that what comes in between is no part of the past.
    Raises LogsUnavailable, TrackerUnavailable, PartlyDone, SettingsError.
    """
    known = load_known(tracker, setup.ring, setup.settings.labels.tracked)
    window = window_of(reading, setup, known)
    found = parted(triage(window, claims(window, known.states)).found, known.states)
    incidents = [judged(one, known, setup) for one in found if not one.issue]
    serious = [one for one in incidents if one.priority <= setup.settings.file_from]
    there = listed(Kind.BASELINE, known, setup)
    wanted, new = _grown(there, serious)
    because = f"{new} incidents are broken already"
    actions = tuple(steps(there, wanted, because, setup))
    keys = sorted({*known.repo.baselines, *map(key_of, serious)})
    if not dry_run:
        habits = learnt(known.repo.habits, window)
        after = msgspec.structs.replace(known.repo, baselines=tuple(keys), habits=habits)
        after = begun(after, reading.coverages())
        actions = carry_out(actions, after, tracker, known, setup, wall)
    digest = there.issue.number if there else next((action.number for action in actions), 0)
    return Recorded(
        known=wanted.items, new=new, below=len(incidents) - len(serious), digest=digest, actions=actions,
        read=reading.report(), warnings=(*known.warnings, *hole_warnings(reading.coverages())), tracker=tracker.name,
        dry_run=dry_run,
    )  # fmt: skip


def _grown(there: Listed | None, incidents: list[Incident]) -> tuple[Listing, int]:
    before = there.listing if there else Listing(Kind.BASELINE)
    new = [item_of(one, _headline(one)) for one in incidents if before.of(one.key) is None]
    if len(before.items) + len(new) > MOST_ITEMS:
        raise UsageError(
            f"The digest would list {len(before.items) + len(new):,} incidents where {MOST_ITEMS} fit: "
            "record the services one by one, or raise file_from for the while."
        )
    items = sorted((*before.items, *new), key=lambda item: (item.priority, -item.count, item.key))
    return msgspec.structs.replace(before, items=tuple(items)), len(new)


def _headline(incident: Incident) -> str:
    return incident_title(incident, "new").rpartition(" | ")[2]
