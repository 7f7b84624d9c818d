"""Loose keys: what two forms of one failure share, while unrelated failures don't."""

import re
from collections.abc import Iterable

from bot.clustering.fingerprint import loose_key
from bot.clustering.masking import mask
from bot.clustering.words import FAILING
from bot.model.signature import ExceptionInfo, StackTrace

MOST_KEYS = 6
_SHORTEST = 12
_LONGEST = 1_000
_TELLING_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{2,}+")
_REPR = re.compile(r"[A-Za-z_][\w.]*+\((['\"])(.+)\1,?\)")


def said_keys(text: str) -> tuple[str, ...]:
    """Keys of a message, at most six: of its first line, and of what stands after each `: ` in it, if it says enough.

    A wrapper logs `setup failed: No module named 'x'`; the traceback's exception says `No module named 'x'`: both have
    the key of the latter. Numbers are masked, names are not. `ValueError('text')` counts as `text`.
    """
    keys: list[str] = []
    rest = mask(text.strip().split("\n", 1)[0][:_LONGEST]).strip()
    while rest and len(keys) < MOST_KEYS:
        said = _bare(rest)
        if _tells(said):
            keys.append(loose_key(said))
        _, _, rest = rest.partition(": ")
    return tuple(dict.fromkeys(keys))


def trace_keys(trace: StackTrace) -> tuple[str, ...]:
    """Keys of the exceptions from the root cause to the one that was raised last; the root cause's own come first."""
    return joined(_exception_keys(exception) for exception in trace.chain[trace.at :])


def joined(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The first six distinct of these keys."""
    return tuple(dict.fromkeys(key for some in keys for key in some))[:MOST_KEYS]


def _exception_keys(exception: ExceptionInfo) -> tuple[str, ...]:
    """Of a value that says little by itself (`KeyError: 'user_id'`) the key needs the type."""
    return (
        said_keys(exception.value)
        or (exception.value and said_keys(f"{exception.short_type}: {exception.value}"))
        or ()
    )


def _bare(said: str) -> str:
    said = said.strip().rstrip(".,;!")
    quoted = _REPR.fullmatch(said)
    return quoted[2].rstrip(".,;!") if quoted else said


def _tells(said: str) -> bool:
    return len(said) >= _SHORTEST and len(set(_WORD.findall(said.lower())) - FAILING) >= _TELLING_WORDS
