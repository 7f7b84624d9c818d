"""Words at a shell as people write them: lengths of time, fingerprints of what is tracked, and plain refusals."""

import datetime
from pathlib import Path

import pytest

from tests.faces.running import EXAMPLE, Bot

ROOT = "v1-e23bcea062a7daf2"


@pytest.fixture
def issues(bot: Bot, tmp_path: Path) -> Path:
    """A folder with the example filed."""
    assert bot("file", "--logs", EXAMPLE, "--folder", "issues").status == 0
    return tmp_path / "issues"


@pytest.mark.parametrize(("length", "hours"), [("3d", 72), ("12h", 12), ("90m", 1.5)])
def test_a_mute_may_last_a_length_of_time(bot: Bot, issues: Path, length: str, hours: float) -> None:
    """`--until 3d` is three days from now, to the minute, as in Slack and the workflow."""
    before = datetime.datetime.now(datetime.UTC)
    ran = bot("mute", 1, "--until", length, "--folder", issues)
    assert ran.status == 0
    told = bot("explain", 1, "--folder", issues).out.partition("muted until ")[2].partition("Z")[0]
    end = datetime.datetime.fromisoformat(f"{told}+00:00")
    late = end - before - datetime.timedelta(hours=hours)
    assert datetime.timedelta(seconds=-2) <= late < datetime.timedelta(minutes=2)


@pytest.mark.parametrize("word", ["soon", "d", "99999999d", "3 d"])
def test_no_time_is_refused_with_all_that_may_be_written(bot: Bot, issues: Path, word: str) -> None:
    """What is neither a time nor a length of one that anybody means is named, with how both are written."""
    ran = bot("mute", 1, "--until", word, "--folder", issues)
    assert (ran.status, ran.out) == (2, "")
    assert f"--until {word} is no time; write 3d, 2025-09-15 or 2025-09-15T21:00:00Z." in ran.err


def test_an_issue_is_explained_by_its_fingerprint(bot: Bot, issues: Path) -> None:
    """A tracked root, or a symptom, in full or by its beginning, leads to its issue; what isn't tracked is refused."""
    by_number = bot("explain", 1, "--folder", issues).out
    for name in (ROOT, ROOT[:8], "v1-0ca43e3be4e1eb66"):
        ran = bot("explain", name, "--folder", issues)
        assert (ran.status, ran.out) == (0, by_number)
    ran = bot("explain", "v1-ffff", "--folder", issues)
    assert (ran.status, ran.out) == (2, "")
    assert "no issue about a failure whose fingerprint begins with v1-ffff" in ran.err


def test_a_second_file_is_no_fingerprint(bot: Bot, tmp_path: Path) -> None:
    """Where a shell made two files of a pattern, `explain` says how to give both."""
    (tmp_path / "more.json").write_text("")
    ran = bot("explain", "--logs", EXAMPLE, "more.json")
    assert (ran.status, ran.out) == (2, "")
    assert "more.json is a file, not a fingerprint: to explain several files, write --logs before each." in ran.err


def test_a_life_says_each_step_once(bot: Bot, issues: Path) -> None:
    """No step says its phase as its reason too, and evidence stands below its symptom."""
    told = bot("explain", 1, "--folder", issues).out
    assert "Z filed\n" in told
    assert "filed: filed" not in told
    assert "\n- symptom v1-0ca43e3be4e1eb66 GET /health → 503 (20 entries)\n  - refused 0.90: " in told


def test_an_issue_is_not_merged_into_itself(bot: Bot, issues: Path) -> None:
    """It is said that both are one, not that merging again would make a circle."""
    ran = bot("merge", 1, 1, "--folder", issues)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "incidentbot: #1 can't be merged into itself: name the issue that stays and another.\n"


@pytest.mark.parametrize("given", ["5", "-1s", "10 minutes", "1h30m", "1234567s"])
def test_a_deadline_that_is_no_length_of_time(bot: Bot, given: str) -> None:
    """The option is named, not the environment, with how it is written."""
    ran = bot("file", "--logs", EXAMPLE, "--folder", "issues", f"--deadline={given}")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"incidentbot: --deadline {given} is no length of time: write 90s, 10m or 1h.\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("slack = 3", "Setting slack in incidentbot.toml or the environment is a section: write [slack], keys below."),
        ('deadline = "5"', "can't be used: it is a length of time; write 90s, 10m, 1h or 3d."),
        (
            '[verification]\nfloor = "soon"',
            "verification.floor in incidentbot.toml or the environment can't be used: it",
        ),
        ("[policies]\nerrors = 3", "policies.errors in incidentbot.toml or the environment is a section: write [pol"),
    ],
)
def test_settings_are_refused_in_plain_words(bot: Bot, tmp_path: Path, text: str, says: str) -> None:
    """What is wrong is said in the words of the settings, not in those of the program."""
    (tmp_path / "incidentbot.toml").write_text(text)
    ran = bot("issues")
    assert (ran.status, ran.out) == (3, "")
    assert says in ran.err
    for foreign in ("instance", "dictionary", "pattern", "input"):
        assert foreign not in ran.err


def test_a_replay_says_what_it_cuts_and_what_is_there(bot: Bot, tmp_path: Path) -> None:
    """A long title ends in an ellipsis; where both sides have an incident it is said whether it is filed there."""
    (tmp_path / "other.toml").write_text('[ceilings]\nharbor-prod = "P1"\n')
    ran = bot("replay", "--logs", EXAMPLE, "--against", "other.toml")
    assert ran.status == 0
    assert "passed a Timeou" not in ran.out
    long = next(one for one in ran.out.splitlines() if "DeprecationWarning" in one)
    assert long.endswith("…")
    assert "(there P1, filed)" in ran.out


def test_a_priority_label_that_a_person_set_is_told(bot: Bot, issues: Path) -> None:
    """The line of the incident says both: what the policies give, and what a person made of it; the bot's own isn't."""
    again = ("file", "--logs", EXAMPLE, "--folder", issues)
    assert "by a person" not in bot(*again).out
    [file] = issues.glob("0001*.md")
    file.write_text(file.read_text().replace("[incidentbot, P0]", "[incidentbot, p2]"))
    for _ in range(2):
        line = next(one for one in bot(*again).out.splitlines() if "#1" in one)
        assert line == "P0 #1 checkout-api does not start: KeyError: 'PAYMENTS_API_KEY' (labelled P2 by a person)"
    file.write_text(file.read_text().replace("[incidentbot, p2]", "[incidentbot]"))
    assert "by a person" not in bot(*again).out
