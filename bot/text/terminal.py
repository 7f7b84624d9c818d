"""Untrusted text in a terminal or in the log of a GitHub Action.

The Actions runner takes `::name::` after leading blanks, and `##[name]` anywhere in a line; both are broken up visibly.
It compares by the culture's rules, which don't see U+FE0F. How it parses a line:
https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

import re
from json import dumps

from bot.text.untrusted import Untrusted
from bot.text.visible import visible

_ODD = re.compile(r"[^\n -~]")
_UNSEEN = "\ufe0f"
_OLD = re.compile(rf"(#{_UNSEEN}*#{_UNSEEN}*)\[")
_NEW = re.compile(rf"^([\s{_UNSEEN}]*):({_UNSEEN}*:)", re.MULTILINE)


def line(text: str | Untrusted) -> str:
    """One line without escape sequences, in which the Actions runner finds no command."""
    return _dead(" ".join(visible(text).split()))


def page(text: str) -> str:
    """Markdown or another text of many lines, itself escaped already, in which the Actions runner finds no command."""
    return _dead(text)


def json(encoded: str) -> str:
    """Indented JSON in which neither a terminal nor the Actions runner finds a command; it decodes to the same."""
    return _OLD.sub(r"\1\\u005b", _ODD.sub(lambda found: _escaped(found[0]), encoded))


def _escaped(char: str) -> str:
    return char if char.isprintable() and char != _UNSEEN else dumps(char)[1:-1]


def _dead(text: str) -> str:
    return _NEW.sub(r"\1\\u003a\2", _OLD.sub(r"\1\\u005b", text))
