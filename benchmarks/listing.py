"""What a run costs beside 1,500 issues of which none changes: requests and seconds, and the least there could be.

python -m benchmarks.listing [ISSUES]
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.crash.outages import write
from tests.crash.running import World

PAGE = 100


def main(count: int) -> None:
    """Fill a repository of our own, run twice, and tell of the second run."""
    world = World()
    with tempfile.TemporaryDirectory() as folder:
        logs = write(Path(folder) / "logs.json")
        assert world.file(logs) == 0, world.error
        for number in range(count - len(world.forge.versions)):
            body = world.forge.issues()[1 + number % 5]["body"]
            world.forge.file(title=f"GCP-new | P2 | {number}", body=body, labels=["incidentbot", "P2"])
            world.forge.edit(max(world.forge.versions), state="closed")
        assert world.file(logs) == 0, world.error
        world.proxy.forget()
        began = time.perf_counter()
        assert world.file(logs) == 0, world.error
        took = time.perf_counter() - began
    world.proxy.close()
    pages = -(-count // PAGE)
    asked = len(world.proxy.log)
    writes = len(world.proxy.writes)
    print(
        f"{count} issues: {asked} requests ({writes} writes), {took:.2f} s; least: {pages + 1} ({pages} pages + state)"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
