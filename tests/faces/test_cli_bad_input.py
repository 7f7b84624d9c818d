"""What a user can get wrong: each is one clear line, or a counted skip, and never costs the good input."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faces.running import EXAMPLE, Bot, Ran, contents

Write = Callable[[str, bytes], Path]


def entry(**changes: Any) -> dict[str, Any]:
    """A well-formed error entry."""
    plain = {
        "insertId": "a1",
        "logName": "projects/p/logs/run.googleapis.com%2Fstderr",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "api", "revision_name": "api-1"}},
        "severity": "ERROR",
        "timestamp": "2025-03-01T21:00:00Z",
        "textPayload": "the disk of the ledger is full",
    }
    return {key: value for key, value in {**plain, **changes}.items() if value is not None}


def ndjson(*entries: dict[str, Any]) -> bytes:
    """Entries, one a line."""
    return b"\n".join(json.dumps(one).encode() for one in entries)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a log file."""

    def written(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return written


def assert_one_line(ran: Ran, status: int, *words: str) -> None:
    """The run ended with this status and one line on stderr that holds these words; stdout is empty."""
    assert (ran.status, ran.out) == (status, "")
    lines = ran.err.strip().splitlines()
    assert len(lines) == 1, ran.err
    assert all(word in lines[0] for word in words), lines[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ("no log entry in logs.json",)),
        (b"[]", ("no log entry in logs.json",)),
        (b'{"a": 1}', ("record 1", "not a LogEntry")),
        (b"\xff\xfe\x00\x01", ("UTF-16 or binary",)),
        (ndjson(entry(timestamp=None)), ("no timestamp",)),
        (ndjson(entry(timestamp="2999-01-01T00:00:00Z")), ("in the future",)),
        (ndjson(entry(timestamp="soon")), ("timestamp: not a time",)),
        (b"[" * 100_000, ("no log entry",)),
    ],
)
def test_no_usable_entry_is_exit_4(bot: Bot, write: Write, data: bytes, words: tuple[str, ...]) -> None:
    """A file without any usable entry says so in one line with the first reason."""
    assert_one_line(bot("plan", "--logs", write("logs.json", data).name), 4, *words)


def test_a_missing_file(bot: Bot) -> None:
    """A file that isn't there is named."""
    assert_one_line(bot("plan", "--logs", "nowhere.json"), 4, "nowhere.json")


def test_truncated_json_keeps_what_is_whole(bot: Bot, write: Write) -> None:
    """An array that ends in the middle of an entry gives those before it, and one counted skip."""
    whole = json.dumps([entry(insertId=str(n)) for n in range(5)]).encode()
    run = bot("plan", "--logs", write("logs.json", whole[:-120]), "--format", "json")
    assert run.status == 0
    assert (run.json["read"]["entries"], run.json["read"]["skipped_count"]) == (4, 1)
    assert run.json["read"]["skipped"][0]["position"] == 5


def test_good_entries_beside_bad_ones(bot: Bot, write: Write) -> None:
    """Garbage, invalid UTF-8, an object that is no entry and a wrong type are counted; the good entries are used."""
    data = b"\n".join(
        [
            ndjson(entry()),
            b"not json",
            ndjson(entry(insertId="a2")).replace(b"ledger", b"led\xffger"),
            b'{"hello": "world"}',
            ndjson(entry(insertId="a3", timestamp=None)),
            ndjson(entry(insertId="a4", timestamp="2025-03-01T23:00:00+02:00")),
        ]
    )
    run = bot("plan", "--logs", write("logs.ndjson", data), "--format", "json")
    assert run.status == 0
    assert run.json["read"]["entries"] == 3
    assert run.json["read"]["skipped_count"] == 3
    assert run.json["window"]["to"] == "2025-03-01T21:00:00Z"
    assert "skipped" in run.err


def test_a_message_of_five_megabytes(bot: Bot, write: Write, tmp_path: Path) -> None:
    """It is read, clustered and filed; the page stays within what an issue may hold."""
    text = "ledger 17 failed at step 3 " * 200_000
    many = [entry(insertId=str(n), textPayload=text, timestamp=f"2025-03-01T21:{n:02}:00Z") for n in (0, 9, 18)]
    run = bot("file", "--logs", write("big.ndjson", ndjson(*many)), "--folder", tmp_path / "issues")
    assert run.status == 0
    [issue] = bot("issues", "--folder", tmp_path / "issues", "--format", "json").json["issues"]
    assert len(issue["body"]) <= 65_536
    assert len(issue["title"]) <= 256


def test_gzip_stdin_and_several_files(bot: Bot, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gzip is known by its content; what several files share is counted once."""
    one = write("one.json", gzip.compress(ndjson(entry(), entry(insertId="b"))))
    two = write("two.json", json.dumps([entry(), entry(insertId="c")]).encode())
    read = bot("plan", "--logs", one, two, "--format", "json").json["read"]
    assert (read["entries"], read["duplicates"]) == (3, 1)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('fil_from = "P2"', ("fil_from", "unknown", "file_from")),
        ('max_new_issues = "many"', ("max_new_issues", "integer")),
        ("[labels]\np9 = 'x'", ("labels.p9", "unknown", "tracked")),
        ("[labels", ("incidentbot.toml", "']'")),
        ("[policies.errors]\nactivate = 'x'", ("policies.errors.activate", "number")),
        ("[policies.mine]\npriority = 'P1'", ("Policy mine", "measure")),
        ("[policies.errors]\nactivate = 1\ndeactivate = 5", ("Policy errors", "deactivate")),
        ("playbooks = 'books'", ("Playbook bad.toml", "subpattern")),
    ],
)
def test_settings_that_cannot_be_used_are_exit_3(
    bot: Bot, tmp_path: Path, settings: str, words: tuple[str, ...]
) -> None:
    """The key, the file and what would do are named."""
    (tmp_path / "incidentbot.toml").write_text(settings)
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "bad.toml").write_text("name = 'books'\nmatch = ['(']\nhint = ''")
    assert_one_line(bot("plan", "--logs", EXAMPLE), 3, *words)


def test_environment_variables(bot: Bot, monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    """They win over the file; one that is no setting is an error that names it, and a secret is never echoed."""
    write("incidentbot.toml", b'file_from = "P0"')
    logs = write("logs.ndjson", ndjson(entry()))
    monkeypatch.setenv("INCIDENTBOT_FILE_FROM", "P3")
    assert "would create" in bot("plan", "--logs", logs).out
    monkeypatch.setenv("INCIDENTBOT_FOO", "1")
    assert_one_line(bot("plan", "--logs", logs), 3, "INCIDENTBOT_FOO")
    monkeypatch.delenv("INCIDENTBOT_FOO")
    monkeypatch.setenv("INCIDENTBOT_SIGNING_KEYS", "hunter2")
    ran = bot("plan", "--logs", logs)
    assert_one_line(ran, 3, "signing_keys")
    assert "hunter2" not in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan",), "No logs"),
        (("plan", "--logs", EXAMPLE, "--now", "yesterday"), "2025-09-15T21:00:00Z"),
        (("file", "--logs", EXAMPLE, "--repo", "a/b", "--folder", "c"), "one of them"),
        (("explain",), "--logs"),
        (("explain", "7", "--folder", "empty"), "no issue 7"),
        (("explain", "v1-ffff", "--logs", EXAMPLE), "v1-ffff"),
        (("cluster", "--logs", EXAMPLE, "--assignments", "no/such/folder.tsv"), "--assignments"),
    ],
)
def test_usage_errors_are_exit_2(bot: Bot, words: tuple[object, ...], said: str) -> None:
    """Each says in one line what to do."""
    assert_one_line(bot(*words), 2, said)


def test_a_folder_that_is_a_file(bot: Bot, tmp_path: Path) -> None:
    """The tracker's own trouble is exit 5, in one line."""
    (tmp_path / "issues").write_text("")
    assert_one_line(bot("file", "--logs", EXAMPLE, "--folder", "issues"), 5, "issues")


def test_hand_edited_half_written_and_doubled_issues(bot: Bot, tmp_path: Path) -> None:
    """Files a person broke are told and left alone; the good issue is still updated, nothing is lost or doubled."""
    folder = tmp_path / "issues"
    bot("file", "--logs", EXAMPLE, "--folder", folder)
    [name] = [name for name in contents(folder) if name.endswith(".md") and name.startswith("0001")]
    (folder / "0002-half.md").write_text("---\nnumber: 2\ntitle: half")
    (folder / "0009-copy.md").write_bytes((folder / name).read_bytes())
    (folder / "README.md").write_text("# ours")
    page = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(
        page.replace("- Import", "- import").rstrip() + "\n\nOur own words, @alice.\n", encoding="utf-8"
    )
    before = contents(folder)
    ran = bot("file", "--logs", EXAMPLE, "--folder", folder)
    assert ran.status == 0
    assert "0002-half.md" in ran.err
    after = contents(folder)
    assert after.keys() == before.keys()
    assert after["0002-half.md"] == before["0002-half.md"]
    assert b"Our own words, @alice." in after[name]


def test_a_broken_marker_is_told_and_its_issue_left_alone(bot: Bot, tmp_path: Path) -> None:
    """A state marker that a person cut is never guessed at: the issue stays as it is, and the run says what to do."""
    folder = tmp_path / "issues"
    bot("file", "--logs", EXAMPLE, "--folder", folder)
    [path] = folder.glob("0001-*.md")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<!-- incidentbot:state v1 ", "<!-- incidentbot:state v1 xx"), encoding="utf-8")
    before = contents(folder)
    ran = bot("file", "--logs", EXAMPLE, "--folder", folder)
    assert "#1" in ran.err
    assert "damaged" in ran.err
    assert contents(folder) == before
