"""Python tracebacks in text: chained, grouped, indented, with CRLF, behind a log prefix.

Source of the format: https://docs.python.org/3.11/library/traceback.html and the interpreter's `traceback.py`.
"""

import re
from collections.abc import Iterator

import msgspec

from bot.clustering.traces.common import LONGEST_SOURCE, LONGEST_VALUE, MOST_VALUE_LINES, Raised
from bot.clustering.traces.modules import is_library, module_of
from bot.model.signature import ExceptionInfo, Frame

MARK = "Traceback (most recent call last):"
MARKS = (MARK,)

_FRAME = re.compile(r'^\s*+File "([^"\n]{1,500})", line (\d{1,9})(?:, in (.{1,300}))?$')
_EXCEPTION = re.compile(r"((?:[^\W\d]\w*+|<locals>)(?:\.(?:[^\W\d]\w*+|<locals>))*+)(?::(?:\s(.*))?)?", re.DOTALL)
_CARETS = re.compile(r"^[\s~^]++$")
_GROUPED = re.compile(r"^( *)(?:\||\+(?= Exception Group )) ?(.*)$")
_MEMBER = re.compile(r"^( *)\+(?:-\+)?-{4,}(?: (?:\d{1,9}|\.\.\.) -{4,})?$")
_MOST_LINES = 20_000
_LINKS = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)


class _Block(msgspec.Struct):
    """The lines below one `Traceback` line. `depth` is greater for what another exception holds or quotes."""

    depth: int
    indent: str = ""
    lines: list[str] = []


def parse(text: str) -> list[Raised]:
    """The exceptions of the tracebacks in the text, root cause first; None where no exception line follows one.

    Links ("the direct cause of") are followed; members of an exception group count as causes of the group, and so does
    a traceback that another exception's message quotes. At most 20 exceptions, and 60 frames, are kept.
    """
    start = text.find(MARK)
    if start < 0:
        return []
    blocks = sorted(_blocks(text[text.rfind("\n", 0, start) + 1 :]), key=lambda block: -block.depth)
    return [part for block in blocks if (part := _one(block.lines))]


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    linked = False
    for depth, line in _ungrouped(text):
        said = line.strip()
        if said.startswith(MARK) or (not blocks and MARK in said):
            if not (blocks and blocks[-1].depth == depth and not blocks[-1].lines):
                quoted = bool(blocks) and not linked and depth == 0
                blocks.append(_Block(blocks[-1].depth + 1 if quoted else depth, _indent(line), []))
            linked = False
        elif line == "" and depth:
            blocks.append(_Block(depth))
        elif said in _LINKS:
            linked = True
        elif blocks:
            blocks[-1].lines.append(line.removeprefix(blocks[-1].indent))
    return blocks


def _ungrouped(text: str) -> Iterator[tuple[int, str]]:
    """(depth, line) with the margin of exception groups taken off; an empty line at a depth begins a group's member."""
    grouped = False
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        line = line.rstrip("\r")
        grouped = grouped or f"+ Exception Group {MARK}" in line
        if grouped and (member := _MEMBER.match(line)):
            yield len(member[1]) + (4 if "+-+" in line else 2), ""
        elif grouped and (inside := _GROUPED.match(line)):
            content = inside[2].removeprefix("Exception Group ")
            if content:
                yield len(inside[1]) + 2, content
        else:
            yield 0, line


def _indent(line: str) -> str:
    before = line.partition(MARK)[0]
    return before if before.isspace() else ""


def _one(lines: list[str]) -> Raised | None:
    frames: list[Frame] = []
    for index, line in enumerate(lines):
        if found := _FRAME.match(line):
            frames.append(_frame(found, lines[index + 1] if index + 1 < len(lines) else ""))
        elif line and not line[0].isspace():
            exception = _exception(lines[index : index + MOST_VALUE_LINES])
            return (exception, tuple(frames)) if exception else None
    return None


def _exception(lines: list[str]) -> ExceptionInfo | None:
    said = "\n".join(line[:LONGEST_VALUE] for line in lines)[:LONGEST_VALUE].strip()
    found = _EXCEPTION.fullmatch(said)
    return ExceptionInfo(found[1], (found[2] or "").strip().removesuffix('"""').strip()) if found else None


def _frame(found: re.Match[str], below: str) -> Frame:
    file, line, function = found[1], int(found[2]), found[3] or "<module>"
    is_source = below[:1].isspace() and not _FRAME.match(below) and not _CARETS.match(below)
    source = below.strip()[:LONGEST_SOURCE] if is_source else ""
    return Frame(module_of(file), function, file, line, not is_library(file), source)
