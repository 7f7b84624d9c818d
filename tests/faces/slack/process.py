"""The relay and its worker as processes, with answers going to an emulated Slack on loopback instead of to Slack.

`python -m tests.faces.slack.process serve HOOKS PORT GATE WIRING`, and for the worker `... work HOOKS WIRING`.
"""

import json
import os
import sys

import msgspec

from bot.errors import IncidentbotError
from bot.faces.slack.responding import Hooks
from bot.faces.slack.running import run_worker, serve
from bot.faces.slack.server import Gate
from bot.faces.slack.wiring import Wiring


def main(kind: str, host: str, *words: str) -> None:
    """Run one of the two."""
    hooks = Hooks(host, "http")
    if kind == "work":
        return run_worker(words[0], hooks)
    port, gate, wiring = words
    worker = (sys.executable, "-m", "tests.faces.slack.process", "work", host)
    given = msgspec.json.decode(wiring, type=Wiring)
    serve(given, "127.0.0.1", int(port), os.environ, hooks, worker, Gate(**json.loads(gate)))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except IncidentbotError as error:
        sys.exit(f"incidentbot: {error}")
