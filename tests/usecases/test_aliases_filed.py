"""Aliases across runs: a value that no run has seen counts in the issue that knows its like; no issue is renamed."""

import json
from pathlib import Path

from bot.logs import read_files
from bot.settings import load
from bot.trackers.folder import FolderTracker
from bot.usecases.filing import file_incidents
from bot.usecases.known import Known, load_known
from bot.usecases.setup import make

NAMES = ("anna", "bela", "carl", "dora", "emil", "fina", "gus")
SETUP = make(load())


def logs(folder: Path, hour: int, *names: str, each: int = 30) -> str:
    """Failed exports of these customers, one a minute each."""
    entries = [
        {
            "insertId": f"{hour}-{name}-{n}",
            "timestamp": f"2025-09-15T{hour:02}:{n:02}:00Z",
            "severity": "ERROR",
            "logName": "projects/shop/logs/stderr",
            "resource": {"type": "cloud_run_revision", "labels": {"service_name": "export", "project_id": "shop"}},
            "textPayload": f"cannot write the yearly export of customer {name} to the archive",
        }
        for name in names
        for n in range(each)
    ]
    file = folder / f"hour_{hour}_{len(names)}.json"
    file.write_text(json.dumps(entries), encoding="utf-8")
    return str(file)


def filed(folder: Path, *files: str) -> Known:
    """What the tracker holds after a run over each file."""
    tracker = FolderTracker(folder / "issues")
    for file in files:
        file_incidents(read_files([file], progress=None), tracker, SETUP, 1_760_000_000_000_000_000)
    return load_known(tracker, SETUP.ring, "incidentbot")


def test_many_values_are_one_issue(tmp_path: Path) -> None:
    """Seven customers, one failure: one issue with all its entries."""
    known = filed(tmp_path, logs(tmp_path, 10, *NAMES))
    assert [state.incident.root.count for state in known.states.values()] == [210]


def test_an_unseen_value_counts_in_the_issue_that_knows_its_like(tmp_path: Path) -> None:
    """What Monday's run learnt from many catches Tuesday's single unseen value, and changes no name."""
    first = filed(tmp_path, logs(tmp_path, 10, *NAMES))
    later = filed(tmp_path, logs(tmp_path, 10, *NAMES), logs(tmp_path, 11, "hugo"))
    assert [state.incident.key for state in later.states.values()] == [s.incident.key for s in first.states.values()]
    assert [state.incident.root.count for state in later.states.values()] == [240]


def test_an_alias_learnt_later_renames_nothing(tmp_path: Path) -> None:
    """An issue of a single value takes in the many that come later, under its own name."""
    first = filed(tmp_path, logs(tmp_path, 10, "anna"))
    later = filed(tmp_path, logs(tmp_path, 10, "anna"), logs(tmp_path, 11, *NAMES), logs(tmp_path, 12, "hugo"))
    assert [state.incident.key for state in later.states.values()] == [s.incident.key for s in first.states.values()]
    assert [state.incident.root.count for state in later.states.values()] == [30 + 210 + 30]


def test_two_issues_that_turn_out_alike_stay_two(tmp_path: Path) -> None:
    """Two values with an issue each keep them; only what neither has seen goes to the first."""
    known = filed(tmp_path, logs(tmp_path, 10, "anna"), logs(tmp_path, 11, "bela"), logs(tmp_path, 12, *NAMES))
    assert sorted(state.incident.root.count for state in known.states.values()) == [60, 30 + 30 * 6]
