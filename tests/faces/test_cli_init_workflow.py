"""The workflow and the settings that `init` writes: sound by GitHub's own measures, and their steps run here."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Labels, load
from bot.usecases.initialising import WORKFLOW
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.logging_server import LoggingServer
from tests.faces.action_bench import FakeRunner, action
from tests.faces.beginning import PROJECT, REF, SETTINGS, place, written
from tests.faces.running import EXAMPLE, Bot
from tests.faces.test_action_workflows import OURS, program, workflow

__all__ = ["bench", "place", "servers"]


@pytest.mark.parametrize(
    "words",
    [
        ("--action-ref", REF),
        ("--action-ref", f"{REF}", "--project", PROJECT),
        (
            "--action-ref",
            "./",
            "--project",
            PROJECT,
            "--project",
            "example.com:two",
            "--service",
            "a",
            "--service",
            "b",
        ),
    ],
)
def test_the_workflow_is_sound(bot: Bot, place: Path, words: tuple[str, ...]) -> None:
    """At its strictest zizmor finds nothing, GitHub's schema holds, rights are few and each has its reason."""
    assert bot("init", *words, "--yes").status == 0
    file = place / WORKFLOW
    done = program("zizmor", "--offline", "--quiet", "--persona", "pedantic", file)
    assert done.returncode == 0, done.stdout + done.stderr
    done = program("check-jsonschema", "--builtin-schema", "vendor.github-workflows", file)
    assert done.returncode == 0, done.stdout + done.stderr
    document = yaml.safe_load(file.read_text())
    [job] = document["jobs"].values()
    assert document["permissions"] == {}
    assert {name for name, right in job["permissions"].items() if right == "write"} == {"issues", "id-token"}
    assert all(re.search(rf"^ +{name}: \w+ # \w.+", file.read_text(), re.M) for name in job["permissions"])


def test_it_starts_and_takes_turns_as_the_bots_own(bot: Bot, place: Path) -> None:
    """Triggers, their inputs and turns are those of the workflow that runs in the bot's own repository."""
    bot("init", "--action-ref", REF, "--yes")
    made, own = yaml.safe_load(written(place)[WORKFLOW]), workflow()
    for name in (True, "concurrency", "permissions"):
        assert made[name] == own[name] or name is True
    inputs = own[True]["workflow_dispatch"]["inputs"]
    assert set(made[True]["workflow_dispatch"]["inputs"]) == set(inputs)
    assert made[True]["schedule"] == own[True]["schedule"]
    assert made["jobs"]["file"]["permissions"] == own["jobs"]["file"]["permissions"]
    pins = re.compile(r"uses: (actions/checkout@\S+|google-github-actions/auth@\S+)")
    assert pins.findall(written(place)[WORKFLOW]) == pins.findall(OURS.read_text())


def given(file: Path, variables: Mapping[str, str], inputs: Mapping[str, str]) -> dict[str, str] | None:
    """What the workflow's last step gives to the Action as GitHub would fill it; None where the job does not run."""
    document = yaml.safe_load(file.read_text())
    [job] = document["jobs"].values()
    declared = document[True]["workflow_dispatch"]["inputs"]
    scope = {"vars": variables, "inputs": {name: inputs.get(name, "") for name in declared}, "env": job.get("env", {})}
    if not filled(job["if"], scope):
        return None
    step = job["steps"][-1]
    assert step["uses"].startswith((REF, "./"))
    return {name: str(filled(value, scope)) for name, value in step["with"].items()}


def filled(text: str, scope: Mapping[str, Mapping[str, str]]) -> Any:
    """The value of a line that is one expression of Actions with `||`, `&&`, `==`, `!=`, or holds none."""
    found = re.fullmatch(r"\$\{\{ (.+) \}\}", text)
    if not found:
        return text
    words = re.sub(r"\b(vars|inputs|env)\.(\w+)", lambda hit: repr(scope[hit[1]].get(hit[2], "")), found[1])
    return eval(words.replace("||", " or ").replace("&&", " and "), {"__builtins__": {}})


VARIABLES = {"GCP_WORKLOAD_IDENTITY_PROVIDER": "projects/1/x", "GCP_SERVICE_ACCOUNT": "bot@x.iam.example"}


def test_it_does_not_run_before_it_is_set_up(bot: Bot, place: Path) -> None:
    """Without a variable the job is skipped; the project counts as one where the workflow doesn't name it."""
    bot("init", "--action-ref", REF, "--yes")
    assert given(place / WORKFLOW, VARIABLES, {}) is None
    ready = given(place / WORKFLOW, {**VARIABLES, "GCP_PROJECT": PROJECT}, {})
    assert ready is not None
    assert ready["project"] == PROJECT
    bot("init", "--yes", "--overwrite", "--project", PROJECT, "--service", "a", "--service", "b")
    assert given(place / WORKFLOW, {}, {}) is None
    ready = given(place / WORKFLOW, VARIABLES, {})
    assert ready is not None
    assert (ready["project"], ready["service"], ready["since"]) == (PROJECT, "a\nb", "")
    asked = given(place / WORKFLOW, VARIABLES, {"service": "c"})
    assert asked is not None
    assert (asked["service"], asked["since"]) == ("c", "1h")


def test_its_steps_run(bot: Bot, bench: Bench, tmp_path_factory: pytest.TempPathFactory, place: Path) -> None:
    """What it gives is what the Action takes: on cron it files, a command is done, in the emulated repository."""
    bot("init", "--action-ref", REF, "--project", PROJECT, "--yes")
    base = tmp_path_factory.getbasetemp()
    temp = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "runner-temp"
    runner = FakeRunner(place / "runner", temp, bench.proxy.url, bench.repo, TOKEN)
    (runner.workspace / SETTINGS).write_text(written(place)[SETTINGS])
    with LoggingServer() as server:
        server.add(PROJECT, json.loads(EXAMPLE.read_text(encoding="utf-8")))
        cron = given(place / WORKFLOW, VARIABLES, {})
        asked = given(place / WORKFLOW, VARIABLES, {"command": "status"})
        assert cron is not None
        assert asked is not None
        assert set(cron) <= set(action()["inputs"])
        window = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-10T00:00:00Z"}
        ran = runner(**cron, **window, logging_endpoint=server.address)
        assert ran.code == 0, ran.log
        assert int(ran.outputs["created"]) > 0
        assert server.asked[0].projects == (PROJECT,)
        told = runner(**asked)
        assert told.code == 0, told.log
        assert "checkout-api" in told.summary


def test_the_settings_hold_and_so_does_what_is_commented_out(bot: Bot, place: Path) -> None:
    """The file is valid as it is, with the team's CODEOWNERS found; each line uncommented alone is valid too."""
    (place / "docs").mkdir()
    (place / "docs" / "CODEOWNERS").write_text("* @ada\n")
    bot("init", "--no-workflow", "--yes", "--project", "2-two", "--service", "a.b")
    text = written(place)[SETTINGS]
    assert load(place / SETTINGS).codeowners == Path("docs/CODEOWNERS")
    lines = text.splitlines(keepends=True)
    examples = [at for at, line in enumerate(lines) if re.match(r'# ["\w.-]+ = ', line)]
    assert len(examples) >= 5 + len(Labels.model_fields)
    for at in examples:
        (place / "one.toml").write_text("".join([*lines[:at], lines[at].removeprefix("# "), *lines[at + 1 :]]))
        load(place / "one.toml")
    named = "".join(lines).replace('# "2-two"', '"2-two"').replace('# "a.b"', '"a.b"')
    assert tomllib.loads(named)["environments"] == {"2-two": "production"}
