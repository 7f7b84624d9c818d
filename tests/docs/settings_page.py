"""docs/settings.md, made of the settings' model. `python -m tests.docs.settings_page` renews it."""

import enum
import json
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.settings import PREFIX, PolicySettings, Settings
from bot.triage import DEFAULTS

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "settings.md"
RENEW = "python -m tests.docs.settings_page"

HEAD = f"""# Settings

Every setting there is. What stands in `incidentbot.toml` of the working folder, or in the file that `--settings` names,
is overruled by environment variables, and these by options of the command line. An unknown key is an error (exit 3)
that names the key and those there are.

In a variable, a list or a table is written as JSON: `INCIDENTBOT_DEVELOPMENT='["staging"]'`. The variable of a
section's key has two underscores between the two. Secrets belong into variables, not into a file.

This page is made of the program's own model; a test compares the two, and `{RENEW}` renews it.
"""

_WORDS = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", Path: "path"}


def page() -> str:
    """The whole page."""
    fields = Settings.model_fields.items()
    plain = {name: field for name, field in fields if not isinstance(field.default, BaseModel)}
    sections = {name: field.default for name, field in fields if isinstance(field.default, BaseModel)}
    parts = [HEAD, "## Top level\n", _table(plain, ""), "\n".join(_policies())]
    for name, section in sections.items():
        parts += [f"## {name}\n", f"{type(section).__doc__}\n", _table(type(section).model_fields, name)]
    return "\n".join(parts).rstrip() + "\n"


def _table(fields: dict[str, FieldInfo], section: str) -> str:
    rows = ["| key | type | default | means | variable |", "|---|---|---|---|---|"]
    rows += [f"| {' | '.join(row)} |" for row in _rows(fields, section)]
    return "\n".join(rows) + "\n"


def _rows(fields: dict[str, FieldInfo], section: str) -> Iterator[tuple[str, ...]]:
    for name, field in fields.items():
        key = f"{section}.{name}" if section else name
        variable = PREFIX + key.replace(".", "__").upper()
        means = " ".join(filter(None, (field.description or "", _bounds(field))))
        yield f"`{key}`", _kind(field), _default(field.default), means or "", f"`{variable}`"


def _kind(field: FieldInfo) -> str:
    return _by_pattern(field.metadata) or kind_of(field.annotation)


def _by_pattern(metadata: Any) -> str:
    """What a text of this pattern is called; "" where it has none that has a name."""
    inner = [one for fact in metadata for one in (fact.metadata if isinstance(fact, FieldInfo) else (fact,))]
    return next((name for one in inner if (name := _PATTERNS.get(getattr(one, "pattern", None) or "", ""))), "")


def kind_of(annotation: Any) -> str:
    """The type in words for people who write TOML."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _by_pattern(inner[1:]) or kind_of(inner[0])
    if origin in (Union, UnionType):
        return " or ".join(kind_of(one) for one in inner if one is not NoneType)
    if origin is Literal:
        return " or ".join(f'`"{one}"`' for one in inner)
    if origin is tuple:
        return f"list of {_plural(kind_of(inner[0]))}"
    if origin is dict:
        return f"table of {_plural(kind_of(inner[1]))}"
    return _simple(annotation)


def _simple(annotation: Any) -> str:
    if annotation is SecretStr:
        return "secret text"
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return " or ".join(f'`"{one.value}"`' for one in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table as below"
    return _WORDS[annotation]


_PATTERNS = {
    r"^[1-9][0-9]{0,5}[smhd]$": "length of time",
    r"^[0-9]{1,6}[smhd]$": "length of time",
    r"^([CG][A-Z0-9]{2,30})?$": "channel id",
    r"^([\w.-]+/[\w.-]+)?$": "owner/name",
    r"^[CG][A-Z0-9]{2,30}$": "channel id",
    r"^[UWS][A-Z0-9]{2,30}$": "member or group id",
}


def _plural(kind: str) -> str:
    if kind.startswith("`"):
        return kind
    first, _, rest = kind.partition(" of ")
    head, _, tail = first.partition(" as ")
    return f"{head}s{f' as {tail}' if tail else ''}{f' of {rest}' if rest else ''}"


def _bounds(field: FieldInfo) -> str:
    """The limits that a value has to keep to."""
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    said = [f"{words[name]} {getattr(one, name)}" for one in field.metadata for name in words if hasattr(one, name)]
    text = " and ".join(said)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _default(value: Any) -> str:
    if value is None or value in ("", (), {}):
        return "none"
    if isinstance(value, Path):
        value = str(value)
    return f"`{json.dumps(value)}`"


def _policies() -> list[str]:
    """What a policy holds, and those that are built in."""
    rows = [f"| `{p.name}` | {p.priority} | `{p.measure}` | {p.activate:g} | {p.deactivate:g} | {p.least} | {p.dwell} |"
            for p in DEFAULTS]  # fmt: skip
    fields = {f"policies.NAME.{name}": field for name, field in PolicySettings.model_fields.items()}
    own = [f"| `{key}` | {kind_of(field.annotation)} | {' '.join(filter(None, (field.description, _bounds(field))))} |"
           for key, field in fields.items()]  # fmt: skip
    return [
        "## policies\n",
        f"{PolicySettings.__doc__}",
        "What isn't given of a built-in one stays; one of another name is added, and needs `priority`, `measure`,",
        "`activate` and `deactivate`. The variable is `INCIDENTBOT_POLICIES`, as JSON.\n",
        "| key | type | means |",
        "|---|---|---|",
        *own,
        "",
        "| built in | `priority` | `measure` | `activate` | `deactivate` | `least` | `dwell` |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
