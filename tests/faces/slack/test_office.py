"""The desk over the use cases, on a folder of issues: what a person in Slack is told, and what the issue records."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.faces.slack.commands import Explain, File, Mute, Resolve, Status, Verify
from bot.faces.slack.desk import Answer, Line
from bot.faces.slack.office import MOST_LINES, Office, _bounded
from bot.lifecycle.decisions import Order
from bot.logs import read_files
from bot.model.time import MINUTE
from bot.settings import Settings
from bot.trackers.folder import FolderTracker
from bot.usecases.deciding import sit_down
from bot.usecases.resolving import record_deployment
from bot.usecases.setup import make
from tests.faces.running import EXAMPLE

BY = "ann (U1 in Slack)"
SETUP = make(Settings())
ORDER = Order(BY, time.time_ns())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the issues are."""
    return tmp_path / "issues"


@pytest.fixture
def office(folder: Path) -> Office:
    """A desk where the bundled outage was filed by request."""
    made = Office(
        SETUP,
        lambda: FolderTracker(folder),
        lambda _: read_files([EXAMPLE]),
        lambda number: f"x/{number}",
        time.time_ns,
    )
    made.file(File(), ORDER)
    return made


def comments(folder: Path) -> str:
    """Every comment of the first issue, without code marks."""
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("0001.comments/*"))).replace(
        "`", ""
    )


def test_what_is_open_is_told_worst_first(office: Office) -> None:
    """One line an issue, with its phase and where it leads; the same when nothing changed."""
    told = office.status(Status())
    assert told.said == "1 incident open."
    assert told.lines[0].text.startswith("#1 GCP-new | P0 |")
    assert told.lines[0].url == "x/1"
    again = office.file(File(), ORDER)
    assert "nothing to change" in again.said
    assert again.lines == ()


def test_an_issue_is_explained_by_what_makes_it_what_it_is(office: Office) -> None:
    """Where it stands, why, its root, what follows from it, and who decided what."""
    office.mute(Mute(1), ORDER)
    told = office.explain(Explain(1))
    text = "\n".join(line.text for line in told.lines)
    assert "muted" in told.said
    assert "P0 by" in text
    assert "root: " in text
    assert "symptom: " in text
    assert f"{BY} muted this issue" in text


def test_who_asked_for_a_verification_that_moves_it_is_on_record(office: Office, folder: Path) -> None:
    """A fix, then its deployment: `verify` moves the issue and says who asked; said again, nothing is added."""
    office.resolve(Resolve(1, ("2f130c1",)), ORDER)
    office.verify(Verify(1), ORDER)
    assert "asked for this issue to be verified" not in comments(folder)
    desk = sit_down(FolderTracker(folder), SETUP, ORDER)
    incident = desk.known.states[1].incident
    key, at = incident.key, incident.last + MINUTE
    record_deployment(desk, key.service, "checkout-api-00009-new", "2f130c1", key.environment, at=at)
    told = office.verify(Verify(1), ORDER)
    assert "verifying" in told.said
    assert f"{BY} asked for this issue to be verified" in comments(folder)
    before = comments(folder)
    office.verify(Verify(1), ORDER)
    assert comments(folder) == before


def test_an_issue_that_is_none_of_the_bots_is_said_to_be_none(office: Office, folder: Path) -> None:
    """Unknown numbers are an error, a person's own issue a sentence."""
    (folder / "notes.md").write_text("---\nnumber: 7\ntitle: Lunch\nauthor: bea\n---\n\nWhere?\n")
    asks: list[Callable[[], Answer]] = [
        lambda: office.status(Status(9)),
        lambda: office.explain(Explain(9)),
        lambda: office.verify(Verify(9), ORDER),
    ]
    for ask in asks:
        with pytest.raises(UsageError, match="no issue 9"):
            ask()
    assert "no incident of incidentbot's" in office.status(Status(7)).said
    assert "no marker" in office.explain(Explain(7)).said


def test_a_long_answer_says_how_much_is_left_out() -> None:
    """Forty lines, the last of them a count."""
    lines = _bounded(Line(str(number)) for number in range(100))
    assert len(lines) == MOST_LINES
    assert lines[-1].text == "and 61 more"
    assert len(_bounded(lines)) == MOST_LINES
