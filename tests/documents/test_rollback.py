"""The command that goes back: exact where the platform's names are plain, none where they aren't."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.rollback import rollback_command, rollback_note
from bot.model.entry import LogEntry, Place, Resource

RUN = Place("prod", "acme-prod", "us-central1", "api", "api-00042-bad")
GKE = Place("prod", "acme-prod", "us-central1", "api", "7d4b9c8f6d")


def test_cloud_run() -> None:
    """All traffic to the revision, with the region and the project of the service."""
    assert rollback_command(RUN, "api-00041-abc") == (
        "gcloud run services update-traffic api --to-revisions=api-00041-abc=100 "
        "--region=us-central1 --project=acme-prod"
    )


def test_what_is_not_known_is_left_out() -> None:
    """Without a region or a project gcloud takes its own; nothing is made up."""
    assert rollback_command(RUN._replace(location="", project=""), "api-00041-abc").endswith("=100")


def test_kubernetes() -> None:
    """A ReplicaSet's hash says that it is a Deployment: back by one, and what the logs don't tell is said."""
    command = rollback_command(GKE, "5c689d88bb")
    assert command == "kubectl rollout undo deployment/api"
    assert rollback_note(command) == "by one revision; add the namespace, which isn't logged"


def test_kubernetes_in_its_cluster_and_namespace() -> None:
    """The line before it makes kubectl speak to the cluster; another cluster's Deployment of that name stays alone."""
    command = rollback_command(GKE._replace(namespace="shop", cluster="main", location="us-central1-a"), "5c689d88bb")
    assert command.split("\n") == [
        "gcloud container clusters get-credentials main --location=us-central1-a --project=acme-prod",
        "kubectl rollout undo deployment/api --namespace=shop",
    ]
    assert rollback_note(command) == "by one revision"


def test_the_place_of_an_entry_tells_namespace_and_cluster() -> None:
    """They are the resource's labels; elsewhere than in Kubernetes there are none."""
    labels = {"namespace_name": "shop", "cluster_name": "main", "pod_name": "api-7d4b9c8f6d-abcde", "location": "here"}
    place = LogEntry(resource=Resource("k8s_container", labels)).place("prod")
    assert (place.namespace, place.cluster, place.revision) == ("shop", "main", "7d4b9c8f6d")
    batch = LogEntry(resource=Resource("cloud_dataproc_cluster", {"cluster_name": "main"})).place("prod")
    assert (batch.namespace, batch.cluster) == ("", "")


@pytest.mark.parametrize("revision", ["", "v7", "20250101t120000", "api-00041-abc; rm -rf /", "api-$(x)", "api-A"])
def test_no_command_in_doubt(revision: str) -> None:
    """Another platform's version, or a name that isn't one, gives no command."""
    assert rollback_command(RUN, revision) == ""


NAMES = st.one_of(st.text(max_size=40), st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True))


@given(NAMES, NAMES, NAMES, NAMES, NAMES, st.booleans())
def test_nothing_else_gets_into_a_shell(
    service: str, revision: str, location: str, project: str, cluster: str, replicas: bool
) -> None:
    """Whatever a log calls its service, the command has the words of the command and no other."""
    place = Place("prod", project, location, service, "7d4b9c8f6d", cluster, cluster)
    for line in rollback_command(place, "5c689d88bb" if replicas else f"{service}-{revision}").split("\n"):
        words = shlex.split(line)
        assert len(words) in (0, 4, 5, 6, 7, 8)
        assert not set("".join(words)) & set(";|&$`<>\n '\"")
