"""Stack traces of JavaScript: V8 (Node, Chrome), and the `function@file` form of Firefox and Safari.

Source of the format: https://v8.dev/docs/stack-trace-api, and Node's `util.inspect` for causes and aggregates.
"""

import re

from bot.clustering.traces.common import MOST_BUILT, Raised, exception, lines_of
from bot.clustering.traces.modules import path_below_root
from bot.model.signature import ExceptionInfo, Frame

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
_Indented = tuple[int, Raised]
_TOP = frozenset({"Object.<anonymous>", "Module.<anonymous>", "global code", "module code"})


def parse(text: str) -> list[Raised]:
    """The exceptions of a JavaScript trace, root cause first. None where there is no frame, or no error before it."""
    raised: list[_Indented] = []
    head: list[str] = []
    frames: list[Frame] = []
    for line in [*lines_of(text), ""]:
        if found := _found(line):
            if len(frames) < MOST_BUILT:
                frames.append(_frame(found))
            continue
        if frames and (line == "" or _HEAD.match(line.strip()) or _CAUSE.match(line) or line.strip() in ("}", "]")):
            raised.append(_one(head, frames))
            head, frames = [], []
        if not frames:
            head.append(line)
    return _root_cause_first(raised)


def _root_cause_first(raised: list[_Indented]) -> list[Raised]:
    """What is indented below an exception caused it: causes, or the members of an aggregate in their order.

    Of exceptions beside each other at the margin the last comes first.
    """
    whole: list[list[Raised]] = [[]]
    above: list[_Indented] = []
    for indent, one in raised:
        while above and above[-1][0] >= indent:
            whole[-1].append(above.pop()[1])
        if not above:
            whole.append([])
        above.append((indent, one))
    whole[-1] += [one for _, one in reversed(above)]
    return [one for some in reversed(whole) for one in some]


def _one(head: list[str], frames: list[Frame]) -> _Indented:
    for at in range(len(head) - 1, -1, -1):
        if found := _HEAD.match(head[at].strip()):
            said = [(found["said"] or "").strip(), *head[at + 1 :]]
            indent = len(head[at]) - len(head[at].lstrip())
            return indent, (exception(found["type"], said), tuple(reversed(frames)))
    thrown = _named(head) if any(map(str.strip, head)) else exception("Error", [])
    return 0, (thrown, tuple(reversed(frames)))


def _named(head: list[str]) -> ExceptionInfo:
    """An error object that was thrown under another name: the last line before its frames."""
    last = next(line.strip() for line in reversed(head) if line.strip())
    kind, _, said = last.partition(": ")
    named = re.fullmatch(r"[A-Za-z_$][\w$.]{0,100}", kind)
    return exception(kind if named else "Error", [said if named else last])


def _found(line: str) -> re.Match[str] | None:
    found = _FRAME.match(line) if "at " in line else _GECKO.match(line.strip()) if "@" in line else None
    if found and found.re is _FRAME and found["open"] is None and found["name"] and "@" not in line:
        return None
    return found


def _frame(found: re.Match[str]) -> Frame:
    file = found["file"] or (found["none"] if found.re is _FRAME else "")
    return Frame(
        module_of(file), function_of(found["name"] or ""), file, int(found["line"] or 0), not _LIBRARY.search(file)
    )


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
