"""How well triage found what a scenario truly holds: membership, roots, merged causes."""

from collections import Counter, defaultdict

import msgspec

from bot.clustering import Clusterer, widen
from bot.model.incident import Incident
from bot.model.window import Window
from bot.observing import Observer
from bot.triage import triage
from tests.triage.scenarios import Scenario

Part = tuple[str, str]
"""A cluster at a service: (service, fingerprint)."""


class Truth(msgspec.Struct, frozen=True):
    """Clusters by true cause, and those among them that state the cause itself."""

    parts: dict[str, set[Part]]
    roots: dict[str, set[Part]]


class Score(msgspec.Struct, frozen=True):
    """Clusters placed right, wrongly and not at all; causes whose root was named right, of how many; merged or not."""

    right: int
    wrong: int
    missed: int
    roots: int
    causes: int
    merged: bool
    split: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1.0 where there is nothing to place."""
        whole = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / whole if whole else 1.0


def observed(played: Scenario) -> tuple[Window, Truth]:
    """The window of the scenario's entries, and the truth in terms of its clusters.

    A cluster that entries of several causes share is a part of each of them.
    """
    observer = Observer(Clusterer().signature, lambda project: project)
    causes: dict[Part, set[str]] = defaultdict(set)
    stating: dict[Part, set[str]] = defaultdict(set)
    for said in played.said:
        signature = observer.add(said.entry)
        part = (said.entry.place("").service, signature.fingerprint)
        if said.cause:
            causes[part].add(said.cause)
        if said.root:
            stating[part].add(said.cause)
    window = observer.window(widen)
    wide = {member: cluster.fingerprint for cluster in window.clusters for member in cluster.members}
    return window, Truth(_by_cause(causes, wide), _by_cause(stating, wide))


def _by_cause(causes: dict[Part, set[str]], wide: dict[str, str]) -> dict[str, set[Part]]:
    found: dict[str, set[Part]] = defaultdict(set)
    for (service, fingerprint), names in causes.items():
        for name in names:
            found[name].add((service, wide.get(fingerprint, fingerprint)))
    return found


def parts_of(incident: Incident) -> set[Part]:
    """The incident's members, at each of their services."""
    return {(service, member.fingerprint) for member in incident.members for service in member.services}


def score(played: Scenario) -> Score:
    """What triage makes of the scenario, against its truth."""
    window, truth = observed(played)
    incidents = [found.incident for found in triage(window, {}).found]
    return compared(incidents, truth)


def compared(incidents: list[Incident], truth: Truth) -> Score:
    """Each cause is held against the incident that has most of its clusters; no incident serves two causes."""
    totals: Counter[str] = Counter()
    members = [parts_of(incident) for incident in incidents]
    taken: set[int] = set()
    for cause, parts in sorted(truth.parts.items(), key=lambda item: (-len(item[1]), item[0])):
        best = max(range(len(incidents)), key=lambda at: (at not in taken, len(members[at] & parts)), default=-1)
        held = members[best] & parts if best >= 0 and best not in taken else set()
        totals["split"] += sum(1 for some in members if some & parts) - 1 if held else 0
        totals["missed"] += len(parts - held)
        if not held:
            continue
        taken.add(best)
        totals["right"] += len(held)
        totals["wrong"] += len(members[best] - parts)
        root = incidents[best].root
        totals["roots"] += any((service, root.fingerprint) in truth.roots[cause] for service in root.services)
    return Score(
        totals["right"],
        totals["wrong"],
        totals["missed"],
        totals["roots"],
        len(truth.parts),
        any(_mixes(some, truth) for some in members),
        totals["split"],
    )


def _mixes(members: set[Part], truth: Truth) -> bool:
    """Whether clusters of two causes stand together, that no cluster of both excuses."""
    alone = {
        cause: parts - {part for other, shared in truth.parts.items() if other != cause for part in shared}
        for cause, parts in truth.parts.items()
    }
    return sum(1 for parts in alone.values() if members & parts) > 1
