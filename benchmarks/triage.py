"""Cost of triage against the number of clusters, where all of them fail in the same hour.

python -m benchmarks.triage [CLUSTERS ...]
"""

import random
import sys
import time

from bot.model.window import Cluster, Window
from bot.triage import triage
from tests.triage import scenes

_ENTRIES = 500
_SERVICES = 40
_TRACES = 32


def clusters(count: int) -> list[Cluster]:
    """Errors, failing requests and exits of 40 services, 500 entries each over an hour on four instances."""
    rng = random.Random(7)
    made = []
    for number in range(count):
        place = scenes.API._replace(service=f"service-{number % _SERVICES}", revision=f"r-{number % _SERVICES}")
        traces = [f"{rng.getrandbits(24):06x}" for _ in range(_TRACES)] + [""] * (_ENTRIES - _TRACES)
        seen = [(rng.uniform(0, 3600), f"i{rng.randrange(4)}", trace) for trace in traces]
        if number % 3:
            made.append(scenes.cluster(f"e{number:05}", seen, place=place, loose=(f"k{number}", f"k{number // 2}")))
        else:
            made.append(scenes.failed(f"r{number:05}", seen, place=place))
    return made


def main() -> None:
    """Print seconds, incidents and clusters."""
    for count in [int(word) for word in sys.argv[1:]] or [125, 250, 500, 1000, 2000]:
        window: Window = scenes.window(*clusters(count))
        begun = time.process_time()
        found = triage(window, {}).found
        print(
            f"{count:>6} clusters of {_ENTRIES} entries: {time.process_time() - begun:6.2f} s, {len(found)} incidents"
        )


if __name__ == "__main__":
    main()
