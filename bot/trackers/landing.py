"""When commits came onto a branch: with the commit of its own line that brought them. Pure."""

from collections.abc import Iterable

from msgspec.structs import replace as replaced

from bot.model.fix import Commit


def landed(commits: Iterable[Commit], tip: str) -> list[Commit]:
    """The same commits, each with the time at which it came onto the branch whose newest commit is `tip`.

    A branch's own line goes from its tip by first parents. What a merge on it brought, as far as `commits` connect it
    with the merge, landed when that was made; where they don't, `landed` stays as it is.
    """
    commits = list(commits)
    known = {commit.sha: commit for commit in commits}
    times: dict[str, int] = {}
    for own in reversed(_line(known, tip)):
        waiting = [own.sha]
        while waiting:
            commit = known.get(waiting.pop())
            if commit and commit.sha not in times:
                times[commit.sha] = own.at
                waiting.extend(commit.parents)
    return [replaced(commit, landed=times.get(commit.sha, commit.landed)) for commit in commits]


def _line(known: dict[str, Commit], tip: str) -> list[Commit]:
    """The branch's own commits, newest first."""
    line: dict[str, Commit] = {}
    commit = known.get(tip)
    while commit and commit.sha not in line:
        line[commit.sha] = commit
        commit = known.get(commit.parents[0]) if commit.parents else None
    return list(line.values())
