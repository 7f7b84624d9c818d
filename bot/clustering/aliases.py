"""Aliases: templates that differ only in what looks like values, learnt from the distinct templates of a window.

An alias widens a cluster and changes no fingerprint. What is learnt depends on the set of templates alone, never on
their order or number, and more templates only ever join more of them.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from bot.clustering.fingerprint import fingerprint
from bot.clustering.rules import HOLE
from bot.clustering.words import may_be_value
from bot.model.signature import Alias, Kind, Signature, Widened

_ALIASED = (Kind.MESSAGE, Kind.SYSTEM)
_TOKEN = re.compile(r"<(?:\*|quoted|path|url|address)>|[\w$](?:[\w$.@/+-]*[\w$])?|\S")
_MARKS = frozenset({HOLE, "<quoted>", "<path>", "<url>", "<address>"})
_NAMES_FOLLOW = frozenset({"user", "account", "username", "login", "host", "hostname"})
_MOST_TOKENS = 100
_MOST_ROUNDS = 8
_LEAST_WORDS = 2
_LEAST_WORDS_UNMARKED = 3
_DISTINCT_WORDS = 5
_DISTINCT_NAMES = 3

_Tokens = tuple[str, ...]


class Aliases:
    """Known aliases, for finding the one that a signature falls under."""

    def __init__(self, aliases: Iterable[Alias] = ()) -> None:
        self._by_tokens: dict[int, dict[tuple[int, ...], set[str]]] = {}
        for alias in aliases:
            self._by_tokens.setdefault(alias.tokens, {}).setdefault(alias.holes, set()).add(alias.digest)

    def of(self, signature: Signature) -> Alias | None:
        """The widest alias this signature falls under; of several as wide, the first by position and digest."""
        if not self._by_tokens or signature.kind not in _ALIASED:
            return None
        tokens = _tokens(signature.template)
        known = self._by_tokens.get(len(tokens), {})
        found = (Alias(len(tokens), holes, d) for holes in known if (d := _fits(signature.kind, tokens, holes, known)))
        return min(found, key=lambda alias: (-len(alias.holes), alias), default=None)

    def canonical(self, signature: Signature) -> str:
        """The fingerprint of the cluster as its aliases widen it; the signature's own where none does."""
        alias = self.of(signature)
        return _widened(alias) if alias else signature.fingerprint


def widen(signatures: Iterable[Signature], known: Iterable[Alias] = ()) -> dict[str, Widened]:
    """What aliases, known ones and those that these signatures show, make of them; by fingerprint, of those widened."""
    signatures = list(signatures)
    aliases = Aliases((*known, *learn_aliases(signatures)))
    found = ((signature.fingerprint, aliases.of(signature)) for signature in signatures)
    return {member: Widened(_widened(alias), alias) for member, alias in found if alias}


def _widened(alias: Alias) -> str:
    return fingerprint("alias", str(alias))


def _fits(kind: Kind, tokens: _Tokens, holes: tuple[int, ...], known: dict[tuple[int, ...], set[str]]) -> str:
    if not all(at < len(tokens) and _may_be_value(tokens, at) for at in holes):
        return ""
    digest = _digest(kind, tokens, holes)
    return digest if digest in known[holes] else ""


def learn_aliases(signatures: Iterable[Signature]) -> tuple[Alias, ...]:
    """The aliases that these signatures' templates show, sorted; of messages and system lines, up to 100 tokens long.

    A position is a hole where templates that are otherwise alike have values in it: two of them where one is masked,
    three behind a word such as `user`, five elsewhere.
    """
    by_shape: dict[tuple[Kind, int], set[_Tokens]] = defaultdict(set)
    for signature in signatures:
        if signature.kind in _ALIASED:
            tokens = _tokens(signature.template)
            if 1 < len(tokens) <= _MOST_TOKENS:
                by_shape[signature.kind, len(tokens)].add(tokens)
    return tuple(sorted(alias for (kind, _), some in by_shape.items() for alias in _learnt(kind, some)))


def _learnt(kind: Kind, templates: set[_Tokens]) -> Iterator[Alias]:
    """Widen the templates until nothing joins any more; then each distinct widened one that has holes is an alias."""
    holes: dict[_Tokens, set[int]] = {tokens: set() for tokens in templates}
    for _ in range(_MOST_ROUNDS):
        more = _holes(list(holes))
        widened: dict[_Tokens, set[int]] = {}
        for tokens, had in holes.items():
            has = had | more.get(tokens, set())
            wide = tuple(HOLE if at in has else token for at, token in enumerate(tokens))
            widened.setdefault(wide, set()).update(has)
        if widened == holes:
            break
        holes = widened
    for tokens, at in holes.items():
        if at:
            yield Alias(len(tokens), tuple(sorted(at)), _digest(kind, tokens, tuple(at)))


def _holes(templates: list[_Tokens]) -> dict[_Tokens, set[int]]:
    """For each template the positions in which enough others that are alike have another value."""
    found: dict[_Tokens, set[int]] = defaultdict(set)
    sums = {tokens: _sum(tokens) for tokens in templates}
    for at in range(len(templates[0])):
        alike: dict[int, list[_Tokens]] = defaultdict(list)
        for tokens in templates:
            if _may_be_value(tokens, at):
                alike[sums[tokens] ^ hash((at, tokens[at]))].append(tokens)
        for some in alike.values():
            if len(some) > 1 and _is_hole(some, at):
                for tokens in some:
                    found[tokens].add(at)
    return found


def _sum(tokens: _Tokens) -> int:
    total = 0
    for at, token in enumerate(tokens):
        total ^= hash((at, token))
    return total


def _is_hole(alike: list[_Tokens], at: int) -> bool:
    words = sum(token.isalpha() for token in alike[0]) - alike[0][at].isalpha()
    if any(tokens[at] in _MARKS for tokens in alike):
        return words >= _LEAST_WORDS
    enough = _DISTINCT_NAMES if _is_named(alike[0], at) else _DISTINCT_WORDS
    return words >= _LEAST_WORDS_UNMARKED and len(alike) >= enough


def _is_named(tokens: _Tokens, at: int) -> bool:
    return at > 0 and tokens[at - 1] in _NAMES_FOLLOW


def _may_be_value(tokens: _Tokens, at: int) -> bool:
    return tokens[at] in _MARKS or may_be_value(tokens[at].lower() if _is_named(tokens, at) else tokens[at])


def _tokens(template: str) -> _Tokens:
    return tuple(_TOKEN.findall(template))


def _digest(kind: Kind, tokens: _Tokens, holes: tuple[int, ...]) -> str:
    blanked = (kind, *("" if at in holes else token for at, token in enumerate(tokens)))
    return hashlib.sha256("\0".join(blanked).encode("utf-8", "surrogatepass")).hexdigest()[:16]
