"""Two runs at once, with nothing to lock: whatever they leave, the next run makes one issue of it."""

import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.lifecycle import decode_issue, encode_repo
from bot.model.state import Phase, RepoState
from tests.bench.proxy import Recorded
from tests.crash.outages import SERVICES, filed, write
from tests.crash.running import World, world

__all__ = ["world"]

TWO = SERVICES[:2]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two outages."""
    return write(tmp_path_factory.mktemp("logs") / "two.json", TWO)


class Turns:
    """Lets the requests of two runs through one at a time, in an order drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._waiting: dict[str, threading.Event] = {}
        self._running = {"1", "2"}
        self._lock = threading.Lock()

    def before(self, request: Recorded) -> None:
        """Wait for this run's turn; it comes when both runs wait or have ended."""
        run = request.headers["Authorization"][-1]
        if run not in self._running:
            return
        turn = threading.Event()
        with self._lock:
            self._waiting[run] = turn
            self._call()
        assert turn.wait(20)

    def ended(self, run: str) -> None:
        """A run is over."""
        with self._lock:
            self._running.discard(run)
            self._call()

    def _call(self) -> None:
        if self._running and self._running <= set(self._waiting):
            self._waiting.pop(self._random.choice(sorted(self._waiting))).set()


def meet(world: World, logs: Path, seed: int) -> None:
    """Two runs, interleaved."""
    turns = Turns(seed)
    world.proxy.before = turns.before

    def run(name: str) -> None:
        try:
            world.file(logs, token=f"tok_{name}")
        finally:
            turns.ended(name)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("1", "2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    world.proxy.before = lambda _: None


def open_dashboards(world: World) -> list[dict[str, Any]]:
    """Dashboards that are open."""
    return [one for one in world.forge.issues() if "dashboard" in one["title"] and one["state"] == "open"]


@pytest.mark.parametrize("first", [True, False], ids=["empty-repository", "with-dashboard"])
@pytest.mark.parametrize("seed", range(25))
def test_two_runs_at_once(world: World, logs: Path, seed: int, first: bool) -> None:
    """However two runs interleave, after the next one each incident has one open issue, and each twin names it."""
    world.reset()
    if not first:
        assert world.file(write(logs.with_name("other.json"), SERVICES[4:])) == 0
    meet(world, logs, seed)
    world.now += 60
    assert world.file(logs) == 0
    shown = [service for service in filed(world.forge.issues()) if service in TWO]
    assert shown == sorted(TWO)
    assert len(open_dashboards(world)) == 1
    twins = [one for one in world.forge.issues() if one["state_reason"] == "duplicate" and filed([one], False)]
    for twin in twins:
        state = decode_issue(twin["body"])
        assert state
        assert state.phase is Phase.MERGED
        assert any(
            f"Duplicate of #{state.merged_into}" in said["body"] for said in world.forge.comments[twin["number"]]
        )
    world.proxy.forget()
    world.now += 60
    assert world.file(logs) == 0
    assert world.proxy.writes == []


def twinned(world: World, logs: Path) -> tuple[int, int]:
    """Two issues for one incident: as two runs leave them."""
    world.reset()
    assert world.file(logs) == 0
    original = next(issue for issue in world.forge.issues() if "billing-api" in issue["title"])
    names = [label["name"] for label in original["labels"]]
    body = f"a person's note\n\n{original['body']}\n- [ ] call ann"
    twin = world.forge.file(title=original["title"], body=body, labels=names)
    return original["number"], twin["number"]


def test_twin_is_closed_with_one_comment_and_peoples_words(world: World, logs: Path) -> None:
    """The lowest number stays; the other closes as its duplicate with one comment, every word of people's in place."""
    low, high = twinned(world, logs)
    for _ in range(3):
        world.now += 60
        assert world.file(logs) == 0
    twin = world.forge.issues()[high - 1]
    assert (twin["state"], twin["state_reason"]) == ("closed", "duplicate")
    assert twin["body"].startswith("a person's note\n\n")
    assert twin["body"].endswith("\n- [ ] call ann")
    assert len(world.forge.comments[high]) == 1
    assert world.forge.issues()[low - 1]["state"] == "open"
    state = decode_issue(world.forge.issues()[low - 1]["body"])
    assert state
    assert state.merged_from == (high,)


@pytest.mark.parametrize("how", ["502-before", "502-after", "reset-after"])
def test_twin_is_healed_whatever_write_fails(world: World, logs: Path, how: str) -> None:
    """With any write of the healing failing, the next run completes it, with one comment."""
    for at in range(4):
        low, high = twinned(world, logs)
        world.proxy.fail("^(POST|PATCH)", how, skip=at)
        world.now += 60
        world.file(logs)
        world.now += 60
        assert world.file(logs) == 0
        assert world.forge.issues()[high - 1]["state_reason"] == "duplicate"
        assert world.forge.issues()[low - 1]["state"] == "open"
        assert len(world.forge.comments[high]) == 1


def test_a_lost_state_loses_no_incident(world: World, logs: Path) -> None:
    """A run whose state another one overwrote, or whose dashboard was emptied or deleted: nothing is filed twice."""
    world.reset()
    assert world.file(logs) == 0
    [board] = open_dashboards(world)
    for loss in ("overwritten", "emptied", "deleted"):
        if loss == "deleted":
            del world.forge.versions[board["number"]]
        else:
            world.forge.edit(board["number"], body="" if loss == "emptied" else marked(RepoState()))
        world.now += 60
        assert world.file(logs) == 0
        assert filed(world.forge.issues(), only_open=False) == sorted(TWO)


def marked(state: RepoState) -> str:
    """A dashboard's body with this state."""
    from bot.trackers.github import marker

    return marker.body_of(marker.split(encode_repo(state)).marker, "page")
