"""How large a report's page is and how long it takes to open: 200 clusters, a million entries, 24 hours.

The window is made up by the figures alone (no entry is decoded); the page is the whole page. It is written, its size
taken, and it is opened in headless Chromium several times, each in a new profile: time from the start of navigation to
the first frame after load, as the page's own clock has it. Targets: below 1 MB, and a median below a second.
Prints a Markdown table; exits 1 above a target. Without Chromium or npm, only the size is judged.
Usage: python benchmarks/report_page.py [RUNS]
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _pytest.outcomes import Skipped

from bot.documents.analysis import analysis_view
from bot.documents.html import html_environment, render_page
from bot.model.entry import Place
from bot.model.run import ReadReport, Reported
from bot.model.severity import Severity
from bot.model.signature import ExceptionInfo, Frame, Kind, StackTrace
from bot.model.time import HOUR, MINUTE
from bot.model.window import Cluster, Deployment, Minute, Sample, Served, Traffic, Window
from bot.settings import Settings
from bot.triage import fitting, triage
from bot.usecases.drafting import assessed
from bot.usecases.setup import Setup, make
from tests.documents.browsing import browse

CLUSTERS, ENTRIES, MINUTES = 200, 1_000_000, 24 * 60
START = 1_772_582_400_000_000_000
LARGEST, SECONDS = 1_000_000, 1.0
_LEVELS = (Severity.ERROR, Severity.WARNING, Severity.ERROR, Severity.INFO)


def trace(number: int) -> StackTrace:
    """An exception of its own for each cluster, through four functions."""
    frames = tuple(
        Frame(f"shop.part{number}.step{n}", f"run_{n}", f"/srv/shop/part{number}/step{n}.py", 10 + n) for n in range(4)
    )
    return StackTrace((ExceptionInfo(f"Part{number}Error", f"step {number} of the order could not be taken"),), frames)


def text(number: int) -> str:
    """A traceback of some length, as a log would have it."""
    lines = [
        f'  File "/srv/shop/part{number}/step{n}.py", line {n + 10}, in run_{n}\n    run_{n + 1}(order)'
        for n in range(12)
    ]
    return "\n".join(
        ["Traceback (most recent call last):", *lines, f"Part{number}Error: step {number} could not be taken"]
    )


def cluster(number: int, count: int) -> Cluster:
    """One of the clusters: a revision of one of ten services, its entries spread over the day."""
    place = Place("production", "shop", "europe-west1", f"service-{number % 10}", f"service-{number % 10}-00042-abc")
    level = _LEVELS[number % len(_LEVELS)]
    at = [START // MINUTE + (minute * (number % 7 + 1)) % MINUTES for minute in range(MINUTES // (number % 5 + 1))]
    share, rest = divmod(count, len(set(at)))
    minutes = {minute: Minute(share + (n < rest), (f"i{n % 9}",)) for n, minute in enumerate(sorted(set(at)))}
    first, last = min(minutes) * MINUTE, max(minutes) * MINUTE + 59_000_000_000
    failed = trace(number) if level is Severity.ERROR else None
    samples = (Sample(f"id-{number}", first, "run.googleapis.com/stderr", text(number), failed),)
    title = f"Part{number}Error: step {number} of the order could not be taken: the stock of the shelf is not known"
    return Cluster(
        place, f"v1-{number:016x}", Kind.TRACE if failed else Kind.MESSAGE, title, title, title, level, count, first,
        last, minutes, (), samples, failed,
    )  # fmt: skip


def window() -> Window:
    """The whole day."""
    counts = [ENTRIES // CLUSTERS + (n < ENTRIES % CLUSTERS) for n in range(CLUSTERS)]
    clusters = tuple(cluster(number, count) for number, count in enumerate(counts))
    severities: dict[str, int] = {}
    for one in clusters:
        severities[one.severity.name] = severities.get(one.severity.name, 0) + one.count
    places = sorted({one.place for one in clusters})
    minutes = {START // MINUTE + n: Served(40, n % 3) for n in range(MINUTES)}
    deployments = tuple(
        Deployment(START + n * HOUR, p.environment, p.service, p.revision, "0" * 40) for n, p in enumerate(places)
    )
    traffic = tuple(Traffic(place, minutes) for place in places)
    return Window(START, START + 24 * HOUR - 1, ENTRIES, severities, clusters, traffic, deployments)


def page(setup: Setup) -> str:
    """The page, through triage as a run makes it."""
    made = window()
    outcome = triage(made, {})
    reported = [Reported(0, assessed(found.incident, setup)) for found in outcome.found]
    reported.sort(key=lambda one: (one.incident.priority, one.incident.first))
    books = {one.incident.key: fitting(one.incident, setup.playbooks) for one in reported}
    read = ReadReport(("day.json",), ENTRIES, 0, 0, ())
    view = analysis_view(made, read, reported, outcome.verdicts, books)
    assert sum(pattern.count for pattern in view.patterns) == ENTRIES
    assert len(view.patterns) == CLUSTERS
    return render_page(view, html_environment(setup.templates))


def opened(text: str, runs: int) -> list[float]:
    """Seconds to open the page, each time in a new browser; empty where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.html")
        file.write_text(text, encoding="utf-8")
        try:
            looks = [browse(file, use=False)["looks"] for _ in range(runs)]
        except Skipped as reason:
            print(f"not opened: {reason}", file=sys.stderr)
            return []
    return [look["opened"] / 1000 for one in looks for look in one]


def main() -> int:
    """Measure, print, and return the exit code."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    setup = make(Settings())
    start = time.perf_counter()
    made = page(setup)
    taken = time.perf_counter() - start
    size = len(made.encode())
    times = opened(made, runs)
    median = statistics.median(times) if times else 0.0
    print("| what | measured | target |\n|---|---:|---:|")
    print(f"| size of the page, bytes | {size:,} | below {LARGEST:,} |")
    print(f"| triage and rendering, s | {taken:.2f} | |")
    if times:
        spread = f"{min(times):.2f} to {max(times):.2f}"
        print(f"| opening, s: median of {len(times)} ({spread}) | {median:.2f} | below {SECONDS:.0f} |")
    return 0 if size < LARGEST and median < SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
