"""From a message to its template: values out, constants in.

Two steps. `mask` is one linear substitution that runs on every message: an atom that holds a digit becomes `<*>`, but
for the small numbers that are words: exit codes and signals. `normalise` is dearer and runs once per distinct
masked message: the rules of `bot.clustering.rules`, in their order.
"""

import re
import string
from collections.abc import Iterable

from bot.clustering.rules import HOLE, RULES, Rule

LONGEST_MESSAGE = 16_384
LONGEST_TEMPLATE = 4_096

_FROM_DIGIT = re.compile(r"[0-9][0-9A-Za-z_]*+")
_BEFORE_DIGIT = string.ascii_letters + "_"
_CODE = re.compile(
    r"(?<![A-Za-z])(?:exit(?:ed)?|signal)(?:(?:,? |[_-])?(?:with|by|code|status|signal|number)){0,3}"
    r"['\"]?(?:\(|\s?[:=]\s?|\s)['\"]?-?([0-9]{1,3})(?![0-9A-Za-z_%-]|/[^A-Z]|[.,:][0-9])",
    re.IGNORECASE,
)


def mask(message: str) -> str:
    """The message, at most 16,384 characters of it, with every atom that holds a digit replaced by `<*>`. Linear.

    What follows `exit(`, `exit code`, `exit status` or `signal`, up to 999, tells one failure from another and stays.
    """
    message = message[:LONGEST_MESSAGE]
    if not may_hold_code(message):
        return without_digits(message)
    parts: list[str] = []
    at = 0
    for found in _CODE.finditer(message):
        parts += without_digits(message[at : found.start(1)]), found[1]
        at = found.end(1)
    return "".join([*parts, without_digits(message[at:])])


def may_hold_code(text: str) -> bool:
    """A quick look: whether some of the text's numbers may be words. A rare letter is found much faster than a word."""
    return (
        ("x" in text and ("exit" in text or "Exit" in text))
        or ("X" in text and "EXIT" in text)
        or "ignal" in text
        or ("G" in text and "IGNAL" in text)
    )


def without_digits(text: str) -> str:
    """The text with every atom that holds a digit replaced by `<*>`, codes and signals too. Linear."""
    parts = _FROM_DIGIT.split(text[:LONGEST_MESSAGE])
    last = parts.pop()
    return HOLE.join([*[part.rstrip(_BEFORE_DIGIT) for part in parts], last])


def normalise(masked: str, rules: Iterable[Rule] = RULES) -> str:
    """The template of a masked message: the same for all messages that differ in values alone.

    It is cut at 4,096 characters: after the values went, so that their lengths don't decide where.
    """
    for rule in rules:
        masked = rule.apply(masked)
    return _ended(masked)


def _ended(text: str) -> str:
    return text.strip()[:LONGEST_TEMPLATE].rstrip()


def steps(message: str) -> list[tuple[str, str]]:
    """(name of the step, text after it) for each step that changed something; for explaining a fingerprint."""
    text = mask(message)
    taken = [("atoms with digits", text)] if text != message else []
    for rule in RULES:
        after = rule.apply(text)
        if after != text:
            taken.append((rule.name, after))
        text = after
    return [*taken, ("ends", _ended(text))] if _ended(text) != text else taken
