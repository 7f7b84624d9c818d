"""Deployments, read from audit entries of Cloud Run, App Engine and GKE, and commits, read from any entry's labels.

Sources of the shapes: https://cloud.google.com/run/docs/audit-logging (v1 ReplaceService and CreateService, v2
UpdateService), https://cloud.google.com/logging/docs/reference/audit/appengine/rest/Shared.Types/AuditData, and
https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging with the objects of
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from bot.model.entry import LogEntry
from bot.model.window import Deployment

_RUN = (".ReplaceService", ".CreateService", ".UpdateService")
_VERSION = re.compile(r"google\.appengine\.v1(?:alpha|beta)?\.Versions\.CreateVersion")
_SPLIT = re.compile(r"google\.appengine\.v1(?:alpha|beta)?\.Services\.UpdateService")
_WORKLOAD = re.compile(r"io\.k8s\.apps\.v1\.(deployments|statefulsets|daemonsets|replicasets)\.(?:create|update|patch)")
_COMMIT_LABELS = (
    "commit-sha", "commit_sha", "gcb-commit-sha", "git-sha", "git-commit", "git_commit", "commit",
    "org.opencontainers.image.revision",
)  # fmt: skip
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_TAG = re.compile(r"(?:(?:sha|git|commit|v)-)?([0-9a-f]{40}|(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,12})")
_LONGEST_NAME = 200
_MOST_SPLITS = 20


class _Told(NamedTuple):
    """What an entry says of one revision: "" where it names none, and the percentage of traffic meant for it."""

    revision: str
    commit: str = ""
    share: int = 100


def deployments_of(entry: LogEntry, environment: str) -> tuple[Deployment, ...]:
    """The deployments an audit entry tells of: one for each revision that it gives traffic to, or makes.

    None where it tells of none, failed, or names neither a service nor what was deployed. Raises ValueError where the
    entry has no time that can be read; a payload of any other shape is no error.
    """
    payload = entry.proto_payload or {}
    method = _text(payload, "methodName")
    if not _deploys(method) or _dict(payload, "status").get("code"):
        return ()
    service, told = _read(entry, payload, method)
    return tuple(
        Deployment(entry.nanos, environment, service[:_LONGEST_NAME], one.revision, one.commit, share=one.share)
        for one in told
        if service and (one.revision or one.commit)
    )


@lru_cache(maxsize=4096)
def _deploys(method: str) -> bool:
    """Whether a method may deploy something."""
    return method.endswith(_RUN) or any(one.fullmatch(method) for one in (_VERSION, _SPLIT, _WORKLOAD))


def commit_of(labels: Mapping[str, Any] | None) -> str:
    """The commit that an entry's, a revision's or a pod's labels name; "" where they name none.

    A prefix such as `k8s-pod/` before a label's name doesn't count; a value that is no abbreviated or whole SHA does
    not either.
    """
    names = {str(key).rpartition("/")[2]: value for key, value in (labels or {}).items()}
    return next(filter(None, (_sha(names.get(name)) for name in _COMMIT_LABELS)), "")


def _read(entry: LogEntry, payload: dict[str, Any], method: str) -> tuple[str, list[_Told]]:
    """The service, and what is said of its revisions."""
    if _VERSION.fullmatch(method) or _SPLIT.fullmatch(method):
        return _app_engine(entry, payload, method)
    if workload := _WORKLOAD.fullmatch(method):
        return _kubernetes(payload, workload[1])
    return entry.label("service_name") or _last(_text(payload, "resourceName")), _cloud_run(payload)


def _cloud_run(payload: dict[str, Any]) -> list[_Told]:
    """The revision of the template with its share, and others that traffic is split to, or led back to."""
    revision = _last(next(_revisions(payload), ""))
    if not revision:
        return []
    shares = next(filter(None, map(_shares, _services(payload))), {"": 100})
    newest = shares.pop("", 0) + shares.pop(revision, 0)
    told = [_Told(name, "", share) for name, share in shares.items() if share]
    return [_Told(revision, next(_commits(payload), ""), newest), *told]


def _services(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The service as the response and as the request has it: v1 has spec.template.metadata, v2 has template."""
    for source in ("response", "request"):
        yield _dict(payload, source)
        yield _dict(payload, source, "service")


def _revisions(payload: dict[str, Any]) -> Iterator[str]:
    """Revisions from the surest to the least: the template's name, then the latest that was created."""
    services = list(_services(payload))
    for service in services:
        yield from filter(
            None, (_text(service, "spec", "template", "metadata", "name"), _text(service, "template", "revision"))
        )
    for service in services:
        latest = (_text(service, "status", "latestCreatedRevisionName"), _text(service, "latestCreatedRevision"))
        yield from filter(None, latest)


def _shares(service: dict[str, Any]) -> dict[str, int]:
    """Percent of traffic by revision ("": the latest), of v1's spec.traffic or v2's traffic; empty where not told."""
    shares: dict[str, int] = {}
    for target in _dicts(_dict(service, "spec").get("traffic") or service.get("traffic"))[:_MOST_SPLITS]:
        name = _last(_text(target, "revisionName") or _text(target, "revision"))
        shares[name] = shares.get(name, 0) + _percent(target.get("percent"))
    return shares if sum(shares.values()) == 100 else {}


def _commits(payload: dict[str, Any]) -> Iterator[str]:
    services = list(_services(payload))
    for path in (("spec", "template", "metadata"), ("template",), ("metadata",), ()):
        for service in services:
            holder = _dict(service, *path)
            yield from filter(None, (commit_of(_dict(holder, "labels")), commit_of(_dict(holder, "annotations"))))
    for service in services:
        for pod in (_dict(service, "spec", "template", "spec"), _dict(service, "template")):
            yield from _tags(_dicts(pod.get("containers")))


def _app_engine(entry: LogEntry, payload: dict[str, Any], method: str) -> tuple[str, list[_Told]]:
    """A version that was created has no traffic until the service's split says so."""
    parts = _text(payload, "resourceName").split("/")
    named = dict(zip(parts[::2], parts[1::2], strict=False))
    service = entry.label("module_id") or named.get("services", "")
    if _VERSION.fullmatch(method):
        asked = _asked(payload, "createVersion", "version")
        version = _text(asked, "id") or named.get("versions", "") or entry.label("version_id")
        return service, [_Told(version, _tagged(version) or commit_of(_dict(asked, "labels")), 0)]
    split = _dict(_asked(payload, "updateService", "service"), "split", "allocations")
    shares = {name: _percent(share, 100) for name, share in list(split.items())[:_MOST_SPLITS]}
    return service, [_Told(name[:_LONGEST_NAME], _tagged(name), share) for name, share in shares.items() if share]


def _asked(payload: dict[str, Any], method: str, what: str) -> dict[str, Any]:
    """What was asked for, in the audit data or in the request itself."""
    for source in (_dict(payload, "serviceData"), _dict(payload, "metadata")):
        if found := _dict(source, method, "request", what):
            return found
    return _dict(payload, "request", what)


def _kubernetes(payload: dict[str, Any], kind: str) -> tuple[str, list[_Told]]:
    """A workload whose pods are to run something else; a ReplicaSet's hash is that of its pods' names.

    A change that doesn't touch the pods' template deploys nothing. The response has the whole template.
    """
    asked, whole = _dict(payload, "request"), _dict(payload, "response")
    pod = _dict(whole, "spec", "template") or _dict(asked, "spec", "template")
    containers = _dicts(_dict(pod, "spec").get("containers"))
    named = next(filter(None, (_text(one, "name") for one in containers)), "")
    service = named or _last(_text(payload, "resourceName"))
    commit = next(_pod_commits(pod, whole or asked, containers), "")
    if kind == "replicasets":
        revision = _text(pod, "metadata", "labels", "pod-template-hash")
        created = _text(payload, "methodName").endswith("create")
        return service, [_Told(revision, commit)] if revision and created else []
    return service, [_Told("", commit)] if _dict(asked or whole, "spec", "template") else []


def _pod_commits(pod: dict[str, Any], owner: dict[str, Any], containers: list[dict[str, Any]]) -> Iterator[str]:
    for holder in (_dict(pod, "metadata"), _dict(owner, "metadata")):
        yield from filter(None, (commit_of(_dict(holder, "labels")), commit_of(_dict(holder, "annotations"))))
    yield from _tags(containers)


def _tags(containers: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Commits that images are tagged with."""
    for container in containers:
        image = _last(_text(container, "image").partition("@")[0])
        yield from filter(None, (_tagged(image.partition(":")[2]),))


def _tagged(name: str) -> str:
    """The commit that is a tag or a version's name; "" where it isn't one."""
    found = _TAG.fullmatch(name)
    return found[1] if found else ""


def _sha(value: Any) -> str:
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) else ""


def _percent(value: Any, whole: int = 1) -> int:
    """A share as whole percents; 0 for anything that is no number."""
    number = value * whole if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return round(number) if 0 <= number <= 100 else 0


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _text(value: Any, *path: str) -> str:
    found = _dict(value, *path[:-1]).get(path[-1])
    return found[:_LONGEST_NAME] if isinstance(found, str) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _dict(value: Any, *path: str) -> dict[str, Any]:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
