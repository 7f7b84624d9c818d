"""Secrets leave the text before it is shown or stored. Every escaping function asks for this one first."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.text.redaction.engine import Redactor

PERSONAL = ("email", "ip", "card", "phone", "iban", "national-id")
"""Kinds of personal data that `redactor` knows."""
PERSONAL_BY_DEFAULT = ("email", "card", "phone", "iban", "national-id")
"""All but addresses of machines: which of them fails is often the very fact an incident is about."""

_CURRENT: "ContextVar[Redactor | Later | None]" = ContextVar("redactor", default=None)


class UnusableRule(ValueError):
    """A team's rule that RE2 refuses, or that would hide everything; `name` is the rule's."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


def redact(text: str) -> str:
    """The text with what looks like a secret replaced by `[redacted: kind]`; redacting twice changes nothing more.

    It uses the redactor of the innermost `using`; outside of any, all built-in rules and the personal data that is
    hidden by default. The name before a value (`password=`) stays, so that a person sees what was there. Time is linear
    in the text.
    """
    return (_CURRENT.get() or _default()).text(text)


class Later:
    """A redactor that is made when it is first needed, so that a program that shows nothing pays nothing for it."""

    def __init__(self, make: "Callable[[], Redactor]") -> None:
        self._make = make
        self._made: Redactor | None = None

    def text(self, text: str) -> str:
        """As `Redactor.text`."""
        self._made = self._made or self._make()
        return self._made.text(text)


def use(redactor: "Redactor | Later") -> None:
    """From here on, to the end of this context (see `contextvars`), `redact` uses this redactor."""
    _CURRENT.set(redactor)


@contextmanager
def using(redactor: "Redactor | Later") -> Iterator[None]:
    """Within this block, and this thread or task alone, `redact` uses this redactor."""
    token = _CURRENT.set(redactor)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def redactor(
    rules: Iterable[tuple[str, str]] = (),
    personal: tuple[str, ...] = PERSONAL_BY_DEFAULT,
    private_addresses: bool = False,
    values: Iterable[tuple[str, str]] = (),
) -> "Redactor":
    """The built-in rules with a team's own (name and pattern) and kinds of personal data.

    `values` are secrets known by heart, by kind, hidden wherever they occur. Raises UnusableRule.
    """
    from bot.text.redaction.building import build

    return build(tuple(rules), personal, private_addresses, tuple(values))


@lru_cache(maxsize=1)
def _default() -> "Redactor":
    return redactor()
