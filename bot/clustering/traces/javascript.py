"""Stack traces of JavaScript: V8 (Node, Chrome), and the `function@file` form of Firefox and Safari.

Source of the format: https://v8.dev/docs/stack-trace-api, and Node's `util.inspect` for causes and aggregates.
"""

import re

from bot.clustering.traces.common import Raised, exception, lines_of, trace_of
from bot.clustering.traces.modules import path_below_root
from bot.model.signature import Frame, StackTrace

MARKS = ("at ", "@")

_PLACE = r"(?P<file>(?:[a-z][a-z-]{1,20}+:/{0,3})?[^\s():][^\s()]{0,1000}?):(?P<line>\d{1,9}):\d{1,9}"
_NOWHERE = r"(?P<none><anonymous>|native|unknown location|index \d{1,6}|eval at [^\n]{0,500}?)"
_FRAME = re.compile(
    rf"\s*+at (?:(?P<name>(?:async |new )?[^\n(]{{1,300}}?) )?(?P<open>\()?(?:{_NOWHERE}|{_PLACE})\)?(?:,? ?[{{\]}}]*)$"
)
_GECKO = re.compile(rf"(?P<name>[\w$.<>/*\[\]-]{{0,300}})@(?=[^@\s]*/){_PLACE}$")
_HEAD = re.compile(
    r"(?:.*?(?:Uncaught(?: \(in promise\))?|\[cause\]:|\[errors\]: \[) )?"
    r"(?P<type>(?:[A-Za-z_$][\w$]*\.)*[A-Z][\w$]*(?:Error|Exception|Rejection|Warning)|Error)"
    r"(?: \[(?P<code>\w{1,80})\])?(?::(?P<said>\s.*)?)?$"
)
_CAUSE = re.compile(r"\s*+(?:\{ ?)?\[cause\]: ")
_LIBRARY = re.compile(
    r"/node_modules/|^eval at |^index |^unknown |^node:|^internal/|^native$|^<|^evalmachine"
    r"|webpack/(?:runtime|bootstrap)|-extension://|zone\.js|/usr/(?:local/)?lib/"
    r"|^(?:module|events|net|http|https|fs|timers|stream|domain|util|_\w+)\.js$|polyfills?[.-]"
)
_HASHED = re.compile(r"[.-](?=[0-9a-f]*\d)[0-9a-f]{6,40}(?=\.|$)|\.(?:min|bundle|chunk)(?=\.|$)")
_SUFFIX = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte)(?:\?.*)?$")
_ROOT = re.compile(
    r"^(?:file://|webpack(?:-internal)?://(?:/)?(?:[\w.@-]*/)?|(?:https?|app|capacitor)://[^/]*)|^\./|\(\w+\)/"
)
_TOP = frozenset({"Object.<anonymous>", "Module.<anonymous>", "global code", "module code"})


def parse(text: str) -> StackTrace | None:
    """The exceptions of a JavaScript trace, root cause first. None where there is no frame, or no error before it."""
    raised: list[Raised] = []
    head: list[str] = []
    frames: list[Frame] = []
    for line in [*lines_of(text), ""]:
        if frame := _frame(line):
            frames.append(frame)
            continue
        if frames and (line == "" or _HEAD.match(line.strip()) or _CAUSE.match(line) or line.strip() in ("}", "]")):
            raised = [*_one(head, frames), *raised]
            head, frames = [], []
        if not frames:
            head.append(line)
    return trace_of(raised)


def _one(head: list[str], frames: list[Frame]) -> list[Raised]:
    for at in range(len(head) - 1, -1, -1):
        if found := _HEAD.match(head[at].strip()):
            said = [(found["said"] or "").strip(), *head[at + 1 :]]
            return [(exception(found["type"], said), tuple(reversed(frames)))]
    return (
        [(exception("Error", []), tuple(reversed(frames)))] if not any(map(str.strip, head)) else _named(head, frames)
    )


def _named(head: list[str], frames: list[Frame]) -> list[Raised]:
    """An error object that was thrown under another name: the last line before its frames."""
    last = next(line.strip() for line in reversed(head) if line.strip())
    kind, _, said = last.partition(": ")
    named = re.fullmatch(r"[A-Za-z_$][\w$.]{0,100}", kind)
    return [(exception(kind if named else "Error", [said if named else last]), tuple(reversed(frames)))]


def _frame(line: str) -> Frame | None:
    found = _FRAME.match(line) if "at " in line else _GECKO.match(line.strip()) if "@" in line else None
    if not found:
        return None
    groups = found.groupdict()
    if groups.get("open") is None and groups.get("name") and "@" not in line:
        return None
    file = groups["file"] or groups.get("none") or ""
    name = groups.get("name") or ""
    return Frame(module_of(file), function_of(name), file, int(groups["line"] or 0), not _LIBRARY.search(file))


def module_of(file: str) -> str:
    """The file below the usual roots, without host, hash and ending: `src/cart` of `webpack:///./src/cart.3fa9c1.js`."""
    path = path_below_root(_ROOT.sub("", file.replace("\\", "/")).removeprefix("./"))
    return _SUFFIX.sub("", _HASHED.sub("", path)).strip("/")


def function_of(name: str) -> str:
    """The function without `async`, `new` and `[as alias]`; a name for the module's own code and for what has none."""
    bare = re.sub(r"^(?:async |new )+|\s\[as [^\]]*\]$|^Object\.(?!<)|^(?:Function|Module)\.(?!<)", "", name).strip(
        "/<"
    )
    if name in _TOP:
        return "<module>"
    return "<anonymous>" if not bare or bare.endswith("<anonymous>") else bare
