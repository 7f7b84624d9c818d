"""The Action's inputs, from the environment alone: no shell ever sees them as words."""

import glob
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bot.errors import LogsUnavailable, UsageError


class Inputs(msgspec.Struct, frozen=True):
    """What the workflow asked for. `logs` are paths of files, `repo` is owner/name.

    Where there are no files, logs are read of these Google Cloud `projects`, restricted to `services` and a `filter` of
    Cloud Logging's query language where they are given; `since` is a length such as 2h, `start` and `end` are times;
    with none of them the run goes on from the last. With `request_counts` Cloud Monitoring tells of requests too.
    With `report` the run's reports are kept. `command` and its `arguments` are what somebody asked for ("": to file).
    """

    logs: tuple[str, ...]
    settings: Path | None
    dry_run: bool
    repo: str
    projects: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    filter: str = ""
    since: str = ""
    endpoint: str = ""
    report: bool = False
    start: str = ""
    end: str = ""
    request_counts: bool = False
    monitoring_endpoint: str = ""
    command: str = ""
    arguments: str = ""
    asked_by: str = ""


def read_inputs(env: Mapping[str, str]) -> Inputs:
    """The inputs. Raises UsageError naming the input that is missing or can't be used, LogsUnavailable for no file."""
    repo = env.get("INPUT_REPO", "").strip() or env.get("GITHUB_REPOSITORY", "").strip()
    if not repo:
        raise UsageError("No repository: give the input repo as owner/name, or run where GITHUB_REPOSITORY is set.")
    settings = env.get("INPUT_SETTINGS", "").strip()
    projects, command = _lines(env, "INPUT_PROJECT"), env.get("INPUT_COMMAND", "").strip()
    if projects and _lines(env, "INPUT_LOGS"):
        raise UsageError("The inputs logs and project are two places for the same logs: give one of them.")
    return Inputs(
        logs=() if projects or command not in ("", "file") else _files(_lines(env, "INPUT_LOGS")),
        settings=Path(settings) if settings else None,
        dry_run=_flag("dry_run", env.get("INPUT_DRY_RUN", "")),
        repo=repo,
        projects=projects,
        services=_lines(env, "INPUT_SERVICE"),
        filter=env.get("INPUT_FILTER", "").strip(),
        since=env.get("INPUT_SINCE", "").strip(),
        endpoint=env.get("INPUT_LOGGING_ENDPOINT", "").strip(),
        report=_flag("report", env.get("INPUT_REPORT", "")),
        start=env.get("INPUT_FROM", "").strip(),
        end=env.get("INPUT_TO", "").strip(),
        request_counts=_flag("request_counts", env.get("INPUT_REQUEST_COUNTS", "")),
        monitoring_endpoint=env.get("INPUT_MONITORING_ENDPOINT", "").strip(),
        command=command,
        arguments=env.get("INPUT_ARGUMENTS", "").strip(),
        asked_by=env.get("INPUT_ASKED_BY", "").strip(),
    )


def _lines(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in env.get(name, "").splitlines() if line.strip())


def _files(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not patterns:
        raise UsageError(
            "No logs: give the input project, or logs, one file or pattern a line, as gcloud logging read wrote them."
        )
    return tuple(dict.fromkeys(file for pattern in patterns for file in _matching(pattern)))


def _matching(pattern: str) -> list[str]:
    """The file of this very name, else what the pattern finds, sorted. `-` is a file like any other here."""
    pattern = "./-" if pattern == "-" else pattern
    if not glob.has_magic(pattern) or Path(pattern).exists():
        return [pattern]
    found = sorted(path for path in glob.glob(pattern, recursive=True) if Path(path).is_file())
    if not found:
        raise LogsUnavailable(f"No file matches {pattern} (input logs): check the step that writes the logs.")
    return found


def _flag(name: str, text: str) -> bool:
    value = text.strip().casefold()
    if value in ("", "false"):
        return False
    if value == "true":
        return True
    raise UsageError(f"Input {name} is neither true nor false: {text.strip()[:40]}.")
