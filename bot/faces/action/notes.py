"""The few annotations of a run: what a person should see on the run's page, the worst first."""

import msgspec

from bot.faces.action.ending import DONE, Ending, priorities, priority_of
from bot.model.incident import Priority
from bot.model.issue import Action, ActionKind
from bot.model.run import RunResult

MOST = 10
"""Annotations that GitHub shows of one kind and step."""

_LEVELS = {Priority.P0: "error", Priority.P1: "error", Priority.P2: "warning", Priority.P3: "notice"}
_TEXT = 500


class Note(msgspec.Struct, frozen=True):
    """`level` is error, warning or notice."""

    level: str
    title: str
    text: str


def notes(ending: Ending) -> list[Note]:
    """At most ten: the failure, what was done by priority, what was held back, warnings; the last counts the rest."""
    found = _failed(ending)
    if ending.result:
        found += _done(ending.result) + _held(ending.result) + _warned(ending.result)
    if len(found) > MOST:
        more = len(found) - MOST + 1
        found[MOST - 1 :] = [Note("notice", "incidentbot", f"{more} more: the job summary has them all.")]
    return found


def _failed(ending: Ending) -> list[Note]:
    if ending.quiet:
        return [Note("notice", "no log entry", _brief(ending.quiet))]
    return [Note("error", "incidentbot did not finish", _brief(ending.failure))] if ending.failure else []


def _done(result: RunResult) -> list[Note]:
    known = priorities(result)
    shown = [(priority_of(action, known), action) for action in result.actions if action.kind in DONE]
    return [_note(priority, action, result.dry_run) for priority, action in sorted(shown, key=lambda one: one[0])]


def _note(priority: Priority, action: Action, dry_run: bool) -> Note:
    level = "notice" if action.kind is ActionKind.CLOSE else _LEVELS[priority]
    number = f" #{action.number}" if action.number else ""
    done = f"would {action.kind}" if dry_run else DONE[action.kind]
    return Note(level, f"{priority}{number} {done}", _brief(f"{action.title} ({action.because})"))


def _held(result: RunResult) -> list[Note]:
    if not result.held_back:
        return []
    return [Note("warning", "held back", f"{len(result.held_back)} new issues: {_brief(result.held_back[0].because)}")]


def _warned(result: RunResult) -> list[Note]:
    skipped = result.read.skipped_count
    first = [Note("warning", "logs", f"{skipped} records could not be read; the log says why.")] if skipped else []
    return first + [Note("warning", warned.where, _brief(warned.what)) for warned in result.warnings]


def _brief(text: str) -> str:
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"
