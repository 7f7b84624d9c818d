"""Deployments out of audit entries of Cloud Run, App Engine and GKE, and everything else that isn't one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clustering import Clusterer
from bot.model.entry import LogEntry
from bot.model.window import Deployment
from bot.observing import Observer
from bot.observing.deployments import commit_of, deployments_of
from tests.clustering.logged import JSON
from tests.observing.logged import COMMIT, at, deployed, entry, resource

V1 = "google.cloud.run.v1.Services.ReplaceService"
V2 = "google.cloud.run.v2.Services.UpdateService"
LABELS = {"commit-sha": COMMIT, "managed-by": "gcp-cloud-build-deploy-cloud-run"}
NAME = "projects/p/locations/eu/services/api"
METADATA = {"spec": {"template": {"metadata": {"name": "api-7", "labels": LABELS}}}}
UNNAMED = {"spec": {"template": {"metadata": {"labels": LABELS}}}}


def deployment_of(entry: LogEntry, environment: str) -> Deployment | None:
    """The first that names its revision and gives it traffic."""
    return next((one for one in deployments_of(entry, environment) if one.revision and one.share), None)


def audit(method: str, **payload: Any) -> LogEntry:
    """An audit entry of this method."""
    return entry(protoPayload={"methodName": method, "resourceName": NAME, **payload})


@pytest.mark.parametrize(
    "logged",
    [
        audit(V1, response=METADATA),
        audit(V1, request=METADATA),
        audit(V1, request={"service": METADATA}),
        audit(V1.replace("Replace", "Create"), response=METADATA),
        audit(V1, request=UNNAMED, response={"status": {"latestCreatedRevisionName": "api-7"}}),
        audit(V1, response={"metadata": {"labels": LABELS}, **{"spec": {"template": {"metadata": {"name": "api-7"}}}}}),
        audit(V2, response={"template": {"revision": f"{NAME}/revisions/api-7", "labels": LABELS}}),
        audit(V2, request={"service": {"template": {"revision": "api-7"}, "labels": LABELS}}),
        audit(
            V2, request={"service": {"labels": LABELS}}, response={"latestCreatedRevision": f"{NAME}/revisions/api-7"}
        ),
        audit(V2, response=METADATA, status={}),
        audit(V2, response=METADATA, status={"code": 0}),
    ],
)
def test_shapes(logged: LogEntry) -> None:
    """Service, revision and commit are found where each version of the API puts them."""
    told = deployment_of(logged, "production")
    assert told is not None
    assert (told.environment, told.service, told.revision, told.commit) == ("production", "api", "api-7", COMMIT)
    assert told.nanos == logged.nanos


@pytest.mark.parametrize(
    "logged",
    [
        audit(V1, response=METADATA, status={"code": 7, "message": "denied"}),
        audit(V1, response={}),
        audit(V1),
        audit("google.cloud.run.v1.Services.DeleteService", response=METADATA),
        audit("google.cloud.run.v1.Services.SetIamPolicy", response=METADATA),
        audit("DontReplaceService", response=METADATA),
        entry(protoPayload={"methodName": V1, "response": METADATA}),
        entry(textPayload=V1),
        entry(),
    ],
)
def test_what_is_no_deployment(logged: LogEntry) -> None:
    """A refused call, one without a revision or a service, another method, no audit entry."""
    assert deployment_of(logged, "production") is None


def test_resource_names_the_service_first() -> None:
    """The resource's label counts before the resource's name; without a commit the field is empty."""
    fields = deployed("api-7", "")
    told = deployment_of(entry(**{**fields, "resource": resource("shop", "")}), "")
    assert told is not None
    assert (told.service, told.commit) == ("shop", "")


def told(logged: LogEntry) -> list[tuple[str, str, str, int]]:
    """Service, revision, commit and share of each deployment."""
    return [(one.service, one.revision, one.commit, one.share) for one in deployments_of(logged, "production")]


def run(*targets: dict[str, Any], **template: Any) -> dict[str, Any]:
    """A v1 service that was asked to split its traffic so."""
    return {"spec": {"template": {"metadata": {"name": "api-7", "labels": LABELS}, **template}, "traffic": [*targets]}}


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        (audit(V1, response=run({"percent": 100, "latestRevision": True})), [("api", "api-7", COMMIT, 100)]),
        (audit(V1, response=run({"percent": 100, "revisionName": "api-7"})), [("api", "api-7", COMMIT, 100)]),
        (
            audit(V1, response=run({"percent": 10, "latestRevision": True}, {"percent": 90, "revisionName": "api-6"})),
            [("api", "api-7", COMMIT, 10), ("api", "api-6", "", 90)],
        ),
        (
            audit(V1, response=run({"percent": 100, "revisionName": "api-6"})),
            [("api", "api-7", COMMIT, 0), ("api", "api-6", "", 100)],
        ),
        (
            audit(V1, response=run({"percent": 0, "latestRevision": True}, {"percent": 100, "revisionName": "api-6"})),
            [("api", "api-7", COMMIT, 0), ("api", "api-6", "", 100)],
        ),
        (audit(V1, response=run({"percent": "all"}, {"revisionName": 5})), [("api", "api-7", COMMIT, 100)]),
        (
            audit(
                V2,
                request={
                    "service": {
                        "template": {"revision": "api-7"},
                        "traffic": [
                            {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 25},
                            {"revision": f"{NAME}/revisions/api-6", "percent": 75},
                        ],
                    }
                },
            ),
            [("api", "api-7", "", 25), ("api", "api-6", "", 75)],
        ),
    ],
    ids=["latest", "named", "canary", "rollback", "no traffic", "unreadable split", "v2 canary"],
)
def test_traffic_splits(logged: LogEntry, expected: list[tuple[str, str, str, int]]) -> None:
    """The newest revision has the share it was given; a revision that traffic is led to is rolled out (again)."""
    assert told(logged) == expected
    first = deployment_of(logged, "production")
    assert first is not None
    assert (first.service, first.revision, first.commit, first.share) == next(one for one in expected if one[3])


def test_commit_of_an_image() -> None:
    """Where no label names a commit, an image's tag does if it is one."""
    for image, commit in (
        (f"eu.gcr.io/p/api:{COMMIT}", COMMIT),
        ("eu.gcr.io/p/api:2f130c1", "2f130c1"),
        ("eu-docker.pkg.dev:443/p/r/api:sha-2f130c1@sha256:" + "a" * 64, "2f130c1"),
        ("eu.gcr.io/p/api:20250915", ""),
        ("eu.gcr.io/p/api:latest", ""),
        ("eu.gcr.io/p/api@sha256:" + "a" * 64, ""),
    ):
        service = {"spec": {"template": {"metadata": {"name": "api-7"}, "spec": {"containers": [{"image": image}]}}}}
        assert told(audit(V1, response=service)) == [("api", "api-7", commit, 100)]


GAE = "google.appengine.v1"


def app_engine(method: str, data: dict[str, Any], name: str = "apps/p/services/api/versions/v7") -> LogEntry:
    """An App Engine audit entry."""
    payload = {"methodName": f"{GAE}.{method}", "resourceName": name, "serviceData": data}
    labels = {"project_id": "p", "module_id": "api", "version_id": "v7"}
    return entry(protoPayload=payload, resource={"type": "gae_app", "labels": labels})


def test_app_engine() -> None:
    """A version that is created gets no traffic yet; the service's split gives it, whole or in part, and back."""
    created = app_engine("Versions.CreateVersion", {"createVersion": {"request": {"version": {"id": "v7"}}}})
    assert told(created) == [("api", "v7", "", 0)]
    assert told(app_engine("Versions.CreateVersion", {})) == [("api", "v7", "", 0)]
    by_commit = {"createVersion": {"request": {"version": {"id": COMMIT}}}}
    assert told(app_engine("Versions.CreateVersion", by_commit)) == [("api", COMMIT, COMMIT, 0)]
    split = {"updateService": {"request": {"service": {"split": {"allocations": {"v6": 0.9, "v7": 0.1, "v5": 0}}}}}}
    assert told(app_engine("Services.UpdateService", split, "apps/p/services/api")) == [
        ("api", "v6", "", 90),
        ("api", "v7", "", 10),
    ]
    assert told(app_engine("Services.UpdateService", {}, "apps/p/services/api")) == []


def kubernetes(what: str, request: Any, response: Any = None, name: str = "api") -> LogEntry:
    """A GKE audit entry."""
    kind = what.partition(".")[0]
    return entry(
        protoPayload={
            "serviceName": "k8s.io",
            "methodName": f"io.k8s.apps.v1.{what}",
            "resourceName": f"apps/v1/namespaces/shop/{kind}/{name}",
            "request": request,
            "response": response,
        },
        resource={"type": "k8s_cluster", "labels": {"project_id": "p", "cluster_name": "c"}},
    )


def workload(image: str = "api:latest", **metadata: Any) -> dict[str, Any]:
    """A workload whose pods run this image."""
    pod = {"metadata": metadata, "spec": {"containers": [{"name": "api", "image": image}, {"name": "proxy"}]}}
    return {"kind": "Deployment", "metadata": {"name": "api"}, "spec": {"replicas": 3, "template": pod}}


@pytest.mark.parametrize(
    "method", ["deployments.patch", "deployments.update", "statefulsets.create", "daemonsets.patch"]
)
@pytest.mark.parametrize(
    "changed",
    [
        workload(f"eu.gcr.io/p/api:{COMMIT}"),
        workload(labels={"commit-sha": COMMIT}),
        workload(annotations={"shop.example/git-commit": COMMIT}),
    ],
    ids=["image tag", "label", "annotation"],
)
def test_workloads(method: str, changed: dict[str, Any]) -> None:
    """A workload's new image, label or annotation names the commit; which ReplicaSet that makes isn't told there."""
    assert told(kubernetes(method, changed, changed)) == [("api", "", COMMIT, 100)]
    assert deployment_of(kubernetes(method, changed, changed), "production") is None


def test_replica_sets() -> None:
    """A ReplicaSet that is created is the revision that pods' names begin with."""
    made = workload(f"api:{COMMIT}", labels={"app": "api", "pod-template-hash": "5d9c7b6f4d"})
    assert told(kubernetes("replicasets.create", made, made, "api-5d9c7b6f4d")) == [("api", "5d9c7b6f4d", COMMIT, 100)]


@pytest.mark.parametrize(
    "logged",
    [
        kubernetes("deployments.patch", {"spec": {"replicas": 5}}, workload(f"api:{COMMIT}")),
        kubernetes("deployments.status.update", workload(f"api:{COMMIT}")),
        kubernetes("deployments.scale.update", {"spec": {"replicas": 5}}),
        kubernetes("deployments.delete", workload(f"api:{COMMIT}")),
        kubernetes("replicasets.update", workload(labels={"pod-template-hash": "5d9c7b6f4d"})),
        kubernetes("replicasets.create", workload(f"api:{COMMIT}")),
        kubernetes("deployments.patch", workload()),
    ],
    ids=["replicas", "status", "scale", "delete", "replica set's size", "no hash", "no commit"],
)
def test_changes_of_workloads_that_deploy_nothing(logged: LogEntry) -> None:
    """Scaling, status and deletion deploy nothing; what names neither revision nor commit tells nothing."""
    assert told(logged) == []


@pytest.mark.parametrize(
    ("labels", "commit"),
    [
        ({"commit-sha": COMMIT}, COMMIT),
        ({"k8s-pod/commit-sha": "2f130c1"}, "2f130c1"),
        ({"run.googleapis.com/git-sha": COMMIT, "app": "api"}, COMMIT),
        ({"commit-sha": "main"}, ""),
        ({"commit-sha": 5}, ""),
        ({"app": COMMIT}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_commit_of_labels(labels: dict[str, Any] | None, commit: str) -> None:
    """An entry's own labels name its commit, whatever stands before the label's name; anything else names none."""
    assert commit_of(labels) == commit


_SOURCE = st.recursive(
    JSON,
    lambda inner: st.dictionaries(
        st.sampled_from(
            (
                *("spec", "template", "metadata", "labels", "name", "revision", "service", "status", "commit-sha"),
                *("traffic", "percent", "revisionName", "containers", "image", "request", "split", "allocations", "id"),
                *("createVersion", "updateService", "version", "pod-template-hash"),
            )
        ),
        inner,
    ),
    max_leaves=12,
)
METHODS = (
    V1, V2, f"{GAE}.Versions.CreateVersion", f"{GAE}.Services.UpdateService", "io.k8s.apps.v1.deployments.patch",
    "io.k8s.apps.v1.replicasets.create",
)  # fmt: skip
_PAYLOAD = st.fixed_dictionaries(
    {"methodName": st.sampled_from(METHODS) | JSON},
    optional=dict.fromkeys(("response", "request", "status", "serviceData", "resourceName", "serviceName"), _SOURCE),
)
_LABELS = st.dictionaries(st.sampled_from(("service_name", "instanceId", "pod_name", "project_id", "x")), JSON)


@settings(max_examples=300, deadline=None)
@given(_PAYLOAD, st.dictionaries(st.text(max_size=8), JSON, max_size=3), _LABELS, _LABELS)
def test_no_payload_raises(proto: dict[str, Any], fields: dict[str, Any], ours: Any, theirs: Any) -> None:
    """Any JSON where payloads and labels stand is observed, counted and frozen."""
    observer = Observer(Clusterer().signature, lambda project: project)
    for payload in ({"protoPayload": proto}, {"jsonPayload": fields}, {"jsonPayload": proto}):
        observer.add(entry(**payload, labels=ours, resource={"type": "t", "labels": theirs}))
        found = deployments_of(entry(**payload, labels=ours, resource={"type": "t", "labels": theirs}), "production")
        assert all(0 <= one.share <= 100 for one in found)
    window = observer.window()
    assert window.entries == 3
    assert all(
        isinstance(name, str) for told in window.deployments for name in (told.service, told.revision, told.commit)
    )


def test_labels_of_entries_name_the_commit_of_their_revision() -> None:
    """Where entries carry the commit that was deployed, the window knows it, in whatever order they are read."""

    def built(entries: list[LogEntry]) -> list[tuple[str, str]]:
        observer = Observer(Clusterer().signature, lambda project: project)
        for one in entries:
            observer.add(one)
        return [(one.revision, one.commit) for one in observer.window().built]

    new, old = resource("api", "api-00002"), resource("api", "api-00001")
    entries = [at(second, textPayload="boom", resource=new, labels=LABELS) for second in (3, 1, 2)]
    entries += [at(second, textPayload="boom", resource=old) for second in (0, 4)]
    assert built(entries) == built(entries[::-1]) == [("api-00002", COMMIT)]
