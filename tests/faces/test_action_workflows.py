"""The Action's description and the workflows: valid, pinned, with no more rights than they say why."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faces.action_bench import ACTION, action
from tests.faces.running import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
OURS = ROOT / ".github" / "workflows" / "incidentbot.yml"
PINNED = re.compile(r"uses: (?:\./ |[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)")


def workflow() -> Any:
    """The bot's own workflow, decoded; YAML 1.1 reads the key `on` as true."""
    return yaml.safe_load(OURS.read_text(encoding="utf-8"))


def program(name: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment."""
    path = Path(sys.executable).with_name(name)
    return subprocess.run([str(path), *map(str, words)], capture_output=True, text=True, check=False, cwd=ROOT)


def test_zizmor_finds_nothing() -> None:
    """At its strictest, zizmor has no finding on the Action and the workflows."""
    done = program("zizmor", "--offline", "--quiet", "--persona", "pedantic", ACTION, *WORKFLOWS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("schema", "files"), [("workflows", WORKFLOWS), ("actions", [ACTION])])
def test_schemas_hold(schema: str, files: list[Path]) -> None:
    """GitHub's JSON schemas for workflows and actions hold, from the copies that check-jsonschema brings."""
    done = program("check-jsonschema", "--builtin-schema", f"vendor.github-{schema}", *files)
    assert done.returncode == 0, done.stdout + done.stderr


def test_outputs_are_the_documented_six() -> None:
    """Each output is mapped from the last step's output of the same name."""
    names = ("created", "updated", "reopened", "closed", "incidents", "held_back")
    assert {name: one["value"] for name, one in action()["outputs"].items()} == {
        name: f"${{{{ steps.run.outputs.{name} }}}}" for name in names
    }


def test_no_expression_reaches_a_shell() -> None:
    """No run line of the Action or the workflows holds an expression: values come through the environment."""
    steps = list(action()["runs"]["steps"])
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            steps += job["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    assert len(scripts) >= 4
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_actions_are_pinned(path: Path) -> None:
    """Every action that is used is pinned by its commit, with its version beside it."""
    uses = [
        line.strip().removeprefix("- ") for line in path.read_text(encoding="utf-8").splitlines() if "uses: " in line
    ]
    assert uses
    assert [line for line in uses if not PINNED.match(line)] == []


def test_rights_are_few_and_explained() -> None:
    """Nothing is granted at the top; each grant of the job has its reason on its line."""
    document = workflow()
    [job] = document["jobs"].values()
    assert document["permissions"] == {}
    written = {name for name, right in job["permissions"].items() if right != "read"}
    assert written == {"issues", "id-token"}
    assert {*job["permissions"]} - written == {"contents", "deployments", "pull-requests"}
    text = OURS.read_text(encoding="utf-8")
    assert all(re.search(rf"^ +{name}: {right} # \w.+", text, re.M) for name, right in job["permissions"].items())


def test_runs_take_turns_off_the_hour() -> None:
    """The schedule avoids the full hour, no run cancels another, each has an end, none runs unconfigured."""
    document = workflow()
    [job] = document["jobs"].values()
    minutes = document[True]["schedule"][0]["cron"].split()[0].split(",")
    assert len(minutes) == 4
    assert not {"0", "*"} & set(minutes)
    assert "workflow_dispatch" in document[True]
    assert document["concurrency"] == {"group": "incidentbot", "cancel-in-progress": False, "queue": "max"}
    assert job["timeout-minutes"] <= 15
    assert job["if"].count("vars.") == 3


def test_the_step_that_runs_the_program_becomes_it() -> None:
    """The runner signals only a step's first process, so the program has to be that."""
    [step] = [step for step in action()["runs"]["steps"] if step.get("id") == "run"]
    assert step["run"].splitlines()[-1].startswith("exec ")


def test_reports_that_can_not_be_kept_fail_nothing() -> None:
    """The step after the program's uploads what it wrote, after a failure too, and never fails the job."""
    step = action()["runs"]["steps"][-1]
    assert step["uses"].startswith("actions/upload-artifact@")
    assert (step["continue-on-error"], step["with"]["if-no-files-found"]) == (True, "ignore")
    assert "!cancelled()" in step["if"]


def test_what_the_workflow_gives_is_an_input() -> None:
    """The workflow and the Action agree on the names of inputs."""
    [job] = workflow()["jobs"].values()
    given = next(step["with"] for step in job["steps"] if step.get("uses") == "./")
    assert set(given) <= set(action()["inputs"])


def test_the_documented_inputs_and_outputs_are_those_there_are() -> None:
    """The tables of docs/action.md have each input with its default where it has a plain one, and each output."""
    page = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")
    inputs, outputs = (page.split(f"## {title}\n")[1].split("\n## ")[0] for title in ("Inputs", "Outputs"))
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in inputs.splitlines() if row.startswith("| `")
    ]
    told = {name: row[1] for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert set(told) == set(action()["inputs"])
    plain = {name: one["default"] for name, one in action()["inputs"].items() if one["default"] in ("true", "false")}
    assert {name: told[name].strip("`") for name in plain} == plain
    named = [
        name
        for row in outputs.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]
    assert set(named) == set(action()["outputs"])
