"""All rules together: the built-in ones, personal data, a team's own, and secrets known by heart."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import re2  # type: ignore[import-untyped]

from bot.text.redaction import UnusableRule, fields, issuers, services, shapes
from bot.text.redaction.engine import Redactor, compiled
from bot.text.redaction.personal import rules_for
from bot.text.redaction.table import rules_of

_NAME = re.compile(r"[a-z0-9][a-z0-9 ._-]{0,39}")
_SHORTEST_VALUE = 6

BUILT_IN = (*rules_of(*issuers.TABLES, *services.TABLES), *shapes.RULES, *fields.RULES)


@lru_cache(maxsize=16)
def build(
    own: tuple[tuple[str, str], ...],
    personal: tuple[str, ...],
    private_addresses: bool,
    values: tuple[tuple[str, str], ...],
) -> Redactor:
    """The redactor; `bot.text.redaction.redactor` documents the arguments. Raises UnusableRule."""
    rules = (*BUILT_IN, *rules_for(personal, private_addresses))
    return Redactor(rules, [_own(name, pattern) for name, pattern in own], _forms(values))


def _own(name: str, pattern: str) -> tuple[str, Any]:
    if not _NAME.fullmatch(name):
        raise UnusableRule(name, "a name has 1 to 40 lower-case letters, digits, blanks, dots, dashes or underscores")
    try:
        ready = compiled(pattern, latin=False)
    except re2.error as error:
        told = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise UnusableRule(name, f"RE2 refuses its pattern: {told}") from None
    if ready.search(b""):
        raise UnusableRule(name, "its pattern matches the empty text, and so everywhere")
    return name, ready


def _forms(values: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Each value as it is, and as URLs and JSON write it; the longest first. Very short ones are left out."""
    forms = {
        (kind, form)
        for kind, value in values
        if len(value) >= _SHORTEST_VALUE
        for form in (value, quote(value, safe=""), value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n"))
    }
    return sorted(forms, key=lambda one: (-len(one[1]), one))
