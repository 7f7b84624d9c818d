"""The program itself, started cold, killed at each of its requests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import proxy
from tests.crash.outages import SERVICES, filed, write
from tests.crash.running import KILLED, LONG, World, world

__all__ = ["world"]

TWO = SERVICES[:2]
CASES = [(at, LONG) for at in range(18)] + [(at, 0.0) for at in range(12, 17)]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two outages."""
    return write(tmp_path_factory.mktemp("logs") / "two.json", TWO)


def run(world: World, logs: Path) -> int:
    """The program in a process of its own; its exit code."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INCIDENTBOT_"))}
    env = {**kept, "GITHUB_TOKEN": "tok_bot", "GITHUB_API_URL": world.proxy.url}
    command = [sys.executable, "-m", "bot", "file", "--logs", str(logs), "--repo", "acme/shop", "--quiet"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    world.proxy.child = process.pid
    ended = process.wait(60)
    world.proxy.child = None
    return ended


@pytest.mark.parametrize(("at", "lag"), CASES)
def test_a_cold_run_that_is_killed(world: World, logs: Path, at: int, lag: float) -> None:
    """Killed after a request, in turns before one, the next run leaves one issue for each outage, the only one ever."""
    world.reset(lag)
    world.proxy.fail("", proxy.KILL_AFTER if at % 2 else proxy.KILL_BEFORE, skip=at)
    first = run(world, logs)
    assert first == (KILLED if len(world.proxy.log) > at else 0)
    world.proxy.forget()
    assert run(world, logs) == 0
    assert filed(world.forge.issues(), only_open=False) == filed(world.forge.issues()) == sorted(TWO)
