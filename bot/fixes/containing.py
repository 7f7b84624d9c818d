"""Whether a revision holds a fix: by the code host's word, else by what deployments name, else by time."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

from bot.fixes.reverts import same_commit
from bot.fixes.timeline import SKEW, Step, Timeline
from bot.model.fix import FixCommit, Standing

Contains = Callable[[str, str], bool | None]

MOST_ASKED = 5
"""Of so many commits it is asked whether one of them holds a fix, where their answers only serve to guess."""

_WITHDRAWN = (Standing.GONE, Standing.REVERTED)


class Held(NamedTuple):
    """Whether a fix is in what runs (None: not known), and whether that is assumed rather than told by a commit."""

    yes: bool | None
    assumed: bool = False


def in_force(fixes: Iterable[FixCommit]) -> tuple[FixCommit, ...]:
    """The fixes that count: not those that were reverted or are gone from the branch."""
    return tuple(fix for fix in fixes if fix.standing not in _WITHDRAWN)


class Holding:
    """Answers which steps of one timeline hold a fix, by `contains(descendant, ancestor)`, which may cost a request.

    1. The step's commit is the fix: it holds it. 2. The step was first rolled out before the fix came onto the branch,
    and isn't one of `asked`: it doesn't. 3. The step's commit is known to the code host: its word. 4. Another step's
    commit is, or holds, the fix: what was first rolled out later is assumed to hold it too, what came first does not.
    5. What was first rolled out after the fix came onto the branch, or where that isn't known was linked, is assumed to
    hold it, unless it names a commit that nobody can compare.
    """

    def __init__(self, line: Timeline, contains: Contains, asked: Iterable[Step] = ()) -> None:
        self._steps, self._contains = line.steps, contains
        self._asked = frozenset(step.name for step in asked)
        self._firsts: dict[str, int] = {}
        for step in line.steps:
            if step.commit:
                self._firsts[step.commit] = min(step.first, self._firsts.get(step.commit, step.first))
        self._answers: dict[tuple[str, str], bool | None] = {}

    def holds(self, step: Step, fix: FixCommit) -> Held:
        """Whether the step holds the fix."""
        told = self._told(step, fix)
        if told is not None:
            return Held(told)
        first = self._first(step)
        if self._reached(fix, first):
            return Held(True, assumed=True) if step.begun else Held(None)
        if self._reached(fix):
            return Held(False, assumed=True) if step.begun else Held(None)
        if step.commit and not fix.merged:
            return Held(None)
        since = fix.merged or fix.linked
        if not since:
            return Held(None)
        if not step.begun and first > since:
            return Held(None)
        return Held(first > since, assumed=True)

    def holds_all(self, step: Step, fixes: Iterable[FixCommit]) -> Held:
        """Whether the step holds every one of these fixes: False before None before True."""
        held = [self.holds(step, fix) for fix in fixes]
        if any(one.yes is False for one in held):
            return Held(False, all(one.assumed for one in held if one.yes is False))
        if not held or any(one.yes is None for one in held):
            return Held(None)
        return Held(True, any(one.assumed for one in held))

    def predates(self, step: Step, fix: FixCommit) -> bool:
        """Whether the step was first rolled out before the fix came onto the branch, whatever two clocks differ by."""
        return self._first(step) < fix.merged - SKEW

    def _told(self, step: Step, fix: FixCommit) -> bool | None:
        """What commits and the time of the merge say; None where they say nothing."""
        if _is_fix(step, fix):
            return True
        if step.name not in self._asked and self.predates(step, fix):
            return False
        key = (step.commit, fix.sha)
        if step.commit and key not in self._answers:
            self._answers[key] = self._contains(*key)
        return self._answers.get(key)

    def _reached(self, fix: FixCommit, until: int | None = None) -> bool:
        """Whether a step that was first rolled out until then holds the fix, by what commits say.

        Of those that have to be asked, the newest that says anything counts for all.
        """
        named = [one for one in self._steps if one.commit and (until is None or self._first(one) <= until)]
        if any(_is_fix(one, fix) for one in named):
            return True
        newest_first = sorted(named, key=self._first, reverse=True)
        commits = {one.commit: one for one in newest_first if not self.predates(one, fix)}
        answers = (self._told(one, fix) for one in islice(commits.values(), MOST_ASKED))
        return next((told for told in answers if told is not None), False)

    def _first(self, step: Step) -> int:
        """When what the step brings was first rolled out: the commit, where it names one."""
        return self._firsts.get(step.commit, step.first)


def _is_fix(step: Step, fix: FixCommit) -> bool:
    return bool(step.commit) and any(same_commit(step.commit, name) for name in (fix.sha, *fix.formerly))
