"""Deployments out of audit entries: the shapes of Cloud Run's v1 and v2, and everything else that isn't one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clustering import Clusterer
from bot.model.entry import LogEntry
from bot.observing import Observer
from bot.observing.deployments import deployment_of
from tests.clustering.logged import JSON
from tests.observing.logged import COMMIT, deployed, entry, resource

V1 = "google.cloud.run.v1.Services.ReplaceService"
V2 = "google.cloud.run.v2.Services.UpdateService"
LABELS = {"commit-sha": COMMIT, "managed-by": "gcp-cloud-build-deploy-cloud-run"}
NAME = "projects/p/locations/eu/services/api"
METADATA = {"spec": {"template": {"metadata": {"name": "api-7", "labels": LABELS}}}}
UNNAMED = {"spec": {"template": {"metadata": {"labels": LABELS}}}}


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


_SOURCE = st.recursive(
    JSON,
    lambda inner: st.dictionaries(
        st.sampled_from(
            ("spec", "template", "metadata", "labels", "name", "revision", "service", "status", "commit-sha")
        ),
        inner,
    ),
    max_leaves=12,
)
_PAYLOAD = st.fixed_dictionaries(
    {"methodName": st.sampled_from([V1, V2]) | JSON},
    optional={"response": _SOURCE, "request": _SOURCE, "status": _SOURCE, "resourceName": JSON, "serviceName": JSON},
)
_LABELS = st.dictionaries(st.sampled_from(("service_name", "instanceId", "pod_name", "project_id", "x")), JSON)


@settings(max_examples=300, deadline=None)
@given(_PAYLOAD, st.dictionaries(st.text(max_size=8), JSON, max_size=3), _LABELS, _LABELS)
def test_no_payload_raises(proto: dict[str, Any], fields: dict[str, Any], ours: Any, theirs: Any) -> None:
    """Any JSON where payloads and labels stand is observed, counted and frozen."""
    observer = Observer(Clusterer().signature, lambda project: project)
    for payload in ({"protoPayload": proto}, {"jsonPayload": fields}, {"jsonPayload": proto}):
        observer.add(entry(**payload, labels=ours, resource={"type": "t", "labels": theirs}))
    window = observer.window()
    assert window.entries == 3
    assert all(
        isinstance(name, str) for told in window.deployments for name in (told.service, told.revision, told.commit)
    )
