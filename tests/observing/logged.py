"""Entries of a few services, instances, traces and minutes, so that much coincides."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from bot.model.entry import LogEntry

TRACE = 'Traceback (most recent call last):\n  File "/app/a.py", line 3, in f\n    x()\nValueError: '
TEXTS = ("boom", "started worker 7", "ERROR lost order 12", "", "level=error msg=x", f"{TRACE}bad", f"{TRACE}worse")
COMMIT = "2f130c1d5e7a9b3c4d6e8f0a1b2c3d4e5f6a7b8c"


def entry(**fields: Any) -> LogEntry:
    """An entry of these fields, as Cloud Logging's JSON names them."""
    return msgspec.convert({"timestamp": "2025-09-15T20:00:00Z", **fields}, LogEntry)


def at(second: int, **fields: Any) -> LogEntry:
    """An entry `second` seconds into an hour."""
    return entry(timestamp=f"2025-09-15T20:{second // 60:02}:{second % 60:02}Z", **fields)


def resource(service: str, revision: str) -> dict[str, Any]:
    """A Cloud Run revision."""
    labels = {"project_id": "p", "location": "eu", "service_name": service, "revision_name": revision}
    return {"type": "cloud_run_revision", "labels": labels}


def deployed(revision: str, commit: str = COMMIT, **fields: Any) -> dict[str, Any]:
    """The fields of a v1 audit entry of a deployment."""
    metadata = {"name": revision, "labels": {"commit-sha": commit} if commit else {}}
    payload = {
        "serviceName": "run.googleapis.com",
        "methodName": "google.cloud.run.v1.Services.ReplaceService",
        "resourceName": "namespaces/p/services/api",
        "response": {"spec": {"template": {"metadata": metadata}}},
        **fields,
    }
    return {"protoPayload": payload, "resource": resource("api", "")}


_REQUEST = st.fixed_dictionaries({"requestMethod": st.just("GET"), "status": st.sampled_from([200, 404, 500, "503"])})
_SAID = st.one_of(
    st.sampled_from(TEXTS).map(lambda text: {"textPayload": text}),
    st.sampled_from(TEXTS).map(lambda text: {"jsonPayload": {"message": text}}),
    _REQUEST.map(lambda request: {"httpRequest": request}),
    st.builds(deployed, st.sampled_from(["r1", "r2"]), st.sampled_from(["", COMMIT, "abc"])),
)
_WHERE = st.fixed_dictionaries(
    {
        "insertId": st.sampled_from(["", "a", "b", "c"]),
        "severity": st.sampled_from([None, "ERROR", "INFO", 400]),
        "trace": st.sampled_from(["", *(f"projects/p/traces/{number}" for number in range(5))]),
        "labels": st.sampled_from([None, *({"instanceId": f"i{number}"} for number in range(5))]),
        "resource": st.builds(resource, st.sampled_from(["api", "web"]), st.sampled_from(["r1", "r2"])) | st.none(),
    }
)
ENTRIES = st.lists(
    st.builds(lambda second, where, said: at(second, **{**where, **said}), st.integers(0, 200), _WHERE, _SAID),
    max_size=24,
)
