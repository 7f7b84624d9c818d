"""Views of any document, filled from their types alone: so that a new one is tested the day it is written."""

import enum
import inspect
import pkgutil
import types
import typing
from importlib import import_module
from typing import Any

import msgspec

import bot.documents
from bot.text.untrusted import Untrusted

AT = 1_757_970_000_000_000_000
"""Nanoseconds: what every time is."""
_TIMES = ("at", "end", "first", "last", "observed_from", "observed_until", "since", "start", "started_before")


def views() -> list[type[msgspec.Struct]]:
    """Every Struct that a module of bot.documents defines."""
    modules = [import_module(f"bot.documents.{one.name}") for one in pkgutil.iter_modules(bot.documents.__path__)]
    return [
        found
        for module in modules
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, msgspec.Struct) and found.__module__ == module.__name__
    ]


def mentions(kind: object, wanted: type) -> bool:
    """Whether a type is this one or is made of it."""
    return kind is wanted or any(mentions(part, wanted) for part in typing.get_args(kind))


def filled(kind: Any, text: str, name: str = "") -> Any:
    """A value of this type: Untrusted is this text, the bot's own words are `word`, lists have two elements."""
    if kind is Untrusted:
        return Untrusted(text)
    if inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind)
        return kind(**{field: filled(hints[field], text, field) for field in kind.__struct_fields__})
    if inspect.isclass(kind) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    if kind is str:
        return _WORDS.get(name, "word")
    if kind in _PLAIN:
        return AT if kind is int and name in _TIMES else _PLAIN[kind]
    return _composed(kind, text, name)


_WORDS = {"action": "create"}
_PLAIN: dict[Any, Any] = {int: 3, float: 0.5, bool: True, type(None): None}


def _composed(kind: Any, text: str, name: str) -> Any:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return filled(next(part for part in parts if part is not type(None)), text, name)
    if origin is tuple and parts[-1] is Ellipsis:
        return (filled(parts[0], text, name), filled(parts[0], text, name))
    if origin is tuple:
        return tuple(filled(part, text, name) for part in parts)
    if origin is dict:
        return {filled(parts[0], text, name): filled(parts[1], text, name)}
    raise TypeError(f"no value of {kind} can be made: teach tests/documents/views.py")
