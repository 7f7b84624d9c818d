"""What a fix's commits change: how much, who uses it, whether an image holds it; from wherever the code is."""

import posixpath
from collections.abc import Callable, Iterable
from typing import TypeVar

from bot.errors import TrackerUnavailable
from bot.fixes.docker import included
from bot.fixes.importers import family_of, importers, word_of
from bot.fixes.risk import in_image
from bot.fixes.scope import part_of, scope_of
from bot.model.fix import Check, Commit, FileChange, FixCommit
from bot.model.scope import Importer, Inclusion, Part, Reach, Scope
from bot.model.state import IssueState
from bot.trackers.code import CodeHost
from bot.trackers.git import GitHost
from bot.usecases.codebase import Codebase, since_of

MOST_FIXES, MOST_CHANGED, MOST_CANDIDATES, MOST_DOCKERFILES = 20, 20, 400, 5
LONGEST_HISTORY = 90 * 24 * 3600 * 10**9

_DOCKERFILES = ("Dockerfile", "Containerfile")
_BEST = {True: 0, None: 1, False: 2}
_NONE: tuple[str, ...] = ()
Answer = TypeVar("Answer")


class Changed:
    """A code host, or none, behind a report's questions.

    `clone` is a local one, beside a host elsewhere or the host itself: only there every file can be read.
    """

    def __init__(self, host: CodeHost | None, clone: GitHost | None = None) -> None:
        self._host = host or clone
        self.clone = clone or (host if isinstance(host, GitHost) else None)
        self._unknown: list[str] = []

    @property
    def unknown(self) -> tuple[str, ...]:
        """Sentences on what could not be answered, each once."""
        warned = self._ask(lambda host: tuple(one.what for one in host.warnings), _NONE)
        return tuple(dict.fromkeys((*self._unknown, *warned)))

    def fixes(self, number: int, state: IssueState, until: int) -> tuple[FixCommit, ...]:
        """The fix commits of an issue as they stand now, the last 20. `until` is how far the logs were read."""
        base = Codebase(self._host, since_of([state], LONGEST_HISTORY, until))
        found = base.fixes(number, state)
        self._unknown += [warned.what for warned in base.warnings]
        return found[-MOST_FIXES:]

    def commit(self, sha: str) -> Commit | None:
        """A commit; None where it can't be read."""
        return self._ask(lambda host: host.commit(sha), None)

    def checks(self, sha: str) -> tuple[Check, ...]:
        """The check runs and statuses of a commit."""
        return self._ask(lambda host: host.checks(sha), ())

    def changes(self, sha: str) -> tuple[FileChange, ...]:
        """What a commit changes against its first parent."""
        commit = self.commit(sha)
        if commit is None or not commit.parents:
            return ()
        base = commit.parents[0]
        return self._ask(lambda host: host.changes(base, sha), ())

    def scope(self, fixes: Iterable[FixCommit]) -> Scope | None:
        """What the fix commits change together; None where no change of theirs can be read."""
        found = [changes for fix in fixes if (changes := self.changes(fix.sha))]
        return scope_of(found) if found else None

    def reach(self, scope: Scope | None, head: str) -> Reach | None:
        """Who imports the changed code at a commit; None without a clone."""
        clone = self.clone
        if clone is None or scope is None or not head:
            return None
        code = [change.path for change in scope.of(Part.CODE) if change.status != "removed"]
        known = [path for path in code if family_of(path)]
        try:
            if clone.commit(head) is None:
                self._unknown.append(f"Who imports what changed: {clone.name} lacks commit {head[:9]}; fetch it.")
                return None
            found = _importers_of(clone, known[:MOST_CHANGED], head)
        except TrackerUnavailable as error:
            self._note(error)
            return None
        looked = tuple(path for path, one in found if one is not None)
        unread = tuple(path for path in code if path not in looked)
        return Reach(tuple(one for _, many in found for one in many or ()), looked, unread)

    def inclusions(self, scope: Scope | None, head: str, dockerfile: str) -> tuple[Inclusion, ...] | None:
        """Whether an image holds the changed code; by the best of several Dockerfiles; None where there is none."""
        wanted = in_image(scope) if scope else ()
        if not wanted:
            return None
        recipes = [one for name in self._dockerfiles(head, dockerfile) if (one := self._recipe(name, head))]
        if dockerfile and not recipes:
            self._unknown.append(f"Whether the image holds the change: commit {head[:9]} has no file {dockerfile}.")
        if not recipes:
            return None
        return tuple(min((included(path, *one) for one in recipes), key=lambda one: _BEST[one.held]) for path in wanted)

    def _dockerfiles(self, head: str, named: str) -> list[str]:
        """The Dockerfile that is named, else those of the code: none of tests, documents or hidden folders."""
        if named:
            return [named]
        clone = self.clone
        paths = self._ask(lambda _: (clone.paths(head) if clone else _NONE) or ("Dockerfile",), _NONE)
        return [path for path in paths if _is_dockerfile(path)][:MOST_DOCKERFILES]

    def _recipe(self, name: str, head: str) -> tuple[str, str, str, str] | None:
        """A Dockerfile's path and text, the text of what it ignores, and that file's name."""
        text = self._file(name, head)
        if text is None:
            return None
        own = f"{name}.dockerignore"
        if (ignore := self._file(own, head)) is not None:
            return name, text, ignore, own
        return name, text, self._file(".dockerignore", head) or "", ".dockerignore"

    def _file(self, path: str, sha: str) -> str | None:
        return self._ask(lambda host: host.file(path, sha), None)

    def _ask(self, question: Callable[[CodeHost], Answer], otherwise: Answer) -> Answer:
        if self._host is None:
            return otherwise
        try:
            return question(self._host)
        except TrackerUnavailable as error:
            self._note(error)
            return otherwise

    def _note(self, error: TrackerUnavailable) -> None:
        self._unknown += [] if str(error) in self._unknown else [str(error)]


def _is_dockerfile(path: str) -> bool:
    named = posixpath.basename(path).split(".")[0] in _DOCKERFILES and not path.endswith(".dockerignore")
    return named and part_of(path) is Part.BUILD and not path.startswith(".")


def _importers_of(clone: GitHost, changed: Iterable[str], head: str) -> list[tuple[str, list[Importer] | None]]:
    """The importers of each changed file; None where too many files hold its name to look at them all."""
    paths = frozenset(clone.paths(head))
    found: list[tuple[str, list[Importer] | None]] = []
    for path in changed:
        named = [one for one in clone.naming([word_of(path)], head) if posixpath.splitext(one)[1] in family_of(path)]
        texts = clone.texts(named, head) if len(named) <= MOST_CANDIDATES else None
        found.append((path, None if texts is None else importers(path, texts, paths)))
    return found
