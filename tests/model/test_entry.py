"""The facts that are read from an entry: its level, text, place, instance, project and time."""

from typing import Any

import msgspec
import pytest

from bot.model.entry import HttpRequest, LogEntry, Place, Resource
from bot.model.severity import Severity


def entry(**fields: Any) -> LogEntry:
    """An entry decoded from these fields as Cloud Logging's JSON names them."""
    return msgspec.json.decode(msgspec.json.encode(fields), type=LogEntry)


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"severity": "ERROR", "textPayload": "INFO fine"}, Severity.ERROR),
        ({"severity": 400}, Severity.WARNING),
        ({"severity": "DEFAULT", "textPayload": "ERROR broke"}, Severity.ERROR),
        ({"textPayload": "[2025-09-15 20:51:00 +0000] [40] [INFO] Booting worker"}, Severity.INFO),
        ({"jsonPayload": {"levelname": "ERROR", "message": "INFO x"}}, Severity.ERROR),
        ({"jsonPayload": {"level": 50, "msg": "x"}}, Severity.ERROR),
        ({"jsonPayload": {"message": "Traceback (most recent call last):\n"}}, Severity.ERROR),
        ({"jsonPayload": {"MESSAGE": 'time="x" level=warning msg="y"', "_COMM": "containerd"}}, Severity.WARNING),
        ({"jsonPayload": {"alert_severity": "CRITICAL", "category": "x"}}, Severity.DEFAULT),
        ({"httpRequest": {"status": 503}}, Severity.ERROR),
        ({"httpRequest": {"status": "404"}}, Severity.WARNING),
        ({"httpRequest": {"status": 200}}, Severity.INFO),
        ({"textPayload": "0 errors found"}, Severity.DEFAULT),
        ({}, Severity.DEFAULT),
    ],
)
def test_level(fields: dict[str, Any], level: Severity) -> None:
    """What is stated wins; then the payload's field, the HTTP status, and what the text states."""
    assert entry(**fields).level == level


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"textPayload": "a", "jsonPayload": {"message": "b"}}, "a"),
        ({"textPayload": ""}, ""),
        ({"jsonPayload": {"message": "", "msg": "b"}}, "b"),
        ({"jsonPayload": {"message": {"nested": 1}, "stack_trace": "c"}}, "c"),
        ({"jsonPayload": {"error": {"type": "KeyError", "value": "'x'"}}}, "KeyError: 'x'"),
        ({"jsonPayload": {"err": {"name": "TypeError"}}}, "TypeError"),
        ({"jsonPayload": {"error": "refused"}}, "refused"),
        ({"jsonPayload": {"a": 1, "b": "two", "c": [3]}}, "a=1 b=two"),
        (
            {"protoPayload": {"methodName": "Services.Replace", "status": {"message": "denied"}}},
            "Services.Replace denied",
        ),
        ({"protoPayload": {"status": "odd"}}, ""),
        ({"httpRequest": {"requestMethod": "GET", "status": 502}}, "GET 502"),
        ({}, ""),
    ],
)
def test_text(fields: dict[str, Any], text: str) -> None:
    """The message wherever a logger put it; "" where the entry says nothing."""
    assert entry(**fields).text == text


@pytest.mark.parametrize(("status", "code"), [(500, 500), ("404", 404), (None, 0), ("odd", 0), (-1, 0), ("", 0)])
def test_status_code(status: int | str | None, code: int) -> None:
    """A number whatever was logged."""
    assert HttpRequest(status=status).status_code == code


def test_nanos_prefers_the_timestamp() -> None:
    """The receiveTimestamp counts only where there is no timestamp; neither is a ValueError."""
    both = entry(timestamp="1970-01-01T00:00:01Z", receiveTimestamp="1970-01-01T00:00:02Z")
    assert both.nanos == 1_000_000_000
    assert msgspec.structs.replace(both, timestamp="").nanos == 2_000_000_000
    with pytest.raises(ValueError, match="not an RFC 3339 time"):
        _ = entry(insertId="x").nanos


CLOUD_RUN = {"project_id": "p", "location": "europe-west1", "service_name": "api", "revision_name": "api-00007-abc"}
POD = {"project_id": "p", "cluster_name": "c", "pod_name": "web-756f6c4675-vhtvd"}


@pytest.mark.parametrize(
    ("labels", "place"),
    [
        (CLOUD_RUN, Place("prod", "p", "europe-west1", "api", "api-00007-abc")),
        ({"module_id": "default", "version_id": "v1"}, Place("prod", "", "", "default", "v1")),
        (POD, Place("prod", "p", "", "web", "756f6c4675")),
        (POD | {"container_name": "nginx"}, Place("prod", "p", "", "nginx", "756f6c4675")),
        ({"instance_id": "42", "zone": "us-central1-a"}, Place("prod", "", "us-central1-a", "42", "")),
        ({}, Place("prod", "", "", "kind", "")),
    ],
)
def test_place(labels: dict[str, str], place: Place) -> None:
    """Cloud Run, App Engine, Kubernetes, a VM, and what names nothing but its kind."""
    assert LogEntry(resource=Resource(type="kind", labels=dict(labels))).place("prod") == place


def test_place_without_a_resource_is_unknown() -> None:
    """No resource, no label: the service is "unknown", never an error."""
    assert LogEntry().place("") == Place("", "", "", "unknown", "")


def test_names_out_of_the_log_name() -> None:
    """The log id is decoded; the project comes from the log name where the resource doesn't tell."""
    named = entry(logName="projects/p-1/logs/run.googleapis.com%2Fstderr")
    assert (named.log_id, named.project) == ("run.googleapis.com/stderr", "p-1")
    assert entry(logName="organizations/1/logs/x").project == ""
    assert entry(logName="odd").log_id == "odd"


def test_instance_comes_from_either_labels() -> None:
    """Cloud Run puts instanceId among the entry's labels, Kubernetes the pod among the resource's."""
    assert entry(labels={"instanceId": "abc"}).instance == "abc"
    assert entry(resource={"type": "k8s_container", "labels": {"pod_name": "web-1"}}).instance == "web-1"
    assert entry().instance == ""
