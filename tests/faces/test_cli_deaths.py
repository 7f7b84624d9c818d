"""A run that dies at any step on the disk, and the run after it."""

from pathlib import Path

import msgspec
import pytest

from bot.lifecycle import decode_repo
from bot.logs import read_files
from bot.model.state import RepoState
from bot.settings import load
from bot.trackers.folder import FolderTracker
from bot.usecases.filing import file_incidents
from bot.usecases.looking import tracked
from bot.usecases.setup import make
from tests.faces.running import EXAMPLE, OUTAGE, Bot, needs_outage
from tests.trackers.faulty import Died, FaultyDisk

NEVER = 10_000


def run(logs: Path, folder: Path, at: int = NEVER, when: str = "before") -> int:
    """One run of `file`; the number of steps it took on the disk."""
    disk = FaultyDisk(at, when)
    file_incidents(read_files([logs]), FolderTracker(folder, disk=disk), make(load()), wall=0)
    return disk.steps


def facts(folder: Path) -> list[tuple[object, ...]]:
    """What the folder holds, as far as it matters: titles, labels, phases, counts."""
    found, warnings = tracked(FolderTracker(folder), make(load()))
    assert warnings == ()
    return [
        (one.issue.title, one.issue.labels, one.issue.status, [m.count for m in one.state.incident.members])
        for one in found
        if one.state
    ]


def remembered(folder: Path) -> RepoState:
    """What the repository remembers, but for runs, creations and numbers: a death makes no run, and may take one."""
    state = decode_repo(FolderTracker(folder).read_state())
    named = sorted((key, number) for number, key in state.tracked.items())
    keys = {place: key for place, (key, _) in enumerate(named)}
    watches = {place: state.watches[number] for place, (_, number) in enumerate(named) if number in state.watches}
    return msgspec.structs.replace(state, runs=(), created=(), tracked=keys, watches=watches)


def died_at_every_step(before: tuple[Path, ...], logs: Path, tmp_path: Path) -> int:
    """Let a run over `logs` die at each step in each way, after undisturbed runs; the next one must complete it."""
    whole = tmp_path / "whole"
    for earlier in before:
        run(earlier, whole)
    steps, cases = run(logs, whole), 0
    for at in range(1, steps + 1):
        for when in ("before", "half", "after"):
            folder = tmp_path / f"{at}-{when}"
            for earlier in before:
                run(earlier, folder)
            try:
                run(logs, folder, at, when)
            except Died:
                cases += 1
            run(logs, folder)
            assert facts(folder) == facts(whole)
            assert remembered(folder) == remembered(whole)
            page = (folder / "dashboard.md").read_text(encoding="utf-8")
            assert all(f"| #{issue.number} |" in page for issue in FolderTracker(folder).list_issues()[0])
    return cases


@pytest.mark.usefixtures("bot")
def test_a_death_while_filing(tmp_path: Path) -> None:
    """Nothing is lost, doubled or half-written when the run that files an issue dies at any step."""
    assert died_at_every_step((), EXAMPLE, tmp_path) >= 12


@needs_outage
@pytest.mark.usefixtures("bot")
def test_a_death_while_filing_beside_and_updating(tmp_path: Path) -> None:
    """The same for a run that files a second issue, and for one that updates it."""
    hours = [OUTAGE / f"hour_{n}.json" for n in (1, 2, 3)]
    assert died_at_every_step((hours[0],), hours[1], tmp_path / "file") >= 10
    assert died_at_every_step((hours[0], hours[1]), hours[2], tmp_path / "update") >= 2


def test_the_fixture_of_this_file_is_the_program(bot: Bot, tmp_path: Path) -> None:
    """The use case called here gives what the command line gives."""
    run(EXAMPLE, tmp_path / "here")
    bot("file", "--logs", EXAMPLE, "--folder", tmp_path / "there")
    assert facts(tmp_path / "here") == facts(tmp_path / "there")
