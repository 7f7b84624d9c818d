"""Where fix commits stand on the tracked branch: there, found again under another name, gone, or reverted."""

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace as replaced

from bot.fixes.mentions import mentioned
from bot.fixes.reverts import Reverts, plain_title, same_commit
from bot.model.fix import Commit, FixCommit, Standing

__all__ = ["fix_of", "mentioned", "refreshed"]

OnBranch = Callable[[str], bool | None]

_LONGEST = 20_000
_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_LISTED = re.compile(r"^[*-] (.+)$", re.MULTILINE)


def fix_of(commit: Commit, linked: int, source: str) -> FixCommit:
    """The commit as a fix that was linked at a time (nanoseconds) by a source; where it stands isn't known yet."""
    return FixCommit(commit.sha, commit.title, linked, source, commit.author)


def refreshed(fixes: Iterable[FixCommit], branch: Sequence[Commit], on_branch: OnBranch) -> tuple[FixCommit, ...]:
    """The fixes, each where it stands now. `branch` are recent commits of the tracked branch, newest first.

    A fix that isn't on the branch by its name is looked for by what says that it is the same change: a cherry-pick's
    trailer, its title (with or without the number of a pull request), a squash that lists it. Where it is found, `sha`
    moves and `formerly` keeps the old name. What was on the branch and no longer is, is gone. A revert counts unless it
    was itself reverted. `on_branch` is asked for each fix's name; None where it isn't known.
    """
    reverts = Reverts(branch)
    return tuple(_reverted(_found(fix, branch, on_branch), branch, reverts) for fix in fixes)


def _found(fix: FixCommit, branch: Sequence[Commit], on_branch: OnBranch) -> FixCommit:
    here = next((commit for commit in branch if same_commit(commit.sha, fix.sha)), None)
    standing = True if here else on_branch(fix.sha)
    if standing:
        return _standing_on(fix, here)
    if again := _again(fix, branch):
        moved = replaced(fix, sha=again.sha, formerly=(*fix.formerly, fix.sha))
        return _standing_on(moved, again)
    if standing is None:
        return fix if fix.standing is Standing.ELSEWHERE else replaced(fix, standing=Standing.UNKNOWN)
    was_there = fix.standing in (Standing.ON_BRANCH, Standing.REVERTED, Standing.GONE) or fix.merged
    return replaced(fix, standing=Standing.GONE if was_there else Standing.ELSEWHERE)


def _standing_on(fix: FixCommit, commit: Commit | None) -> FixCommit:
    """The fix on the branch, since it landed there; where that isn't known, since no earlier than it was made.

    What was reverted stays so until the revert's own revert is seen.
    """
    kept = Standing.REVERTED if fix.standing is Standing.REVERTED else Standing.ON_BRANCH
    if commit is None:
        return replaced(fix, standing=kept)
    merged = commit.landed or max(fix.merged, commit.at)
    title, author = fix.title or commit.title, fix.author or commit.author
    return replaced(fix, title=title, author=author, merged=merged, standing=kept)


def _again(fix: FixCommit, branch: Sequence[Commit]) -> Commit | None:
    """The newest commit of the branch that is the same change."""
    names = (fix.sha, *fix.formerly)
    picked = (commit for commit in branch if _picks(commit, names))
    title = plain_title(fix.title)
    if len(title.split()) < 2:
        return next(picked, None)
    titled = (commit for commit in branch if plain_title(commit.title) == title)
    squashed = (commit for commit in branch if title in map(plain_title, _LISTED.findall(commit.body[:_LONGEST])))
    return next(picked, None) or next(titled, None) or next(squashed, None)


def _picks(commit: Commit, names: Sequence[str]) -> bool:
    return any(same_commit(sha, name) for sha in _PICKED.findall(commit.body[-_LONGEST:]) for name in names)


def _reverted(fix: FixCommit, branch: Sequence[Commit], reverts: Reverts) -> FixCommit:
    """The fix as reverts leave it; one that was landed anew after its revert goes by the newer commit's name."""
    if fix.standing not in (Standing.ON_BRANCH, Standing.REVERTED):
        return fix
    at = next((place for place, commit in enumerate(branch) if same_commit(commit.sha, fix.sha)), len(branch))
    places = reverts.of((fix.sha, *fix.formerly), plain_title(fix.title), at)
    if not places:
        stays = fix.standing is Standing.REVERTED and not reverts.undo_a_revert_of(plain_title(fix.title))
        return replaced(fix, standing=Standing.REVERTED if stays else Standing.ON_BRANCH)
    standing = [place for place in places if place not in reverts.undone]
    if not standing:
        return replaced(fix, standing=Standing.ON_BRANCH)
    again = _again(fix, branch[: min(standing)])
    if again and branch.index(again) not in reverts.undone:
        moved = replaced(fix, sha=again.sha, formerly=(*fix.formerly, fix.sha), standing=Standing.ON_BRANCH)
        return _standing_on(moved, again)
    return replaced(fix, standing=Standing.REVERTED)
