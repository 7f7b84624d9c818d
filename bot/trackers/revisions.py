"""What every code host reads the same way: names of commits and branches, the parts of a message. Pure."""

import re

MOST_RECENT, MOST_BETWEEN, MOST_CHANGES = 1000, 250, 300
MOST_TEXT = 2**20

_SHA = re.compile(r"[0-9a-f]{7,64}")
_SQUASHED = re.compile(r"\(#([1-9]\d{0,8})\)$")
_MERGED = re.compile(r"Merge pull request #([1-9]\d{0,8}) from \S")
_BAD_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(?:^|/)[.-]|\.lock(?:/|$)|[/.]$|^/|^@$")


def sha_of(name: str) -> str:
    """A commit's name in lower case; "" for what can't be one: it has 7 to 64 hexadecimal digits."""
    lower = name.strip().lower()
    return lower if _SHA.fullmatch(lower) else ""


def is_branch(name: str) -> bool:
    """Whether this may name a branch.

    Source: https://git-scm.com/docs/git-check-ref-format
    """
    return 0 < len(name) <= 250 and not _BAD_BRANCH.search(name)


def parts_of(message: str) -> tuple[str, str]:
    """(title, body) of a commit message: its first line, and what stands below the empty line after it."""
    title, _, body = message.strip().partition("\n")
    return title.strip(), body.strip()


def pull_of(title: str) -> int:
    """The pull request that a title says a commit came by, squashed or merged; 0 where it says none."""
    found = _SQUASHED.search(title) or _MERGED.match(title)
    return int(found[1]) if found else 0


def is_path(path: str) -> bool:
    """Whether this is a path below a repository's root, as git writes it."""
    return bool(path) and "\0" not in path and not any(part in ("", ".", "..") for part in path.split("/"))
