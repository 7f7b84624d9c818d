"""What a run asks of the place where the code is: each thing once, and nothing where there is no such place."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from bot.errors import TrackerUnavailable
from bot.fixes import fix_of, mentioned, refreshed
from bot.model.fix import Commit, FixCommit, Standing
from bot.model.run import Warned
from bot.model.state import IssueState
from bot.model.time import MINUTE
from bot.model.window import Deployment
from bot.trackers.code import CodeHost

Answer = TypeVar("Answer")

_SKEW = 10 * MINUTE


class Codebase:
    """A code host, or none, behind a run's questions. What it can't answer is not known, and a warning says so once.

    `since` is the time (nanoseconds) from which commits and deployments matter.
    """

    def __init__(self, host: CodeHost | None, since: int) -> None:
        self.host, self._since = host, since
        self.warnings: list[Warned] = []
        self._branch_is_lost = False
        self.recent = lru_cache(maxsize=1)(self._recent)
        self._mentions = lru_cache(maxsize=1)(self._mentioned)
        self.deployments = lru_cache(maxsize=1)(self._deployments)
        self.contains = lru_cache(maxsize=10_000)(self._contains)
        self.on_branch = lru_cache(maxsize=1_000)(self._on_branch)
        self.commit = lru_cache(maxsize=1_000)(self._commit)
        self.between = lru_cache(maxsize=100)(self._between)

    @property
    def name(self) -> str:
        """Where the code is, for people; "" where that isn't known."""
        return self.host.name if self.host else ""

    def fixes(self, number: int, state: IssueState) -> tuple[FixCommit, ...]:
        """The fixes of an issue as they stand now: those that are linked, and those whose commits name it."""
        had = {fix.sha for fix in state.fixes} | {sha for fix in state.fixes for sha in fix.formerly}
        new = [
            fix_of(commit, commit.at, how) for commit, how in self._mentions().get(number, ()) if commit.sha not in had
        ]
        failed = tuple(fix for fix in state.fixes if fix.standing is Standing.FAILED)
        linked = (*(fix for fix in state.fixes if fix not in failed), *reversed(new))
        counted = refreshed(linked, self.recent(), self.on_branch) if self.host and linked else linked
        return (*failed, *counted)

    def standing(self, fix: FixCommit) -> Standing:
        """Where a commit stands now."""
        return refreshed((fix,), self.recent(), self.on_branch)[0].standing

    def activity(self, number: int, label: str) -> int:
        """When people last showed work on an issue, or set the label of work (nanoseconds; 0: not known)."""
        return self._ask(lambda host: host.activity(number, label), 0)

    def _recent(self) -> tuple[Commit, ...]:
        before = len(self.warnings)
        commits: tuple[Commit, ...] = self._ask(lambda host: host.recent(self._since), ())
        self._branch_is_lost = len(self.warnings) > before
        return commits

    def _mentioned(self) -> dict[int, list[tuple[Commit, str]]]:
        """By issue, the commits that say they fix it, newest first, and how they say so."""
        found: dict[int, list[tuple[Commit, str]]] = {}
        for commit in self.recent():
            for number, how in mentioned(commit, self.name).items():
                found.setdefault(number, []).append((commit, how))
        return found

    def _deployments(self) -> tuple[Deployment, ...]:
        return self._ask(lambda host: host.deployments(self._since), ())

    def _contains(self, descendant: str, ancestor: str) -> bool | None:
        return self._ask(lambda host: host.contains(descendant, ancestor), None)

    def _on_branch(self, sha: str) -> bool | None:
        self.recent()
        return None if self._branch_is_lost else self._ask(lambda host: host.on_branch(sha), None)

    def _commit(self, sha: str) -> Commit | None:
        return self._ask(lambda host: host.commit(sha), None)

    def _between(self, base: str, head: str) -> tuple[Commit, ...]:
        return self._ask(lambda host: host.between(base, head), ())

    def _ask(self, question: Callable[[CodeHost], Answer], otherwise: Answer) -> Answer:
        if self.host is None:
            return otherwise
        try:
            return question(self.host)
        except TrackerUnavailable as error:
            said = Warned(self.host.name, f"what the code tells isn't known to this run: {error}")
            if said not in self.warnings:
                self.warnings.append(said)
            return otherwise


def since_of(states: Iterable[IssueState], most: int, now: int) -> int:
    """From when on commits matter: the first failure of any of these issues, at most `most` nanoseconds ago."""
    return max(min((state.incident.first for state in states), default=now), now - most)
