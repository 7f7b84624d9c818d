"""`file --window`: from what another machine stored to the same issues as from the logs themselves."""

import re
from pathlib import Path

import msgspec
import pytest

from bot.logs import read_files
from bot.settings import Settings
from bot.usecases.setup import make
from bot.usecases.windowing import observed
from bot.usecases.windows import Account, Partial, StoredWindows, digest_of
from tests.faces.running import EXAMPLE, Bot
from tests.faces.test_cli_filing import page_of


@pytest.fixture
def halves(tmp_path: Path) -> Path:
    """A folder with the two halves of the bundled outage, each observed by itself."""
    setup, folder = make(Settings()), tmp_path / "windows"
    folder.mkdir()
    entries = list(read_files([EXAMPLE]))
    for number in range(2):
        file = tmp_path / f"{number}.ndjson"
        file.write_bytes(b"\n".join(msgspec.json.encode(entry) for entry in entries[number::2]))
        part = Partial(observed(read_files([file]), setup), Account((digest_of(str(file)),)))
        (folder / f"window-{number}.json").write_bytes(part.encoded())
    return folder


def pages(folder: Path) -> list[str]:
    """The issues' pages, without the times at which the bot wrote them."""
    texts = [page_of(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("[0-9]*.md"))]
    return [re.sub(r"2026-\d\d-\d\dT[\d:]+Z", "", text) for text in texts]


def test_the_issue_is_that_of_the_logs(bot: Bot, tmp_path: Path, halves: Path) -> None:
    """Word for word the same page, title and labels; a second run changes nothing."""
    bot("file", "--logs", EXAMPLE, "--folder", tmp_path / "one")
    ran = bot("file", "--window", halves, "--folder", tmp_path / "other")
    assert ran.status == 0
    assert pages(tmp_path / "other") == pages(tmp_path / "one") != []
    assert "Nothing to change" in bot("file", "--window", halves, "--folder", tmp_path / "other").out


def test_several_windows_are_named_one_by_one(bot: Bot, tmp_path: Path, halves: Path) -> None:
    """The run's account names them; `plan` writes nothing."""
    names = [str(halves / f"window-{number}.json") for number in range(2)]
    ran = bot("plan", "--window", names[0], "--window", names[1], "--folder", tmp_path / "i", "--format", "json")
    assert ran.json["read"]["sources"] == names
    assert not (tmp_path / "i").exists()


@pytest.mark.parametrize("more", [("--logs", EXAMPLE), ("--project", "p"), ("--now", "2025-09-15T21:00:00Z")])
def test_windows_and_logs_are_two_things(bot: Bot, halves: Path, more: tuple[object, ...]) -> None:
    """What was read already isn't read again, and not half of it either."""
    ran = bot("plan", "--window", halves, *more)
    assert ran.status == 2
    assert f"--window goes on from logs that were read already: leave {more[0]} out" in ran.err


def test_a_log_file_is_no_window(bot: Bot, tmp_path: Path) -> None:
    """The mistake is named, with the exit code of logs that are unavailable."""
    ran = bot("plan", "--window", EXAMPLE, "--folder", tmp_path)
    assert ran.status == 4
    assert "checkout-outage.json is no window that incidentbot stored" in ran.err


def test_this_machines_rules_hold_too(bot: Bot, tmp_path: Path, halves: Path) -> None:
    """What the pipeline's settings didn't hide, those of the run do, on the page and in what the bot remembers."""
    rules = tmp_path / "rules.toml"
    rules.write_text('[redaction.rules]\nname = "PAYMENTS_[A-Z_]+"\n')
    for words, shown in (((), True), (("--settings", rules), False)):
        window = StoredWindows((file.name, file.read_bytes()) for file in sorted(halves.glob("*.json")))
        assert "PAYMENTS_API_KEY" in repr(window.observer().window())
        ran = bot("plan", "--window", halves, "--folder", tmp_path / "i", "--format", "json", *words)
        assert ("PAYMENTS_API_KEY" in ran.out) is shown
