"""Which commits may have brought an incident: those between the last good and the first bad deployment, ranked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.model.fix import Commit, Suspect
from bot.model.incident import Incident, Member, Role
from bot.model.signature import Frame
from bot.model.time import MINUTE, minute_of
from bot.model.window import Deployment

_MOST = 10
_MOST_TOUCHED = 5
_DOTTED = re.compile(r"(?<![\w./])[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){1,12}(?![\w./(])")
_LONGEST_MESSAGE = 1_000


class _Place(NamedTuple):
    """A file of the failing code, as parts of its path, how near to the failure it is, and in words where it stands."""

    parts: tuple[str, ...]
    weight: int
    words: str


def suspects(commits_between: Sequence[Commit], incident: Incident) -> tuple[Suspect, ...]:
    """At most ten commits, the likeliest first: those that touch files of the failing code, then the newest.

    `commits_between` is newest first. A file is that of an in-app frame where the ends of their paths agree, in at
    least the folder and the name or in all that either has below its root; of several, the ones that agree furthest. A
    module that the root's message names counts like the innermost frame. Merges are no suspects: what they bring is.
    """
    commits = [commit for commit in commits_between if len(commit.parents) < 2]
    files = {path: _parts(path) for commit in commits for path in commit.files}
    hits = _hits(_places(incident), files)
    ranked = sorted(commits, key=lambda commit: _rank(commit, hits))
    return tuple(_suspect(commit, hits) for commit in ranked[:_MOST])


def _rank(commit: Commit, hits: dict[str, _Place]) -> tuple[int, int, int]:
    weights = [hits[path].weight for path in commit.files if path in hits]
    return -max(weights, default=0), -len(weights), -commit.at


def _suspect(commit: Commit, hits: dict[str, _Place]) -> Suspect:
    touched = sorted((path for path in commit.files if path in hits), key=lambda path: (-hits[path].weight, path))
    because = f"touches {touched[0]}, {hits[touched[0]].words}" if touched else "touches no file of the failing code"
    return Suspect(commit.sha, commit.title, commit.author, tuple(touched[:_MOST_TOUCHED]), because)


def _places(incident: Incident) -> Iterator[_Place]:
    """The files of the failing code: those of the root before those of symptoms, the innermost frame first."""
    for member in incident.members:
        if member.trace is None:
            continue
        base, whose = (100, "the failure") if member.role is Role.ROOT else (50, "a symptom")
        if member.role is Role.ROOT:
            yield from _named(member, base)
        own = [frame for frame in member.trace.frames if frame.in_app]
        for depth, frame in enumerate(reversed(own)):
            where = f"where {whose} was raised" if depth == 0 else f"{depth} calls above where {whose} was raised"
            if parts := _frame_parts(frame):
                yield _Place(parts, max(1, base - depth), where.replace("1 calls", "a call"))


def _named(member: Member, weight: int) -> Iterator[_Place]:
    """Modules that the messages of the root's exceptions name, as `No module named 'shop.prices'` does."""
    for exception in member.trace.chain if member.trace else ():
        for name in _DOTTED.findall(exception.value[:_LONGEST_MESSAGE]):
            yield _Place(tuple(name.split(".")), weight, "which the failure's message names")


def _frame_parts(frame: Frame) -> tuple[str, ...]:
    """The path of a frame's file; where it is only a name, as in Java, with the module's packages before it."""
    parts = _parts(frame.file)
    return (*frame.module.split(".")[:-1], *parts) if len(parts) == 1 and "." in frame.module else parts


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))


def _hits(places: Iterable[_Place], files: dict[str, tuple[str, ...]]) -> dict[str, _Place]:
    """The touched files that are of the failing code, each with the place that is nearest to the failure."""
    hits: dict[str, _Place] = {}
    for place in places:
        lengths = {path: _agreeing(place.parts, parts) for path, parts in files.items()}
        furthest = max(lengths.values(), default=0)
        for path, length in lengths.items():
            if length and length == furthest and (path not in hits or hits[path].weight < place.weight):
                hits[path] = place
    return hits


def _agreeing(failing: tuple[str, ...], touched: tuple[str, ...]) -> int:
    """Parts at the end that agree; 0 where they are too few. A module's name agrees with its file or its package."""
    for parts in (touched, _module(touched)):
        length = 0
        for one, other in zip(reversed(failing), reversed(parts), strict=False):
            if one != other:
                break
            length += 1
        if length and length >= min(2, len(parts), max(1, len(failing) - 1)):
            return length
    return 0


def _module(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The path as a module is named: without the ending, a package by its folder."""
    if not parts:
        return ()
    stem = parts[-1].partition(".")[0]
    return parts[:-1] if stem in ("__init__", "index", "mod") else (*parts[:-1], stem)


def suspect_range(
    incident: Incident, deployments: Iterable[Deployment], verified: int = 0
) -> tuple[Deployment | None, Deployment] | None:
    """(last good, first bad) of the incident's environment and service; None where no deployment comes before it.

    First bad is the first of a revision that it was seen on; where none is known, the last before the first failure.
    Last good is the last before that of a revision without failures, that of `incident.good` first; None where none is
    known. For a regression `verified` is the time (nanoseconds) of the proof: what ran then is good, and only
    deployments and failures after it count as bad.
    """
    key = incident.key
    own = sorted(d for d in deployments if (d.environment, d.service) == (key.environment, key.service))
    bad = _first_bad(incident, own, verified)
    if bad is None:
        return None
    before = [d for d in own if d.nanos < bad.nanos and d.revision != bad.revision]
    if verified:
        return next((d for d in reversed(before) if d.nanos <= verified), None), bad
    failing = set(incident.root.revisions)
    good = [d for d in before if d.revision not in failing]
    named = [d for d in good if incident.good and d.revision == incident.good.revision]
    return next(reversed(named or good), None), bad


def _first_bad(incident: Incident, own: Sequence[Deployment], verified: int) -> Deployment | None:
    since = [deployment for deployment in own if deployment.nanos > verified]
    failing = set(incident.root.revisions)
    seen = next((d for d in since if d.revision and d.revision in failing), None)
    if seen:
        return seen
    failed = (at for at in incident.root.minutes if at > minute_of(verified))
    first = incident.root.first if not verified else (min(failed, default=0) + 1) * MINUTE
    return next((d for d in reversed(since) if d.nanos <= first), None)
