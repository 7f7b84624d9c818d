"""`replay` walks saved logs as runs would have: each recognises what the ones before it filed."""

import json
from pathlib import Path

import pytest

from bot.logs import read_files
from bot.model.incident import Priority
from bot.model.time import HOUR, MINUTE, iso, nanos_of
from bot.settings import Settings
from bot.trackers.folder import FolderTracker
from bot.usecases.filing import file_incidents
from bot.usecases.replaying import replay
from bot.usecases.setup import make

START = nanos_of("2025-03-01T02:05:00Z")
HOURS = 3


def entry(number: int, at: int, text: str = "cart is gone") -> str:
    """An error of one instance of the service, as a line of a log file."""
    labels = {"service_name": "api", "revision_name": "api-00001-abc", "project_id": "shop-prod"}
    return json.dumps(
        {
            "insertId": f"e{number}",
            "logName": "projects/shop-prod/logs/run.googleapis.com%2Fstderr",
            "timestamp": iso(at),
            "severity": "ERROR",
            "textPayload": text,
            "resource": {"type": "cloud_run_revision", "labels": labels},
            "labels": {"instanceId": "one"},
        }
    )


@pytest.fixture
def hours(tmp_path: Path) -> list[Path]:
    """A file for each hour: the same error six times, nine minutes apart; in the second hour another one too."""
    files = []
    for hour in range(HOURS):
        lines = [entry(100 * hour + n, START + hour * HOUR + n * 9 * MINUTE) for n in range(6)]
        if hour == 1:
            lines += [entry(900 + n, START + HOUR + n * 9 * MINUTE + MINUTE, "no stock left") for n in range(6)]
        files.append(tmp_path / f"hour_{hour}.json")
        files[-1].write_text("\n".join(lines) + "\n")
    return files


def test_an_incident_of_many_hours_is_one_case(hours: list[Path], tmp_path: Path) -> None:
    """Three runs, one issue for what each of them saw, and another for what the second saw; nothing is left behind."""
    told = replay(read_files(hours), make(Settings()), None, FolderTracker(tmp_path / "none"))
    assert told.runs == HOURS
    assert sorted((one.title, one.filed, one.priority, one.worst) for one in told.cases) == [
        ("cart is gone", True, "P2", "P2"),
        ("no stock left", True, "P2", "P2"),
    ]
    assert {one.theirs for one in told.differences} == {None}
    assert not (tmp_path / "none").exists()


def test_it_makes_what_the_runs_made(hours: list[Path], tmp_path: Path) -> None:
    """Against a folder that the same hours were filed into one by one, there is no difference, whatever the order."""
    setup, folder = make(Settings()), FolderTracker(tmp_path / "issues")
    for file in hours:
        file_incidents(read_files([file]), folder, setup, START + 4 * HOUR)
    assert replay(read_files(hours), setup, None, folder).differences == ()
    assert replay(read_files(hours[::-1]), setup, None, folder).differences == ()


def test_other_settings_walk_the_same_hours(hours: list[Path], tmp_path: Path) -> None:
    """What the other settings leave below their bar is a difference: filed here, reported there."""
    other = make(Settings(file_from=Priority.P1))
    told = replay(read_files(hours), make(Settings()), other, FolderTracker(tmp_path / "none"))
    filed = [(one.ours and one.ours.filed, one.theirs and one.theirs.filed) for one in told.differences]
    assert filed == [(True, False), (True, False)]


def test_values_are_joined_as_the_runs_join_them(tmp_path: Path) -> None:
    """Failures of five users are one case, and the sixth, an hour later, is known by what the run before learnt."""
    early = [entry(n, START + n * MINUTE, f"Failed login of {user}") for n, user in enumerate(("anna", "bela", "carl"))]
    early += [entry(10 + n, START + n * MINUTE, f"Failed login of {user}") for n, user in enumerate(("dora", "emil"))]
    late = [entry(20 + n, START + HOUR + n * MINUTE, "Failed login of fina") for n in range(5)]
    logs = tmp_path / "logs.json"
    logs.write_text("\n".join([*early, *late]) + "\n")
    told = replay(read_files([logs]), make(Settings()), None, FolderTracker(tmp_path / "none"))
    assert [(one.filed, one.title.startswith("Failed login of")) for one in told.cases] == [(True, True)]


def test_each_side_says_which_frames_are_its_own(tmp_path: Path) -> None:
    """Where the other settings take a library for the application, its functions tell failures apart."""
    raised = (
        "Traceback (most recent call last):\n"
        '  File "/usr/lib/python3/site-packages/pool/{0}.py", line 7, in {0}\n    raise\nRuntimeError: exhausted'
    )
    lines = [entry(n, START + n * MINUTE, raised.format("lend" if n % 2 else "borrow")) for n in range(12)]
    logs = tmp_path / "logs.json"
    logs.write_text("\n".join(lines) + "\n")
    other = make(Settings(in_app=("pool",)))
    told = replay(read_files([logs]), make(Settings()), other, FolderTracker(tmp_path / "none"))
    assert len(told.cases) == 1
    theirs = {one.theirs.key.root for one in told.differences if one.theirs}
    assert theirs
    assert theirs.isdisjoint(one.key.root for one in told.cases)
