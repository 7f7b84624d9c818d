"""`python -m bot.faces.slack`: the worker's process, which `incidentbot serve` starts."""

import os
import signal
import sys

from bot.faces.secrecy import begin
from bot.faces.slack.running import run_worker

BEHIND = 5
"""How far behind the relay the worker is for the processor: acknowledgements come first."""

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(BEHIND)
    begin()
    run_worker(sys.argv[1])
