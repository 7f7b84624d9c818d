"""The worklog: what was decided and done of each incident, with its reason, and nothing but that."""

import re
from collections import Counter
from pathlib import Path

from hypothesis import given, settings

from bot.documents.reportview import WorklogView
from bot.documents.worklog import render_worklog
from bot.logs import read_files
from bot.model.time import nanos_of
from bot.settings import Settings
from bot.text.templates import environment
from bot.trackers.folder import FolderTracker
from bot.usecases.filing import file_incidents
from bot.usecases.reporting import log_work
from bot.usecases.setup import make
from tests.documents import counting
from tests.documents.windows import told_in
from tests.faces.running import EXAMPLE
from tests.text.hostile import TEXT
from tests.text.rendering import Page

TEMPLATES = environment()
NOW = nanos_of("2026-03-05T00:00:00Z")
SETUP = make(Settings())


def logged(tracker: FolderTracker) -> WorklogView:
    """The worklog of the bundled outage against this folder."""
    return log_work(read_files([str(EXAMPLE)], latest=NOW, progress=None), tracker, SETUP, NOW)


def outcomes(view: WorklogView) -> list[tuple[str, str, int]]:
    """Priority, action and issue of each incident."""
    return [
        (case.incident.priority, one.action, one.issue or case.issue)
        for case in view.analysis.cases
        for one in case.outcomes
    ]


def test_a_first_run_would_file_one_and_says_why_not_the_others(tmp_path: Path) -> None:
    """The P0 would be created; the two warnings are below file_from; nothing is written."""
    tracker = FolderTracker(tmp_path / "issues")
    view = logged(tracker)
    assert outcomes(view) == [("P0", "create", 0), ("P3", "not-filed", 0), ("P3", "not-filed", 0)]
    assert view.totals.actions == {"create": 1, "not-filed": 2}
    page = render_worklog(view, TEMPLATES)
    assert "| I1 |  | would be filed | 7 patterns | new incident, P0 by does-not-start" in page
    assert "below P2 (file_from): reported, not filed" in page
    assert "Go back to `checkout-api-00041-abc`, the last good revision: `gcloud run" in page.split("## Next steps")[1]
    assert tracker.list_issues()[0] == []


def test_a_second_run_links_to_the_open_issue(tmp_path: Path) -> None:
    """After it was filed, the same logs are linked to issue 1, and nothing is new of it."""
    tracker = FolderTracker(tmp_path / "issues")
    file_incidents(read_files([str(EXAMPLE)], latest=NOW, progress=None), tracker, SETUP, NOW)
    view = logged(tracker)
    assert outcomes(view)[0] == ("P0", "none", 1)
    assert "| I1 | #1 | left as it is, linked to its open issue | 7 patterns |" in render_worklog(view, TEMPLATES)


def test_totals_are_counted_as_by_hand(tmp_path: Path) -> None:
    """Entries by severity, requests by revision, and patterns by role add up to the entries of the file."""
    view = logged(FolderTracker(tmp_path / "issues"))
    entries, totals = counting.entries(EXAMPLE), view.totals
    assert totals.roots + totals.symptoms + totals.set_aside == totals.patterns == len(counting.groups(EXAMPLE))
    table = render_worklog(view, TEMPLATES).split("## Totals\n")[1].split("\n## ")[0]
    rows = {name: int(number) for name, number in re.findall(r"^\| ([A-Za-z]+) \| (\d+) \|$", table, re.MULTILINE)}
    severities = Counter(map(counting.severity, entries))
    assert rows == {"Entries": len(entries), **severities, "Patterns": totals.patterns}
    failed = {r: (int(f), int(t)) for r, f, t in re.findall(r"`(\S+-\S+-\S+)`: failed of all \| (\d+) of (\d+)", table)}
    assert failed == {revision: (bad, all_) for (_, revision), (all_, bad) in counting.served(EXAMPLE).items()}


def test_what_no_incident_stands_behind_is_told_too() -> None:
    """An issue that is closed, a draft that is held back, a warning and a skipped record all have their line."""
    view = told_in("some text")
    assert outcomes(view) == [("P0", "update", 3)]
    assert [(one.action, one.issue) for one in view.others] == [("close", 4), ("hold", 0)]
    page = render_worklog(view, TEMPLATES)
    for told in ("| #4 | closed: `some text`", "held back for a later run: `some text`", "record 9: some text"):
        assert told in page
    assert "- 1 issue held back: the next run files what still stands." in page


@settings(max_examples=40, deadline=None)
@given(TEXT)
def test_log_text_is_dead(text: str) -> None:
    """No link, mention, image or HTML comes of any text of a log, a tracker or a person."""
    page = Page(render_worklog(told_in(text), TEMPLATES))
    assert page.links == []
    assert {"img", "script", "comment", "input", "b", "a"}.isdisjoint(page.tags)
    assert "@octocat" not in " ".join(page.prose)
