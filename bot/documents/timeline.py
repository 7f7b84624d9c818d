"""The timeline of an incident as a Mermaid diagram that GitHub draws; log text in it is text and nothing else.

Syntax: https://mermaid.js.org/syntax/timeline.html. A colon parts a time from what happened then, and a `#` outside an
entity begins a comment, so that neither stands for itself. Mermaid wraps at blanks alone: longer words are broken here.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from bot.documents.moments import onset
from bot.model.incident import Incident, Nature, Priority
from bot.model.signature import Kind
from bot.model.time import MINUTE, iso, minute_of
from bot.text.markdown import mermaid
from bot.text.visible import visible

_MOST = 10
_WORD = 22
_PIECE = re.compile(rf".{{8,{_WORD - 1}}}[-_./:]|.{{1,{_WORD}}}")
_TEXT = 60


class _Moment(NamedTuple):
    """What happened when (nanoseconds), in our words, then in the log's. Of too many, those of the least rank stay."""

    at: int
    rank: int
    said: str
    logged: str = ""


def timeline_diagram(incident: Incident) -> str:
    """The diagram, without a fence: onset, deployments, restarts, changes of priority, last entry; at most 10 moments.

    "" where all of them lie in one minute: there is nothing to draw then.
    """
    kept = sorted(sorted(_moments(incident), key=lambda one: (one.rank, one.at))[:_MOST], key=lambda one: one.at)
    if len({minute_of(one.at) for one in kept}) < 2:
        return ""
    lines = ["timeline"]
    for day, same_day in groupby(kept, key=lambda one: iso(one.at)[:10]):
        lines.append(f"    section {day} UTC")
        for minute, same in groupby(same_day, key=lambda one: minute_of(one.at)):
            hour = iso(minute * MINUTE)[11:16].replace(":", "#58;")
            lines.append(f"        {hour}" + "".join(f" : {_words(one)}" for one in same))
    return "\n".join(lines)


def _moments(incident: Incident) -> Iterable[_Moment]:
    root = incident.root
    yield _Moment(root.first, 0, "root first seen", root.title)
    yield _Moment(incident.last, 1, "last entry")
    if onset(incident) != root.first:
        yield _Moment(onset(incident), 2, "first entry of a symptom")
    yield from _deployments(incident)
    yield from _priorities(incident)
    exits = [member for member in incident.members if member.nature is Nature.EXIT]
    if exits:
        yield _Moment(min(member.first for member in exits), 5, "first container exit")
    failed = [member.first for member in incident.members if member.kind is Kind.REQUEST]
    if failed:
        yield _Moment(min(failed), 6, "first failed request")
    if incident.good and incident.good.answered:
        yield _Moment(incident.good.until * MINUTE, 7, "last request answered by", incident.good.revision)
    if minute_of(incident.observed_until) > minute_of(incident.last):
        yield _Moment(incident.observed_until, 8, "newest log entry read")


def _deployments(incident: Incident) -> Iterable[_Moment]:
    """The one just before the first entry ranks high; those after it give way first, the latest of them last."""
    ordered = sorted(incident.deployments)
    before = [one for one in ordered if one.nanos <= onset(incident)][-1:]
    after = [one for one in ordered if one.nanos > onset(incident)]
    for one in (*before, *after):
        yield _Moment(one.nanos, 3 if one in before else 4 if one is after[-1] else 9, "deployed", one.revision)


def _priorities(incident: Incident) -> Iterable[_Moment]:
    """When a policy first raised the priority, and when one stopped; an environment's ceiling caps what is said."""
    reached: Priority | None = None
    for policy in sorted(incident.policies, key=lambda one: (one.since, one.priority)):
        priority = max(policy.priority, incident.priority)
        if policy.since and (reached is None or priority < reached):
            reached = priority
            yield _Moment(policy.since, 4, f"{priority} by", policy.name)
    for policy in incident.stopped:
        if policy.since:
            yield _Moment(policy.since, 4, f"no longer {policy.priority} by", policy.name)


def _words(moment: _Moment) -> str:
    shown = " ".join(visible(moment.logged).split())
    shown = shown if len(shown) <= _TEXT else shown[: _TEXT - 1].rstrip() + "…"
    return " ".join([*moment.said.split(), *map(_broken, shown.split())])


def _broken(word: str) -> str:
    """A word as Mermaid may show it; a long one in pieces of at most 22 characters, parted where its parts end."""
    pieces = _PIECE.findall(word) if len(word) > _WORD else [word]
    return "<br>".join(mermaid(piece).replace(":", "#58;") for piece in pieces)
