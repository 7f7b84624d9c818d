"""Every figure on the page, in the worklog and in the index is that of the log entries, as these tests count them."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bot.documents.analysis import render_analysis
from bot.documents.html import html_environment, render_page
from bot.documents.worklog import render_worklog
from bot.logs import read_files
from bot.model.time import HOUR, MINUTE, SECOND, in_words, minute_of, nanos_of
from bot.settings import Settings
from bot.text.templates import environment
from bot.trackers.folder import FolderTracker
from bot.usecases.reporting import RECORD, file_and_report, index_of, log_work
from bot.usecases.setup import make
from tests.documents import counting, reading
from tests.documents.test_analysis import analysis_of
from tests.faces.running import EXAMPLE, needs_outage

TEMPLATES = environment()
SETUP = make(Settings())
LATEST = nanos_of("2030-01-01T00:00:00Z")


@pytest.fixture(scope="module", params=counting.FILES, ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest) -> Path:
    """The bundled outage, and the five hours of another where they are there."""
    path: Path = request.param
    if not path.exists():
        pytest.skip("needs the outage logs in ../shared/data")
    return path


@pytest.fixture(scope="module")
def page(file: Path) -> str:
    """The HTML page of its analysis."""
    return render_page(analysis_of(file), html_environment(TEMPLATES))


@pytest.fixture(scope="module")
def worklog(file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The worklog of what a run over it would do, as Markdown."""
    tracker = FolderTracker(tmp_path_factory.mktemp("issues"))
    view = log_work(read_files([str(file)], latest=LATEST, progress=None), tracker, SETUP, LATEST)
    return render_worklog(view, TEMPLATES)


def clock(second: str) -> str:
    """The time of day, as a page shows it; each file is within one day."""
    return second[11:]


def number(text: str) -> int:
    """The number that a figure begins with."""
    return int(text.split()[0].replace(",", ""))


def in_minutes(entries: list[dict[str, Any]]) -> Counter[str]:
    """How many of the entries are in each minute."""
    return Counter(counting.second(entry)[:16] for entry in entries)


def card(page: str, name: str = "I1") -> str:
    """The markup of an incident's card."""
    return page.split(f'id="{name}" aria-labelledby')[1].split("</section>")[0]


def case_of(file: Path) -> list[dict[str, Any]]:
    """The entries of its outage; skips where it has none."""
    found = counting.outage(file)
    if not found:
        pytest.skip("nothing was out in this hour")
    return found


def test_tiles(file: Path, page: str) -> None:
    """Entries, severities and patterns; one incident where something was out, the rest is noticed."""
    told = reading.tiles(page)
    entries = counting.entries(file)
    severities = Counter(map(counting.severity, entries))
    assert {name: number(told[name]) for name in severities} == severities
    assert number(told["entries"]) == len(entries)
    assert number(told["patterns"]) == len(counting.groups(file))
    assert number(told.get("incident", told.get("incidents", "x"))) == bool(counting.outage(file))
    assert number(told["noticed"]) == len(reading.items(reading.section(page, "Noticed")))


def test_the_drawing_on_top(file: Path, page: str) -> None:
    """Bars of all entries, of the requests and of the failed ones stand where such entries are; the highest is told."""
    glance = reading.section(page, "At a glance").split("</section>")[0]
    entries = counting.entries(file)
    requests = [entry for entry in entries if "httpRequest" in entry]
    failed = [entry for entry in requests if counting.status(entry) >= 500]
    drawn = re.findall(r'<path class="all" d="([^"]*)"/><path class="bad" d="([^"]*)"/>', glance)
    assert [drawn[0][0].count("M"), *(path.count("M") for path in drawn[1])] == [
        len(in_minutes(found)) for found in (entries, requests, failed)
    ]
    of_all, of_requests = re.findall(r"at most ([\d,]+) in a minute</span>", glance)
    assert (number(of_all), number(of_requests)) == tuple(max(in_minutes(f).values()) for f in (entries, requests))
    assert f"{len(entries):,} in all" in reading.words(glance)
    assert f"{len(failed):,} answered with 5xx" in reading.words(glance)
    assert re.findall(r"\S+ deployed \S+", reading.words(glance)) == [
        f"{clock(at)} deployed {revision}" for at, revision in counting.deployed(file)
    ]


def test_the_lane_of_the_outage(file: Path, page: str) -> None:
    """It counts the outage's entries, has a bar for each minute of them, and lies between their first and last."""
    found = case_of(file)
    bar = r'class="bar P0" style="left:([\d.]+)%;width:([\d.]+)%">.*?: ([\d,]+) entries"><path [^>]*d="([^"]*)"'
    [(left, width, count, path)] = re.findall(bar, page)
    assert (number(count), path.count("M")) == (len(found), len(in_minutes(found)))
    times = [nanos_of(entry["timestamp"]) for entry in counting.entries(file)]
    start, length = minute_of(min(times)) * MINUTE, (minute_of(max(times)) - minute_of(min(times)) + 1) * MINUTE
    mine = [nanos_of(entry["timestamp"]) for entry in found]
    shares = [100 * (at - start) / length for at in (min(mine), max(mine))]
    assert [float(left), float(left) + float(width)] == pytest.approx(shares, abs=0.03)


def test_the_facts_of_the_outage(file: Path, page: str) -> None:
    """First and last seen, requests and failures between them, failed starts, and the deployment before."""
    found = case_of(file)
    first, last = counting.second(found[0]), counting.second(found[-1])
    facts = reading.facts(card(page))
    assert facts["Seen"].split(",")[0] == f"{first} to {clock(last)}"
    exits = sum(map(counting.is_exit, found))
    assert (number(facts["Failed starts"]), number(facts["Because"])) == (exits, exits)
    inside = [entry for entry in counting.entries(file) if first[:16] <= counting.second(entry)[:16] <= last[:16]]
    failed = [entry for entry in inside if counting.status(entry) >= 500]
    total = sum("httpRequest" in entry for entry in inside)
    assert facts["Requests"].startswith(f"{len(failed)} failed of {total} from first to last seen")
    before = [one for one in counting.deployed(file) if one[0] <= first]
    assert ("Deployed before" in facts) is bool(before)
    if before:
        at, revision = before[-1]
        moments = [nanos_of(e["timestamp"]) for e in counting.entries(file) if counting.second(e) in (at, first)]
        length = min(nanos_of(e["timestamp"]) for e in found) - min(moments)
        assert facts["Deployed before"].startswith(f"{revision}, {in_words(length)} before the first entry")


def test_the_cascade_counts_its_entries(file: Path, page: str) -> None:
    """Each step has as many entries as say the same, and together they are the outage."""
    found = case_of(file)
    steps = [number(told) for told in re.findall(r'<span class="soft">([\d,]+) entr', card(page))]
    sizes = Counter(group.size for group in counting.groups(file).values())
    assert Counter(steps) <= sizes
    assert sum(steps) == len(found)


def test_the_table_of_patterns(file: Path, page: str) -> None:
    """Entries, first, last, and the most in a minute are those of entries that say the same; rows are in order."""
    told = reading.rows(reading.section(page, "Patterns"))
    peaks = map(number, re.findall(r"was logged: at most ([\d,]+) a minute", page))
    shown = Counter((number(row[2]), row[4], row[5], peak) for row, peak in zip(told, peaks, strict=True))
    assert shown == Counter(
        (group.size, clock(group.first), clock(group.last), max(count for _, count in group.minutes))
        for group in counting.groups(file).values()
    )
    assert all(row[0].split()[0] == f"C{n}" for n, row in enumerate(told, 1))


def test_what_is_noticed(file: Path, page: str) -> None:
    """Each line has first and last second of its patterns, and as many entries of its root as it says."""
    told = {row[0].split()[0]: row for row in reading.rows(reading.section(page, "Patterns"))}
    for item in reading.items(reading.section(page, "Noticed")):
        count, first, last, names = re.search(r", (\d+) entr\w+, (\S+) to (\S+): ([C\d, ]+)", item).groups()  # type: ignore[union-attr]
        own = [told[name] for name in names.replace(",", "").split()]
        assert (first, last) == (min(row[4] for row in own), max(row[5] for row in own))
        assert number(count) == number(own[0][2])


def test_the_table_of_services(file: Path, page: str) -> None:
    """Requests, failures and their share by revision; unknown where the service answered none."""
    served = counting.served(file)
    answered = {service for (service, _), (total, failed) in served.items() if total > failed}
    expected = {
        (service, revision, str(total), str(failed), f"{failed / total:.1%}" if service in answered else "unknown")
        for (service, revision), (total, failed) in served.items()
    }
    rows = reading.rows(reading.section(page, "Services"))
    assert {tuple(cell.replace(",", "").replace(" %", "%") for cell in row) for row in rows} == expected


def test_the_timeline(file: Path, page: str) -> None:
    """Deployments at their second; the outage begins and ends with its first and last entry; all in order."""
    told = reading.items(reading.section(page, "Timeline"))
    times = [item.split()[0] for item in told]
    assert times == sorted(times)
    for at, revision in counting.deployed(file):
        assert f"{clock(at)} deployment of {revision}" in told
    if found := counting.outage(file):
        edges = [item.split()[0] for item in told if re.match(r"\S+ (first|last) entry of I1 ?:", item)]
        assert edges == [clock(counting.second(found[0])), clock(counting.second(found[-1]))]


def parts(worklog: str) -> dict[str, str]:
    """The worklog's sections by title."""
    titles = re.findall(r"^## (.+)$", worklog, re.MULTILINE)
    return dict(zip(titles, re.split(r"^## .+$", worklog, flags=re.MULTILINE)[1:], strict=True))


def test_the_worklogs_overview_and_totals(file: Path, worklog: str) -> None:
    """Entries, patterns, severities, incidents, requests by revision; roots, symptoms and the rest are all."""
    part, entries = parts(worklog), counting.entries(file)
    overview = list(map(int, re.findall(r"(\d+) (?:entr|pattern|root|symptom|no failure)", part["Overview"])))
    assert overview[:2] == [len(entries), len(counting.groups(file))]
    assert sum(overview[2:]) == overview[1]
    rows = {name: int(n) for name, n in re.findall(r"^\| ([\w, ]+) \| (\d+) \|$", part["Totals"], re.MULTILINE)}
    severities = Counter(map(counting.severity, entries))
    incidents = {name: n for name, n in rows.items() if name.startswith("Incidents")}
    assert {name: rows[name] for name in rows if name not in incidents} == {
        "Entries": len(entries), **severities, "Patterns": len(counting.groups(file)),
    }  # fmt: skip
    assert sum(incidents.values()) == overview[2]
    assert incidents.get("Incidents, P0", 0) == bool(counting.outage(file))
    told = re.findall(
        r"^\| Requests of `([^`]+)` `([^`]+)`: failed of all \| (\d+) of (\d+)", part["Totals"], re.MULTILINE
    )
    assert {(s, r): (int(t), int(f)) for s, r, f, t in told} == counting.served(file)


def test_the_worklogs_clusters(file: Path, worklog: str) -> None:
    """Each pattern's entries are counted by hand; the outage's section has all of its entries, from first to last."""
    part = parts(worklog)
    sizes = Counter(group.size for group in counting.groups(file).values())
    clusters = re.findall(r"^\| C\d+ \| \w+ \| \w+ \| (\d+) \|", part.get("Clusters", ""), re.MULTILINE)
    aside = re.findall(r"^\| C\d+ \| (\d+) \|", part["Set aside"], re.MULTILINE)
    assert Counter(map(int, [*clusters, *aside])) <= sizes
    assert sum(map(int, aside)) == sum(
        counting.severity(entry) in ("INFO", "NOTICE") for entry in counting.entries(file)
    )
    found = case_of(file)
    assert sum(map(int, clusters)) == len(found)
    first, last = counting.second(found[0]), counting.second(found[-1])
    assert f"**Seen:** {clock(first)} to {clock(last)}" in part["Clusters"]
    exits = sum(map(counting.is_exit, found))
    assert f"**Priority:** {exits} failed starts" in part["Clusters"]


def test_restarts_are_told_as_often_as_they_were(file: Path, worklog: str) -> None:
    """Worklog and analysis say how many containers ended, and the median pause between the minutes of their ends."""
    exits = [entry for entry in case_of(file) if counting.is_exit(entry)]
    minutes = sorted({minute_of(nanos_of(entry["timestamp"])) for entry in exits})
    pause = median(later - earlier for earlier, later in pairwise(minutes))
    told = f"was logged {len(exits)} times, a median of {in_words(round(pause * MINUTE))} apart"
    assert told in worklog
    assert told in render_analysis(analysis_of(file), TEMPLATES)


def test_the_worklogs_results(file: Path, worklog: str) -> None:
    """One row an incident; its patterns are as many as were combined; one is filed where something was out."""
    rows = [row.split(" | ") for row in parts(worklog)["Processing results"].splitlines() if row.startswith("| I")][1:]
    combined = [number(row[3]) for row in rows]
    overview = list(map(int, re.findall(r"(\d+) (?:root|symptom)", parts(worklog)["Overview"])))
    assert (len(rows), sum(combined)) == (overview[0], sum(overview))
    assert sum(row[2] == "would be filed" for row in rows) == bool(counting.outage(file))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Path]]:
    """The page over runs, one after the other, over the five hours of one outage, and their files."""
    files = [path for path in counting.HOURS if path.exists()]
    tracker = FolderTracker(tmp_path_factory.mktemp("issues"))
    kept: dict[str, bytes] = {}
    for n, path in enumerate(files):
        found = read_files([str(path)], latest=LATEST, progress=None)
        made: list[dict[str, str]] = []
        file_and_report(found, tracker, SETUP, LATEST + n * HOUR, False, made.append)
        kept[path.stem] = made[0][RECORD].encode()
    return index_of(kept, SETUP), files


@needs_outage
def test_the_index_counts_what_each_run_read(index: tuple[str, list[Path]]) -> None:
    """Each run's entries and times, the newest first; an outage is one P0, and P3 are told apart."""
    page, files = index
    rows = reading.rows(reading.section(page, "Runs"))
    assert len(rows) == number(reading.tiles(page)["runs"]) == len(files)
    for row, path in zip(rows, reversed(files), strict=True):
        entries = counting.entries(path)
        times = sorted(map(counting.second, entries))
        assert (row[1], row[2], number(row[3])) == (times[0], times[-1], len(entries))
        assert row[4].startswith("1 P0") or not counting.outage(path)
        assert "P3" not in row[4]


@needs_outage
def test_the_index_counts_each_incident(index: tuple[str, list[Path]]) -> None:
    """First and last seen, age and time to detect of both outages, by the entries of the runs that saw them."""
    page, files = index
    rows = reading.rows(reading.section(page, "Open")) + reading.rows(reading.section(page, "Over"))
    [database] = [row for row in rows if "initialization timeout" in row[0]]
    [module] = [row for row in rows if "No module named" in row[0]]
    assert len(rows) == 2
    detected = []
    for row, found in ((database, counting.outage(files[0])), (module, counting.outage(files[1]))):
        moments = sorted(nanos_of(entry["timestamp"]) for entry in found)
        assert row[3] == counting.second(found[0]).replace("T", " ")
        hour = files[0] if row is database else files[1]
        detected.append(max(nanos_of(entry["timestamp"]) for entry in counting.entries(hour)) - moments[0])
        assert row[6] == in_words(detected[-1])
    assert database[4] == counting.second(counting.outage(files[0])[-1]).replace("T", " ")
    assert module[4] == counting.second(counting.outage(files[4])[-1]).replace("T", " ")
    span = [nanos_of(counting.outage(files[n])[at]["timestamp"]) for n, at in ((1, 0), (4, -1))]
    assert module[5] == in_words(span[1] - span[0])
    middle = sum(detected) // 2
    assert reading.tiles(page)["median to detect"] in (in_words(middle), in_words(middle + SECOND))


def test_an_hour_of_the_example_is_one_run(tmp_path: Path) -> None:
    """The bundled outage alone: one open P0, detected at the end of the logs that were read."""
    made: list[dict[str, str]] = []
    found = read_files([str(EXAMPLE)], latest=LATEST, progress=None)
    file_and_report(found, FolderTracker(tmp_path), SETUP, LATEST, False, made.append)
    page = index_of({"run": made[0][RECORD].encode()}, SETUP)
    outage = counting.outage(EXAMPLE)
    [row] = reading.rows(reading.section(page, "Open"))
    assert (row[3], row[4]) == tuple(counting.second(outage[at]).replace("T", " ") for at in (0, -1))
    assert reading.tiles(page)["open P0"] == "1"
    assert number(reading.rows(reading.section(page, "Runs"))[0][3]) == len(counting.entries(EXAMPLE))
