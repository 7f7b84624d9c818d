"""The page over runs: what is still seen, how soon it was found, how long it took, what came back; counted by hand."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bot.documents.html import html_environment, render_index
from bot.documents.runs import index_view
from bot.model.history import IncidentRecord, RunRecord
from bot.model.time import HOUR, MINUTE
from bot.text.templates import environment
from tests.documents.browsing import browse
from tests.documents.test_html import ATTRIBUTES, TAGS, Parsed
from tests.text.hostile import TEXT

MADE = html_environment(environment())


def incident(key: str, first: int, last: int, priority: str = "P1", title: str = "it broke") -> IncidentRecord:
    """An incident of `api` between two times."""
    return IncidentRecord(key, title, "prod", "api", priority, 7, first, last, 12)


def run(hour: int, *incidents: IncidentRecord, services: tuple[str, ...] = ("api",)) -> tuple[str, RunRecord]:
    """A run over one hour of logs, five minutes after it, in a folder named for it."""
    at = (hour + 1) * HOUR
    return f"run-{hour}", RunRecord(at + 5 * MINUTE, hour * HOUR, at, 1_000, services, incidents, {"create": 1})


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
        incident("low", 1, 40, "P3", "low"),
        incident("old", 10, 40, "P0", "old"),
    )
    assert [one.title.raw for one in index_view([run(0, *found)]).still] == ["old", "new", "low"]


@settings(max_examples=30, deadline=None)
@given(TEXT)
def test_log_text_is_only_text(text: str) -> None:
    """A record's texts are escaped; its folder can't become another kind of link."""
    one = IncidentRecord(text, text, text, text, "P0", 1, 0, 1, 1)
    record = RunRecord(1, 0, 1, 1, (text,), (one,), {})
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
