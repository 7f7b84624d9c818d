"""Rules out of the tables of issuers: `kind | what occurs in it | pattern`, a line each."""

from bot.text.redaction.rule import Rule, Span, literals
from bot.text.redaction.values import is_digest, is_random

_STARTS = r"(?:^|[^A-Za-z0-9]|\\(?:[nrtbf]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-7]{1,3})|%[0-9A-Fa-f]{2}|\x1b\[[0-9;]*m)"


def rules_of(*tables: str) -> tuple[Rule, ...]:
    """The rules of these tables.

    What occurs is words, one of which must be there, or a pattern between slashes. A pattern that begins with `~`
    matches only where nothing stands before it that could be part of it, and so does what follows a `|~` in it;
    one that begins with `?` matches only what looks random.
    """
    return tuple(_rule(line) for table in tables for line in table.strip().splitlines())


def _rule(line: str) -> Rule:
    kind, occurs, pattern = line.split(" | ", 2)
    gate = occurs[1:-1] if occurs.startswith("/") and occurs.endswith("/") else literals(*occurs.split())
    judge = _judge(kind) if pattern.startswith("?") else None
    pattern = pattern.lstrip("?")
    return Rule(kind, _started(pattern), gate, judge)


def _started(pattern: str) -> str:
    before, bar, rest = ("", "", pattern[1:]) if pattern.startswith("~") else pattern.partition("|~")
    return f"{before}{bar[:1]}{_STARTS}({_started(rest)})" if rest else pattern


class _judge:  # noqa: N801 - stands for a function; a class so that rules compare
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, text: bytes, start: int, end: int) -> Span | None:
        value = text[start:end][-48:].lstrip(b"._-").decode("latin-1")
        return (start, end, self.kind) if is_random(value) and not is_digest(text, start) else None
