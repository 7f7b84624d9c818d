"""Untrusted text in Markdown, as GitHub renders it: always inside code, which nothing in the text can end.

Inside code GitHub makes no mention, reference, link, image, emoji or HTML of anything. CommonMark's rules:
https://spec.commonmark.org/0.31.2/#fenced-code-blocks and #code-spans; tables: https://github.github.com/gfm/#tables-extension-
"""

import re
from collections.abc import Callable

from bot.text.untrusted import Untrusted
from bot.text.visible import visible

EMPTY = "(empty)"
TITLE_LIMIT = 256
LABEL_LIMIT = 80

_LONGEST_FENCE = 100
_LONGEST_DELIMITER = 20
_TICKS = re.compile("`+")
_COMMAND = re.compile(r"^/(?=[A-Za-z])", re.MULTILINE)
_PLAIN = re.compile(r"(?!\d{1,9}[.)])[A-Za-z0-9][A-Za-z0-9 ,.;:%()'/=^+-]*")
_LIVE = re.compile(
    r"www\.|://|GH-\d|:(?!\d\dZ?:)[\w+-]+:|\b(?=[a-f0-9]*\d)[0-9a-f]{7,40}\b|\b(?:mailto|xmpp):", re.IGNORECASE
)
_LIST_START = re.compile(r"^(\d{1,9})\.(?=\s)|^-(?=\s)")
_STYLED = re.compile(r"style|classDef")
_LABEL_SAFE = re.compile(r"[^\w ,.:/='()→…-]|_")


def block(text: str | Untrusted, info: str = "") -> str:
    """A code block of several lines, to be set between blank lines.

    Fenced, with a fence longer than any run of backticks inside; indented where such a run is 100 or longer, since
    GitHub stops reading a fence at 255. `info` is the language, reduced to letters, digits, `+` and `-`. A line that
    begins with `/word` gets a space before it, so that no bot takes it for a command.
    """
    shown = _COMMAND.sub(" /", visible(text)).strip("\n") or EMPTY
    longest = max(map(len, _TICKS.findall(shown)), default=0)
    if longest >= _LONGEST_FENCE:
        return "\n".join(f"    {line}" for line in shown.split("\n"))
    fence = "`" * max(3, longest + 1)
    return f"{fence}{re.sub(r'[^A-Za-z0-9+-]', '', info)}\n{shown}\n{fence}"


def code(text: str | Untrusted) -> str:
    """One code span on one line; blank text becomes `(empty)`.

    The delimiter is the shortest run of backticks that doesn't occur inside.
    """
    shown = " ".join(visible(text).split()) or EMPTY
    runs = set(map(len, _TICKS.findall(shown)))
    size = next(size for size in range(1, len(runs) + 2) if size not in runs)
    if size > _LONGEST_DELIMITER:
        return "`" + shown.replace("`", "\\u0060") + "`"
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{'`' * size}{pad}{shown}{pad}{'`' * size}"


def cell(text: str | Untrusted) -> str:
    r"""A code span for a cell of a table: pipes are escaped; after a backslash one is written as `\u007c`."""
    return re.sub(r"(?<!\\)\|", r"\\|", code(text).replace("\\|", "\\\\u007c"))


def prose(text: str | Untrusted, table: bool = False) -> str:
    """A phrase within a line, or within a cell of a table: as it is where it is provably inert, else a code span.

    Inert is English punctuation and letters with nothing that GitHub links: no `@`, `#`, address, `GH-1` or commit.
    """
    shown = " ".join(visible(text).split())
    return shown if _inert(shown) else (cell if table else code)(shown)


def sentence(text: str | Untrusted, table: bool = False) -> str:
    """A sentence of the bot's with names in backticks: each of these as a code span, all between as a phrase.

    Safe for any text: where a name holds a backtick itself, what it splits off is judged as a phrase.
    """
    pieces = " ".join(visible(text).split()).split("`")
    shown = (_piece(piece, at, cell if table else code) for at, piece in enumerate(pieces) if piece)
    return "".join(shown).strip()


def _piece(text: str, at: int, escape: Callable[[str], str]) -> str:
    """The piece at this place of a sentence: a name at the odd ones; only behind the first may it begin with a mark."""
    if at % 2:
        return escape(text)
    return text if _inert(f"x {text}" if at else text) else f" {escape(text)} "


def _inert(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not _LIVE.search(text)


def words(text: str | Untrusted) -> str:
    """One line for an issue's title, which GitHub renders no Markdown in but backticks; those become quotes.

    At most 256 characters, the last one an ellipsis where more were there.
    """
    shown = " ".join(visible(text).replace("`", "'").split()) or EMPTY
    return shown if len(shown) <= TITLE_LIMIT else shown[: TITLE_LIMIT - 1].rstrip() + "…"


def mermaid(text: str | Untrusted) -> str:
    """Text for a quoted label of a Mermaid flowchart: one line, at most 80 characters, special ones as `#35;`.

    Mermaid takes the last semicolon from what looks like a style, `style x:#...;`, wherever it stands: no colon then.
    Source: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
    """
    shown = " ".join(visible(text).split()) or EMPTY
    label = shown if len(shown) <= LABEL_LIMIT else shown[: LABEL_LIMIT - 1].rstrip() + "…"
    escaped = _LABEL_SAFE.sub(lambda found: f"#{ord(found[0])};", label)
    if _STYLED.search(label):
        escaped = escaped.replace(":", "#58;")
    return _LIST_START.sub(lambda found: f"{found[1]}#46;" if found[1] else "#45;", escaped)
