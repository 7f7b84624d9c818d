"""Results of checks that were handed in, as values: JUnit's XML, and JSON as test tools and GitHub write it. Pure.

Sources: https://github.com/testmoapp/junitxml, https://pypi.org/project/pytest-json-report, https://jestjs.io/docs/cli
(--json), https://pkg.go.dev/cmd/test2json, https://docs.github.com/en/rest/checks/runs
"""

import re
from collections.abc import Iterator
from xml.parsers import expat

import msgspec

from bot.model.fix import Check, Outcome

MOST_CHECKS = 100_000
LONGEST = 300

_WORDS = {
    Outcome.PASSED: "passed pass success successful succeeded ok",
    Outcome.FAILED: "failed fail failure error errored broken crashed timed_out action_required startup_failure",
    Outcome.PENDING: "pending queued in_progress requested waiting running expected",
}
_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}
_LISTS = ("checks", "check_runs", "tests", "testResults", "assertionResults", "results", "statuses")
_NAMES = ("nodeid", "fullName", "name", "context", "title", "Test")
_ENDINGS = ("conclusion", "outcome", "result", "state", "status", "Action")
_DETAILS = ("detail", "description", "message", "failureMessages", "longrepr")
_GO_ENDS = ("pass", "fail", "skip")
_WIDE = (b"\xff\xfe<", b"\xfe\xff\0<")
_SPACE = re.compile(r"\s+")


class Unreadable(ValueError):
    """Results that can't be read, and why."""


def checks_in(data: bytes, source: str) -> tuple[Check, ...]:
    """The checks of a file of results, in its order. Raises Unreadable; a file without any check is one."""
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    is_xml = text.startswith((b"<", *_WIDE))
    found = _junit(text, source) if is_xml else tuple(_from_json(text, source))
    if not found:
        raise Unreadable("it holds no result of a check")
    if len(found) > MOST_CHECKS:
        raise Unreadable(f"it holds more than {MOST_CHECKS:,} results")
    return found


def outcome_of(word: str) -> Outcome:
    """How a check ended, in whatever tool's word; a word that isn't known proves nothing: it was skipped."""
    return _OUTCOMES.get(word.strip().lower().replace(" ", "_").replace("-", "_"), Outcome.SKIPPED)


class _JUnit:
    """Reads test cases as the parser meets them. A document type could declare entities: it is refused."""

    def __init__(self, source: str) -> None:
        self.found: list[Check] = []
        self._source = source
        self._case: Check | None = None
        self._text: list[str] | None = None
        self._suites: list[tuple[str, int, int]] = []

    def doctype(self, *_: object) -> None:
        raise Unreadable("it has a document type (<!DOCTYPE>), which results need none of: remove it")

    def start(self, tag: str, given: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "testsuite":
            claimed = _whole(given.get("failures")) + _whole(given.get("errors"))
            self._suites.append((given.get("name", ""), claimed, self._failed()))
        elif kind == "testcase":
            self._case = _case(given, self._source)
        elif self._case and kind in ("failure", "error", "skipped", "flakyFailure", "flakyError"):
            outcome = {"skipped": Outcome.SKIPPED, "failure": Outcome.FAILED, "error": Outcome.FAILED}.get(kind)
            said = given.get("message") or given.get("type") or ""
            if self._case.outcome is not Outcome.FAILED:
                detail = _line(said) if outcome else f"flaky: {_line(said)}"
                self._case = msgspec.structs.replace(self._case, outcome=outcome or self._case.outcome, detail=detail)
            self._text = [] if not said else None

    def text(self, said: str) -> None:
        if self._text is not None and len(self._text) < 50:
            self._text.append(said)

    def end(self, tag: str) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "testcase" and self._case:
            self.found.append(self._case)
            self._case = None
        elif kind == "testsuite":
            self._claimed(*self._suites.pop())
        elif self._text is not None and self._case:
            said = next((line for line in "".join(self._text).splitlines() if line.strip()), "")
            if not self._case.detail.removeprefix("flaky: "):
                self._case = msgspec.structs.replace(self._case, detail=self._case.detail + _line(said))
            self._text = None
        if len(self.found) > MOST_CHECKS:
            raise Unreadable(f"it holds more than {MOST_CHECKS:,} results")

    def _failed(self) -> int:
        return sum(check.outcome is Outcome.FAILED for check in self.found)

    def _claimed(self, name: str, claimed: int, before: int) -> None:
        """A suite that counts more failures than its cases show has failed where none of them tells."""
        shown = self._failed() - before
        if claimed > shown:
            said = f"it counts {claimed} failures, its cases show {shown}"
            self.found.append(Check(name or "a suite", Outcome.FAILED, self._source, said))


def _junit(data: bytes, source: str) -> tuple[Check, ...]:
    reader, parser = _JUnit(source), expat.ParserCreate()
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(f"its XML breaks off or is damaged (line {error.lineno})") from None
    except (LookupError, ValueError) as error:
        raise error if isinstance(error, Unreadable) else Unreadable("its XML has an unknown encoding") from None
    return tuple(reader.found)


def _case(given: dict[str, str], source: str) -> Check:
    names = [given[part] for part in ("classname", "name") if given.get(part)]
    return Check(_line(".".join(names)) or "(unnamed)", Outcome.PASSED, source, "", _seconds(given.get("time")))


def _from_json(data: bytes, source: str) -> Iterator[Check]:
    try:
        rows = [msgspec.json.decode(data)]
    except (msgspec.DecodeError, UnicodeDecodeError):
        rows = _lines(data)
    except RecursionError:
        raise Unreadable("its results are nested too deep") from None
    for row in rows:
        yield from _walk(row, source, 0)


def _lines(data: bytes) -> list[object]:
    try:
        return [msgspec.json.decode(line) for line in data.splitlines() if line.strip()]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("it is neither XML nor JSON") from None


def _walk(value: object, source: str, depth: int) -> Iterator[Check]:
    """The checks of a list of results, of an object that holds one, or of an object that is one itself."""
    if depth > 8:
        raise Unreadable("its results are nested too deep")
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, source, depth + 1)
    elif isinstance(value, dict):
        inner = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
        if inner:
            yield from _walk(inner, source, depth + 1)
        elif check := _check(value, source):
            yield check


def _check(row: dict[str, object], source: str) -> Check | None:
    """One result. A run of GitHub's that isn't completed has no conclusion; go tells of a test's start and end."""
    name = next((str(row[field]) for field in _NAMES if row.get(field)), "")
    word = next((said for field in _ENDINGS if isinstance(said := row.get(field), str) and said), "")
    if "Action" in row and ("Test" not in row or word not in _GO_ENDS):
        return None
    if not name or not word:
        return None
    if "Package" in row:
        name = f"{row['Package']}.{name}"
    outcome = Outcome.SKIPPED if word == "pending" and "ancestorTitles" in row else outcome_of(word)
    seconds = row.get("seconds", row.get("Elapsed", 0))
    return Check(
        _line(name), outcome, source, _detail(row), float(seconds) if isinstance(seconds, int | float) else 0.0
    )


def _detail(row: dict[str, object]) -> str:
    for field in _DETAILS:
        said = row.get(field)
        if isinstance(said, list) and said:
            said = said[0]
        if isinstance(said, str) and said.strip():
            return _line(said.strip().split("\n")[0])
    return ""


def _line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()[:LONGEST]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


def _seconds(text: str | None) -> float:
    plain = (text or "").replace(",", "")
    return float(plain) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", plain) else 0.0
