"""Levels and places from memory are those that the entry itself has."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.observing.facts import Levels
from bot.observing.places import Places
from tests.observing.logged import entry

SAID = st.sampled_from(
    [
        *(
            {"textPayload": text}
            for text in ("ERROR 7 a", "ERROR 8 a", "WARN 1", "x 1", "", '{"level":50}', '{"level":30}')
        ),
        {"jsonPayload": {"level": 50, "message": "x"}},
        {"jsonPayload": {"level": 30, "message": "x"}},
        {"httpRequest": {"status": 503}},
        {"httpRequest": {"status": 200}, "textPayload": "ERROR 7 a"},
    ]
)
STATED = st.sampled_from([None, "", "DEFAULT", "ERROR", "error", "500", 500, 0, 7, "nonsense"])
NAMES = ("service_name", "revision_name", "pod_name", "namespace_name", "cluster_name", "project_id", "location")
VALUES = st.sampled_from(["", "a", "b", 1, True, 1.0, None, {"x": 1}])
LABELS = st.dictionaries(st.sampled_from((*NAMES, "instance_id", "backend_service_name")), VALUES, max_size=5)
RESOURCES = st.none() | st.fixed_dictionaries({"type": st.sampled_from(["t", "k8s"]), "labels": LABELS})
OWN = st.none() | st.dictionaries(st.sampled_from((*NAMES, "instanceId", "instance_id")), VALUES, max_size=3)
LOGS = st.sampled_from(["projects/p/logs/a", "projects/q/logs/a"])


@given(st.lists(st.tuples(STATED, SAID), max_size=12))
def test_levels(logged: list[tuple[Any, dict[str, Any]]]) -> None:
    """Whatever was seen before: names, numbers, lines of one shape, JSON whose digits matter."""
    of = Levels().of
    for severity, said in logged:
        one = entry(severity=severity, **said)
        assert of(one) is one.level


@given(st.lists(st.tuples(RESOURCES, OWN, LOGS), max_size=12))
def test_places(logged: list[tuple[Any, Any, str]]) -> None:
    """Whatever was seen before: resources that are alike, labels of any type, and those of the entry's own."""
    of = Places(lambda project: f"env-{project}").of
    for resource, own, log in logged:
        one = entry(resource=resource, labels=own, logName=log)
        assert of(one) == (one.place(f"env-{one.project}"), one.instance)
