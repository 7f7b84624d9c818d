"""What people decided of an issue: as a table on its page, and as the comment that tells of it."""

from collections.abc import Iterable

import jinja2
import msgspec

from bot.model.state import Decision
from bot.text.markdown import prose
from bot.text.templates import render
from bot.text.untrusted import Untrusted

TEMPLATE = "decisions.md.j2"
_MOST_ROWS = 20
_LONGEST = 300


class DecisionView(msgspec.Struct, frozen=True):
    """One decision: when (nanoseconds), by whom, what in the bot's words, and why as the person said it."""

    at: int
    by: Untrusted
    what: str
    because: Untrusted


def render_decisions(decisions: Iterable[Decision], environment: jinja2.Environment) -> str:
    """The section of a page, the last 20 of them; empty where nothing was decided. Raises SettingsError."""
    views = tuple(_view(one) for one in decisions)[-_MOST_ROWS:]
    return f"\n{render(environment, TEMPLATE, decided=views).strip()}\n" if views else ""


def _view(one: Decision) -> DecisionView:
    return DecisionView(one.at, Untrusted(one.by[:_LONGEST]), one.what, Untrusted(one.because[:_LONGEST]))


def decision_comment(one: Decision) -> str:
    """The comment that says it: who, what, why."""
    why = f", because: {prose(Untrusted(one.because[:_LONGEST]))}" if one.because else ""
    return f"{prose(Untrusted(one.by[:_LONGEST]))} {one.what}{why}"
