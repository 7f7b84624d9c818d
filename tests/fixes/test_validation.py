"""Results of checks: what tools really write is read, and what is hostile or damaged is refused, never guessed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fixes.validation import Unreadable, checks_in, outcome_of
from bot.model.fix import Check, Outcome

PASSED, FAILED, SKIPPED, PENDING = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.PENDING

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="1.5">
<testcase classname="tests.test_a" name="test_ok" time="0.012" />
<testcase classname="tests.test_a" name="test_bad[1]" time="1,200.5"><failure message="assert 1 == 2">def test():
  boom</failure></testcase>
<testcase classname="tests.test_b" name="test_err" time="nan"><error message="">

first line of it
second</error></testcase>
<testcase classname="" name="test_skip"><skipped type="pytest.skip" message="no net"/></testcase>
</testsuite></testsuites>"""


def said(data: bytes) -> list[tuple[str, Outcome, str]]:
    """The checks in short."""
    return [(check.name, check.outcome, check.detail) for check in checks_in(data, "r.xml")]


def test_what_pytest_writes() -> None:
    """Names, outcomes, the first words of a failure and seconds come from pytest's JUnit file."""
    assert said(PYTEST) == [
        ("tests.test_a.test_ok", PASSED, ""),
        ("tests.test_a.test_bad[1]", FAILED, "assert 1 == 2"),
        ("tests.test_b.test_err", FAILED, "first line of it"),
        ("test_skip", SKIPPED, "no net"),
    ]
    assert [check.seconds for check in checks_in(PYTEST, "x")] == [0.012, 1200.5, 0.0, 0.0]
    assert checks_in(PYTEST, "x")[0].source == "x"


def test_what_surefire_writes() -> None:
    """A test that passed after a retry passed, and is called flaky; suites may be nested or stand alone."""
    data = b"""<testsuite name="a" failures="0"><testsuite name="b"><testcase classname="C" name="m">
    <flakyFailure message="first try" type="x">t</flakyFailure></testcase></testsuite></testsuite>"""
    assert said(data) == [("C.m", PASSED, "flaky: first try")]


def test_a_suite_that_counts_more_failures_than_it_shows() -> None:
    """Failures that a suite counts and no case shows are failures all the same."""
    data = b'<testsuite name="s" failures="2" errors="1"><testcase name="a"><failure/></testcase></testsuite>'
    assert said(data) == [("a", FAILED, ""), ("s", FAILED, "it counts 3 failures, its cases show 1")]


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>
<testsuite><testcase name="&b;"/></testsuite>"""
EXTERNAL = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite><testcase name="a"/></testsuite>'
HOSTILE = {
    LAUGHS: "document type",
    EXTERNAL: "document type",
    b'<testsuite><testcase name="&lol;"/></testsuite>': "damaged",
    b"<testsuite><testcase name='a'>": "breaks off",
    b"<testsuite/>": "no result",
    b"<html><body>502</body></html>": "no result",
    b'<?xml version="1.0" encoding="made-up"?><testsuite><testcase name="a"/></testsuite>': "damaged|unknown encoding",
    b"": "neither XML nor JSON|no result",
    b"\0\0": "neither XML nor JSON",
    b"[": "neither",
    b"[]": "no result",
    b'{"message": "Not Found"}': "no result",
    b"[" * 100_000 + b"]" * 100_000: "nested too deep",
    b'[[[[[[[[[[{"name": "a", "state": "ok"}]]]]]]]]]]': "nested too deep",
    b"\xff\xfe\xfa": "neither",
    b'"text"': "no result",
}


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_and_damaged_files(data: bytes) -> None:
    """Entities, damage, emptiness and depth are refused with the reason; nothing is read as a success."""
    with pytest.raises(Unreadable, match=HOSTILE[data]):
        checks_in(data, "r")


def test_deep_xml_is_no_danger() -> None:
    """A hundred thousand nested elements are read in one pass."""
    depth = 100_000
    data = b"<a>" * depth + b'<testcase name="x"/>' + b"</a>" * depth
    assert said(data) == [("x", PASSED, "")]


def test_other_encodings() -> None:
    """UTF-16 and Latin-1 files that say so are read."""
    text = '<?xml version="1.0" encoding="{}"?><testsuite><testcase name="ü"/></testsuite>'
    for name in ("utf-16", "iso-8859-1"):
        data = text.format(name).encode(name)
        if name == "utf-16":
            assert data[:2] in (b"\xff\xfe", b"\xfe\xff")
        assert said(data) == [("ü", PASSED, "")]


JSON = [
    ([{"name": "a", "outcome": "passed", "seconds": 2}, {"name": "b", "state": "FAILURE", "detail": "x\ny"}],
     [("a", PASSED, ""), ("b", FAILED, "x")]),
    ({"check_runs": [{"name": "unit", "status": "completed", "conclusion": "success"},
                     {"name": "e2e", "status": "in_progress", "conclusion": None}]},
     [("unit", PASSED, ""), ("e2e", PENDING, "")]),
    ({"exitcode": 1, "tests": [{"nodeid": "t.py::a", "outcome": "passed"}, {"nodeid": "t.py::b", "outcome": "error"}]},
     [("t.py::a", PASSED, ""), ("t.py::b", FAILED, "")]),
    ({"numFailedTests": 1, "testResults": [{"name": "/x.js", "status": "failed", "assertionResults": [
        {"ancestorTitles": [], "fullName": "adds", "status": "failed", "failureMessages": ["Error: no\n at x"]},
        {"ancestorTitles": [], "fullName": "later", "status": "pending"}]}]},
     [("adds", FAILED, "Error: no"), ("later", SKIPPED, "")]),
    ({"state": "success", "statuses": [{"context": "ci", "state": "error", "description": "broke"}]},
     [("ci", FAILED, "broke")]),
    ([{"name": "odd", "outcome": "who knows"}], [("odd", SKIPPED, "")]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), JSON, ids=range(len(JSON)))
def test_json_of_tools(value: object, expected: list[tuple[str, Outcome, str]]) -> None:
    """GitHub's, pytest's, Jest's and plain JSON say the same; a word nobody knows proves nothing."""
    assert said(json.dumps(value).encode()) == expected


def test_lines_of_go() -> None:
    """`go test -json` writes a line for each event: only a test's end counts, with its package."""
    rows = [
        {"Action": "run", "Package": "shop/db", "Test": "TestA"},
        {"Action": "output", "Package": "shop/db", "Test": "TestA", "Output": "=== RUN\n"},
        {"Action": "pass", "Package": "shop/db", "Test": "TestA", "Elapsed": 0.5},
        {"Action": "fail", "Package": "shop/db", "Test": "TestB", "Elapsed": 0},
        {"Action": "fail", "Package": "shop/db", "Elapsed": 1},
    ]
    found = checks_in("\n".join(map(json.dumps, rows)).encode(), "go")
    assert found == (Check("shop/db.TestA", PASSED, "go", "", 0.5), Check("shop/db.TestB", FAILED, "go"))


@pytest.mark.parametrize("word", ["Timed Out", "timed-out", "TIMED_OUT", "action required"])
def test_words_for_an_outcome(word: str) -> None:
    """Spelling doesn't matter."""
    assert outcome_of(word) is FAILED


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<testcase name='{text}'/>".encode()))
def test_any_bytes(data: bytes) -> None:
    """Any bytes are either read or refused in the documented way."""
    try:
        found = checks_in(data, "r")
    except Unreadable:
        return
    assert found
    assert all(len(check.name) <= 300 and "\n" not in check.name for check in found)
