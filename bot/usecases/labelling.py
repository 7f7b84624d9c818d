"""`labels`: the labels of the bot's roles exist, with a colour and a meaning that people can read."""

import enum
from collections.abc import Iterable

import msgspec

from bot.model.issue import Label
from bot.settings import Labels
from bot.trackers.interface import LabelHost, Tracker

MEANINGS = {
    "tracked": ("5319e7", "An incident that incidentbot keeps true"),
    "P0": ("b60205", "Down, or failing for most: now"),
    "P1": ("d93f0b", "Failing for many: today"),
    "P2": ("fbca04", "Failing for some: this week"),
    "P3": ("c2e0c6", "Worth knowing"),
    "in_progress": ("0e8a16", "Someone works on it"),
    "awaiting": ("1d76db", "Fix commits are linked, and not yet deployed"),
    "regression": ("e99695", "It came back after it was closed"),
    "ignore": ("cfd3d7", "Set by people: incidentbot leaves the issue alone"),
}
"""Colour and meaning of each role's label."""


class Step(enum.StrEnum):
    """What a label needs."""

    CREATE = "create"
    MEND = "mend"
    KEEP = "keep"


class LabelStep(msgspec.Struct, frozen=True):
    """One label and what is to be done about it; `differs` names what is mended, `there` how the tracker spells it."""

    step: Step
    role: str
    label: Label
    there: str = ""
    differs: tuple[str, ...] = ()


class Synced(msgspec.Struct, frozen=True):
    """The result of `labels`. `mere_words`: the tracker has no labels to make, issues carry them as words."""

    steps: tuple[LabelStep, ...]
    tracker: str
    requests: int
    dry_run: bool
    mere_words: bool = False


def wanted(names: Labels) -> list[tuple[str, Label]]:
    """(role, label) of each role of the settings; of two roles that share a name, the first."""
    found: dict[str, tuple[str, Label]] = {}
    for role, (colour, meaning) in MEANINGS.items():
        name = str(getattr(names, role))
        found.setdefault(name.casefold(), (role, Label(name, colour, meaning)))
    return list(found.values())


def steps_of(names: Labels, there: Iterable[Label]) -> tuple[LabelStep, ...]:
    """What each role's label needs, given those there are. Pure; names compare case-insensitively, as on GitHub."""
    known = {label.name.casefold(): label for label in there}
    return tuple(_step(role, label, known.get(label.name.casefold())) for role, label in wanted(names))


def _step(role: str, label: Label, there: Label | None) -> LabelStep:
    if there is None:
        return LabelStep(Step.CREATE, role, label)
    differs = tuple(name for name in ("colour", "description") if getattr(there, name) != getattr(label, name))
    return LabelStep(Step.MEND if differs else Step.KEEP, role, label, there.name, differs)


def sync_labels(tracker: Tracker, names: Labels, dry_run: bool = False) -> Synced:
    """Make the labels that are missing, and mend colour and description of the bot's own; none is ever removed.

    Raises TrackerUnavailable; what was done until then stands, and the next call does the rest.
    """
    if not isinstance(tracker, LabelHost):
        return Synced((), tracker.name, tracker.requests, dry_run, mere_words=True)
    steps = steps_of(names, tracker.labels())
    for one in steps if not dry_run else ():
        if one.step is Step.CREATE:
            tracker.make_label(one.label)
        elif one.step is Step.MEND:
            tracker.mend_label(one.there, one.label)
    return Synced(steps, tracker.name, tracker.requests, dry_run)
