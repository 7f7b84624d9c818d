"""Ruby: backtraces of the interpreter (both orders, causes) and of loggers that print the exception first.

Source of the format: Exception#full_message, https://docs.ruby-lang.org/en/3.4/Exception.html#method-i-full_message
"""

import re
from collections.abc import Iterator

from bot.clustering.traces.common import GENERATED, Raised, exception, lines_of
from bot.clustering.traces.modules import path_below_root
from bot.model.signature import Frame

MARKS = (":in `", ":in '")

_FRAME = re.compile(
    r"(?P<before>\s*+(?:\d{1,6}: )?(?:from )?|.{0,200}?\s)"
    r"(?P<file>[^\s:`']{1,500}|<internal:[^>]{1,200}>):(?P<line>\d{1,9})"
    r":in [`'](?P<name>[^'\n]{1,300})'"
    r"(?::\s(?P<said>.*))?$"
)
_TYPED = re.compile(r"(?P<said>.*?)\s?\((?P<type>[A-Z]\w*(?:::[A-Z]\w*)*)\)$")
_FIRST = re.compile(
    r"(?:.*?[\s:\]])??(?P<type>[A-Z]\w*(?:::[A-Z]\w*)*(?<=[a-z]))(?::\s(?P<said>.*)|\s\((?P<inside>.*)\):?)$"
)
_WRAPPED = re.compile(r"(?:(?:block(?: \(\d+ levels\))?|rescue|ensure|loop|else) in )+")
_LIBRARY = re.compile(
    r"/gems/|/ruby/\d|/lib/ruby/|^<internal:|/rubygems/|/rbenv/|/bundler/|^\(eval|(?:^|/)bin/|/vendor/bundle/"
)
_RELEASE_OF_GEM = re.compile(r"^.*/gems/([\w-]+?)-\d[\w.]*/(?:lib/)?")


def parse(text: str) -> list[Raised]:
    """The exceptions of a Ruby backtrace, root cause first. None where there is no frame."""
    raised: list[Raised] = []
    for said, kind, frames in _blocks(lines_of(text)):
        raised.insert(0, (exception(kind, said), tuple(reversed(frames))))
    return raised


def _blocks(lines: list[str]) -> Iterator[tuple[list[str], str, list[Frame]]]:
    """(message, type, frames innermost first) of each exception: first what came out, then its causes."""
    head: list[str] = []
    frames: list[Frame] = []
    raised: tuple[list[str], str] | None = None
    for at, line in enumerate(lines):
        found = _FRAME.match(line)
        if not found:
            if frames and raised is None and (typed := _TYPED.match(line.strip())):
                raised = [*head, typed["said"]], typed["type"]
            if not frames or raised is None:
                head.append(line)
            continue
        if said := found["said"]:
            if raised and frames:
                yield *raised, frames
                frames = []
            raised, head = _thrown(said, lines[at + 1 :]), []
            if re.match(r"\s*+\d{1,6}: ", lines[at - 1]) and at:
                frames = [_frame(found), *reversed(frames)]
                continue
        frames.append(_frame(found))
    if frames:
        yield *(raised or _before(head)), frames


def _thrown(said: str, below: list[str]) -> tuple[list[str], str]:
    """What stands behind the first frame: `message (Type)`, where the message may go on below."""
    for more in range(min(len(below), 10) + 1):
        last = below[more - 1] if more else said
        if more and _FRAME.match(last):
            break
        if typed := _TYPED.match(last.strip()):
            return ([said, *below[: more - 1], typed["said"]] if more else [typed["said"]]), typed["type"]
    return [said], "RuntimeError"


def _before(head: list[str]) -> tuple[list[str], str]:
    """`Type (message):` or `Type: message`, as loggers print it above the frames."""
    for at, line in enumerate(head):
        if found := _FIRST.match(line.strip()):
            return [found["said"] or found["inside"] or "", *filter(str.strip, head[at + 1 :])], found["type"]
    return [line for line in head if line.strip()][:1], "Error"


def _frame(found: re.Match[str]) -> Frame:
    file, name = found["file"], _WRAPPED.sub("", found["name"])
    own = not _LIBRARY.search(file) and not file.startswith("<")
    return Frame(_module(file), _function(name), file, int(found["line"]), own)


def _module(file: str) -> str:
    return path_below_root(_RELEASE_OF_GEM.sub(r"\1/", file)).removesuffix(".rb").strip("/")


def _function(name: str) -> str:
    """`price` of `Shop::Order#price`: Ruby before 3.4 names no class. The top of a file is its module's own code."""
    if name in ("<main>", "<top (required)>") or name.startswith(("<module:", "<class:")):
        return "<module>"
    return re.split(r"[#.](?=[^#.]+$)", name)[-1] or GENERATED
