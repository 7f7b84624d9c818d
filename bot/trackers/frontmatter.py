"""Markdown with a YAML head between two lines of `---`: read leniently, written exactly, edited key by key.

The body begins after the closing line and one empty line, and is kept character for character. In a file whose opening
line ends in CRLF an editor has converted all line ends, so there they are read as LF.
"""

import contextlib
import re
from typing import Any

import msgspec

Value = str | int | bool | list[str]

LONGEST = 64 * 1024
"""Characters a head may have; more is no head that a person or the bot wrote."""

_OPEN = re.compile(r"\ufeff?---[ \t]*(\r?\n)")
_CLOSE = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_SURROGATES = re.compile("[\ud800-\udfff]")


class Broken(ValueError):
    """The text can't be read; the message says why and what to do, without naming the file."""


class Page(msgspec.Struct, frozen=True):
    """A file in its parts: the head's YAML text, its keys with every scalar as the text it was written as, the body."""

    head: str
    fields: dict[str, Any]
    body: str


def parse(data: bytes) -> Page | None:
    """The parts of a file; None where it has no head. Raises Broken."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken(f"byte {error.start + 1} is not UTF-8; save the file as UTF-8") from None
    opening = _OPEN.match(text)
    if not opening:
        return None
    closing = _CLOSE.search(text, opening.end())
    if not closing:
        raise Broken("the front matter is not closed; end it with a line of ---")
    line_end = opening[1]
    head, body = text[opening.end() : closing.start()], text[closing.end() :].removeprefix(line_end)
    if line_end == "\r\n":
        head, body = head.replace("\r\n", "\n"), body.replace("\r\n", "\n")
    return Page(head, load(head), body)


def render(head: str, body: str) -> bytes:
    """The file of a head and a body. Lone surrogates, which UTF-8 can't hold, become U+FFFD."""
    return _whole(f"---\n{head}---\n\n{body}").encode()


def load(head: str) -> dict[str, Any]:
    """The keys of a head; scalars stay text, so that a title of `1.10` or `no` is just that. Raises Broken.

    The pure Python loader, as libyaml's ends the process on deeply nested input.
    """
    import yaml

    if len(head) > LONGEST:
        raise Broken(f"the front matter has more than {LONGEST} characters; close it with a line of ---")
    try:
        fields = yaml.load(head, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 2}" if error.problem_mark else ""
        raise Broken(f"the front matter is not YAML{line} ({error.problem}); mend it") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Broken(f"the front matter is not YAML ({type(error).__name__}); mend it") from None
    if not isinstance(fields, dict):
        if fields:
            raise Broken("the front matter has no `key: value` lines; add them")
        return {}
    return fields


def dump(fields: dict[str, Value]) -> str:
    """The head of these fields, in this order, one line each."""
    return "".join(f"{_written_item(key)}: {_written(value)}\n" for key, value in fields.items())


def edit(head: str, changes: dict[str, Value | None]) -> str:
    """The head with these keys set, or removed (None); every other line, comment and unknown key stays as it was.

    Where that can't be done line by line (a head in braces), it is written anew. Raises Broken where neither is exact.
    """
    wanted = load(head)
    for key, value in changes.items():
        wanted.pop(key, None)
        if value is not None:
            wanted |= load(dump({key: value}))
    for edited in (_edit_lines(head, changes), dump(wanted)):
        with contextlib.suppress(Broken):
            if load(edited) == wanted:
                return edited
    raise Broken("its front matter can't be rewritten without loss; write it as plain `key: value` lines")


def _edit_lines(head: str, changes: dict[str, Value | None]) -> str:
    spans = _spans(head)
    for key, (start, end) in sorted(spans.items(), key=lambda item: -item[1][0]):
        if key not in changes:
            continue
        value = changes[key]
        if value is None:
            head = head[:start] + head[end:].partition("\n")[2]
        else:
            head = head[:start] + dump({key: value}).rstrip("\n") + head[end:]
    if head and not head.endswith("\n"):
        head += "\n"
    return head + dump({key: value for key, value in changes.items() if value is not None and key not in spans})


def _spans(head: str) -> dict[str, tuple[int, int]]:
    """Where each key's text begins and its value's ends."""
    import yaml

    root = yaml.compose(head, Loader=yaml.BaseLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    ends = {key.value: (key.start_mark.index, _end(value)) for key, value in pairs}
    return {key: (start, start + len(head[start:end].rstrip())) for key, (start, end) in ends.items()}


def _end(node: Any) -> int:
    """Where a node's last leaf ends: a block's own end mark lies after the comments that follow it."""
    if isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _written(value: Any) -> str:
    """A value as YAML on one line."""
    import yaml

    if isinstance(value, str) and not value.isprintable():
        return _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(_written_item(item) for item in value) + "]"
    whole = _whole(value) if isinstance(value, str) else value
    plain: str = yaml.safe_dump(whole, allow_unicode=True, width=10**9, default_flow_style=True)
    return plain.removesuffix("...\n").rstrip("\n")


def _written_item(value: Any) -> str:
    if not isinstance(value, str):
        return _written(value)
    return value if re.fullmatch(r"[A-Za-z][\w./-]*", value, re.ASCII) and _written(value) == value else _quoted(value)


def _quoted(text: str) -> str:
    import yaml

    dumped: str = yaml.safe_dump(_whole(text), allow_unicode=True, width=10**9, default_style='"')
    return dumped.rstrip("\n")


def _whole(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text)
