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
_SERVICES, _FEW = 40, 4
_TRACES = 32


def clusters(count: int, services: int = _SERVICES) -> list[Cluster]:
    """Errors and failing requests of that many services, 500 entries each over an hour on four instances."""
    rng = random.Random(7)
    made = []
    for number in range(count):
        place = scenes.API._replace(service=f"service-{number % services}", revision=f"r-{number % services}")
        traces = [f"{rng.getrandbits(24):06x}" for _ in range(_TRACES)] + [""] * (_ENTRIES - _TRACES)
        seen = [(rng.uniform(0, 3600), f"i{rng.randrange(4)}", trace) for trace in traces]
        if number % 3:
            made.append(scenes.cluster(f"e{number:05}", seen, place=place, loose=(f"k{number}", f"k{number // 2}")))
        else:
            made.append(scenes.failed(f"r{number:05}", seen, place=place))
    return made


def main() -> None:
    """Print seconds, incidents and clusters; pairs within a service are what the cost grows with."""
    for services in (_SERVICES, _FEW):
        for count in [int(word) for word in sys.argv[1:]] or [125, 250, 500, 1000, 2000]:
            window: Window = scenes.window(*clusters(count, services))
            begun = time.process_time()
            found = triage(window, {}).found
            took = time.process_time() - begun
            print(
                f"{count:>6} clusters of {_ENTRIES} entries, {services} services: {took:6.2f} s, {len(found)} incidents"
            )


if __name__ == "__main__":
    main()
