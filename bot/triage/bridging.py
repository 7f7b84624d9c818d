"""Shared symptoms: a generic line that two causes bring about joins them no more than their standing side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from bot.model.signature import Kind
from bot.triage.edge import JOINS, ClusterId, Edge, id_of

_MOST_MEMBERS = 400
_NO_PULL = (0.0, 0)


def joining(found: Iterable[Edge]) -> list[Edge]:
    """The edges that join, without those that hang a shared symptom on a second cause.

    A symptom is shared where, without it, what it touches falls into parts of which two or more have a cause of their
    own. It stays with the part that its strongest evidence points to.
    """
    strong = [one for one in found if one[2].strength >= JOINS]
    kept: list[Edge] = []
    for group in _connected(strong):
        kept.extend(_without_bridges(group))
    return kept


def _without_bridges(edges: list[Edge]) -> list[Edge]:
    sources = _sources(edges)
    if len(sources) < 2 or len(_ids(edges)) > _MOST_MEMBERS:
        return edges
    for shared in _cuts(edges, sources):
        parts = _parts_beyond(shared, edges, sources)
        if len(parts) > 1:
            rest = _apart(shared, parts, edges)
            return [one for group in _connected(rest) for one in _without_bridges(group)]
    return edges


def _cuts(edges: list[Edge], sources: set[ClusterId]) -> Iterator[set[ClusterId]]:
    """What might be shared: all lines that several causes reach; then each of these; then each answer to a request."""
    spoken = {id_of(c) for cause, effect, _ in edges for c in (cause, effect) if c.kind is not Kind.REQUEST}
    reached = Counter(one for source in sources for one in _reached(source, edges))
    lines = {one for one in spoken - sources if reached[one] > 1}
    yield lines
    for one in [*sorted(lines), *sorted(_ids(edges) - sources - lines)]:
        yield {one}


def _parts_beyond(shared: set[ClusterId], edges: list[Edge], sources: set[ClusterId]) -> list[set[ClusterId]]:
    """What the group falls into without these clusters, where a cause of its own is in it."""
    parts = [_ids(group) for group in _connected([one for one in edges if not shared & set(_ends(one))])]
    lone = _ids(edges) - shared - set().union(*parts)
    return [part for part in (*parts, *({one} for one in sorted(lone))) if part & sources]


def _apart(shared: set[ClusterId], parts: list[set[ClusterId]], edges: list[Edge]) -> list[Edge]:
    """The edges without those from a shared cluster to any part but the one that its evidence points to."""
    home = {one: number for number, part in enumerate(parts) for one in part}
    for one in sorted(shared):
        pulls = [_pull(one, part, edges) for part in parts]
        if max(pulls) > _NO_PULL:
            home[one] = pulls.index(max(pulls))
    return [one for one in edges if len({home[end] for end in _ends(one) if end in home}) < 2]


def _pull(shared: ClusterId, part: set[ClusterId], edges: list[Edge]) -> tuple[float, int]:
    touching = [one for one in edges if shared in _ends(one) and part & set(_ends(one))]
    strongest = max((evidence.strength for _, _, evidence in touching), default=0.0)
    return strongest, sum(min(cause.count, effect.count) for cause, effect, _ in touching)


def _sources(edges: list[Edge]) -> set[ClusterId]:
    """Failures, no mere answers to requests, that nothing explains."""
    explained = {id_of(effect) for _, effect, _ in edges}
    return {id_of(c) for cause, effect, _ in edges for c in (cause, effect) if c.kind is not Kind.REQUEST} - explained


def _reached(start: ClusterId, edges: list[Edge]) -> set[ClusterId]:
    after: dict[ClusterId, list[ClusterId]] = defaultdict(list)
    for cause, effect, _ in edges:
        after[id_of(cause)].append(id_of(effect))
    seen, ahead = {start}, [start]
    while ahead:
        for one in after[ahead.pop()]:
            if one not in seen:
                seen.add(one)
                ahead.append(one)
    return seen


def _ends(one: Edge) -> tuple[ClusterId, ClusterId]:
    return id_of(one[0]), id_of(one[1])


def _ids(edges: Iterable[Edge]) -> set[ClusterId]:
    return {end for one in edges for end in _ends(one)}


def _connected(edges: list[Edge]) -> list[list[Edge]]:
    """The edges by connected group."""
    parent: dict[ClusterId, ClusterId] = {}

    def top(one: ClusterId) -> ClusterId:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one in edges:
        cause, effect = _ends(one)
        parent[top(effect)] = top(cause)
    groups: dict[ClusterId, list[Edge]] = defaultdict(list)
    for one in edges:
        groups[top(id_of(one[0]))].append(one)
    return list(groups.values())
