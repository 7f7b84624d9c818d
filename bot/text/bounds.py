"""What a template may spend, counted while it renders, so that none takes a gigabyte or an hour."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import SecurityError

LARGEST_VALUE = 1_000_000
"""Characters of one text, items of one list."""
MOST_OUTPUT = 4_000_000
MOST_STEPS = 500_000
MOST_WORK = 100_000_000
MOST_SECONDS = 10.0


class Budget:
    """What one rendering has spent. `elapsed` is a clock in seconds; without one only the counted limits hold."""

    def __init__(self, elapsed: Callable[[], float] | None) -> None:
        self._elapsed = elapsed
        self._started = elapsed() if elapsed else 0.0
        self._output = self._steps = self._work = 0

    def step(self, output: int = 0, work: int = 0) -> None:
        """Count one step of work and what it puts out, in characters. Raises SecurityError above a limit."""
        self._steps += 1
        self._output += output
        self._work += work
        if self._output > MOST_OUTPUT:
            raise SecurityError(f"it gives more than {MOST_OUTPUT:,} characters")
        if self._steps > MOST_STEPS or self._work > MOST_WORK:
            raise SecurityError(f"it takes more than {MOST_STEPS:,} steps")
        if self._elapsed and self._elapsed() - self._started > MOST_SECONDS:
            raise SecurityError(f"it takes more than {MOST_SECONDS:.0f} seconds")


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def spending(budget: Budget) -> Iterator[None]:
    """Within this block steps count towards this budget."""
    token = _CURRENT.set(budget)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def step(output: int = 0, work: int = 0) -> str:
    """Count a step of the rendering that is under way, if one is. Raises SecurityError above a limit."""
    budget = _CURRENT.get()
    if budget:
        budget.step(output, work)
    return ""


def sized(size: int) -> int:
    """Refuse a value that would be this large, before it is made. Raises SecurityError."""
    if size > LARGEST_VALUE:
        raise SecurityError(f"it would give a text of more than {LARGEST_VALUE:,} characters or items")
    step(work=size)
    return size


def length(value: object) -> int:
    """Characters of a text, items of a list; 0 for what has none."""
    return len(value) if isinstance(value, str | list | tuple | dict | set) else 0


def weight(value: object) -> int:
    """Characters that a value has when it is written, at least; what is above the largest size isn't counted on."""
    total, waiting = 0, [value]
    while waiting and total <= LARGEST_VALUE:
        one = waiting.pop()
        total += length(one) if isinstance(one, str) else 1
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list | tuple | set):
            waiting += one
    return total


def counting(tree: nodes.Template) -> nodes.Template:
    """The template with a counted step at its start and in each body that can run again: loop, macro, call, block."""
    for body in list(tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block))):
        body.body.insert(0, _counted(body))  # type: ignore[attr-defined]
    tree.body.insert(_first_after_extends(tree), _counted(tree))
    for joined in list(tree.find_all(nodes.Concat)):
        _guard(joined)
    return tree


def _first_after_extends(tree: nodes.Template) -> int:
    return next((at + 1 for at, node in enumerate(tree.body) if isinstance(node, nodes.Extends)), 0)


def _counted(node: Any) -> nodes.Node:
    """`environment.step(characters written as they stand)`, as a statement that prints nothing."""
    written = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
    call = nodes.Call(nodes.EnvironmentAttribute("step"), [nodes.Const(written)], [], None, None)
    return nodes.ExprStmt(call).set_lineno(node.lineno or 1)


def _guard(node: nodes.Concat) -> None:
    """Make `a ~ b` a call that looks at the sizes first."""
    parts = nodes.List(list(node.nodes))
    parts.set_lineno(node.lineno)
    call = nodes.Call(nodes.EnvironmentAttribute("joined"), [parts], [], None, None)
    call.set_lineno(node.lineno)
    node.nodes = [call]
