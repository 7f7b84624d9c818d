"""As much of Cloud Logging's query language as the bot sends; everything else is refused loudly.

Source: https://cloud.google.com/logging/docs/view/logging-query-language
"""

import json
import re
from collections.abc import Callable
from typing import Any

from bot.model.severity import Severity
from bot.model.time import SECOND, nanos_of

Matches = Callable[[Any], bool]

_TOKEN = re.compile(
    r"""(?:\s|--[^\n]*)*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<op>=~|!~|!=|>=|<=|=|>|<|:)|(?P<paren>[()])|(?P<word>[^\s()"=!<>:~]+))"""
)
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    "!=": lambda one, other: bool(one != other),
    ">=": lambda one, other: bool(one >= other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    "<": lambda one, other: bool(one < other),
}


class BadFilter(ValueError):
    """A filter that isn't of the language, or of the part of it that is known here."""


def compiled(text: str) -> Matches:
    """A predicate over `google.logging.v2.LogEntry` messages. Raises BadFilter."""
    parser = _Parser(_tokens(text))
    matches = parser.conjunction() if parser.peek() else (lambda _: True)
    if parser.peek():
        raise BadFilter(f"Unparseable filter: unexpected {parser.peek()!r}")
    return matches


def nanos(message: Any) -> int:
    """An entry's timestamp."""
    return int(message.timestamp.seconds) * SECOND + int(message.timestamp.nanos)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position, text = [], 0, text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found or not found.lastgroup:
            raise BadFilter(f"Unparseable filter: syntax error at line 1, column {position + 1}")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        position = found.end()
    return tokens


class _Parser:
    """OR binds tighter than AND, which may be left out."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens

    def peek(self) -> str:
        return self._tokens[0][1] if self._tokens else ""

    def conjunction(self) -> Matches:
        parts = [self._disjunction()]
        while self.peek() and self.peek() != ")":
            if self.peek() == "AND":
                self._next()
            parts.append(self._disjunction())
        return lambda entry: all(part(entry) for part in parts)

    def _disjunction(self) -> Matches:
        parts = [self._unary()]
        while self.peek() == "OR":
            self._next()
            parts.append(self._unary())
        return lambda entry: any(part(entry) for part in parts)

    def _unary(self) -> Matches:
        if self.peek() == "NOT":
            self._next()
            negated = self._unary()
            return lambda entry: not negated(entry)
        if self.peek() != "(":
            return self._comparison()
        self._next()
        inner = self.conjunction()
        if self._next()[1] != ")":
            raise BadFilter("Unparseable filter: a parenthesis is not closed")
        return inner

    def _comparison(self) -> Matches:
        kind, field = self._next()
        op = self._next()[1]
        value_kind, value = self._next()
        if kind != "word" or op not in (*_COMPARED, "=~", "!~") or value_kind not in ("word", "string"):
            raise BadFilter(f"Unparseable filter: {field} {op} {value} is not known here")
        return _restriction(field, op, json.loads(value) if value_kind == "string" else value)

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise BadFilter("Unparseable filter: it ends early")
        return self._tokens.pop(0)


def _restriction(field: str, op: str, value: str) -> Matches:
    if op in ("=~", "!~"):
        pattern = re.compile(value)
        return lambda entry: bool(pattern.search(_text(entry, field))) == (op == "=~")
    compare = _COMPARED[op]
    if field == "timestamp":
        moment = nanos_of(value)
        return lambda entry: compare(nanos(entry), moment)
    if field == "severity":
        try:
            level = int(Severity[value])
        except KeyError:
            raise BadFilter(f"Invalid severity {value}") from None
        return lambda entry: compare(int(entry.severity), level)
    _text(None, field)
    return lambda entry: compare(_text(entry, field), value)


def _text(entry: Any, field: str) -> str:
    """A field's text; "" where the entry has none. Raises BadFilter for fields that aren't known here."""
    head, _, name = field.rpartition(".")
    plain = {"textPayload": "text_payload", "logName": "log_name", "insertId": "insert_id"}.get(field)
    if not plain and field != "resource.type" and head not in ("resource.labels", "labels", "jsonPayload"):
        raise BadFilter(f"Field not found: {field}")
    if entry is None:
        return ""
    if plain:
        return str(getattr(entry, plain))
    if field == "resource.type":
        return str(entry.resource.type)
    if head == "jsonPayload":
        return str(entry.json_payload.fields[name].string_value) if name in entry.json_payload.fields else ""
    labels = entry.labels if head == "labels" else entry.resource.labels
    return str(labels.get(name, ""))
