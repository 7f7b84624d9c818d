"""The history of a local clone, through git itself, which only reads and reaches no network."""

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from bot.errors import SettingsError, TrackerUnavailable
from bot.model.fix import Check, Commit, FileChange
from bot.model.run import Warned
from bot.model.time import SECOND
from bot.model.window import Deployment
from bot.trackers.gitprocess import Git
from bot.trackers.landing import landed
from bot.trackers.revisions import (
    MOST_BETWEEN,
    MOST_CHANGES,
    MOST_RECENT,
    MOST_TEXT,
    is_branch,
    is_path,
    parts_of,
    pull_of,
    sha_of,
)

SKEWED = 5
"""So many older commits in a row end the look for recent ones: clocks of committers differ. Git itself takes 5."""

_FORMAT = "--format=%H%x00%P%x00%ct%x00%an%x00%B"
_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "--ignore-submodules=none")
_STATUS = {"A": "added", "C": "added", "D": "removed", "R": "renamed"}
_BOT = re.compile(r"\[bot\]$")


class GitHost:
    """A folder's clone. The tracked branch is what `origin` has of it as last fetched, else the local branch.

    In a shallow clone a commit that isn't found may lie beyond its end: what would need the rest is not known.
    """

    def __init__(self, folder: Path, branch: str = "", git: Git | None = None) -> None:
        if branch and not is_branch(branch):
            raise SettingsError(f"{branch[:100]!r} can't be a branch: name the tracked one as git branch shows it.")
        self.name = str(folder)
        self.branch = branch
        self._git = git or Git(folder)
        self._tip = ""
        self._cut: frozenset[str] | None = None
        self._whole: dict[str, str] = {}
        self._contains: dict[tuple[str, str], bool | None] = {}

    @property
    def requests(self) -> int:
        """Processes started."""
        return self._git.started

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """That the clone is cut off somewhere, so that much isn't known."""
        told = "The clone holds only a part of the history: fetch the rest (git fetch --unshallow; fetch-depth: 0)."
        return (Warned(self.name, told),) if self._shallow() else ()

    def recent(self, since: int) -> tuple[Commit, ...]:
        """Commits that came onto the branch since a time: those of a merge came when it was merged."""
        chain = (
            "log",
            "-z",
            "--first-parent",
            f"--max-count={MOST_RECENT}",
            "--format=%H %ct",
            self._branch_tip(),
            "--",
        )
        told = [line.split(" ") for line in self._git.ask(*chain).text.split("\0") if line]
        times = [(sha, int(at) * SECOND) for sha, at in told]
        kept = _newer([at for _, at in times], since)
        if not kept:
            return ()
        before = [f"^{times[kept][0]}"] if kept < len(times) else []
        return tuple(landed(self._log(MOST_RECENT, self._branch_tip(), *before), self._branch_tip()))

    def commit(self, sha: str) -> Commit | None:
        """A commit with its files; the end of a shallow clone shows none, since its parent isn't there."""
        whole = self._resolved(sha)
        if not whole:
            return None
        return next(self._with_files(self._log(1, whole)), None)

    def contains(self, descendant: str, ancestor: str) -> bool | None:
        """Whether one commit has the other in its history; None where either is unknown or the clone ends before."""
        later, earlier = self._resolved(descendant), self._resolved(ancestor)
        if not later or not earlier:
            return None
        key = (later, earlier)
        if key not in self._contains:
            self._contains[key] = self._is_ancestor(earlier, later)
        return self._contains[key]

    def on_branch(self, sha: str) -> bool | None:
        """Whether the branch has this commit."""
        return self.contains(self._branch_tip(), sha)

    def between(self, base: str, head: str) -> tuple[Commit, ...]:
        """What `head` has and `base` hasn't, newest first, with files; empty where that isn't known."""
        older, newer = self._resolved(base), self._resolved(head)
        if not older or not newer or (self._shallow() and self.contains(newer, older) is not True):
            return ()
        return tuple(self._with_files(self._log(MOST_BETWEEN, newer, f"^{older}")))

    def changes(self, base: str, head: str) -> tuple[FileChange, ...]:
        """What the files underwent from where the two histories parted until `head`."""
        older, newer = self._resolved(base), self._resolved(head)
        if not older or not newer or (self._shallow() and self.contains(newer, older) is not True):
            return ()
        parted = self._git.ask("merge-base", older, newer).text
        if not parted:
            return ()
        command = ("diff-tree", "-r", *_DIFF)
        told = self._git.ask(*command, "--raw", "--numstat", "-z", "--no-abbrev", parted, newer)
        patches = _patches(self._git.ask(*command, "-p", "--src-prefix=a/", "--dst-prefix=b/", parted, newer).text)
        changes = list(_changes(told.text.split("\0")))
        if len(patches) == len(changes):
            changes = [msgspec.structs.replace(one, patch=text) for one, text in zip(changes, patches, strict=True)]
        return tuple(sorted(changes, key=lambda change: change.path)[:MOST_CHANGES])

    def file(self, path: str, sha: str) -> str | None:
        """A text file of a commit; None for what is none: a folder, a link, bytes, too long."""
        whole = self._resolved(sha)
        if not whole or not is_path(path):
            return None
        told = self._git.ask("ls-tree", "-z", "-l", whole, "--", path).text.split("\0")[0]
        facts, _, _ = told.partition("\t")
        mode, _, blob, size = facts.split() if len(facts.split()) == 4 else ("", "", "", "")
        if not mode.startswith("100") or not size.isdecimal() or int(size) > MOST_TEXT:
            return None
        return _text(self._git.ask("cat-file", "blob", blob).out)

    def paths(self, sha: str) -> tuple[str, ...]:
        """Every file of a commit, sorted; empty where the commit isn't known."""
        whole = self._resolved(sha)
        if not whole:
            return ()
        listed = self._git.ask("ls-tree", "-r", "-z", "--name-only", whole).text
        return tuple(sorted(path for path in listed.split("\0") if path))

    def texts(self, paths: Iterable[str], sha: str) -> dict[str, str]:
        """The text files among these paths of a commit, by path, read by one process; what is no text is left out."""
        whole, wanted = self._resolved(sha), [path for path in paths if is_path(path) and "\n" not in path]
        if not whole or not wanted:
            return {}
        given = "".join(f"{whole}:{path}\n" for path in wanted).encode()
        data, at = self._git.ask("cat-file", "--batch", given=given).out, 0
        found: dict[str, str] = {}
        for path in wanted:
            end = data.index(b"\n", at)
            facts = data[at:end].split(b" ")
            if len(facts) != 3 or not facts[2].isdigit():
                at = end + 1
                continue
            size = int(facts[2])
            text = _text(data[end + 1 : end + 1 + size]) if facts[1] == b"blob" and size <= MOST_TEXT else None
            found |= {} if text is None else {path: text}
            at = end + size + 2
        return found

    def naming(self, words: Iterable[str], sha: str) -> tuple[str, ...]:
        """Text files of a commit that hold any of these words, sorted; what a closer look is worth."""
        whole, wanted = self._resolved(sha), [word for word in words if word and "\n" not in word]
        if not whole or not wanted:
            return ()
        asked = [part for word in wanted for part in ("-e", word)]
        listed = self._git.ask("grep", "-z", "-l", "-I", "-w", "-F", "--no-color", *asked, whole, "--").text
        return tuple(sorted(row.removeprefix(f"{whole}:") for row in listed.split("\0") if row))

    def deployments(self, since: int) -> tuple[Deployment, ...]:
        """None: nobody tells a clone of deployments."""
        return ()

    def checks(self, sha: str) -> tuple[Check, ...]:
        """None: a clone holds no results of checks."""
        return ()

    def activity(self, number: int, label: str = "") -> int:
        """When a commit on any branch last named the issue, in words like `#12`, `GH-12` or `issue-12` (0: never)."""
        named = rf"(^|[^0-9A-Za-z])(#|gh-|issue[-_ /#]?){int(number)}([^0-9A-Za-z]|$)"
        looked = ("--branches", "--remotes", "--extended-regexp", "--regexp-ignore-case", f"--grep={named}")
        told = self._git.ask("log", "-z", "--max-count=50", "--format=%ct %an", *looked, "--").text
        rows = [row.partition(" ") for row in told.split("\0") if row]
        return max((int(at) * SECOND for at, _, author in rows if not _BOT.search(author)), default=0)

    def _log(self, most: int, *revisions: str) -> Iterator[Commit]:
        command = ("log", "-z", f"--max-count={most}", "--no-color", "--encoding=UTF-8", "--topo-order", _FORMAT)
        fields = self._git.ask(*command, *revisions, "--").text.split("\0")
        for sha, parents, at, author, message in itertools.zip_longest(*[iter(fields)] * 5, fillvalue=""):
            if sha:
                title, body = parts_of(message)
                yield Commit(
                    sha=sha,
                    title=title,
                    body=body,
                    author=author,
                    at=int(at) * SECOND,
                    parents=tuple(parents.split()),
                    pull=pull_of(title),
                )

    def _with_files(self, commits: Iterable[Commit]) -> Iterator[Commit]:
        """The same commits with the paths they touch; a merge's are those it brought to its first parent."""
        known = list(commits)
        whole = [commit.sha for commit in known if commit.sha not in self._shallow()]
        command = ("diff-tree", "--stdin", "-r", "-z", "--root", "--raw", "--no-renames", "--diff-merges=first-parent")
        told = self._git.ask(*command, given="".join(f"{sha}\n" for sha in whole).encode()).text if whole else ""
        files = _touched(told.split("\0"))
        return (msgspec.structs.replace(commit, files=tuple(files.get(commit.sha, ()))) for commit in known)

    def _is_ancestor(self, earlier: str, later: str) -> bool | None:
        if earlier == later or self._git.ask("merge-base", "--is-ancestor", earlier, later).status == 0:
            return True
        if not self._shallow():
            return False
        return False if self._git.ask("merge-base", "--is-ancestor", later, earlier).status == 0 else None

    def _resolved(self, name: str) -> str:
        """The whole name of a commit; "" where there is none, or several, of this abbreviation.

        A branch or tag may be called like an abbreviation and would be taken for it: only objects are asked for.
        """
        sha = sha_of(name)
        if sha and sha not in self._whole:
            asked = [sha] if len(sha) in (40, 64) else self._objects(sha)
            found = [whole for one in asked if (whole := self._commit_named(one))]
            self._whole[sha] = found[0] if len(found) == 1 else ""
        return self._whole.get(sha, "")

    def _objects(self, prefix: str) -> list[str]:
        return self._git.ask("rev-parse", f"--disambiguate={prefix}").text.split()[:20]

    def _commit_named(self, sha: str) -> str:
        kind = self._git.ask("cat-file", "-t", sha, absent=True)
        return sha if kind.text == "commit" else ""

    def _shallow(self) -> frozenset[str]:
        """Where the clone was cut off: commits whose parents aren't there."""
        if self._cut is None:
            shown = self._git.ask("rev-parse", "--is-shallow-repository", "--git-path", "shallow").text.split("\n", 1)
            cut = (self._git.folder / shown[1]).read_text("ascii") if shown[0] == "true" else ""
            self._cut = frozenset(cut.split())
        return self._cut

    def _branch_tip(self) -> str:
        """The newest commit of the tracked branch. Raises TrackerUnavailable where there is none."""
        if not self._tip:
            self.branch = self.branch or self._default_branch()
            wanted = [f"refs/remotes/origin/{self.branch}", f"refs/heads/{self.branch}"]
            found = self._git.ask("for-each-ref", "--format=%(refname) %(objectname)", *wanted).text
            tips = dict(line.split(" ") for line in found.splitlines())
            self._tip = next((tips[name] for name in wanted if name in tips), "")
        if not self._tip:
            raise TrackerUnavailable(
                f"{self.name} has no branch {self.branch} with a commit: fetch it, or name the tracked branch."
            )
        return self._tip

    def _default_branch(self) -> str:
        origin = self._git.ask("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").text
        here = origin or self._git.ask("symbolic-ref", "--quiet", "HEAD").text
        name = here.removeprefix("refs/remotes/origin/").removeprefix("refs/heads/")
        if not name:
            raise TrackerUnavailable(
                f"{self.name} is at no branch and knows none of origin's: name the tracked branch."
            )
        return name


def _newer(times: list[int], since: int) -> int:
    """How many of these times, newest first as a rule, belong to what came since; a few late clocks end nothing."""
    kept = older = 0
    for position, at in enumerate(times, 1):
        kept, older = (position, 0) if at >= since else (kept, older + 1)
        if older == SKEWED:
            break
    return kept


def _touched(tokens: list[str]) -> dict[str, list[str]]:
    """Paths by commit, from raw records: a commit's name, then `:modes names status` and a path for each file."""
    files: dict[str, list[str]] = {}
    sha, following = "", iter(tokens)
    for token in following:
        if token.startswith(":"):
            files[sha].append(next(following, ""))
        elif token.strip():
            sha = token.strip()
            files[sha] = []
    return files


def _changes(tokens: list[str]) -> Iterator[FileChange]:
    """Raw records, and then the counts of the same files in the same order."""
    following = iter(tokens)
    raw: list[tuple[str, str, str]] = []
    for token in following:
        if not token.startswith(":"):
            following = itertools.chain([token], following)
            break
        letter = token.rsplit(" ", 1)[-1][:1]
        before = next(following, "")
        raw.append((_STATUS.get(letter, "modified"), before if letter in "RC" else "", before))
        if letter in "RC":
            raw[-1] = (raw[-1][0], before, next(following, ""))
    for (status, before, path), counts in zip(raw, following, strict=False):
        added, removed, named = counts.split("\t", 2)
        if not named:
            next(following, ""), next(following, "")
        yield FileChange(
            path=path,
            status=status,
            added=int(added) if added.isdecimal() else 0,
            removed=int(removed) if removed.isdecimal() else 0,
            before=before,
        )


def _patches(text: str) -> list[str]:
    """The hunks of each file; within a hunk no line begins as a header does."""
    files = re.split(r"(?m)^diff --git .*\n", text)[1:]
    return [patch[hunk.start() :] if (hunk := re.search(r"(?m)^@@ ", patch)) else "" for patch in files]


def _text(data: bytes) -> str | None:
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None
