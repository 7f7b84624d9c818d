"""Untrusted text in a terminal or in the log of a GitHub Action."""

from bot.text.untrusted import Untrusted
from bot.text.visible import visible


def line(text: str | Untrusted) -> str:
    """One line without escape sequences, in which the Actions runner finds no command.

    The runner takes `::name::` after leading blanks, and `##[name]` anywhere in a line; both are broken up visibly.
    """
    shown = " ".join(visible(text).split()).replace("##[", r"##\u005b")
    return rf"\u003a{shown[1:]}" if shown.startswith("::") else shown
