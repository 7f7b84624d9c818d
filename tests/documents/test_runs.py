"""The page over runs: what is still seen, how soon it was found, how long it took, what came back; counted by hand."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from bot.documents.html import html_environment, render_index
from bot.documents.runs import index_view
from bot.model.history import IncidentRecord, IssueRecord, RunRecord
from bot.model.time import HOUR, MINUTE
from bot.settings import Settings
from bot.text.templates import environment
from bot.usecases.reporting import index_of
from bot.usecases.setup import make
from tests.documents import reading
from tests.documents.browsing import browse
from tests.documents.test_html import ATTRIBUTES, TAGS, Parsed
from tests.text.hostile import TEXT

MADE = html_environment(environment())


def incident(
    key: str, first: int, last: int, priority: str = "P1", title: str = "it broke", issue: int = 0
) -> IncidentRecord:
    """An incident of `api` between two times."""
    return IncidentRecord(key, title, "prod", "api", priority, issue, first, last, 12, below=False)


def run(
    hour: int,
    *incidents: IncidentRecord,
    services: tuple[str, ...] = ("api",),
    issues: tuple[IssueRecord, ...] = (),
) -> tuple[str, RunRecord]:
    """A run over one hour of logs, five minutes after it, in a folder named for it."""
    at = (hour + 1) * HOUR
    record = RunRecord(at + 5 * MINUTE, hour * HOUR, at, 1_000, services, incidents, {"create": 1}, "acme/shop", issues)
    return f"run-{hour}", record


def test_an_incident_over_several_runs() -> None:
    """Found 40 minutes after it began, seen in two runs, over 70 minutes after its first entry, gone in the third."""
    begun, ended = 20 * MINUTE, 90 * MINUTE
    view = index_view([run(2), run(0, incident("a", begun, 59 * MINUTE)), run(1, incident("a", 61 * MINUTE, ended))])
    [one] = view.incidents
    assert (one.runs, one.still, one.found_after, one.over_after) == (2, False, 40 * MINUTE, 70 * MINUTE)
    assert (one.first, one.last, one.returned) == (begun, ended, 0)
    assert [row.folder.raw for row in view.runs] == ["run-2", "run-1", "run-0"]


def test_a_run_over_another_service_says_nothing_of_it() -> None:
    """The newest run that read the service decides whether it is still seen, and silence elsewhere is no recovery."""
    view = index_view([run(0, incident("a", 0, MINUTE)), run(1, services=("other",))])
    assert [(one.still, one.over_after) for one in view.incidents] == [(True, None)]


def test_what_keeps_coming_back_is_counted() -> None:
    """Seen, gone, seen, gone, seen: it came back twice; what was there in one stretch never did."""
    there = {n: (incident("a", n * HOUR, n * HOUR + 1),) if n % 2 == 0 else () for n in range(5)}
    held = [run(n, *there[n], incident("b", 1, n * HOUR)) for n in range(5)]
    view = index_view(held)
    assert [(one.title.raw, one.returned, one.runs) for one in view.returning] == [("it broke", 2, 3)]
    assert view.incidents[1].returned == 0


def test_the_worst_and_oldest_come_first() -> None:
    """By priority, then by the first entry."""
    found = (
        incident("new", 30, 40, "P0", "new"),
        incident("low", 1, 40, "P2", "low"),
        incident("old", 10, 40, "P0", "old"),
    )
    view = index_view([run(0, *found)])
    assert [one.title.raw for one in view.open] == ["old", "new", "low"]
    assert view.priorities == {"P0": 2, "P2": 1}


def issue(number: int, *moves: tuple[str, int]) -> IssueRecord:
    """An issue after these transitions."""
    return IssueRecord(number, "a", moves[-1][0], moves)


def test_an_issue_says_whether_it_is_open() -> None:
    """One that is filed is open though the newest run saw nothing of it; verified, it is over, and proved to be."""
    seen = run(0, incident("a", 10 * MINUTE, 50 * MINUTE, issue=7))
    filed = index_view([seen, run(1, issues=(issue(7, ("filed", HOUR)),))])
    assert [(one.open, one.still, one.phase, one.proved_after) for one in filed.incidents] == [
        (True, False, "filed", None)
    ]
    assert (filed.recovery, filed.detection) == (None, 50 * MINUTE)
    moves = (("filed", HOUR), ("resolved-awaiting-deployment", 2 * HOUR), ("verified", 4 * HOUR))
    view = index_view([seen, run(1), run(2, issues=(issue(7, *moves),))])
    [one] = view.over
    assert (one.phase, one.over_after, one.proved_after) == ("verified", 40 * MINUTE, 4 * HOUR - 10 * MINUTE)
    assert (view.open, view.recovery) == ((), 40 * MINUTE)


@pytest.mark.parametrize(
    ("phase", "is_open"),
    [
        ("recovered", False),
        ("muted", False),
        ("merged", False),
        ("mitigated", True),
        ("no-data", True),
        ("regression", True),
    ],
)
def test_each_phase_is_open_or_over(phase: str, is_open: bool) -> None:
    """What people silenced is over, too; what lacks proof is open."""
    view = index_view([run(0, incident("a", 0, 1, issue=7), issues=(issue(7, ("filed", 1), (phase, 2)),))])
    assert [one.open for one in view.incidents] == [is_open]


def test_what_the_newest_run_says_of_an_issue_counts() -> None:
    """Old logs that are read again don't bring an old phase back: the run that was made last knows."""
    name, old = run(0, incident("a", 0, 1, issue=7), issues=(issue(7, ("filed", 1), ("recovered", 2 * HOUR)),))
    view = index_view([run(1, issues=(issue(7, ("filed", 1)),)), (name, replace(old, at=9 * HOUR))])
    assert [one.phase for one in view.incidents] == ["recovered"]


def test_regressions_are_told_by_the_issue() -> None:
    """Two regressions in its transitions are twice, whichever runs happened to see it."""
    moves = (("filed", 1), ("verified", 2), ("regression", 3), ("recovered", 4), ("regression", 5))
    there = [run(n, *[incident("a", n * HOUR, n * HOUR + 1, issue=7)] if n % 2 == 0 else []) for n in range(8)]
    view = index_view([*there, run(8, issues=(issue(7, *moves),))])
    assert [one.returned for one in view.returning] == [2]


def test_a_root_that_was_revised_is_one_incident() -> None:
    """Two keys with one issue are one incident, from the first entry of either to the last."""
    view = index_view([
        run(0, incident("loud", 0, 10 * MINUTE, issue=7)),
        run(1, incident("cause", HOUR, HOUR + MINUTE, issue=7)),
        run(2, incident("cause", 2 * HOUR, 2 * HOUR + MINUTE)),
    ])  # fmt: skip
    assert [(one.issue, one.runs, one.first, one.last) for one in view.incidents] == [(7, 3, 0, 2 * HOUR + MINUTE)]


def test_issues_of_two_trackers_with_one_number_are_two() -> None:
    """#7 of one repository is another incident than #7 of another."""
    name, other = run(1, incident("b", HOUR, HOUR + 1, issue=7))
    view = index_view([run(0, incident("a", 0, 1, issue=7)), (name, replace(other, tracker="acme/other"))])
    assert len(view.incidents) == 2


def test_noise_is_told_apart() -> None:
    """What is too little for an issue is no incident, in no figure; once it was filed, it is one."""
    noise = replace(incident("n", 0, 1, "P3", "noise"), below=True)
    view = index_view([run(0, noise, incident("a", 0, 1))])
    assert ([one.title.raw for one in view.incidents], [one.title.raw for one in view.below]) == (
        ["it broke"],
        ["noise"],
    )
    assert (view.runs[0].priorities, view.runs[0].below) == ({"P1": 1}, 1)
    filed = index_view([run(0, noise), run(1, incident("n", HOUR, HOUR + 1, "P2", issue=3))])
    assert (len(filed.incidents), filed.below) == (1, ())


def test_a_record_of_former_times_is_read() -> None:
    """Without the newer fields a record still counts: its P3 without an issue is noise, its P2 an incident."""
    old = (
        b'{"at":1,"start":0,"end":9,"entries":4,"services":["api"],"actions":{},"incidents":['
        b'{"key":"a","title":"bad","environment":"e","service":"api","priority":"P2","issue":0,"first":1,"last":2,"entries":3},'
        b'{"key":"b","title":"meh","environment":"e","service":"api","priority":"P3","issue":0,"first":1,"last":2,"entries":1}]}'
    )
    page = index_of({"run": old, "torn": b'{"at":'}, make(Settings()))
    assert reading.tiles(page)["open P2"] == "1"
    assert "1 failure too little for an issue" in page


def test_the_page_shows_the_figures_of_the_view() -> None:
    """Open by priority, medians, what came back, and for each incident a bar at each time it was seen."""
    moves = (("filed", 1), ("verified", 3 * HOUR), ("regression", 4 * HOUR), ("recovered", 6 * HOUR))
    page = render_index(
        index_view([
            run(0, incident("a", 0, HOUR // 2, "P0", issue=7), incident("b", 6 * MINUTE, HOUR // 2, "P2")),
            run(1, incident("a", HOUR, 2 * HOUR - 1, "P0", issue=7), issues=(issue(7, *moves),)),
        ]),
        MADE,
    )  # fmt: skip
    assert reading.tiles(page) == {
        "open": "0", "over": "2", "came back": "1", "median to detect": "57 min", "median to recover": "1 h 12 min",
        "runs": "2",
    }  # fmt: skip
    bars = re.findall(r'class="bar (P\d)" style="left:([\d.]+)%;width:([\d.]+)%"', page)
    assert [(priority, round(float(left)), round(float(width))) for priority, left, width in bars] == [
        ("P0", 0, 25), ("P0", 49, 49), ("P2", 5, 20),
    ]  # fmt: skip
    [row, _] = reading.rows(reading.section(page, "Over"))
    assert "recovered, proved over 6 h 00 min after its first entry" in row[0]
    assert (row[1], row[2], row[-1]) == ("P0", "#7", "1")


@settings(max_examples=30, deadline=None)
@given(TEXT)
def test_log_text_is_only_text(text: str) -> None:
    """A record's texts are escaped; its folder can't become another kind of link."""
    one = IncidentRecord(text, text, text, text, "P0", 1, 0, 1, 1)
    record = RunRecord(1, 0, 1, 1, (text,), (one,), {}, text, (IssueRecord(1, text, "filed", (("filed", 1),)),))
    parsed = Parsed(render_index(index_view([("javascript:alert(1)", record)]), MADE))
    assert {tag for tag, _ in parsed.tags} <= TAGS
    assert {name for _, attrs in parsed.tags for name in attrs} <= ATTRIBUTES
    assert [attrs["href"] for tag, attrs in parsed.tags if tag == "a"] == ["./javascript:alert(1)/report.html"]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page over three runs in headless Chromium."""
    file: Path = tmp_path_factory.mktemp("runs") / "index.html"
    view = index_view([run(0, incident("a", 0, 1, "P0")), run(1), run(2, incident("a", 2 * HOUR, 2 * HOUR + 1, "P0"))])
    file.write_text(render_index(view, MADE), encoding="utf-8")
    return browse(file, use=False, judge=True)


def test_in_a_browser_it_is_quiet_and_accessible(seen: Any) -> None:
    """In both themes and widths: no console message, no request but the page, nothing wider, axe-core finds nothing."""
    for look in seen["looks"]:
        assert (look["console"], len(look["requests"]), look["overflow"], look["axe"]) == ([], 1, 0, [])
