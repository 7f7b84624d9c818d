"""What a cluster is by nature: a failure, a warning, the platform's word on an exit, a refused start."""

import re

from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.window import Cluster

# What Cloud Run, App Engine and Kubernetes log when a container ends on its own. Sources:
# https://cloud.google.com/run/docs/troubleshooting, https://kubernetes.io/docs/tasks/debug/debug-application/
# Signal 15 is how the platform asks a container to end, and exit(0) how a job ends well.
_EXIT = re.compile(
    r"Container called exit\((?!0\))|Container terminated on signal (?!15\b)|Uncaught signal: (?!15\b)\d"
    r"|Back-off restarting failed container|Memory limit of .{1,40} exceeded"
    r"|failed to start and listen on the port|Container failed to become healthy"
    r"|Worker failed to boot|Application exec likely failed"
)
_START_REFUSED = re.compile(r"instance could not start successfully|failed to start and then listen on the port")
_PROBE = re.compile(r"(?i)\b(?:startup|readiness|liveness|health)\b.{0,30}\b(?:probe|check)\b.{0,40}\bfail")


def is_failure(cluster: Cluster) -> bool:
    """True for what the service suffers from: errors, 5xx, and the platform's own warnings. Audit entries never are."""
    if cluster.kind is Kind.AUDIT:
        return False
    if cluster.kind is Kind.REQUEST:
        return cluster.status >= 500
    return cluster.severity >= (Severity.WARNING if cluster.kind is Kind.SYSTEM else Severity.ERROR)


def is_warning(cluster: Cluster) -> bool:
    """True for an application's own warnings."""
    return cluster.kind in (Kind.MESSAGE, Kind.TRACE) and cluster.severity is Severity.WARNING


def is_unrated(cluster: Cluster) -> bool:
    """True for an application's own line that tells no severity: it may be part of an incident, but makes none."""
    return cluster.kind in (Kind.MESSAGE, Kind.TRACE) and cluster.severity is Severity.DEFAULT


def is_exit(cluster: Cluster) -> bool:
    """True where the platform says that a container ended on its own, and not with 0."""
    said = (cluster.message, *(sample.text for sample in cluster.samples))
    return cluster.kind not in (Kind.REQUEST, Kind.AUDIT) and any(_EXIT.search(text) for text in said)


def is_backed_off(cluster: Cluster) -> bool:
    """True for the platform's word that it waits before it starts a container again."""
    return is_exit(cluster) and "Back-off restarting" in cluster.message


def refuses_start(cluster: Cluster) -> bool:
    """True where the platform answers requests with: the instance could not start."""
    return cluster.kind is Kind.REQUEST and bool(_START_REFUSED.search(cluster.message))


def is_failed_probe(cluster: Cluster) -> bool:
    """True for the platform's word that a probe failed."""
    return cluster.kind is Kind.SYSTEM and bool(_PROBE.search(cluster.message))


def is_own_error(cluster: Cluster) -> bool:
    """True for an error that the application itself logged."""
    return cluster.kind in (Kind.MESSAGE, Kind.TRACE) and cluster.severity >= Severity.ERROR and not is_exit(cluster)


def not_a_failure(cluster: Cluster) -> str:
    """Why a cluster that is no failure is none, for a person."""
    if cluster.kind is Kind.AUDIT:
        return "an audit entry tells what someone did to the project, not how the service does"
    if cluster.kind is Kind.REQUEST:
        return f"status {cluster.status} is no failure of the service"
    return f"{cluster.severity.name} is below what counts as a failure"
