"""Playbooks: data files that say what to do about a kind of failure; the user's come before ours."""

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from bot.errors import SettingsError
from bot.model.incident import Incident, Playbook


def load_playbooks(user_folder: Path | None = None) -> tuple[Playbook, ...]:
    """The user's playbooks by file name, then the bundled ones. Raises SettingsError naming the file."""
    ours = sorted((f for f in files(__name__).iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    theirs: list[Traversable] = sorted(user_folder.glob("*.toml"), key=lambda f: f.name) if user_folder else []
    return tuple(_load(file) for file in (*theirs, *ours))


def _load(file: Traversable) -> Playbook:
    try:
        playbook = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Playbook)
        for pattern in playbook.match:
            re.compile(pattern)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError, OSError, re.error) as error:
        raise SettingsError(f"Playbook {file.name}: {error}; mend or remove it.") from None
    return playbook


_DEPRECATED = re.compile(r"\b\w*DeprecationWarning:|(?i:\b(?:is|are) deprecated\b)")


def fitting(incident: Incident, playbooks: Iterable[Playbook]) -> tuple[Playbook, ...]:
    """The playbooks whose patterns are found in what the root says, else its symptoms; in the given order.

    Generic ones yield to any other that is found in the same text.
    """
    playbooks = tuple(playbooks)
    for members in ((incident.root,), incident.symptoms):
        said = "\n".join(_said(member.title, *(sample.text for sample in member.samples)) for member in members)
        found = tuple(book for book in playbooks if any(re.search(pattern, said) for pattern in book.match))
        if found:
            return tuple(book for book in found if not book.generic) or found
    return ()


def _said(*texts: str) -> str:
    """The lines in which a failure can be told: what will be removed from a library some day has not failed."""
    lines = (line for text in texts for line in text[:4_000].splitlines())
    return "\n".join(line for line in lines if not _DEPRECATED.search(line))
