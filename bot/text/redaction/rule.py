"""What a rule is: a pattern of RE2, what must be in a text before it is worth running, and a judge of what it finds."""

from collections.abc import Callable

import msgspec

Span = tuple[int, int, str]
"""Start and end of a secret in bytes, and its kind."""

Judge = Callable[[bytes, int, int], "Span | None"]
"""Given the text and what a pattern found in it: the secret, or None. It looks at a bounded stretch only."""


class Rule(msgspec.Struct, frozen=True):
    """One kind of secret.

    `pattern` is written for bytes, one character a byte; its first group is the secret, the whole match where it has
    none. `gate` is a pattern too, compared without case: the rule is tried on texts that it occurs in. `judge`, where
    there is one, is asked of every secret found (of the whole match, where `whole`) and may move its ends or change its
    kind. Where two overlap, the lower `rank` names both.
    """

    kind: str
    pattern: str
    gate: str
    judge: Judge | None = None
    rank: int = 1
    whole: bool = False


def vocabulary(words: str) -> frozenset[str]:
    """The words of a text, parted by blanks and line ends."""
    return frozenset(words.split())


def literals(*words: str) -> str:
    """A gate: any of these words."""
    quoted = ("".join(char if char.isalnum() or char == "_" else "\\" + char for char in word) for word in words)
    return "|".join(quoted)
