"""Telling people after a run: noted before and after, once, and never the run's own failure."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from bot.errors import PartlyDone, TrackerUnavailable
from bot.faces.telling import telling
from bot.filing import Pace
from bot.lifecycle import decode_repo, encode_repo
from bot.logs import FileSource, Reading
from bot.model.incident import Priority
from bot.model.notice import ALARMS, News
from bot.model.run import RunResult
from bot.model.time import HOUR, SECOND
from bot.notifying import Notice, NotTold
from bot.settings import Notify, Settings
from bot.trackers.folder import FolderTracker
from bot.usecases.filing import file_incidents
from bot.usecases.notifying import notifiers_of, notify
from bot.usecases.setup import make
from tests.faces.running import ROOT
from tests.lifecycle.world import Shelf

NOON = 1_772_625_600 * SECOND
SETUP = make(Settings(owners={"checkout-api": ("@acme/payments",)}))
LOGS = ("checkout-outage", "checkout-fixed", "checkout-again")


class Died(BaseException):
    """The process ends here."""


class Ledger:
    """A service that remembers what it was told, and by what name; it fails or ends the process when asked to."""

    name = "ledger"

    def __init__(self) -> None:
        self.told: list[Notice] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def wants(self, notice: Notice, place: str) -> bool:
        """Alarms, and the end of what it was told."""
        return bool(place) or notice.news in ALARMS

    def tell(self, notice: Notice, place: str) -> str:
        """Remember it, unless an earlier run got as far as that."""
        self.before()
        if not notice.noted or notice.name not in [one.name for one in self.told]:
            self.told.append(notice)
        self.after()
        return f"page {notice.number}"

    @property
    def news(self) -> list[News]:
        """What it was told, in order."""
        return [notice.news for notice in self.told]


def run(tracker: Shelf | FolderTracker, name: str, dry: bool = False) -> RunResult:
    """One run over bundled logs."""
    reading = Reading((FileSource(str(ROOT / "examples" / f"{name}.json")),))
    return file_incidents(reading, tracker, SETUP, NOON, dry)


def tell(tracker: Shelf | FolderTracker, result: RunResult, *ledgers: Ledger) -> list[str]:
    """The warnings of telling it."""
    return [warned.what for warned in notify(result, tracker, SETUP, NOON, ledgers)]


def test_an_outage_its_end_and_its_return_are_told() -> None:
    """Three runs, three notices, with owners, cause and a hint; runs that change nothing write and tell nothing."""
    shelf, ledger = Shelf(), Ledger()
    for name in LOGS:
        assert tell(shelf, run(shelf, name), ledger) == []
        writes = shelf.writes
        assert tell(shelf, run(shelf, name), ledger) == []
        assert shelf.writes == writes
    assert ledger.news == [News.NEW, News.RECOVERED, News.REGRESSION]
    first = ledger.told[0]
    assert (first.priority, first.service, first.owners) == (Priority.P0, "checkout-api", ("acme/payments",))
    assert "does-not-start" in first.because
    assert first.hint


def test_nothing_is_told_of_a_plan() -> None:
    """A dry run tells nobody and writes nothing."""
    shelf = Shelf()
    result = run(shelf, LOGS[0], dry=True)
    assert telling(lambda: result, shelf, SETUP, NOON) is result
    assert shelf.writes == 0


def test_turning_it_on_tells_nothing_of_what_is_there() -> None:
    """The issues there are stay untold, whatever their priority; what they do next is news."""
    shelf, ledger = Shelf(), Ledger()
    run(shelf, LOGS[0])
    for name in (LOGS[0], LOGS[1], LOGS[2]):
        tell(shelf, run(shelf, name), ledger)
    assert ledger.news == [News.REGRESSION]


@pytest.mark.parametrize("at", range(2))
@pytest.mark.parametrize("where", ["write before", "write after", "send before", "send after"])
def test_a_run_that_dies_is_made_up_for(where: str, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the step it dies at, the next run tells what is left, and nothing twice that can be found again."""
    shelf, ledger = Shelf(), Ledger()
    result, left = run(shelf, LOGS[0]), [at]

    def dies() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Died

    write = shelf.write_state

    def writes(state: str, page: str = "") -> None:
        if where == "write before":
            dies()
        write(state, page)
        if where == "write after":
            dies()

    monkeypatch.setattr(shelf, "write_state", writes)
    if where.startswith("send"):
        left[0] = 0
        setattr(ledger, where.split()[1], dies)
    with pytest.raises(Died):
        tell(shelf, result, ledger)
    monkeypatch.setattr(shelf, "write_state", write)
    ledger.before = ledger.after = lambda: None
    if where == "write before" and at == 0:  # nothing is noted: only the run that created it knows that it is new
        assert shelf.state is not None
        assert decode_repo(shelf.state).telling is None
        return
    assert tell(shelf, run(shelf, LOGS[0]), ledger) == []
    assert ledger.news == [News.NEW]
    writes_now = shelf.writes
    assert tell(shelf, run(shelf, LOGS[0]), ledger) == []
    assert shelf.writes == writes_now


def test_a_run_that_dies_before_its_first_note_is_made_up_for_later() -> None:
    """Once people were told anything, an issue whose run died before noting it is told by the next."""
    shelf, ledger = Shelf(), Ledger()
    empty = msgspec.structs.replace(run(Shelf(), LOGS[0], dry=True), dry_run=False, states={}, actions=())
    shelf.write_state("")
    tell(shelf, empty, ledger)
    run(shelf, LOGS[0])
    tell(shelf, run(shelf, LOGS[0]), ledger)
    assert ledger.news == [News.NEW]


def test_what_fails_is_a_warning_and_tried_again() -> None:
    """A service that refuses makes warnings, run after run, and no write; once it works, it is told."""
    shelf, ledger = Shelf(), Ledger()

    def refuse() -> None:
        raise NotTold("the ledger is closed")

    ledger.before = refuse
    assert tell(shelf, run(shelf, LOGS[0]), ledger) == ["the ledger is closed"]
    writes = shelf.writes
    assert tell(shelf, run(shelf, LOGS[0]), ledger) == ["the ledger is closed"]
    assert shelf.writes == writes
    ledger.before = lambda: None
    assert tell(shelf, run(shelf, LOGS[0]), ledger) == []
    assert [(one.news, bool(one.noted)) for one in ledger.told] == [(News.NEW, True)]


def test_one_service_that_fails_keeps_no_other_from_being_told() -> None:
    """Each is due on its own."""
    shelf, well, ill = Shelf(), Ledger(), Ledger()
    ill.name = "ill"

    def refuse() -> None:
        raise NotTold("ill")

    ill.before = refuse
    for _ in range(2):
        assert tell(shelf, run(shelf, LOGS[0]), ill, well) == ["ill"]
    assert (well.news, ill.news) == ([News.NEW], [])


def test_a_state_that_can_not_be_written_tells_nobody() -> None:
    """Without the note nothing is sent: it is a warning."""
    shelf, ledger = Shelf(), Ledger()
    result = run(shelf, LOGS[0])

    def refuse(state: str, page: str = "") -> None:
        raise TrackerUnavailable("no room")

    shelf.write_state = refuse  # type: ignore[method-assign]
    assert tell(shelf, result, ledger) == ["nobody was told of this run: no room"]
    assert ledger.told == []


def test_an_issue_that_can_not_be_read_for_a_run_is_remembered() -> None:
    """While an issue's record is damaged nothing is told and nothing forgotten: its end is told once it is whole."""
    shelf, ledger = Shelf(), Ledger()
    result = run(shelf, LOGS[0])
    tell(shelf, result, ledger)
    noted, writes = shelf.state, shelf.writes
    assert tell(shelf, msgspec.structs.replace(result, states={}, actions=()), ledger) == []
    assert (shelf.state, shelf.writes) == (noted, writes)
    tell(shelf, run(shelf, LOGS[0]), ledger)
    tell(shelf, run(shelf, LOGS[1]), ledger)
    assert ledger.news == [News.NEW, News.RECOVERED]


def test_of_an_issue_that_is_gone_nothing_is_kept() -> None:
    """Once other news is noted, what was told of an issue that the tracker no longer has is dropped."""
    shelf, ledger = Shelf(), Ledger()
    result = run(shelf, LOGS[0])
    tell(shelf, result, ledger)
    gone = 77
    repo = decode_repo(shelf.state)
    assert repo.telling is not None
    had = msgspec.structs.replace(repo.telling, told=repo.telling.told | {gone: next(iter(repo.telling.told.values()))})
    shelf.write_state(encode_repo(msgspec.structs.replace(repo, telling=had)))
    tell(shelf, run(shelf, LOGS[1]), ledger)
    after = decode_repo(shelf.state).telling
    assert after is not None
    assert sorted(after.told) == sorted(result.states)


def test_a_slow_service_is_left_for_the_next_run() -> None:
    """After a minute nothing more is tried."""
    shelf, ledger, now = Shelf(), Ledger(), iter([0.0, 61.0])
    [warned] = notify(run(shelf, LOGS[0]), shelf, SETUP, NOON, (ledger,), lambda: next(now))
    assert "too slow" in warned.what
    tell(shelf, run(shelf, LOGS[0]), ledger)
    assert ledger.news == [News.NEW]


def test_a_run_that_is_partly_done_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it filed is told, what it left is not, and the run's error stays."""
    ledger, folder = Ledger(), FolderTracker(tmp_path)
    monkeypatch.setattr("bot.usecases.notifying.notifiers_of", lambda *_: ((ledger,), ()))
    ticks = iter(range(10_000))
    pace = Pace(lambda: float(next(ticks)), lambda _: None, until=3.0)
    reading = Reading((FileSource(str(ROOT / "examples" / f"{LOGS[0]}.json")),))
    setup = make(Settings(file_from=Priority.P3))
    with pytest.raises(PartlyDone) as part:
        telling(lambda: file_incidents(reading, folder, setup, NOON + HOUR, pace=pace), folder, setup, NOON)
    assert isinstance(part.value.result, RunResult)
    created = {action.number for action in part.value.result.actions if action.new}
    assert {notice.number for notice in ledger.told} <= created


def test_a_channel_without_a_token_is_a_warning() -> None:
    """Slack's token comes from the environment; where it is missing, that is said."""
    wanted = Notify(slack_channel="C0123OPS", slack_mentions={"@ada": "U024BE7LH"})
    notifiers, [warned] = notifiers_of(wanted, "")
    assert notifiers == ()
    assert "SLACK_BOT_TOKEN" in warned.what
    [notifier], warnings = notifiers_of(wanted, "xoxb-1")
    assert (notifier.name, warnings) == ("slack", ())
    assert notifiers_of(Notify(), "xoxb-1") == ((), ())


@pytest.mark.parametrize("key", ["slack_channel", "slack_channels", "slack_mentions"])
@pytest.mark.parametrize("value", ["#ops", "<!channel>", "here"])
def test_ids_are_checked(key: str, value: str) -> None:
    """A name where an id has to stand, or a command to notify, is an error of the settings."""
    with pytest.raises(ValueError, match="pattern"):
        Notify.model_validate({key: value if key == "slack_channel" else {"@ada": value}})
