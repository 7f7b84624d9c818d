"""Where a command goes: one method for each, and the answer in a few lines. The order says who asks, and when."""

from typing import Protocol

import msgspec

from bot.errors import IncidentbotError
from bot.faces.slack.commands import USAGE, Command, Explain, File, Help, Merge, Mute, Resolve, Status, Verify
from bot.lifecycle.decisions import Order


class Line(msgspec.Struct, frozen=True):
    """One line of an answer, log text and all; `url` is the issue it is about, "" for none."""

    text: str
    url: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What became of a command: a sentence, and lines below it. `failed` where it was not done."""

    said: str
    lines: tuple[Line, ...] = ()
    failed: bool = False


class Desk(Protocol):
    """Does commands. Every method raises IncidentbotError where it can't.

    The same order, given again after a crash in between, ends where one alone would have: an order is known by who
    gave it and when.
    """

    def file(self, command: File, order: Order) -> Answer:
        """Read the logs, and make the issues true of them."""
        ...

    def status(self, command: Status) -> Answer:
        """Say what is open, or where one issue stands."""
        ...

    def resolve(self, command: Resolve, order: Order) -> Answer:
        """Link commits to an issue as its fix."""
        ...

    def verify(self, command: Verify, order: Order) -> Answer:
        """Move an issue as far as the evidence allows."""
        ...

    def mute(self, command: Mute, order: Order) -> Answer:
        """Say nothing more of an issue."""
        ...

    def merge(self, command: Merge, order: Order) -> Answer:
        """Make one issue part of another."""
        ...

    def explain(self, command: Explain) -> Answer:
        """Say why an issue was filed, and why it stands where it does."""
        ...


def handle(command: Command, order: Order, desk: Desk) -> Answer:
    """Do a command. Raises IncidentbotError."""
    match command:
        case File():
            return desk.file(command, order)
        case Status():
            return desk.status(command)
        case Resolve():
            return desk.resolve(command, order)
        case Verify():
            return desk.verify(command, order)
        case Mute():
            return desk.mute(command, order)
        case Merge():
            return desk.merge(command, order)
        case Explain():
            return desk.explain(command)
        case Help():
            return helped()


def helped() -> Answer:
    """What there is to say."""
    return Answer("What I understand:", tuple(Line(f"{form}: {does}") for form, does in USAGE.values()))


def refused(error: IncidentbotError) -> Answer:
    """The answer where a command can't be done."""
    return Answer(str(error), failed=True)
