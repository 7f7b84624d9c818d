"""What a person sees is what is there: control, invisible and direction-changing characters become visible escapes."""

import functools
import re
import unicodedata

from bot.text.redaction import redact
from bot.text.untrusted import Untrusted, raw_of

_BREAKS = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_COLOURS = re.compile(r"\x1b\[[0-9;]{0,32}m")
_ODD = re.compile(r"[^\n\t -~]")
_BLANK = (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0)
_BLANK_BUT_PRINTABLE = frozenset((*_BLANK, *range(0xFE00, 0xFE0F), *range(0xE0100, 0xE01F0)))


def visible(text: str | Untrusted) -> str:
    r"""The redacted text with LF as its only line break and nothing hidden.

    Terminal colours are dropped. Every other control, format, bidirectional, zero-width, tag, private or unassigned
    character and every lone surrogate is written as `\u200b` or `\U000e0041`; odd spaces become plain ones. `<!--` is
    broken up, so that no text can pose as a marker of ours. Doing it twice changes nothing more.
    """
    plain = redact(_COLOURS.sub("", _BREAKS.sub("\n", raw_of(text))))
    shown = _ODD.sub(lambda found: _shown(found[0]), plain).replace("<!--", r"<\u0021--")
    return shown if shown == plain else redact(shown)


@functools.lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    code = ord(char)
    if char.isprintable() and code not in _BLANK_BUT_PRINTABLE:
        return char
    if unicodedata.category(char) == "Zs":
        return " "
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def cut(text: str | Untrusted, limit: int) -> Untrusted:
    """At most `limit` characters of the visible text, then `… [cut: 1,234 more characters]`; still untrusted.

    It ends after a whole line where one ends in the last quarter. The mark comes on top of the limit.
    """
    whole = visible(text)
    if len(whole) <= limit:
        return Untrusted(whole)
    line_end = whole.rfind("\n", limit * 3 // 4, limit)
    kept = whole[: line_end + 1] if line_end >= 0 else whole[:limit]
    more = len(whole) - len(kept)
    return Untrusted(f"{kept}… [cut: {more:,} more character{'s' if more > 1 else ''}]")


def cut_middle(text: str | Untrusted, limit: int) -> Untrusted:
    """Like `cut`, but of several lines both ends stay, as an exception stands at one end of its stack trace.

    Two fifths of the limit are for the beginning, the rest for the end; the mark has a line of its own.
    """
    whole = visible(text)
    if len(whole) <= limit:
        return Untrusted(whole)
    begin = whole.rfind("\n", 0, limit * 2 // 5) + 1
    end = whole.find("\n", len(whole) - (limit - limit * 2 // 5)) + 1
    if not begin or not end or end <= begin:
        return cut(text, limit)
    more = end - begin
    return Untrusted(f"{whole[:begin]}… [cut: {more:,} more characters]\n{whole[end:]}")
