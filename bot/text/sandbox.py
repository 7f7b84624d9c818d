"""Jinja's sandbox, made tighter: no log text but through a filter, and nothing that makes a small value a huge one."""

import functools
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.text.bounds import counting, length, sized, step, weight
from bot.text.redaction.rule import vocabulary
from bot.text.untrusted import Untrusted

_LARGEST_NUMBER = 10_000
_LARGEST_WIDTH = 1_000
_NO_FILTERS = frozenset(("filesizeformat", "indent", "pprint", "random", "tojson", "urlize", "xmlattr"))
_GLOBALS = ("range", "dict", "namespace")
_METHODS = vocabulary("""
    capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower isnumeric
    isprintable isspace istitle isupper lower lstrip partition removeprefix removesuffix rfind rindex rpartition
    rsplit rstrip split splitlines startswith strip swapcase title upper
    """)
_WIDE = re.compile(r"%[^a-zA-Z%]*(?:[0-9]{4}|\*)")


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment. `filters` come beside Jinja's own; `elapsed` is a clock in seconds for the limit of time."""

    intercepted_binops = frozenset(["*", "**", "+", "%"])

    def __init__(
        self,
        loader: jinja2.BaseLoader,
        filters: Mapping[str, Callable[..., Any]],
        elapsed: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(
            loader=loader,
            undefined=jinja2.StrictUndefined,
            autoescape=False,  # the pages are Markdown; `_finalize` refuses what no filter escaped
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=_finalize,
        )
        own = {name: made for name, made in self.filters.items() if name not in _NO_FILTERS}
        self.globals = {name: self.globals[name] for name in _GLOBALS}
        self.filters = {**{name: _bounded(name, made) for name, made in own.items()}, **_SAFER, **filters}
        self.tests = {name: _counted(made) for name, made in dict[str, Any](self.tests).items()}
        self.elapsed = elapsed

    def step(self, output: int = 0) -> str:
        """Count a step of the rendering; templates are compiled to call it."""
        return step(output)

    def joined(self, parts: list[object]) -> str:
        """What `a ~ b` is compiled to."""
        return _joined("", parts)

    def wrap_str_format(self, value: Any) -> None:
        """No `str.format`, whose widths can't be seen before; the filter `format` is there."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return counting(super()._parse(source, name, filename))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Nothing of log text; of texts and numbers only methods whose results are no larger than they are."""
        if isinstance(obj, Untrusted) or (isinstance(obj, str | bytes | int | float) and attr not in _METHODS):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """The operators that can make large values."""
        return _BINARY[operator](left, right)


def _finalize(value: Any) -> Any:
    if isinstance(value, Untrusted):
        raise TypeError("log text needs a filter here: `code` in a line, `cell` in a table, `block` for several lines")
    step(output=sized(weight(value)))
    return value


def _size(value: object) -> int:
    return abs(value) if isinstance(value, int) else 0


def _times(left: Any, right: Any) -> Any:
    if _size(left).bit_length() + _size(right).bit_length() > _LARGEST_NUMBER:
        raise SecurityError("`*` would give too great a number")
    sized(length(left) * _size(right) + length(right) * _size(left))
    return operator.mul(left, right)


def _power(left: Any, right: Any) -> Any:
    if _size(left).bit_length() * _size(right) > _LARGEST_NUMBER:
        raise SecurityError("`**` would give too great a number")
    return operator.pow(left, right)


def _plus(left: Any, right: Any) -> Any:
    sized(length(left) + length(right))
    return operator.add(left, right)


def _filled(text: Any, values: Any) -> Any:
    if isinstance(text, str):
        if _WIDE.search(text):
            raise SecurityError("a format takes no width of four digits, and no `*`")
        given = (
            values if isinstance(values, tuple) else tuple(values.values()) if isinstance(values, dict) else (values,)
        )
        sized(len(text) + text.count("%") * max(map(length, given), default=0))
    return operator.mod(text, values)


_BINARY: dict[str, Callable[[Any, Any], Any]] = {"*": _times, "**": _power, "+": _plus, "%": _filled}


def _joined(between: str, parts: Iterable[object]) -> str:
    kept = list(parts)
    sized(weight(kept))
    texts = [str(part) for part in kept]
    sized(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


@jinja2.pass_environment
def _join(made: jinja2.Environment, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    return _joined(str(d), value if attribute is None else map(make_attrgetter(made, attribute), value))


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    sized(len(text) + text.count(old) * len(new))
    return str(text).replace(old, new, count)


def _format(text: str, *args: Any, **kwargs: Any) -> Any:
    return _filled(str(text), kwargs or args)


def _sum(numbers: Iterable[Any], attribute: str | None = None, start: float = 0) -> Any:
    if attribute is not None or not isinstance(start, int | float):
        raise SecurityError("the filter `sum` adds numbers; take an attribute with `map` first")
    return sum(numbers, start)


_SAFER: dict[str, Callable[..., Any]] = {"join": _join, "replace": _replace, "format": _format, "sum": _sum}


def _bounded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's own filter, counted; a number among its options may be no larger than a page is wide."""

    @functools.wraps(filter_)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        step(work=sized(weight(args)))
        options = (*args[2:], *kwargs.values()) if hasattr(filter_, "jinja_pass_arg") else (*args[1:], *kwargs.values())
        if any(_size(one) > _LARGEST_WIDTH for one in options):
            raise SecurityError(f"the filter `{name}` takes no number above {_LARGEST_WIDTH:,}")
        return filter_(*args, **kwargs)

    return bounded


def _counted(test: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(test)
    def counted(*args: Any, **kwargs: Any) -> Any:
        step(work=sum(map(length, args)))
        return test(*args, **kwargs)

    return counted
