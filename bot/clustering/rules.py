"""What values look like in log text whose digits are masked: the rules that turn a masked message into its template.

Every rule stands for a kind of value, not for a program that logs it. Each is linear: it starts only where a run of its
characters starts, and reads that run possessively.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from bot.clustering.words import is_failure_type

HOLE = "<*>"

_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},?\s"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}"
_UNIT = r"(?:[num\u00b5\u03bc]?s|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|[kKMGTP]?i?B|[KMGT]i|bytes?)"
_DATE = rf"{_MONTH}\s{{1,2}}<\*>|<\*>[\s/-]{_MONTH}[\s/:-]<\*>(?::<\*>)*+"
_KEY = r"(?:(?<=[{,])|(?<=[{,]\s))(['\"])([A-Za-z_][\w.-]{0,60}+)\1(?=\s?:)"
_IN_QUOTES = r"(?:[^\"\\\n]++|\\.)*+"
_SAID = (
    rf"(?<!\w)((?:msg|message|error|err|reason|detail|status|state)[=:]\s?)\"({_IN_QUOTES})\""
    rf"|(?<=\]\s)\"({_IN_QUOTES})\"(?=\s\w+=|$)"
)
_VERB = r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE)"
_URL = r"(?:<\*>|\b[a-zA-Z][a-zA-Z+]{1,15}+)://[^\s\"'<>)\]}]*+(?:<\*>[^\s\"'<>)\]}]*+)*+"
_MAIL = r"(?<![\w.+<*>-])[\w.+<*>-]++@[\w<*>-]++(?:\.[\w<*>-]++)++"
_PATH = r"(?:(?<![\w/.<*>~-])|(?<![\w/.<*>-])(?:\.{1,2}|~))/[\w.~@%+*<>-]++(?:/{1,3}[\w.~@%+*<>-]*+)*+"
_UUID = r"(?<![\w>-])(?:(?:<\*>|[a-fA-F]{4}|[a-fA-F]{8})-){4}(?:<\*>|[a-fA-F]{12}\b)"
_ADDRESS = r"(?<![\w:>])(?:(?:<\*>|[a-fA-F]{1,4}):{1,2}){2,31}+(?:<\*>|[a-fA-F]{1,4}\b)"
_ATOM = r"(?<![\w$>-])(?:[\w$-]++|<\*>)++"
_DOTTED = r"(?<![\w$.>-])\.?(?:[\w$-]++|<\*>)++(?:\.(?:[\w$-]++|<\*>)++)++(?![\w(])"
_FILE_ENDING = (
    "py|js|mjs|ts|java|kt|go|rb|php|rs|cs|cpp|json|ya?ml|xml|csv|txt|log|conf|cfg|ini|properties|html?|css|png|jpe?g|gif"
    "|svg|pdf|zip|gz|tar|jar|war|so|dll|exe|db|sqlite|sql|tmp|bak|lock|pem|key|crt|toml|md|sh|bin|dat|parquet"
)
_HOST_ENDING = "com|net|org|io|dev|edu|gov|mil|int|info|local|internal|localdomain"
_ENDING = re.compile(rf"(?:{_FILE_ENDING}|{_HOST_ENDING})")


class Rule(NamedTuple):
    """A kind of value: its name, what it looks like, and what stands for it in the template.

    `signs`: no text without one of these holds such a value. Looking for them costs a hundredth of the pattern.
    """

    name: str
    pattern: re.Pattern[str]
    hole: str | Callable[[re.Match[str]], str]
    signs: tuple[str, ...]

    def apply(self, text: str) -> str:
        """The text with every value of this kind replaced."""
        return self.pattern.sub(self.hole, text) if any(sign in text for sign in self.signs) else text


def _atom(found: re.Match[str]) -> str:
    return HOLE if HOLE in found[0] else found[0]


def _dotted(found: re.Match[str]) -> str:
    """Hosts, files, packages and property names are values; exception types and `Class.method` are not."""
    name = found[0]
    labels = name.strip(".").split(".")
    if is_failure_type(labels[-1]):
        return name
    if len(labels) > 2 or name[0] == ".":
        return HOLE
    if HOLE in labels and name.replace(HOLE, "x").islower():
        return HOLE
    return HOLE if _ENDING.fullmatch(labels[-1]) else name


def _listed(found: re.Match[str]) -> str:
    """A list's first value stands for all of them; one without any has a hole all the same."""
    return found[1] or HOLE


def _rule(name: str, signs: tuple[str, ...], pattern: str, hole: str | Callable[[re.Match[str]], str]) -> Rule:
    return Rule(name, re.compile(pattern), hole, signs)


_ALWAYS, _QUOTES = ("",), ('"', "'")
RULES: tuple[Rule, ...] = (
    _rule("quoted key", _QUOTES, _KEY, r"\2"),
    _rule("quoted message", ('"',), _SAID, r"\1\2\3"),
    _rule("quoted status", ("'",), r"(?<!\w)((?:status|state)[=:]\s?)'([A-Za-z][\w -]{0,40}+)'(?!\w)", r"\1\2"),
    _rule("quoted request", ('"',), rf"\"({_VERB})\s[^\"\n]++\"", r"\1 <path>"),
    _rule("url", ("://",), _URL, "<url>"),
    _rule("e-mail address", ("@",), _MAIL, "<address>"),
    _rule("path", ("/",), _PATH, "<path>"),
    _rule("Windows path", (":\\",), r"(?<![\w\\])[A-Za-z]:\\[\w.~@%+*<>$\\-]++", "<path>"),
    _rule("quoted value", _QUOTES, rf"(?<!\w)'[^'\n]*+'(?!\w)|(?<!\\)\"{_IN_QUOTES}\"|\\\"[^\"\\\n]*+\\\"", "<quoted>"),
    _rule("letters of a UUID", ("-",), _UUID, HOLE),
    _rule("letters of an address", (":",), _ADDRESS, HOLE),
    _rule("hexadecimal", _ALWAYS, r"\b(?:[a-f]{8,}+|[A-F]{8,}+)\b", HOLE),
    _rule("pod's random end", (f"{HOLE}-",), r"(?<=<\*>)-[bcdfghjklmnpqrstvwxz]{5}\b", ""),
    _rule("date", _MONTHS, rf"\b(?:{_DAY})?(?:{_DATE})|{_DATE}", HOLE),
    _rule("atom with a value", (HOLE,), _ATOM, _atom),
    _rule("dotted name", (".",), _DOTTED, _dotted),
    _rule("run of values", (HOLE,), r"<\*>(?:[-.:,/+_@%~]{1,3}<\*>)++", HOLE),
    _rule("sign or unit", (HOLE,), rf"(?:(?<![\w>])[-+<>~]=?)?<\*>(?:%|\s?{_UNIT}(?![\w<]))?", HOLE),
    _rule(
        "list",
        ("<", "(", "[", "{"),
        r"(<\*>|<quoted>|<path>|<url>|<address>)(?:,?\s\1|,\1)++|(?<=[\s:=,;(\[{][(\[{])(?=[)\]}])",
        _listed,
    ),
    _rule("white space", _ALWAYS, r"\s++", " "),
)
