"""Who owns what failed: the service map of the settings, else CODEOWNERS of the application's own frames.

Source of the format: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from bot.model.incident import Incident

_OWNER = re.compile(r"@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:/[A-Za-z0-9._-]{1,100})?)")
_MOST_RULES = 5_000


class OwnerRule(msgspec.Struct, frozen=True):
    """A line of CODEOWNERS: a pattern of paths, and accounts or teams without their `@`; none: nobody owns it."""

    pattern: str
    owners: tuple[str, ...]


def parse_codeowners(text: str) -> tuple[OwnerRule, ...]:
    """The rules in their order. Comments, sections and lines that name no account in GitHub's form are left out."""
    rules = []
    for line in text.splitlines()[:_MOST_RULES]:
        said = re.sub(r"(?<!\\)#.*", "", line).strip()
        if not said or said.startswith(("[", "^[", "!")):
            continue
        pattern, *names = re.split(r"(?<!\\)\s+", said)
        owners = tuple(found[1] for name in names if (found := _OWNER.fullmatch(name)))
        if owners or not names:
            rules.append(OwnerRule(pattern.replace("\\ ", " ").replace("\\#", "#"), owners))
    return tuple(rules)


def owners_of(incident: Incident, rules: tuple[OwnerRule, ...], services: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Accounts and teams, the surest first: those of the service, else of the root's innermost own frame with any.

    A frame's file is matched by every end of its path: an image rarely has the repository at its root.
    """
    if mapped := services.get(incident.place.service):
        return [name.removeprefix("@") for name in mapped]
    for frame in reversed(incident.root.trace.frames if incident.root.trace else ()):
        if frame.in_app and frame.file and (found := _of_file(frame.file, rules)):
            return list(found)
    return []


def assignable(owners: list[str]) -> tuple[str, ...]:
    """Those that an issue can be assigned to: accounts, at most ten; a team can't be."""
    return tuple(dict.fromkeys(name for name in owners if "/" not in name))[:10]


def _of_file(file: str, rules: tuple[OwnerRule, ...]) -> tuple[str, ...]:
    parts = [part for part in file.replace("\\", "/").split("/") if part not in ("", ".")]
    ends = ["/".join(parts[at:]) for at in range(len(parts))]
    last = next((rule for rule in reversed(rules) if any(_pattern(rule.pattern).match(end) for end in ends)), None)
    return last.owners if last else ()


@lru_cache(maxsize=_MOST_RULES)
def _pattern(pattern: str) -> re.Pattern[str]:
    """The expression of a pattern: `/` in front or inside anchors it, `*` stays within a folder, `**` does not."""
    anchored = "/" in pattern.rstrip("/")
    body = "".join(_WILD.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/")))
    is_folder = pattern.endswith("/")
    end = r"/.*" if is_folder else r"$" if pattern.endswith("/*") else r"(?:/.*)?$"
    return re.compile(("" if anchored else r"(?:.*/)?") + body + end)


_WILD = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
