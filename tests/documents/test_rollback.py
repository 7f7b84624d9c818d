"""The command that goes back: exact where the platform's names are plain, none where they aren't."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.rollback import rollback_command
from bot.model.entry import Place

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
    """A ReplicaSet's hash says that it is a Deployment: back by one."""
    assert rollback_command(GKE, "5c689d88bb") == "kubectl rollout undo deployment/api"


@pytest.mark.parametrize("revision", ["", "v7", "20250101t120000", "api-00041-abc; rm -rf /", "api-$(x)", "api-A"])
def test_no_command_in_doubt(revision: str) -> None:
    """Another platform's version, or a name that isn't one, gives no command."""
    assert rollback_command(RUN, revision) == ""


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_nothing_else_gets_into_a_shell(service: str, revision: str, location: str, project: str) -> None:
    """Whatever a log calls its service, the command has the words of the command and no other."""
    place = Place("prod", project, location, service, revision)
    words = shlex.split(rollback_command(place, f"{service}-{revision}"))
    assert len(words) in (0, 4, 6, 7, 8)
    assert not set("".join(words)) & set(";|&$`<>\n '\"")
