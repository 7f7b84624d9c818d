"""PHP: uncaught exceptions, chains (`Next ...`), and the `[stacktrace]` that Monolog writes.

Source of the format: Throwable::__toString and getTraceAsString, https://www.php.net/manual/en/exception.tostring.php
"""

import re
from collections.abc import Iterator

from bot.clustering.traces.common import GENERATED, Raised, exception, lines_of
from bot.clustering.traces.modules import path_below_root
from bot.model.signature import ExceptionInfo, Frame

MARKS = ("#0 ",)

_FRAME = re.compile(
    r"(?:PHP\s{1,4})?\s*+#(?P<at>\d{1,6}) "
    r"(?:(?P<file>\S.{0,500}?)\((?P<line>\d{1,9})\): |\[internal function\]: |(?=\{main\}))"
    r"(?P<name>[^(\n]{1,300})"
)
_HEAD = re.compile(
    r"(?:.{0,300}?(?:Uncaught |Next |exception '|\[object\] \()|(?!.{0,300}?Uncaught )(?:.{0,300}?\s)??)"
    r"(?P<type>\\?[A-Za-z_]\w*+(?:\\[A-Za-z_]\w*+)*+)"
    r"(?:\(code: -?\w{1,20}\): |' with message '|: )"
)
_AT = re.compile(r"(?:'?\sin|\sat)\s(?P<file>\S{1,500}?):(?P<line>\d{1,9})\)?$")
_PLAIN = re.compile(r"(?:.*?[\s\]])??(?P<type>\\?[A-Z]\w*(?:\\[A-Za-z_]\w*)*(?:Exception|Error)): ?(?P<said>.*)$")
_START = re.compile(r"\s*+Next |.*Uncaught ")
_MOST_SAID = 5
_BETWEEN = frozenset({"Stack trace:", "[stacktrace]", "", "PHP Stack trace:"})
_LIBRARY = re.compile(r"/vendor/|^phar:|/usr/share/php|^$")
_CLOSURE = re.compile(r"\{closure(?::[^}]*)?\}")


def parse(text: str) -> list[Raised]:
    """The exceptions of a PHP trace, root cause first, as PHP prints them. None where there is no frame."""
    raised: list[Raised] = []
    for head, frames in _blocks(lines_of(text)):
        if one := _thrown(head, frames):
            raised.append(one)
    return raised


def _blocks(lines: list[str]) -> Iterator[tuple[list[str], list[re.Match[str]]]]:
    head: list[str] = []
    frames: list[re.Match[str]] = []
    for line in lines:
        if found := _FRAME.match(line):
            if found["at"] == "0" and frames:
                yield head, frames
                head, frames = [], []
            frames.append(found)
        elif frames and _START.match(line):
            yield head, frames
            head, frames = [line], []
        elif not frames and line.strip() not in _BETWEEN:
            head.append(line)
    if frames:
        yield head, frames


def _thrown(head: list[str], calls: list[re.Match[str]]) -> Raised | None:
    """Frame #n says where its function was called: the function's own line is that of frame #n-1, or of the throw."""
    said, file, line = _said(head)
    if said is None:
        return None
    frames = []
    for call in calls:
        frames.append(_frame(call["name"], file, line))
        file, line = call["file"] or "", int(call["line"] or 0)
    if calls and calls[-1]["name"].strip() != "{main}":
        frames.append(_frame("{main}", file, line))
    return said, tuple(reversed(frames))


def _said(head: list[str]) -> tuple[ExceptionInfo | None, str, int]:
    for at, line in enumerate(head):
        if found := _HEAD.match(line):
            said = [line[found.end() :], *head[at + 1 : at + _MOST_SAID]]
            for last, text in enumerate(said):
                if where := _AT.search(text, max(len(text) - 600, 0)):
                    kind = found["type"].strip("\\").replace("\\", ".")
                    whole = [*said[:last], text[: where.start()]]
                    return exception(kind, whole), where["file"], int(where["line"])
    for line in head:
        if plain := _PLAIN.match(line.strip()):
            return exception(plain["type"].strip("\\").replace("\\", "."), [plain["said"]]), "", 0
    return None, "", 0


def _frame(name: str, file: str, line: int) -> Frame:
    name = name.strip()
    owner, _, function = re.sub(r"->", "::", name).rpartition("::")
    path = re.sub(r"^.*/vendor/", "", path_below_root(file)).removesuffix(".php").strip("/")
    module = owner.strip("\\").replace("\\", ".") or path.replace("/", ".")
    if "{closure" in name or "class@anonymous" in name:
        return Frame(path.replace("/", "."), GENERATED, file, line, not _LIBRARY.search(file))
    function = "<module>" if function == "{main}" else function.rpartition("\\")[2]
    return Frame(module, function, file, line, not _LIBRARY.search(file))
