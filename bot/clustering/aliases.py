"""Aliases: templates that differ only in what looks like values, learnt from the distinct templates of a window.

An alias widens a cluster and changes no fingerprint. What is learnt depends on the set of templates alone, never on
their order or number, and more templates only ever join more of them.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

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
        return min(self.all_of(signature), key=lambda alias: (-len(alias.holes), alias), default=None)

    def all_of(self, signature: Signature) -> Iterator[Alias]:
        """Every alias this signature falls under."""
        if not self._by_tokens or signature.kind not in _ALIASED:
            return
        tokens = _tokens(signature.template)
        known = self._by_tokens.get(len(tokens), {})
        for holes in known:
            if digest := _fits(signature.kind, tokens, holes, known):
                yield Alias(len(tokens), holes, digest)

    def canonical(self, signature: Signature) -> str:
        """The fingerprint of the cluster as its aliases widen it; the signature's own where none does."""
        alias = self.of(signature)
        return _widened(alias) if alias else signature.fingerprint


def widen(
    signatures: Iterable[Signature], known: Mapping[Alias, str] = MappingProxyType({}), names: Iterable[str] = ()
) -> dict[str, Widened]:
    """What aliases, known ones and those that these signatures show, make of them; by fingerprint, of those widened.

    `names` are fingerprints that stand for something already, the first before the others: what goes by one keeps it,
    and what an alias joins to it takes it. `known` says of each alias by which fingerprint it goes. So an alias that is
    learnt later, or another version of the algorithm, gives a known cluster no new name.
    """
    signatures, order = list(signatures), {name: place for place, name in enumerate(names)}
    aliases = Aliases((*known, *learn_aliases(signatures)))
    stands_for = {_widened(alias): name for alias, name in known.items()}
    found = [(signature, aliases.of(signature)) for signature in signatures]
    taken: dict[Alias, list[str]] = defaultdict(list)
    for signature, alias in found:
        if alias:
            gone_by = (stands_for.get(name, name) for name in _goes_by(signature, aliases))
            taken[alias] += [name for name in gone_by if name in order]
    named = {alias: min(some, key=order.__getitem__) for alias, some in taken.items() if some}
    widened = ((signature, _named(signature, alias, order, named)) for signature, alias in found)
    return {signature.fingerprint: one for signature, one in widened if one}


def _goes_by(signature: Signature, aliases: Aliases) -> Iterator[str]:
    """Every fingerprint that a signature was ever counted under."""
    yield from (signature.fingerprint, signature.former)
    yield from (_widened(alias) for alias in aliases.all_of(signature))


def _named(
    signature: Signature, alias: Alias | None, order: Mapping[str, int], named: Mapping[Alias, str]
) -> Widened | None:
    """Where a signature is counted; None where that is its own fingerprint and no alias says otherwise."""
    own = next((name for name in (signature.fingerprint, signature.former) if name in order), "")
    if alias:
        return Widened(own or named.get(alias) or _widened(alias), alias)
    return Widened(own) if own and own != signature.fingerprint else None


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
