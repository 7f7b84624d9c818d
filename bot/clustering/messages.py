"""Signatures of messages, each worked out once for all messages that differ in atoms with digits alone."""

import re

import msgspec

from bot.clustering import traces
from bot.clustering.fingerprint import fingerprint
from bot.clustering.loose import said_keys
from bot.clustering.masking import mask, may_hold_code, normalise, without_digits
from bot.clustering.memory import Memory
from bot.clustering.traces.python import MARK
from bot.model.shape import shape_of
from bot.model.signature import Kind, Signature

LONGEST_TITLE = 500
MOST_SHAPES = 1_000
"""So many shapes of one message are remembered: one that holds identifiers has as many as it has entries."""

_REMEMBERED_CHARACTERS = 8_000_000
_OVERHEAD = 200
_LONGEST_SHAPE = 4_096
_DIGIT = re.compile("[0-9]")


class _Plain(msgspec.Struct):
    """What a line that is a message and nothing else says, and how many of its shapes are remembered."""

    signature: Signature
    shapes: int = 0
    since: int = 0

    def has_room(self, forgotten: int) -> bool:
        """Whether one more shape may be remembered; `forgotten` is how often all of them were forgotten."""
        if forgotten != self.since:
            self.since, self.shapes = forgotten, 0
        self.shapes += 1
        return self.shapes <= MOST_SHAPES


class Messages:
    """Signatures of the messages of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._by_masked: Memory[str, Signature] = Memory(_REMEMBERED_CHARACTERS)
        self._plain: Memory[str, _Plain] = Memory(_REMEMBERED_CHARACTERS)
        self._by_shape: Memory[bytes, Signature] = Memory(_REMEMBERED_CHARACTERS)

    def recall(self, text: str) -> Signature | None:
        """What this text says, if that is a message whose like was read before; None where it needs a closer look.

        Most lines are told by their shape, without looking at their atoms; others by what is left without these.
        """
        shape = shape_of(text)
        return self._by_shape.get(shape) or self._recalled(text, shape)

    def _recalled(self, text: str, shape: bytes) -> Signature | None:
        if traces.may_hold_trace(text) or may_hold_code(text) or MARK in text:
            return None  # such words may be part of an atom with digits
        known = self._plain.get(without_digits(text))
        if known is None:
            return None
        if len(text) <= _LONGEST_SHAPE and known.has_room(self._by_shape.forgotten):
            self._by_shape.put(shape, known.signature, len(text) + _OVERHEAD)
        return known.signature

    def signature(self, text: str) -> Signature:
        """The signature of this text as a message, whatever else it may be."""
        masked = mask(text)
        known = self._of_masked(masked)
        if MARK in text:
            return msgspec.structs.replace(known, title=_cut_off(text))
        if _is_plain(masked):
            self._remember(text, masked, known)
        return known

    def _remember(self, text: str, masked: str, known: Signature) -> None:
        """A code that was masked this time, as it is too long for one, may be read the next time: its shape tells."""
        if not may_hold_code(masked):
            self._plain.put(masked, _Plain(known), len(masked) + _OVERHEAD)
        elif len(text) <= _LONGEST_SHAPE:
            self._by_shape.put(shape_of(text), known, len(text) + _OVERHEAD)

    def _of_masked(self, masked: str) -> Signature:
        known = self._by_masked.get(masked)
        if known is None:
            template, kind = normalise(masked), self._kind
            known = Signature(fingerprint(kind, template), kind, "", template, None, said_keys(masked))
            self._by_masked.put(masked, known, len(masked) + len(template) + _OVERHEAD)
        return known


def _is_plain(masked: str) -> bool:
    """Whether all texts that are this once their atoms with digits are masked are messages, and this message."""
    return masked[:1] != "{" and not traces.may_hold_trace(masked) and not _DIGIT.search(masked)


def _cut_off(text: str) -> str:
    """The best title of a traceback that was cut off before its exception."""
    return f"(traceback cut off) {text.strip().rpartition(chr(10))[2].strip()[:LONGEST_TITLE]}"
