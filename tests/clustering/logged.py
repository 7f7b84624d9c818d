"""Entries and tracebacks as services log them."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from bot.model.entry import LogEntry

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def entry(**fields: Any) -> LogEntry:
    """An entry of these fields, as Cloud Logging's JSON names them."""
    return msgspec.convert(fields, LogEntry)


def said(text: str) -> LogEntry:
    """An entry of this text."""
    return entry(textPayload=text)


def frame(file: str, function: str, line: int = 7, source: str = "call()") -> str:
    """One frame of a traceback, with its line of code."""
    return f'  File "{file}", line {line}, in {function}\n    {source}\n'


def traceback(raised: str, *frames: str) -> str:
    """A traceback with these frames that ends in this exception."""
    return "Traceback (most recent call last):\n" + "".join(frames) + raised


OWN = frame("/app/shop/orders.py", "place_order", 31, "total = price(basket)")
INNER = frame("/app/shop/prices.py", "price", 12, "return table[key]")
LIBRARY = frame("/usr/local/lib/python3.11/site-packages/flask/app.py", "wsgi_app", 1498)
CAUSED = "\n\nThe above exception was the direct cause of the following exception:\n\n"
DURING = "\n\nDuring handling of the above exception, another exception occurred:\n\n"
