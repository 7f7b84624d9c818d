"""Go: panics, fatal errors and goroutine dumps of the runtime, and the frames that zap and pkg/errors print.

Source of the format: runtime/traceback.go and runtime/panic.go of Go 1.22.
"""

import re
from itertools import pairwise

from bot.clustering.traces.common import Raised, exception, lines_of
from bot.model.signature import ExceptionInfo, Frame

MARKS = ("goroutine ", ".go:")

_PLACE = re.compile(r"\s+(\S.{0,500}\.(?:go|s)):(\d{1,9})(?: \+0x[0-9a-f]+)?$")
_PANIC = re.compile(r"(?:.*?\s)?(panic|fatal error|panic serving [^\s]+): (.*?)(?: \[recovered\].*)?$")
_GOROUTINE = re.compile(r"(?:.*\s)?goroutine \d{1,9}(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[[^\]\n]{1,100}\]:$")
_CLOSURE = re.compile(r"(?:\.(?:func|gowrap|deferwrap|init)?\d+|\.func\d+|-fm|-range\d+)+$")
_LIBRARY = re.compile(
    r"/pkg/mod/|/vendor/|/go/src/(?!app/|\w+\.\w+/)|/usr/(?:local/)?(?:lib/)?go(?:-[\d.]+)?/src/|/libexec/src/|/hostedtoolcache/go/"
)
_RUNTIME = re.compile(
    r"(?:runtime|panic|testing|net|reflect|syscall|internal|sync|os|database|encoding|context)(?:[./(]|$)"
)
_MACHINERY = frozenset({"panic", "runtime.gopanic", "runtime.panicmem", "runtime.sigpanic", "runtime/debug.Stack"})


def parse(text: str) -> list[Raised]:
    """The panic, or fatal error, of a Go program and the frames of the goroutine that met it. None where there is none.

    Go's panics have no types: `runtime error`, `fatal error` or `panic` stands for one.
    """
    lines = lines_of(text)
    frames = _frames(lines)
    said = _said(lines)
    if not frames:
        return []
    return [*said[:-1], (said[-1][0], frames)] if said else [(_before(lines), frames)]


def _said(lines: list[str]) -> list[Raised]:
    """Panics in the order in which they were raised: a panic during a panic comes second."""
    found: list[Raised] = []
    for at, line in enumerate(lines):
        if _GOROUTINE.match(line):
            break
        if panic := _PANIC.match(line.strip()):
            kind, value = panic[1], panic[2]
            if kind != "fatal error":
                kind = "runtime error" if value.startswith("runtime error: ") else "panic"
            more = (
                lines[at + 1 : at + 2]
                if lines[at + 1 : at + 2] and lines[at + 1][:1] not in ("", "\t", "[", "g")
                else []
            )
            found.append((exception(kind, [value.removeprefix("runtime error: "), *more]), ()))
    return found[:1] if found and all(one == found[0] for one in found) else found


def _before(lines: list[str]) -> ExceptionInfo:
    """What was logged before frames that no panic explains: an error with its stack, or a dump that was asked for."""
    first = lines[0].strip()
    return exception(
        "goroutine dump" if _GOROUTINE.match(first) else "error", [] if _GOROUTINE.match(first) else [first]
    )


def _frames(lines: list[str]) -> tuple[Frame, ...]:
    """Frames of the first goroutine, outermost first; those of the panic's own machinery come last, and aren't ours."""
    found: list[Frame] = []
    goroutines = 0
    for call, place in pairwise(lines):
        if _GOROUTINE.match(call):
            goroutines += 1
            if goroutines > 1 and found:
                break
        elif (at := _PLACE.match(place)) and not _PLACE.match(call) and not call.startswith("created by "):
            name = _called(call.strip())
            if "." in name or name == "panic":
                found.append(_frame(name, at[1], int(at[2])))
    return tuple(reversed(_below_panic(found)))


def _called(call: str) -> str:
    """The function's name without its arguments, which may hold brackets of their own."""
    if not call.endswith(")"):
        return call
    depth = 0
    for at in range(len(call) - 1, 0, -1):
        depth += (call[at] == ")") - (call[at] == "(")
        if depth == 0:
            return call[:at]
    return call


def _below_panic(frames: list[Frame]) -> list[Frame]:
    """Without deferred functions: what recovers and logs a panic stands above it."""
    last = max(
        (at for at, frame in enumerate(frames) if f"{frame.module}.{frame.function}".strip(".") in _MACHINERY),
        default=-1,
    )
    return frames[last + 1 :] or frames


def _frame(name: str, file: str, line: int) -> Frame:
    name = re.sub(r"\[\.\.\.\]|%2e", lambda found: "." if found[0] == "%2e" else "", name)
    if "." not in name:
        return Frame("", name, file, line, False)
    folder, _, rest = name.rpartition("/")
    package, _, function = rest.partition(".")
    module = f"{folder}/{package}" if folder else package
    own = not _LIBRARY.search(file) and not _RUNTIME.match(module)
    return Frame(re.sub(r"@[\w.+-]+", "", module), _CLOSURE.sub("", function) or "init", file, line, own)
