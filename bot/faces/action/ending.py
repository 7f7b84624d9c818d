"""How a run ended, whichever way it did."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from bot.faces.action.journal import Write
from bot.faces.slack.desk import Answer
from bot.model.incident import Priority
from bot.model.issue import Action, ActionKind
from bot.model.run import RunResult
from bot.usecases.drafting import key_of

DONE = {
    ActionKind.CREATE: "created",
    ActionKind.UPDATE: "updated",
    ActionKind.REOPEN: "reopened",
    ActionKind.CLOSE: "closed",
}
"""Outputs that count what was done to issues, by the kind of action."""


class Ending(msgspec.Struct, frozen=True):
    """`failure` is a sentence, and `result` None, where the run didn't come to its end; `quiet` where no log was there.

    `done` are writes that the tracker confirmed, `unclear` one that it may have done. `trace` tells of a fault of ours.
    `answer` is what there is to say where somebody's command was done that is no run over logs.
    """

    code: int
    repo: str = ""
    failure: str = ""
    quiet: str = ""
    result: RunResult | None = None
    done: tuple[Write, ...] = ()
    unclear: Write | None = None
    trace: tuple[str, ...] = ()
    answer: Answer | None = None

    @property
    def dry_run(self) -> bool:
        """Whether nothing was to be written."""
        return self.result is not None and self.result.dry_run


def counts(ending: Ending) -> dict[str, int]:
    """The outputs by name. What was done is what the tracker confirmed; in a dry run, what would be done.

    `incidents` and `held_back` are missing where the run didn't get as far as to know them.
    """
    result = ending.result
    happened: Iterable[Action | Write] = result.actions if result else ending.done
    by_kind = Counter(one.kind for one in happened)
    told = {name: by_kind[kind] for kind, name in DONE.items()}
    if ending.quiet:
        told |= {"incidents": 0, "held_back": 0}
    if result:
        told |= {"incidents": len(result.incidents), "held_back": len(result.held_back)}
    return told


def priorities(result: RunResult) -> dict[str | int, Priority]:
    """The priority of each incident, by its key and by the number of its issue."""
    known: dict[str | int, Priority] = {}
    for one in result.incidents:
        known[key_of(one.incident)] = one.incident.priority
        if one.issue:
            known[one.issue] = one.incident.priority
    return known


def priority_of(action: Action, known: dict[str | int, Priority]) -> Priority:
    """The priority of the incident an action is about; P3 where the window doesn't show the incident."""
    return known.get(action.number) or known.get(action.key) or Priority.P3


def headline(ending: Ending) -> str:
    """What became of the run, in a line."""
    if ending.failure:
        return "incidentbot did not finish"
    if ending.quiet:
        return "incidentbot: no log entry to read"
    if ending.answer:
        return "incidentbot did what was asked"
    told = [f"{count} {name}" for name, count in counts(ending).items() if count and name in DONE.values()]
    if ending.dry_run:
        return f"incidentbot would have: {', '.join(told) or 'nothing to do'}"
    return f"incidentbot: {', '.join(told) or 'nothing to change'}"
