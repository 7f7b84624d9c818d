"""What a run tells: outputs, summary, log and annotations, in good endings and bad ones, whatever the texts are."""

import io
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import bot.faces.trackers
from bot.errors import TrackerUnavailable
from bot.faces.action.brake import STOPPED, Brake
from bot.faces.action.ending import Ending
from bot.faces.action.inputs import read_inputs
from bot.faces.action.journal import Journal
from bot.faces.action.keeping import Reports
from bot.faces.action.main import _file, main
from bot.faces.action.notes import MOST, notes
from bot.faces.action.runner import SUMMARY_LIMIT, command, safe
from bot.faces.action.summary import within
from bot.model.issue import Issue, NewIssue
from bot.model.time import HOUR, nanos_of
from bot.trackers.folder import FolderTracker
from bot.trackers.interface import UnclearOutcome
from tests.bench.logging_server import LoggingServer
from tests.faces.action_bench import OURS, command_of, commands
from tests.faces.running import EXAMPLE

COMMANDS = ("::", "error", "##", "[", "]", "#", ":", "::error::", "##[error]", "::set-output name=a::", ",", "=", "%0A")
ODD = (" ", "\n", "\r", "\ufe0f", "\u200b", "\xad", "%", "\x1b[31m", "\u2028", "\x00", "a", "\ud800", "\u3000", "\x85")
PARTS = st.sampled_from([*COMMANDS, *ODD])
HOSTILE = st.lists(PARTS | st.text(max_size=4), max_size=12).map("".join)


class Case:
    """One run in this process on a folder of issues; `env` may be changed before."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.output, self.page = folder / "output", folder / "summary"
        self.tracker: Any = FolderTracker(folder / "issues")
        self.env = {
            "INPUT_LOGS": str(EXAMPLE),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.page),
        }
        monkeypatch.setattr(bot.faces.trackers, "open_tracker", lambda *_: self.tracker)
        monkeypatch.setattr(bot.faces.trackers, "with_code", lambda setup, *_: setup)
        monkeypatch.chdir(folder)

    def __call__(self) -> tuple[int, dict[str, str], str, str]:
        """Exit code, outputs, summary and log."""
        for file in (self.output, self.page):
            file.write_text("")
        log = io.StringIO()
        code = main(self.env, Brake(), log)
        outputs = dict(row.split("=") for row in self.output.read_text().splitlines())
        return code, outputs, self.page.read_text(encoding="utf-8"), log.getvalue()


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A run over the bundled outage."""
    return Case(tmp_path, monkeypatch)


@pytest.fixture
def signals() -> Iterator[None]:
    """Afterwards the signals do again what they did."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def many(count: int) -> str:
    """Logs of that many services, each with an incident of its own."""
    return json.dumps([
        {
            "insertId": f"{service}-{minute}",
            "timestamp": f"2026-03-04T09:{minute:02}:00Z",
            "severity": "CRITICAL",
            "textPayload": f"ValueError: {'x' * 3000} {chr(97 + service % 26) * (service // 26 + 1)} is gone",
            "resource": {"type": "cloud_run_revision", "labels": {"service_name": f"shop-{service}"}},
        }
        for service in range(count)
        for minute in range(0, 40, 2)
    ])  # fmt: skip


@given(HOSTILE)
def test_no_line_is_a_command(text: str) -> None:
    """A line that was made safe orders the runner nothing, and is one line."""
    assert command_of(safe(text)) is None
    assert len(safe(text).splitlines()) <= 1


@given(HOSTILE, HOSTILE)
def test_a_command_is_the_one_that_was_meant(title: str, text: str) -> None:
    """Whatever its values hold, the runner reads the command's name and one property, and the values come back."""
    line = command("warning", text, title=title)
    assert "\n" not in line
    assert "\r" not in line
    found = command_of(line)
    assert found is not None
    assert (found.name, found.data) == ("warning", safe(text))
    assert found.properties == {"title": safe(title)}


@given(st.lists(st.text(alphabet="aé|\n", max_size=30)).map("\n".join), st.integers(0, 400))
def test_a_summary_never_exceeds_its_room(page: str, room: int) -> None:
    """A page is cut after a whole line to at most the bytes that are left, and says so."""
    cut = within(page, room)
    assert len(cut.encode()) <= room
    if cut and cut != page:
        kept = cut.split("\n\n_Cut here")[0]
        assert page.startswith(kept)
        assert page[len(kept)] == "\n"


def test_a_page_over_the_limit_keeps_whole_rows() -> None:
    """A page of more than 1 MiB ends with a whole row and the number of those that are cut."""
    rows = [f"| {at} | {'x' * 990} |\n" for at in range(2000)]
    cut = within("".join(rows), SUMMARY_LIMIT)
    assert SUMMARY_LIMIT - 1200 < len(cut.encode()) <= SUMMARY_LIMIT
    kept = cut.count("| x")
    assert cut.startswith("".join(rows[:kept]).rstrip("\n") + "\n\n_Cut here")
    assert f"{2000 - kept} more lines" in cut


def test_a_summary_takes_only_what_is_left(case: Case) -> None:
    """What already stands in the step's summary counts: together they stay within the limit."""
    case.page.write_text("x" * (SUMMARY_LIMIT - 300))
    main(case.env, Brake(), io.StringIO())
    assert SUMMARY_LIMIT - 300 < case.page.stat().st_size <= SUMMARY_LIMIT
    assert "_Cut here" in case.page.read_text()


def test_outputs_agree_with_what_was_done(case: Case) -> None:
    """A first run creates; a second one over the same logs changes nothing, and says so everywhere."""
    code, outputs, page, log = case()
    assert (code, outputs["created"]) == (0, str(len(case.tracker.list_issues()[0])))
    assert "incidentbot: 1 created" in page
    assert [found.name for found in commands(log) if "group" not in found.name] == ["error"]
    code, outputs, page, log = case()
    assert {name: count for name, count in outputs.items() if name != "incidents"} == dict.fromkeys(
        ("created", "updated", "reopened", "closed", "held_back"), "0"
    )
    assert "nothing to change" in page
    assert [found for found in commands(log) if "group" not in found.name] == []


def test_at_most_ten_annotations_and_one_mebibyte(case: Case, tmp_path: Path) -> None:
    """Many incidents give ten annotations, the last of which counts the rest, and a summary within what is left.

    Ten are filed, and one more issue lists the thirty that are held back.
    """
    (tmp_path / "many.json").write_text(many(40))
    case.env["INPUT_LOGS"] = "many.json"
    _, outputs, page, log = case()
    shown = [found for found in commands(log) if "group" not in found.name]
    assert int(outputs["incidents"]) == 40
    assert (outputs["created"], outputs["held_back"]) == ("11", "30")
    assert len(shown) == MOST
    assert shown[-1].data.startswith(f"{int(outputs['created']) + (outputs['held_back'] != '0') - 9} more")
    assert page.count("shop-") >= 40


def test_a_failure_comes_first() -> None:
    """A failure stands before anything else."""
    [note] = notes(Ending(5, failure="no luck"))
    assert (note.level, note.text) == ("error", "no luck")


@pytest.mark.parametrize("turn", [1, -1])
def test_the_worst_comes_first(case: Case, tmp_path: Path, turn: int) -> None:
    """Annotations go from the worst priority down, in whatever order the actions were done."""
    (tmp_path / "many.json").write_text(many(2))
    case.env["INPUT_LOGS"] = f"many.json\n{EXAMPLE}"
    result = _file(read_inputs(case.env), Journal(), Brake(), Reports(""))
    told = [note.title for note in notes(Ending(0, result=replace(result, actions=result.actions[::turn])))]
    assert [title.split()[0] for title in told] == ["P0", "P2", "P2"]


class Cancelling(io.StringIO):
    """A log during whose first line the runner cancels."""

    def write(self, text: str) -> int:
        """Signal this process, twice, and write."""
        if not self.tell():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
        return super().write(text)


def test_telling_is_not_interrupted(case: Case, signals: None) -> None:
    """A signal that comes when all is done changes nothing any more: the report is finished."""
    brake, log = Brake(), Cancelling()
    brake.install()
    assert main(case.env, brake, log) == 0
    assert "created=1" in case.output.read_text()
    assert "incidentbot: 1 created" in log.getvalue()


def test_a_second_signal_abandons_the_write_in_flight(case: Case, signals: None) -> None:
    """One signal lets a write finish; a second one doesn't wait for it, and the page says that its fate is unknown."""
    real, brake = case.tracker, Brake()
    brake.install()

    class Waiting(Failing):
        def create(self, new: NewIssue) -> Issue:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            raise AssertionError("not reached")

    case.tracker = Waiting(real, RuntimeError())
    assert main(case.env, brake, io.StringIO()) == STOPPED
    assert "Not known to be done" in case.page.read_text()
    assert "created=0" in case.output.read_text()


class Failing:
    """A tracker whose creations fail after the first, in the way that is given."""

    def __init__(self, tracker: Any, error: Exception, good: int = 1) -> None:
        self._tracker, self._error, self._good = tracker, error, good

    def __getattr__(self, name: str) -> Any:
        """Everything else as it is."""
        return getattr(self._tracker, name)

    def create(self, new: NewIssue) -> Issue:
        """File it, or fail."""
        self._good -= 1
        if self._good < 0:
            raise self._error
        issue: Issue = self._tracker.create(new)
        return issue


@pytest.mark.parametrize(
    ("error", "unclear"),
    [(TrackerUnavailable("GitHub is ::error::away."), False), (UnclearOutcome("Its answer was lost."), True)],
)
def test_partly_done_is_told_in_full(case: Case, tmp_path: Path, error: Exception, unclear: bool) -> None:
    """Exit 6, with what is confirmed in outputs and summary, and what is not known to be done."""
    (tmp_path / "many.json").write_text(many(3))
    case.env["INPUT_LOGS"] = "many.json"
    case.tracker = Failing(case.tracker, error)
    code, outputs, page, log = case()
    assert code == 6
    assert outputs == {"created": "1", "updated": "0", "reopened": "0", "closed": "0"}
    assert "did not finish" in page
    assert "| create | #" in page
    assert ("Not known to be done" in page) is unclear
    assert [found.name for found in commands(log)] == ["error"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"INPUT_LOGS": ""}, 2),
        ({"INPUT_SETTINGS": "none.toml"}, 3),
        ({"INPUT_LOGS": "none.json"}, 4),
        ({"INPUT_LOGS": "none-*\n::error::x\n##[error]y"}, 4),
    ],
)
def test_failures_have_a_summary(case: Case, changed: dict[str, str], code: int) -> None:
    """Each failure has its own exit code, one annotation, zeros for what was done, and a page that says why."""
    case.env |= changed
    ended, outputs, page, log = case()
    assert ended == code
    assert outputs == {"created": "0", "updated": "0", "reopened": "0", "closed": "0"}
    assert "did not finish" in page
    assert [found.name for found in commands(log)] == ["error"]


def test_a_fault_of_ours_shows_its_traceback_and_no_more(case: Case) -> None:
    """An unforeseen error is exit 1, with a folded traceback in which nothing is a command."""
    case.tracker = Failing(case.tracker, RuntimeError("x\n::error::boom\n##[error]y\n::endgroup::"), good=0)
    code, outputs, page, log = case()
    assert (code, outputs["created"]) == (1, "0")
    assert "RuntimeError" in page
    assert "boom" in log
    assert [found.name for found in commands(log)] == ["group", "endgroup", "error"]


def test_a_file_of_the_runners_that_can_not_be_written_fails_the_step(case: Case, tmp_path: Path) -> None:
    """What was done stays done; that its outputs could not be told is an error."""
    case.env["GITHUB_OUTPUT"] = str(tmp_path / "none" / "output")
    code, _, _, log = case()
    assert code == 1
    assert "can't be written" in log
    assert {found.name for found in commands(log)} <= OURS


def test_a_quiet_window_is_no_failure(case: Case, tmp_path: Path) -> None:
    """An empty export succeeds with zeros, a notice and a summary that says so; a broken one is still exit 4."""
    quiet = tmp_path / "quiet.json"
    quiet.write_text("[]")
    case.env["INPUT_LOGS"] = str(quiet)
    code, outputs, page, log = case()
    assert (code, set(outputs.values())) == (0, {"0"})
    assert "no log entry" in page
    assert [command.name for command in commands(log)] == ["notice"]
    quiet.write_text("[{]")
    assert case()[0] == 4


def test_a_project_is_read_instead_of_files(case: Case) -> None:
    """With the input project the same issues come from Cloud Logging; the next run goes on from there."""
    assert case()[0] == 0
    from_files = [(issue.title, issue.labels, issue.body) for issue in case.tracker.list_issues()[0]]
    case.tracker = FolderTracker(case.output.parent / "others")
    with LoggingServer() as server:
        rows = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        hours = (time.time_ns() - min(nanos_of(row["timestamp"]) for row in rows)) // HOUR + 1
        server.add("harbor-prod", rows)
        case.env |= {"INPUT_LOGS": "", "INPUT_PROJECT": "harbor-prod", "INPUT_LOGGING_ENDPOINT": server.address}
        case.env["INPUT_SINCE"] = f"{hours}h"
        assert case()[0] == 0
        case.env["INPUT_SINCE"] = ""
        assert case()[0] == 0
        assert [(issue.title, issue.labels, issue.body) for issue in case.tracker.list_issues()[0]] == from_files
        assert len(server.asked) == 2
