"""Rust: panics, with or without a backtrace, and the chain that anyhow and eyre print.

Source of the format: library/std/src/panicking.rs and backtrace.rs of Rust 1.79; anyhow's Debug.
"""

import re

from bot.clustering.traces.common import GENERATED, Raised, exception, lines_of
from bot.clustering.traces.modules import path_below_root
from bot.model.signature import Frame

MARKS = ("panicked at", "ack backtrace:", "Caused by:")

_PANICKED = r".*thread '[^'\n]*'(?: \(\d+\))? panicked at "
_WHERE = r"(?P<file>[^\s:]{1,300}):(?P<line>\d{1,9}):\d{1,9}"
_OLD = re.compile(rf"{_PANICKED}'(?P<said>.*)', {_WHERE}$")
_NEW = re.compile(rf"{_PANICKED}{_WHERE}:?$")
_CALL = re.compile(r"\s*+(?P<at>\d{1,6}): ++(?:0x[0-9a-f]++ - )?(?P<name>\S.{0,500})$")
_PLACE = re.compile(r"\s+at (?P<file>\S.{0,500}?):(?P<line>\d{1,9})(?::\d{1,9})?$")
_NUMBERED = re.compile(r"\s*+(?:\d{1,4}: )?(.*)$")
_LIBRARY = re.compile(
    r"(?:std|core|alloc|proc_macro|test|backtrace|rust_begin_unwind|__rust\w*|_?_start|main$|__libc\w*|clone\d?$|start_thread"
    r"|_rust\w*|<unknown>|tokio|hyper|axum|tower|actix\w*|futures\w*|tonic|reqwest|anyhow|eyre|color_eyre|tracing\w*|rayon|serde\w*|sqlx|diesel)(?:::|$)"
)
_FILES = re.compile(r"/rustc/|/\.cargo/|/cargo/registry/|/rustlib/")
_HASH = re.compile(r"::h[0-9a-f]{16}$")


def parse(text: str) -> list[Raised]:
    """A panic, or the chain of an error that was reported with its causes. None where there is neither."""
    lines = lines_of(text)
    frames = _frames(lines)
    for at, line in enumerate(lines):
        if found := _NEW.match(line) or _OLD.match(line):
            said = found.groupdict().get("said")
            below = lines[at + 1 : at + 2] if said is None else [said]
            return [(exception("panic", below), frames or _where(found))]
    return _chain(lines, frames)


def _where(found: re.Match[str]) -> tuple[Frame, ...]:
    """Without a backtrace the file that panicked is all that is known."""
    own = not _FILES.search(found["file"])
    return (Frame(_module_of(found["file"]), "<unknown>", found["file"], int(found["line"]), own),)


def _module_of(file: str) -> str:
    return path_below_root(file).removesuffix(".rs").strip("/")


def _chain(lines: list[str], frames: tuple[Frame, ...]) -> list[Raised]:
    """`Error: outer`, then below `Caused by:` what caused it, the root cause last."""
    try:
        at = next(i for i, line in enumerate(lines) if line.strip() == "Caused by:")
    except StopIteration:
        return []
    first = next((line.strip() for line in lines[:at] if line.strip()), "")
    causes = []
    for line in lines[at + 1 :]:
        if not line.strip() or not line[0].isspace():
            break
        causes.append((_NUMBERED.match(line) or [line, line])[1].strip())
    if not causes or not first:
        return []
    chain: list[Raised] = [(exception("Error", [said]), ()) for said in reversed(causes)]
    return [*chain, (exception("Error", [first.partition("Error: ")[2] or first]), frames)]


def _frames(lines: list[str]) -> tuple[Frame, ...]:
    start = next((i for i, line in enumerate(lines) if line.strip().lower() == "stack backtrace:"), len(lines))
    found: list[Frame] = []
    for call, place in zip(lines[start + 1 :], [*lines[start + 2 :], ""], strict=False):
        if name := _CALL.match(call):
            at = _PLACE.match(place)
            found.append(_frame(name["name"], at["file"] if at else "", int(at["line"]) if at else 0))
    return tuple(reversed(found))


def _frame(name: str, file: str, line: int) -> Frame:
    bare = _HASH.sub("", name).strip()
    impl = re.match(r"<(?:dyn )?([\w:]+)(?:<.*?>)?(?: as [^>]*(?:<.*?>)?)?>(.*)$", bare)
    bare = re.sub(r"::<[^<>]*(?:<[^<>]*>[^<>]*)*>", "", impl[1] + impl[2] if impl else bare)
    plain = re.sub(r"(?:::\{\{closure\}\}|::\{closure(?:#\d+)?\}|::\{async_fn\S*\}|::_\$u7b\$\S*)+$", "", bare)
    module, _, function = plain.rpartition("::")
    own = not _LIBRARY.match(bare) and not _FILES.search(file) and "::" in bare
    return Frame(module, function or GENERATED, file, line, own)
