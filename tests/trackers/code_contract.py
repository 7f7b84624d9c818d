"""What any code host must do, whatever is behind it. Derive a class, and give it a `history` to write and to open."""

from typing import Protocol

import pytest

from bot.errors import TrackerUnavailable
from bot.model.fix import FileChange
from bot.model.time import SECOND
from bot.trackers.code import CodeHost

DAY = 86_400
START = 1_757_900_000
UNKNOWN = "0123456789abcdef0123456789abcdef01234567"


class History(Protocol):
    """A repository to be written, with times in seconds since 1970, and opened as a host."""

    def commit(
        self,
        message: str,
        changes: dict[str, str | None] | None = None,
        parents: tuple[str, ...] | None = None,
        at: int = START,
        branch: str = "main",
    ) -> str:
        """Put a commit onto a branch, by default onto its tip; its whole name."""
        ...

    def open(self, branch: str = "main") -> CodeHost:
        """The host, anew."""
        ...


class CodeHostContract:
    """The tests of the contract."""

    @pytest.fixture
    def history(self) -> History:
        """To be given by the class that is derived."""
        raise NotImplementedError

    def test_a_commit_shows_its_parts(self, history: History) -> None:
        """Title, body, time, parents and files of a commit come whole; a name of 7 digits suffices, in any case."""
        first = history.commit("start", {"a.py": "1\n"})
        second = history.commit("Mend it (#7)\n\nFixes #12\nmore", {"a.py": "2\n", "b/c.py": "3\n"}, at=START + 5)
        found = history.open().commit(second[:7].upper())
        assert found is not None
        assert (found.sha, found.title, found.body) == (second, "Mend it (#7)", "Fixes #12\nmore")
        assert (found.at, found.parents, found.files) == ((START + 5) * SECOND, (first,), ("a.py", "b/c.py"))
        assert (found.author.lower(), found.pull) == ("ann", 7)

    @pytest.mark.parametrize("name", [UNKNOWN, UNKNOWN[:9], "main", "abc", "--all", "HEAD~1", "", "main..x"])
    def test_a_name_of_no_commit(self, history: History, name: str) -> None:
        """What names no commit is answered with None or nothing, and a branch is no commit's name."""
        tip = history.commit("start")
        host = history.open()
        assert host.commit(name) is None
        assert host.contains(tip, name) is None
        assert host.contains(name, tip) is None
        assert host.on_branch(name) is None
        assert host.file("a", name) is None
        assert (host.between(name, tip), host.between(tip, name)) == ((), ())
        assert host.changes(name, tip) == ()
        assert host.checks(name) == ()

    def test_a_branch_called_like_a_commit(self, history: History) -> None:
        """A branch whose name abbreviates a commit's is never taken for the commit."""
        fix = history.commit("fix")
        history.commit("another history", {"x": "1\n"}, parents=(), branch=fix[:8])
        found = history.open().commit(fix[:8])
        assert found is None or found.sha == fix

    def test_contains(self, history: History) -> None:
        """A commit has itself and what came before it, not what came after or beside it."""
        base = history.commit("base", {"a": "1\n"})
        side = history.commit("side", {"b": "1\n"}, parents=(base,), branch="side")
        tip = history.commit("tip", {"a": "2\n"})
        host = history.open()
        assert [host.contains(*pair) for pair in ((tip, base), (tip, tip), (side, base))] == [True] * 3
        assert [host.contains(*pair) for pair in ((base, tip), (tip, side), (side, tip))] == [False] * 3
        assert [host.on_branch(sha) for sha in (base, tip, side)] == [True, True, False]
        before = host.requests
        assert host.contains(tip, side) is False
        assert host.on_branch(side) is False
        assert host.requests == before

    def test_recent_counts_from_the_merge(self, history: History) -> None:
        """What a merge brought came onto the branch when it was merged, however old the commit is."""
        base = history.commit("base", {"a": "1\n"}, at=START)
        old = history.commit("old work", {"b": "1\n"}, parents=(base,), at=START + 1, branch="side")
        late = history.commit("late", {"a": "2\n"}, at=START + 3 * DAY)
        merge = history.commit("Merge pull request #9 from ann/side", parents=(late, old), at=START + 4 * DAY)
        host = history.open()
        recent = host.recent((START + 3 * DAY + 1) * SECOND)
        assert [commit.sha for commit in recent] == [merge, old]
        assert host.recent((START + 2 * DAY) * SECOND)[0].sha == merge
        assert {commit.sha for commit in host.recent((START + 2 * DAY) * SECOND)} == {merge, old, late}
        assert host.recent((START + 5 * DAY) * SECOND) == ()
        assert all(commit.files == () for commit in recent)

    def test_when_a_commit_landed(self, history: History) -> None:
        """What a merge brought landed with it, through merges within; what was put onto the branch itself, at once."""
        base = history.commit("base", {"a": "1\n"}, at=START)
        inner = history.commit("inner", {"c": "1\n"}, parents=(base,), at=START + 10, branch="inner")
        side = history.commit("side", {"b": "1\n"}, parents=(base,), at=START + 20, branch="side")
        joined = history.commit("Merge inner", parents=(side, inner), at=START + 30, branch="side")
        tip = history.commit("tip", {"a": "2\n"}, parents=(base,), at=START + 40)
        merge = history.commit("Merge side", parents=(tip, joined), at=START + 50)
        last = history.commit("last", {"a": "3\n"}, at=START + 60)
        for since in (START + 5, START + 45):
            landed = {commit.sha: commit.landed - START * SECOND for commit in history.open().recent(since * SECOND)}
            brought = dict.fromkeys((inner, side, joined, merge), 50 * SECOND) | {last: 60 * SECOND}
            assert {sha: at for sha, at in landed.items() if sha != tip} == brought
            assert landed.get(tip, 40 * SECOND) == 40 * SECOND

    def test_between(self, history: History) -> None:
        """The range is newest first, with files; those of a merge are what it brought."""
        base = history.commit("base", {"a": "1\n"}, at=START)
        side = history.commit("side", {"b": "1\n"}, parents=(base,), at=START + 1, branch="side")
        tip = history.commit("tip", {"a": "2\n"}, at=START + 2)
        merge = history.commit("Merge side", parents=(tip, side), at=START + 3)
        last = history.commit("last", {"c": "1\n"}, at=START + 4)
        found = history.open().between(base, last)
        files = {commit.sha: commit.files for commit in found}
        assert files == {last: ("c",), merge: ("b",), tip: ("a",), side: ("b",)}
        assert [commit.sha for commit in found][:2] == [last, merge]
        assert history.open().between(last, base) == ()

    def test_changes(self, history: History) -> None:
        """Added, modified, removed and renamed files are told with their counts and hunks, by path."""
        long = "".join(f"line {n}\n" for n in range(30))
        base = history.commit("base", {"kept": "1\n", "gone": "x\ny\n", "edited": "a\nb\n", "old name": long})
        changed = {"gone": None, "edited": "a\nB\nc\n", "new dir/ü\t.py": "n\n", "old name": None, "new name": long}
        tip = history.commit("tip", changed, at=START + 1)
        found = {change.path: change for change in history.open().changes(base, tip)}
        assert sorted(found) == ["edited", "gone", "new dir/ü\t.py", "new name"]
        assert [found[path].status for path in sorted(found)] == ["modified", "removed", "added", "renamed"]
        assert found["new name"] == FileChange("new name", "renamed", before="old name")
        assert (found["edited"].added, found["edited"].removed) == (2, 1)
        assert found["edited"].patch.splitlines()[1:] == [" a", "-b", "+B", "+c"]
        assert found["edited"].patch.startswith("@@ -1,2 +1,3 @@")

    def test_changes_since_histories_parted(self, history: History) -> None:
        """What the base did meanwhile is no change of the head's."""
        base = history.commit("base", {"a": "1\n"})
        side = history.commit("side", {"b": "1\n"}, parents=(base,), branch="side")
        tip = history.commit("tip", {"a": "2\n"})
        assert [change.path for change in history.open().changes(tip, side)] == ["b"]

    def test_a_file_of_a_commit(self, history: History) -> None:
        """A file is read as a commit has it; what isn't there, or is a folder, is None."""
        first = history.commit("first", {"d/a b.txt": "eins\n", "ü#?.py": "zwei"})
        history.commit("second", {"d/a b.txt": "anders\n"})
        host = history.open()
        assert (host.file("d/a b.txt", first), host.file("ü#?.py", first)) == ("eins\n", "zwei")
        assert [host.file(path, first) for path in ("d", "none", "../x", "/etc/passwd", "", "d/../x")] == [None] * 6

    def test_nothing_told(self, history: History) -> None:
        """Without deployments, checks or anybody at work there are none."""
        tip = history.commit("start")
        host = history.open()
        assert (host.deployments(0), host.checks(tip), host.activity(5)) == ((), (), 0)

    def test_no_such_branch(self, history: History) -> None:
        """A branch that isn't there is an error that names it."""
        history.commit("start")
        with pytest.raises(TrackerUnavailable, match="branch gone"):
            history.open("gone").recent(0)
