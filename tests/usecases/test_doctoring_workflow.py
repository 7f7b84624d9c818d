"""`doctor` on a workflow: what `init` writes is well, each right or input taken away is named with its mend."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.usecases.doctoring import Health
from bot.usecases.doctoring_workflow import workflow_findings
from bot.usecases.initialising import Scene, drafted

WHERE = ".github/workflows/incidentbot.yml"


@pytest.fixture
def written(tmp_path: Path) -> str:
    """What `init` writes."""
    return drafted(Scene(tmp_path, action=f"acme/incidentbot@{'1f' * 20}", projects=("acme-prod",)))[0].text


def told(text: str, commanded: bool = True) -> list[tuple[str, str, str]]:
    """(health, what, mend) of each finding."""
    return [(one.health.value, one.what, one.mend) for one in workflow_findings(text, WHERE, commanded)]


def test_what_init_writes_is_well(written: str) -> None:
    """Nothing to say of it, with and without Slack; nor where rights are given for everything."""
    assert [health for health, _, _ in (*told(written), *told(written, commanded=False))] == ["well", "well"]
    wide = re.sub(r"    permissions:\n(?:      .+\n)+", "    permissions: write-all\n", written)
    assert wide != written
    assert [health for health, _, _ in told(wide)] == ["well"]


@pytest.mark.parametrize(
    ("right", "health", "what"),
    [
        ("issues: write", "fault", "no issue can be filed"),
        ("id-token: write", "fault", "Google Cloud can't know who asks"),
        ("deployments: read", "note", "without deployments: read"),
        ("pull-requests: read", "note", "without pull-requests: read"),
    ],
)
def test_a_right_that_lacks_is_named(written: str, right: str, health: str, what: str) -> None:
    """Without one of its rights: what can't be done then, and the line to add."""
    [found] = told(re.sub(rf"      {right}.*\n", "", written))
    assert found[0] == health
    assert what in found[1]
    assert "permissions" in found[2]


def test_rights_of_the_whole_workflow_count(written: str) -> None:
    """A job without a key of its own has the workflow's rights: here none; with neither, the repository decides."""
    without = re.sub(r"    permissions:\n(?:      .+\n)+", "", written)
    assert [health for health, _, _ in told(without)] == ["fault", "fault", "note"]
    [(health, what, _)] = told(without.replace("permissions: {}\n", ""))
    assert (health, "repository's settings" in what) == ("note", True)


def test_inputs_count_where_slack_gives_commands(written: str) -> None:
    """The relay's inputs are asked for if it is to start the workflow, and else not."""
    lacking = re.sub(r"      asked_by:\n(?:        .+\n)+", "", written)
    [(health, what, mend)] = told(lacking)
    assert (health, what.endswith("the inputs asked_by"), "--overwrite" in mend) == ("fault", True, True)
    assert told(lacking, commanded=False)[0][0] == "well"
    assert told(re.sub(r"  workflow_dispatch:.*\n(?:    .+\n)+", "", written))[0][0] == "fault"


def test_what_is_not_pinned_is_noted(written: str) -> None:
    """A branch or a tag may be moved; a folder of the repository can't be."""
    [(health, what, _)] = told(re.sub(r"@(1f){20}", "@main", written))
    assert (health, "acme/incidentbot@main" in what) == ("note", True)
    assert told(re.sub(r"acme/incidentbot@\w+", "./", written))[0][0] == "well"


@pytest.mark.parametrize(
    ("text", "health", "what"),
    [
        ("a: [", "fault", "no YAML"),
        ("- 1", "note", "no step"),
        ("jobs: {a: {steps: [{run: make}]}}", "note", "no step"),
    ],
)
def test_other_files(text: str, health: str, what: str) -> None:
    """No YAML, no workflow, another workflow: each is told as what it is."""
    [found] = told(text)
    assert (found[0], what in found[1]) == (health, True)


_KEYS = ("jobs", "steps", "uses", "with", "project", "permissions", "on", "workflow_dispatch", "inputs", "a")
_VALUES = st.recursive(
    st.none() | st.booleans() | st.text("ab:@./", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(value=_VALUES, commanded=st.booleans())
def test_any_yaml_has_a_finding(value: object, commanded: bool) -> None:
    """Whatever a file says, it is looked at without a fault of our own."""
    found = workflow_findings(yaml.safe_dump(value), WHERE, commanded)
    assert found
    assert all(one.health in set(Health) for one in found)
