"""Which commits of a branch undo which: by the name that `git revert` writes, else by the title."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.model.fix import Commit

_LEAST_SHA = 7
_LONGEST = 20_000
_NUMBERED = re.compile(r"\s*\(#[0-9]{1,9}\)$")
_NAMED = re.compile(r"\bThis reverts commit ([0-9a-f]{7,64})\b")
_REVERT = re.compile(r'Revert "(.+)"')
_REAPPLY = re.compile(r'Reapply "(.+)"')


def same_commit(one: str, other: str) -> bool:
    """True where the names are equal, or the one abbreviates the other by at least seven digits."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return len(short) >= _LEAST_SHA and long.startswith(short)


def plain_title(title: str) -> str:
    """A title without the number of the pull request that a merge puts behind it, its spaces evened."""
    return _NUMBERED.sub("", " ".join(title.split()))


class _Undoing(NamedTuple):
    """A commit that undoes others: its place, their names, or where it tells none the title it quotes."""

    place: int
    names: tuple[str, ...]
    title: str


class Reverts:
    """The reverts of a branch (newest first). `undone` are the places of commits that are reverted as it stands.

    A revert that is itself reverted undoes nothing.
    """

    def __init__(self, branch: Sequence[Commit]) -> None:
        self._titles = [plain_title(commit.title) for commit in branch]
        self._undoing = [found for place, commit in enumerate(branch) if (found := _undoing(place, commit))]
        self.undone: set[int] = set()
        for place, commit in enumerate(branch):
            if any(revert not in self.undone for revert in self.of((commit.sha,), self._titles[place], place)):
                self.undone.add(place)

    def of(self, names: Sequence[str], title: str, at: int) -> list[int]:
        """The places of the commits that revert the one at a place (beyond the end: one older than the list).

        A revert by title means the newest commit of that title before the revert.
        """
        return [
            undoing.place
            for undoing in self._undoing
            if undoing.place < at
            and (
                any(same_commit(undone, name) for undone in undoing.names for name in names)
                if undoing.names
                else undoing.title == title and title not in self._titles[undoing.place + 1 : at]
            )
        ]

    def undo_a_revert_of(self, title: str) -> bool:
        """True where a commit brings back what a revert of this title took away."""
        return any(undoing.title == f'Revert "{title}"' for undoing in self._undoing)


def _undoing(place: int, commit: Commit) -> _Undoing | None:
    """What a commit undoes; None where it is no revert. Git words the revert of a revert as `Reapply "..."`."""
    title, named = plain_title(commit.title), tuple(_NAMED.findall(commit.body[:_LONGEST]))
    if again := _REAPPLY.fullmatch(title):
        return _Undoing(place, named, f'Revert "{plain_title(again[1])}"')
    if reverted := _REVERT.fullmatch(title):
        return _Undoing(place, named, plain_title(reverted[1]))
    return _Undoing(place, named, "") if named else None
