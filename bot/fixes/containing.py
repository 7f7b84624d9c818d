"""Whether a revision holds a fix: by the code host's word, else by what deployments name, else by time."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from bot.fixes.reverts import same_commit
from bot.fixes.timeline import Step, Timeline
from bot.model.fix import FixCommit, Standing

Contains = Callable[[str, str], bool | None]

_WITHDRAWN = (Standing.GONE, Standing.REVERTED)


class Held(NamedTuple):
    """Whether a fix is in what runs (None: not known), and whether that is assumed rather than told by a commit."""

    yes: bool | None
    assumed: bool = False


def in_force(fixes: Iterable[FixCommit]) -> tuple[FixCommit, ...]:
    """The fixes that count: not those that were reverted or are gone from the branch."""
    return tuple(fix for fix in fixes if fix.standing not in _WITHDRAWN)


class Holding:
    """Answers which steps of one timeline hold a fix, by `contains(descendant, ancestor)`.

    1. The step's commit is known to the code host: its word. 2. The step's commit is the fix: it holds it. 3. Another
    step's commit is, or holds, the fix: what was first rolled out later is assumed to hold it too, what came first does
    not. 4. What was first rolled out after the fix came onto the branch, or where that isn't known was linked, is
    assumed to hold it, unless it names a commit that nobody can compare.
    """

    def __init__(self, line: Timeline, contains: Contains) -> None:
        self._line, self._contains = line, contains

    def holds(self, step: Step, fix: FixCommit) -> Held:
        """Whether the step holds the fix."""
        told = self._told(step, fix)
        if told is not None:
            return Held(told)
        first = self._first(step)
        holding = [self._first(one) for one in self._line.steps if self._told(one, fix)]
        if holding:
            return Held(first >= min(holding), assumed=True) if step.begun else Held(None)
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

    def _told(self, step: Step, fix: FixCommit) -> bool | None:
        """What commits say; None where they say nothing."""
        if not step.commit:
            return None
        if any(same_commit(step.commit, name) for name in (fix.sha, *fix.formerly)):
            return True
        return self._contains(step.commit, fix.sha)

    def _first(self, step: Step) -> int:
        """When what the step brings was first rolled out: the commit, where it names one."""
        same = (one.first for one in self._line.steps if step.commit and one.commit == step.commit)
        return min(same, default=step.first)
