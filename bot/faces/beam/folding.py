"""The fold as Beam takes it: entries into parts, parts into one, in any order and grouping, on any machine."""

from collections.abc import Iterable
from typing import Any

import apache_beam as beam

from bot.faces.beam.plan import Plan
from bot.faces.beam.rules import Rules
from bot.model.entry import LogEntry
from bot.model.signature import Signature
from bot.observing import Observer
from bot.text.redaction import using
from bot.usecases.windows import Account, Partial, unsigned

Signed = tuple[LogEntry, Signature]
"""An entry with its signature; a trace's lines have that of the whole trace."""


class Part(Partial):
    """A part that knows what to hide: wherever it is sent, it goes as redacted JSON."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(Observer(unsigned, rules.environment_of), Account(names=rules.names))
        self._rules = rules

    def encoded(self) -> bytes:
        """As `Partial.encoded`, redacted by the rules."""
        with using(self._rules.redactor()):
            return super().encoded()

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (self._rules, self.encoded())


def restored(rules: Rules, stored: bytes) -> Part:
    """The part that was sent so."""
    part = Part(rules)
    part.take(stored)
    return part


class _PartFn(beam.CombineFn):  # type: ignore[misc]
    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def create_accumulator(self) -> Part:
        """An empty part."""
        return Part(self._rules)

    def merge_accumulators(self, accumulators: Iterable[Part]) -> Part:
        """All parts as one; they stay as they are."""
        whole = Part(self._rules)
        for part in accumulators:
            whole.merge(part)
        return whole

    def extract_output(self, accumulator: Part) -> bytes:
        """The part as redacted JSON."""
        return accumulator.encoded()


class FoldFn(_PartFn):
    """Signed entries into one part: the very fold of a single process."""

    def add_input(self, accumulator: Part, element: Signed) -> Part:
        """Count one entry."""
        accumulator.observer.add(*element)
        return accumulator


class JoinFn(_PartFn):
    """Stored parts into one."""

    def add_input(self, accumulator: Part, element: bytes) -> Part:
        """Merge one part."""
        accumulator.take(element)
        return accumulator


def folded(signed: Any, plan: Plan, name: str) -> Any:
    """(environment, service and slice, signed entry) -> a stored part of each."""
    return signed | name >> beam.CombinePerKey(FoldFn(plan.rules)) | f"{name}: parts" >> beam.Values()
