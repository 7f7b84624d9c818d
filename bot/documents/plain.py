"""A report's values as JSON has them: the same names as in the templates, times as people write them."""

from typing import Any

import msgspec

from bot.model.time import MINUTE, iso
from bot.text.untrusted import Untrusted
from bot.text.visible import visible

_TIMES = frozenset(("at", "end", "first", "last", "observed_from", "observed_until", "since", "start"))
_MINUTES = frozenset(("minutes", "peak_at"))


def plain(value: Any, name: str = "") -> Any:
    """Structs as objects, Untrusted as redacted text, times as RFC 3339; lengths of time stay nanoseconds."""
    if isinstance(value, Untrusted):
        return visible(value)
    if isinstance(value, msgspec.Struct):
        return {field: plain(getattr(value, field), field) for field in value.__struct_fields__}
    if isinstance(value, dict):
        return {_key(key, name): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return iso(value) if name in _TIMES else iso(value * MINUTE) if name in _MINUTES else value
    return value


def _key(key: object, name: str) -> str:
    return iso(key * MINUTE) if name in _MINUTES and isinstance(key, int) else str(key)
