"""A trace as a language's documentation has it, and what must be read from it."""

from typing import NamedTuple


class Shape(NamedTuple):
    """`chain` are types, root cause first; `frames` the in-app ones as `module:function`, outermost first.

    `value` is the message of the exception that the application's own code raised.
    """

    text: str
    chain: list[str]
    frames: list[str]
    value: str
