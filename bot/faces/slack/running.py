"""The two processes: the relay that listens, and the worker that does what was stored."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from types import FrameType

import msgspec

from bot.faces.slack.app import Relay, application
from bot.faces.slack.dispatching import Workflow
from bot.faces.slack.keeping import Keeper
from bot.faces.slack.queue import Queue
from bot.faces.slack.reading import Reader
from bot.faces.slack.responding import SLACK, Hooks, Responder
from bot.faces.slack.server import Gate, server_of
from bot.faces.slack.taking import Dispatching, Queueing, Taker
from bot.faces.slack.wiring import Wiring, checked, office_of
from bot.faces.slack.worker import Worker, work
from bot.settings import Slack, load

WORKER = (sys.executable, "-m", "bot.faces.slack")


def serve(
    wiring: Wiring,
    host: str,
    port: int,
    env: Mapping[str, str],
    hooks: Hooks = SLACK,
    worker: Sequence[str] = WORKER,
    gate: Gate | None = None,
) -> None:
    """Listen until SIGINT or SIGTERM. Raises SettingsError before that.

    `hooks` says where answers may go, and `worker` is the command of the worker's process; both are for tests.
    """
    from bot.faces.secrecy import set_up

    setup = set_up(load(Path(wiring.settings) if wiring.settings else None))
    rules = setup.settings.slack
    checked(rules, wiring, env)
    taker, living = _taker(rules, wiring, env, worker)
    reader = Reader(office_of(setup, wiring, env), Responder(hooks))
    relay = Relay(rules, taker, reader, time.time, hooks, living)
    server = server_of(application(relay), host, port, gate)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _heard)
    print(f"incidentbot listens on {host}:{port} ({rules.mode})", file=sys.stderr, flush=True)
    asyncio.run(server.serve())


def _heard(number: int, frame: FrameType | None) -> None:
    """The server takes the signal while it runs, and raises it once more when it has stopped: it is over then."""


def _taker(
    rules: Slack, wiring: Wiring, env: Mapping[str, str], worker: Sequence[str]
) -> tuple[Taker, Callable[[], AbstractAsyncContextManager[None]]]:
    if rules.mode == "dispatch":
        api = env.get("GITHUB_API_URL") or "https://api.github.com"
        workflow = Workflow(rules.repository, rules.workflow, rules.ref, env.get("GITHUB_TOKEN", ""), api)
        return Dispatching(workflow), nullcontext
    keeper = Keeper([*worker, json.dumps(msgspec.to_builtins(wiring))])
    return Queueing(Queue(rules.queue), keeper.ring), keeper.kept


def run_worker(words: str, hooks: Hooks = SLACK) -> None:
    """What the worker's process does: work off the queue until standard input ends."""
    from bot.faces.secrecy import set_up

    wiring = msgspec.json.decode(words, type=Wiring)
    setup = set_up(load(Path(wiring.settings) if wiring.settings else None))
    path = setup.settings.slack.queue
    queue = Queue(path)
    worker = Worker(queue, office_of(setup, wiring, os.environ), Responder(hooks))
    work(worker, queue, path, sys.stdin.buffer)
    queue.close()
