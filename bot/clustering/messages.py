"""Signatures of messages, each worked out once for all messages that differ in digits alone."""

import re

import msgspec

from bot.clustering import traces
from bot.clustering.fingerprint import fingerprint
from bot.clustering.loose import said_keys
from bot.clustering.masking import mask, normalise
from bot.clustering.memory import Memory
from bot.clustering.traces.python import MARK
from bot.model.shape import shape_of
from bot.model.signature import Kind, Signature

LONGEST_TITLE = 500
_REMEMBERED_CHARACTERS = 8_000_000
_OVERHEAD = 200
_LONGEST_SHAPE = 4_096
_DIGIT = re.compile("[0-9]")


class Messages:
    """Signatures of the messages of one kind. `recall` has what a plain line of this shape says, or None."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._by_masked: Memory[str, Signature] = Memory(_REMEMBERED_CHARACTERS)
        self._by_shape: Memory[bytes, Signature] = Memory(_REMEMBERED_CHARACTERS)
        self.recall = self._by_shape.get

    def signature(self, text: str) -> Signature:
        """The signature of this text as a message, whatever else it may be."""
        masked = mask(text)
        known = self._of_masked(masked)
        if MARK in text:
            return msgspec.structs.replace(known, title=_cut_off(text))
        if _tells_by_shape(text) and not _DIGIT.search(masked):
            self._by_shape.put(shape_of(text), known, len(text) + _OVERHEAD)
        return known

    def _of_masked(self, masked: str) -> Signature:
        known = self._by_masked.get(masked)
        if known is None:
            template, kind = normalise(masked), self._kind
            known = Signature(fingerprint(kind, template), kind, "", template, None, said_keys(masked))
            self._by_masked.put(masked, known, len(masked) + len(template) + _OVERHEAD)
        return known


def _tells_by_shape(text: str) -> bool:
    """Whether this text, in an entry of this kind, is a message and nothing else, whichever digits it has."""
    return len(text) <= _LONGEST_SHAPE and text[:1] != "{" and not traces.may_hold_trace(text)


def _cut_off(text: str) -> str:
    """The best title of a traceback that was cut off before its exception."""
    return f"(traceback cut off) {text.strip().rpartition(chr(10))[2].strip()[:LONGEST_TITLE]}"
