"""Whether a failure that was seen says that a fix doesn't work: by the revisions that it was seen on."""

from collections.abc import Callable, Iterable, Iterator

from bot.model.fix import Live, Liveness
from bot.model.incident import Incident
from bot.model.state import IssueState, Reason
from bot.model.time import iso

Place = tuple[str, str]
HasFix = Callable[[Place, str], bool | None]


def judged(state: IssueState, newer: Incident | None, runs: Iterable[Live], has_fix: HasFix) -> tuple[str, str]:
    """(why what was seen is a relapse, why it is none), both "" where it is neither: where nothing is known.

    `newer` is what the window shows beyond what was known, `runs` where the fix runs now, and `has_fix` what is known
    of a revision at a place. What ran the fix when the issue last moved has it, unless it is known to lack it.
    """
    if newer is None:
        return "", ""
    if state.resolution and state.resolution.reason is not Reason.COMMIT:
        said = f"The failure was seen until {iso(newer.last)}, after it was called ended."
        return (said, "") if newer.last > state.resolution.at else ("", "")
    there = {(one.environment, one.service): one for one in runs}
    if not there:
        return "", ""
    had = {(one.environment, one.service): frozenset(one.revisions) for one in state.live}
    places = sorted(there.keys() & {(newer.key.environment, service) for service in newer.root.services})
    told = {name: _vote(name, places, there, had, has_fix) for name in newer.root.revisions}
    if told and all(vote is False for vote in told.values()):
        return "", f"It was seen on {_named(told)} only, without the fix."
    if having := [name for name, vote in told.items() if vote]:
        return f"The failure was seen until {iso(newer.last)} on {_named(having)}, {_how(there.values())}.", ""
    return _by_time(newer, [there[place] for place in places])


def _vote(
    revision: str, places: Iterable[Place], runs: dict[Place, Live], had: dict[Place, frozenset[str]], has_fix: HasFix
) -> bool | None:
    votes = set(_votes(revision, places, runs, had, has_fix))
    return True if True in votes else False if False in votes else None


def _votes(
    revision: str, places: Iterable[Place], runs: dict[Place, Live], had: dict[Place, frozenset[str]], has_fix: HasFix
) -> Iterator[bool | None]:
    for place in places:
        if revision in runs[place].former:
            yield False
        elif revision in had.get(place, ()):
            yield has_fix(place, revision) is not False
        else:
            yield has_fix(place, revision)


def _how(runs: Iterable[Live]) -> str:
    if any(one.assumed for one in runs):
        return "rolled out after the fix: that it has it is assumed"
    return "which has the fix"


def _by_time(newer: Incident, there: list[Live]) -> tuple[str, str]:
    """Where no revision tells: after the fix went live everywhere, or while it ran nowhere."""
    if there and all(one.liveness is Liveness.LIVE for one in there):
        since = max(one.since for one in there)
        if newer.last > since:
            return f"The failure was seen until {iso(newer.last)}, after the fix went live at {iso(since)}.", ""
        return "", f"It was last seen before the fix went live at {iso(since)}."
    if there and all(one.liveness is Liveness.ABSENT for one in there):
        return "", "It was seen while the fix wasn't deployed."
    return "", ""


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
