"""The Action without GitHub: its steps' own shell in an environment like the runner's; how a runner reads a log."""

import fcntl
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.faces.running import ROOT

ACTION = ROOT / "action.yml"
SHELL = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
OURS = frozenset(("group", "endgroup", "error", "warning", "notice"))
FORBIDDEN = ("add-mask", "add-matcher", "add-path", "debug", "echo", "internal-set-repo-path", "remove-matcher")
KNOWN = OURS | {*FORBIDDEN, "save-state", "set-env", "set-output", "stop-commands"}

_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_PIP = ("PIP_", "HTTP", "HTTPS", "NO_PROXY", "SSL_CERT", "REQUESTS_CA")


class Command(NamedTuple):
    """A workflow command as the runner takes it from a line."""

    name: str
    properties: dict[str, str]
    data: str


def command_of(line: str) -> Command | None:
    """The command in a line, as the runner finds it; characters that a culture's comparison skips don't hide one."""
    seen = "".join(char for char in line if unicodedata.category(char) != "Cf" and not "\ufe00" <= char <= "\ufe0f")
    if seen.lstrip().startswith("::"):
        told, found, data = seen.lstrip()[2:].partition("::")
        if found and told.partition(" ")[0].casefold() in KNOWN:
            return _command(told, data, ",")
    _, found, rest = seen.partition("##[")
    told, closed, data = rest.partition("]")
    if found and closed and told.partition(" ")[0].casefold() in KNOWN:
        return _command(told, data, ";")
    return None


def _command(told: str, data: str, separator: str) -> Command:
    name, _, words = told.partition(" ")
    pairs = (word.split("=", 1) for word in words.strip().split(separator) if "=" in word)
    return Command(name, {key: _plain(value) for key, value in pairs}, _plain(data))


def _plain(text: str) -> str:
    for token, escaped in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        text = text.replace(escaped, token)
    return text


def commands(log: str) -> list[Command]:
    """Every command in a log; a line ends where .NET ends it."""
    return [found for line in re.split(r"\r\n|\r|\n", log) if (found := command_of(line))]


def action() -> Any:
    """`action.yml`, decoded."""
    return yaml.safe_load(ACTION.read_text(encoding="utf-8"))


class Ran(NamedTuple):
    """How the Action's steps ended: exit code, outputs as mapped, the summary, both streams, artifacts by name."""

    code: int
    outputs: dict[str, str]
    summary: str
    log: str
    artifacts: dict[str, dict[str, str]]


class FakeRunner:
    """Runs the composite steps in order, stopping at the first failure. Steps with `uses` have their effect faked."""

    def __init__(self, folder: Path, temp: Path, api_url: str, repo: str, token: str) -> None:
        self.workspace = folder / "workspace"
        self.workspace.mkdir(parents=True, exist_ok=True)
        self._folder, self._temp, self._count = folder, temp, 0
        self._temp.mkdir(exist_ok=True)
        self._github = {"token": token}
        self._env = {
            **{name: value for name, value in os.environ.items() if name.upper().startswith(_PIP)},
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(Path.home()),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": api_url,
            "GITHUB_REPOSITORY": repo,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(temp),
        }

    def __call__(self, **inputs: str) -> Ran:
        """The Action with these inputs, to its end."""
        document = action()
        given = self._inputs(document, inputs)
        steps: dict[str, dict[str, str]] = {}
        log, code, summary = "", 0, ""
        artifacts: dict[str, dict[str, str]] = {}
        for step in document["runs"]["steps"]:
            if code and "!cancelled()" not in step.get("if", ""):
                continue
            if "uses" in step and "upload-artifact@" in step["uses"]:
                artifacts |= self._uploaded(step, {"inputs": given, "steps": steps})
                continue
            if "uses" in step:
                steps[step.get("id", "")] = self._faked(step["uses"])
                continue
            files, env = self.environment(step, given, steps)
            with self._alone():
                done = subprocess.run(
                    self.shell(step), env=env, cwd=self.workspace, capture_output=True, text=True, check=False
                )
            log += done.stdout + done.stderr
            steps[step.get("id", "")] = _assignments(files["GITHUB_OUTPUT"])
            summary, code = summary + files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"), done.returncode
        told = {name: _filled(one["value"], {"steps": steps}) for name, one in document["outputs"].items()}
        return Ran(code, told, summary, log, artifacts)

    def last(self, **inputs: str) -> tuple[tuple[str, ...], dict[str, str], dict[str, Path]]:
        """Words, environment and files of the program's step, ready to be started, after the steps before it ran."""
        document = action()
        steps = {
            "python": self._faked("actions/setup-python@x"),
            "names": {"venv": str(self._temp / "incidentbot-venv")},
        }
        [step] = [step for step in document["runs"]["steps"] if step.get("id") == "run"]
        files, env = self.environment(step, self._inputs(document, inputs), steps)
        return self.shell(step), env, files

    def environment(
        self, step: Any, inputs: dict[str, str], steps: Mapping[str, dict[str, str]]
    ) -> tuple[dict[str, Path], dict[str, str]]:
        """The step's own files, made empty, and its environment."""
        self._count += 1
        files = {}
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"):
            files[name] = self._folder / f"{name}-{self._count}"
            files[name].touch()
        context = {"inputs": inputs, "steps": steps, "github": self._github}
        own = {name: _filled(str(value), context) for name, value in step.get("env", {}).items()}
        return files, {**self._env, **{name: str(path) for name, path in files.items()}, **own}

    def shell(self, step: Any) -> tuple[str, ...]:
        """The words that run a step's script, as the runner says them for `shell: bash`."""
        assert step["shell"] == "bash"
        script = self._folder / f"step-{self._count}.sh"
        script.write_text(step["run"], encoding="utf-8")
        return (*SHELL, str(script))

    def _inputs(self, document: Any, given: dict[str, str]) -> dict[str, str]:
        known = document["inputs"]
        assert set(given) <= set(known)
        defaults = {name: _filled(str(one.get("default", "")), {"github": self._github}) for name, one in known.items()}
        return {**defaults, **given}

    def _faked(self, uses: str) -> dict[str, str]:
        if uses.startswith("actions/setup-python@"):
            return {"python-path": getattr(sys, "_base_executable", sys.executable), "python-version": "3.11"}
        assert uses.startswith("actions/cache@"), f"no stand-in for {uses}"
        return {}

    def _uploaded(self, step: Any, context: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """What the step keeps: the texts of its folder by name; nothing where its condition doesn't hold."""
        assert step["if"] == "${{ !cancelled() && steps.run.outputs.report != '' }}"
        if not context["steps"].get("run", {}).get("report"):
            return {}
        name, folder = (_filled(step["with"][word], context) for word in ("name", "path"))
        assert re.fullmatch(r"[\w.-]+", name), "no name for an artifact"
        return {name: {path.name: path.read_text(encoding="utf-8") for path in Path(folder).iterdir()}}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Test processes share the virtual environment: one makes it, the others find it."""
        with (self._temp / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _filled(text: str, context: Mapping[str, Any]) -> str:
    return _EXPRESSION.sub(lambda found: _value(found[1], context), text)


def _value(expression: str, context: Mapping[str, Any]) -> str:
    match expression.split("."):
        case ["steps", step, "outputs", name]:
            return str(context["steps"].get(step, {}).get(name, ""))
        case [("inputs" | "github") as place, name]:
            return str(context[place][name])
    raise AssertionError(f"no stand-in for the expression {expression}")


def _assignments(file: Path) -> dict[str, str]:
    rows = file.read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[\w-]+=.*", row) for row in rows), rows
    return dict(row.split("=", 1) for row in rows)
