"""The engine: one linear look for what any rule needs, then those rules alone, then the marks."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import re2  # type: ignore[import-untyped]

from bot.text.redaction.rule import Rule, Span

_MARK = re.compile(r"(\[redacted: [a-z0-9][a-z0-9 ._-]{0,39}\])")
_STARTED = "[redacted: "
_WORD = re.compile(rb"[A-Za-z0-9_]*")
_MOST_PASSES = 8
_MEMORY = 64 << 20


def compiled(pattern: str, latin: bool = True) -> Any:
    """RE2's form of a pattern, over bytes. Raises re2.error with RE2's own words where it has none."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    if latin:
        options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern.encode("utf-8", "surrogatepass"), options)


class Redactor:
    """Rules made ready. It keeps nothing of the texts it sees, and may be used by several threads.

    `rules` have a gate each; `extra` are a team's own and go without: kind and compiled pattern. `values` are secrets
    to be hidden wherever they occur, by kind.
    """

    def __init__(
        self, rules: Iterable[Rule], extra: Iterable[tuple[str, Any]] = (), values: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._rules = tuple(rules)
        self._extra = tuple(extra)
        self._values = tuple((kind, value.encode("utf-8", "surrogatepass")) for kind, value in values)
        self._ready: list[Any] = [None] * len(self._rules)
        self._gate = _gate(self._rules)

    def __repr__(self) -> str:
        return f"<Redactor: {len(self._rules) + len(self._extra)} rules, {len(self._values)} values>"

    def text(self, text: str) -> str:
        """The text with each secret as `[redacted: kind]`. Doing it twice changes nothing more."""
        return self._whole(text) if self.may_hold(text) else text

    def counted(self, text: str) -> tuple[str, Counter[str]]:
        """The redacted text, and how many secrets of each kind are gone from it."""
        before = marks(text)
        redacted = self.text(text)
        return redacted, Counter() if redacted is text else marks(redacted) - before

    def may_hold(self, text: str) -> bool:
        """False where nothing that any rule needs occurs in the text."""
        if self._values or self._extra:
            return True
        return bool(self._gate.Match(text.encode("utf-8", "surrogatepass")))

    def _whole(self, text: str) -> str:
        if _STARTED not in text:
            return self._settled(text)
        return "".join(part if at % 2 else self._settled(part) for at, part in enumerate(_MARK.split(text)))

    def _settled(self, text: str) -> str:
        """One stretch without marks, until no more is found between the marks that it gets."""
        for _ in range(_MOST_PASSES):
            if not text:
                break
            redacted = "".join(
                part if at % 2 else self._once(part)
                for at, part in enumerate(_MARK.split(text) if _STARTED in text else [text])
            )
            if redacted == text:
                break
            text = redacted
        return text

    def _once(self, text: str) -> str:
        content = text.encode("utf-8", "surrogatepass")
        spans = self._spans(content)
        if not spans:
            return text
        return _marked(content, spans).decode("utf-8", "surrogatepass")

    def _spans(self, text: bytes) -> list[tuple[int, int, int, str]]:
        """Start, end, rank and kind of everything that is to go; ends may overlap."""
        found = [(at, at + len(value), -1, kind) for kind, value in self._values for at in _places(value, text)]
        for kind, pattern in self._extra:
            found += [(*hit.span(1 if pattern.groups else 0), 0, kind) for hit in pattern.finditer(text)]
        for number in self._gate.Match(text) or ():
            rule = self._rules[number]
            pattern = self._ready[number]
            if pattern is None:
                pattern = self._ready[number] = compiled(rule.pattern)
            found += [(start, end, rule.rank, kind) for start, end, kind in _hits(rule, pattern, text)]
        return [one for one in found if 0 <= one[0] < one[1]]


def _gate(rules: tuple[Rule, ...]) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.encoding = re2.Options.Encoding.LATIN1
    gate = re2.Set.SearchSet(options)
    for rule in rules:
        gate.Add((("(?i)" if rule.pattern.startswith("(?i)") else "") + rule.gate).encode())
    gate.Compile()
    return gate


def _places(value: bytes, text: bytes) -> list[int]:
    places, at = [], text.find(value)
    while at >= 0:
        places.append(at)
        at = text.find(value, at + len(value))
    return places


def _hits(rule: Rule, pattern: Any, text: bytes) -> Iterable[Span]:
    """What a rule finds, from left to right. After a secret it goes on behind it, after none behind the match.

    The character that delimits a value which was no secret may be what the next value needs before it.
    """
    at, end = 0, len(text)
    while at <= end and (found := pattern.search(text, at)):
        groups = [number for number in range(1, pattern.groups + 1) if found.span(number) != (-1, -1)]
        inner = found.span(groups[0]) if groups else found.span()
        judged: Span | None
        if rule.judge is None:
            judged = (*inner, rule.kind)
        else:
            judged = rule.judge(text, *(found.span() if rule.whole else inner))
        if judged is not None:
            yield judged
        delimiter = 0 if judged else min(1, found.end() - inner[1])
        at = max(found.end() - delimiter, judged[1] if judged else 0, at + 1)


def _marked(text: bytes, spans: list[tuple[int, int, int, str]]) -> bytes:
    """The text with a mark for each run of overlapping secrets, named by the most telling rule."""
    out, done = [], 0
    for start, end, kind in _joined(text, spans):
        out += [text[done:start], f"[redacted: {kind}]".encode()]
        done = end
    return b"".join((*out, text[done:]))


def _joined(text: bytes, spans: list[tuple[int, int, int, str]]) -> list[tuple[int, int, str]]:
    joined: list[tuple[int, int, int, str]] = []
    for start, end, rank, kind in sorted(_whole_characters(text, spans)):
        if joined and start < joined[-1][1]:
            first, last, best, name = joined[-1]
            better = (rank, kind) if (rank, -(end - start)) < (best, -(last - first)) else (best, name)
            joined[-1] = (first, max(last, end), *better)
        else:
            joined.append((start, end, rank, kind))
    return [(start, end, kind) for start, end, _, kind in joined]


def _whole_characters(text: bytes, spans: list[tuple[int, int, int, str]]) -> Iterable[tuple[int, int, int, str]]:
    """Spans that tear no character of UTF-8, and that take with them what sticks to their end."""
    for start, end, rank, kind in spans:
        while start > 0 and text[start] & 0xC0 == 0x80:
            start -= 1
        stuck = _WORD.match(text, end)
        end = stuck.end() if stuck and text[end - 1 : end].isalnum() else end
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end += 1
        yield start, end, rank, kind


def marks(text: str) -> Counter[str]:
    """How many marks of each kind a text has."""
    return Counter(mark[len(_STARTED) : -1] for mark in _MARK.findall(text)) if _STARTED in text else Counter()
