"""A run that dies, or is answered wrongly, at any request; and the run after it."""

from pathlib import Path

import pytest

from tests.bench import proxy
from tests.crash.outages import SERVICES, filed, write
from tests.crash.running import KILLED, LONG, World, world

__all__ = ["world"]

FAULTS = (
    proxy.KILL_BEFORE,
    proxy.KILL_AFTER,
    proxy.ERROR_AFTER,
    proxy.RESET_AFTER,
    proxy.SILENCE_AFTER,
    proxy.TRUNCATE_AFTER,
)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five outages."""
    return write(tmp_path_factory.mktemp("logs") / "five.json")


def requests_of_a_run(world: World, logs: Path) -> int:
    """How many requests an undisturbed first run sends."""
    world.reset()
    assert world.file(logs) == 0
    assert filed(world.forge.issues()) == sorted(SERVICES)
    return len(world.proxy.log)


def outcome(world: World) -> list[str]:
    """What is wrong with what stands: nothing, where each service has one issue, open, and there is one dashboard."""
    issues = world.forge.issues()
    wrong = [] if filed(issues) == sorted(SERVICES) else [f"open: {filed(issues)}"]
    if filed(issues, only_open=False) != sorted(SERVICES):
        wrong.append(f"ever created: {filed(issues, only_open=False)}")
    boards = [issue for issue in issues if "dashboard" in issue["title"] and issue["state"] == "open"]
    return wrong if len(boards) == 1 else [*wrong, f"{len(boards)} dashboards"]


@pytest.mark.parametrize("lag", [0.0, LONG], ids=["no-lag", "long-lag"])
@pytest.mark.parametrize("how", FAULTS)
def test_one_issue_each_after_a_fault_at_any_request(world: World, logs: Path, how: str, lag: float) -> None:
    """With any one request of the first run failing, the second leaves one issue for each outage, the only one ever."""
    bad = []
    for at in range(requests_of_a_run(world, logs)):
        world.reset(lag)
        world.proxy.fail("", how, skip=at)
        first = world.forked(logs)
        world.proxy.forget()
        world.now += 60
        second = world.forked(logs)
        if (how.startswith("kill") and first != KILLED) or second != 0 or (wrong := outcome(world)):
            bad.append(f"{how} at {at}: {first}, {second}, {wrong}")
    assert bad == []
