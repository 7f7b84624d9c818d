"""What every rule of evidence hands on: an edge between two clusters."""

from bot.model.entry import Place
from bot.model.incident import Evidence
from bot.model.signature import Kind
from bot.model.window import Cluster

JOINS = 0.5

Edge = tuple[Cluster, Cluster, Evidence]
ClusterId = tuple[Place, str]


def id_of(cluster: Cluster) -> ClusterId:
    """What tells a cluster from every other of its window."""
    return cluster.place, cluster.fingerprint


def edge(cause: Cluster, effect: Cluster, kind: str, strength: float, words: str) -> Edge:
    """Evidence that the first brought about the second."""
    return cause, effect, Evidence(cause.fingerprint, effect.fingerprint, kind, strength, words)


def richness(cluster: Cluster) -> int:
    """How much a cluster tells of a cause: a trace through the application most, an answer to a request least."""
    if cluster.trace and any(frame.in_app for frame in cluster.trace.frames):
        return 4
    if cluster.trace:
        return 3
    return {Kind.MESSAGE: 2, Kind.TRACE: 2, Kind.SYSTEM: 1}.get(cluster.kind, 0)
