"""The Action's inputs: what the environment says, and what is refused."""

from pathlib import Path

import pytest

from bot.errors import LogsUnavailable, UsageError
from bot.faces.action.inputs import Inputs, read_inputs


def env(**more: str) -> dict[str, str]:
    """An environment that says enough, with changes."""
    return {"INPUT_LOGS": "a.json", "GITHUB_REPOSITORY": "acme/shop", **more}


def test_defaults() -> None:
    """Only the logs have to be given where the runner names the repository."""
    assert read_inputs(env()) == Inputs(("a.json",), None, False, "acme/shop")


def test_everything_given() -> None:
    """Each input reaches its field; blanks and empty lines around the logs are nothing."""
    given = env(INPUT_LOGS="\n a b.json \n\nc.json\n", INPUT_SETTINGS="s.toml", INPUT_DRY_RUN="True", INPUT_REPO="o/r")
    assert read_inputs(given) == Inputs(("a b.json", "c.json"), Path("s.toml"), True, "o/r")


def test_reports_are_kept_where_they_are_wanted() -> None:
    """The Action's default says so; without the input nothing is kept, and another word is refused."""
    assert [read_inputs(env(INPUT_REPORT=text)).report for text in ("true", "false", "")] == [True, False, False]
    with pytest.raises(UsageError, match="report"):
        read_inputs(env(INPUT_REPORT="html"))


def test_projects_instead_of_files() -> None:
    """Projects and services come one a line, and no file is looked for."""
    given = env(
        INPUT_LOGS="", INPUT_PROJECT="acme-prod\n acme-two\n", INPUT_SERVICE="api", INPUT_SINCE="2h", INPUT_FILTER="a=1"
    )
    read = read_inputs(given)
    assert (read.logs, read.projects, read.services) == ((), ("acme-prod", "acme-two"), ("api",))
    assert (read.since, read.filter, read.endpoint) == ("2h", "a=1", "")
    assert (read.start, read.end, read.request_counts) == ("", "", False)


def test_windows_and_request_counts() -> None:
    """A window's bounds, request counts and their server reach their fields."""
    given = env(INPUT_LOGS="", INPUT_PROJECT="p", INPUT_FROM=" 2025-09-15T20:00:00Z", INPUT_TO="2025-09-15T21:00:00Z\n")
    read = read_inputs({**given, "INPUT_REQUEST_COUNTS": "true", "INPUT_MONITORING_ENDPOINT": "127.0.0.1:9"})
    assert (read.start, read.end) == ("2025-09-15T20:00:00Z", "2025-09-15T21:00:00Z")
    assert (read.request_counts, read.monitoring_endpoint) == (True, "127.0.0.1:9")


def test_patterns_find_files_once_and_sorted(tmp_path: Path) -> None:
    """A pattern gives its files in order, folders left out; a file named twice is read once."""
    for name in ("b.json", "a.json", "deep/c.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "d.json").mkdir()
    found = read_inputs(env(INPUT_LOGS=f"{tmp_path}/**/*.json\n{tmp_path}/a.json")).logs
    assert found == tuple(f"{tmp_path}/{name}" for name in ("a.json", "b.json", "deep/c.json"))


def test_a_file_with_the_name_of_a_pattern_is_that_file(tmp_path: Path) -> None:
    """Brackets in a file's name are no pattern where the file is there."""
    for name in ("[a].json", "a.json"):
        (tmp_path / name).touch()
    assert read_inputs(env(INPUT_LOGS=f"{tmp_path}/[a].json")).logs == (f"{tmp_path}/[a].json",)


def test_standard_input_is_no_log() -> None:
    """`-` is a file's name: a step has no standard input that anybody meant."""
    assert read_inputs(env(INPUT_LOGS="-")).logs == ("./-",)


@pytest.mark.parametrize(
    ("changed", "error", "named"),
    [
        ({"INPUT_LOGS": " \n"}, UsageError, "logs"),
        ({"INPUT_PROJECT": "acme"}, UsageError, "two places for the same logs"),
        ({"INPUT_DRY_RUN": "yes"}, UsageError, "dry_run"),
        ({"INPUT_REQUEST_COUNTS": "on"}, UsageError, "request_counts"),
        ({"GITHUB_REPOSITORY": ""}, UsageError, "repo"),
        ({"INPUT_LOGS": "none-*.json"}, LogsUnavailable, "none-*.json"),
    ],
)
def test_what_can_not_be_used_is_named(changed: dict[str, str], error: type[Exception], named: str) -> None:
    """A missing or senseless input is an error that names it."""
    with pytest.raises(error, match=named.replace("*", r"\*")):
        read_inputs(env(**changed))
