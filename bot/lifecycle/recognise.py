"""What of a window the open issues already know."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from bot.model.entry import Place
from bot.model.incident import Claim, IncidentKey, Role
from bot.model.signature import Alias
from bot.model.state import IssueState, Phase
from bot.model.time import MINUTE
from bot.model.window import Cluster, Window

_SLACK = 15 * MINUTE

ClusterId = tuple[Place, str]


def names_of(known: Mapping[int, IssueState]) -> tuple[str, ...]:
    """Every fingerprint that an issue knows, the lowest issue's first, its root before its symptoms."""
    states = (state for _, state in sorted(known.items()))
    return tuple(dict.fromkeys(name for state in states for name in _names(state)))


def _names(state: IssueState) -> Iterator[str]:
    yield from (state.incident.key.root, *state.owned, *(key.root for key in state.elsewhere), *state.disowned)
    yield from (member.fingerprint for member in state.incident.members)


def aliases_of(known: Mapping[int, IssueState]) -> dict[Alias, str]:
    """The aliases by which issues know more values than they have seen, each with the name it goes by.

    The lowest issue's name counts; an alias that can't be read is none.
    """
    found: dict[Alias, str] = {}
    for _, state in sorted(known.items()):
        for member in state.incident.members:
            if member.alias and (alias := _parsed(member.alias)):
                found.setdefault(alias, member.fingerprint)
    return found


def _parsed(text: str) -> Alias | None:
    try:
        return Alias.parse(text)
    except ValueError:
        return None


def claims(window: Window, known: Mapping[int, IssueState]) -> dict[ClusterId, Claim]:
    """Which issue knows which cluster, by (place, fingerprint), and as what.

    A root key belongs to its issue wherever its environment and service are the same. A symptom belongs to one only on
    a revision that the issue has seen, and near in time to what it has seen of its root. The lowest number wins.
    """
    issues = sorted((number, state) for number, state in known.items() if state.phase is not Phase.MERGED)
    by_print: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in window.clusters:
        by_print[cluster.fingerprint].append(cluster)
    found: dict[ClusterId, Claim] = {}
    roots = {number: _roots(state, by_print) for number, state in issues}
    for number, there in roots.items():
        for cluster in there:
            found.setdefault((cluster.place, cluster.fingerprint), Claim(number, Role.ROOT))
    for number, state in issues:
        for cluster in _symptoms(state, by_print, _span(state, roots[number])):
            found.setdefault((cluster.place, cluster.fingerprint), Claim(number, Role.SYMPTOM))
    return found


def is_root_of(state: IssueState, cluster: Cluster) -> bool:
    """True if the issue stands for this cluster's fingerprint in this environment and service."""
    key, place = state.incident.key, cluster.place
    if IncidentKey(place.environment, place.service, cluster.fingerprint) in state.elsewhere:
        return True
    same_place = (place.environment, place.service) == (key.environment, key.service)
    return same_place and (cluster.fingerprint == key.root or cluster.fingerprint in state.owned)


def _roots(state: IssueState, by_print: Mapping[str, list[Cluster]]) -> list[Cluster]:
    stood_for = dict.fromkeys((state.incident.key.root, *state.owned, *(key.root for key in state.elsewhere)))
    return [cluster for one in stood_for for cluster in by_print.get(one, ()) if is_root_of(state, cluster)]


def _span(state: IssueState, roots: Iterable[Cluster]) -> tuple[int, int]:
    """When the issue's root was seen, in this window and before (nanoseconds)."""
    root = state.incident.root
    return min([root.first, *(c.first for c in roots)]), max([root.last, *(c.last for c in roots)])


def _symptoms(state: IssueState, by_print: Mapping[str, list[Cluster]], span: tuple[int, int]) -> Iterator[Cluster]:
    for member in state.incident.symptoms:
        for cluster in by_print.get(member.fingerprint, ()):
            near = cluster.first <= span[1] + _SLACK and cluster.last >= span[0] - _SLACK
            if near and cluster.place.service in member.services and _on_known_revision(state, cluster):
                yield cluster


def _on_known_revision(state: IssueState, cluster: Cluster) -> bool:
    """True on a revision that the issue has seen, in its environment; where it has seen none, where none is logged."""
    if cluster.place.environment != state.incident.key.environment:
        return False
    return cluster.place.revision in (state.incident.revisions or ("",))
