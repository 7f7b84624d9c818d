"""Severities of Cloud Logging, and reading one from fields or text where the entry states none.

Source of the names and numbers: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity
"""

import enum
import re
from collections.abc import Mapping
from typing import Any

import msgspec


class Severity(enum.IntEnum):
    """LogSeverity with its documented numbers; greater is worse."""

    DEFAULT = 0
    DEBUG = 100
    INFO = 200
    NOTICE = 300
    WARNING = 400
    ERROR = 500
    CRITICAL = 600
    ALERT = 700
    EMERGENCY = 800


_LEVELS = {
    Severity.DEBUG: "TRACE TRCE DEBUG DEBU DBUG VERBOSE FINE FINER FINEST",
    Severity.INFO: "INFO INFORMATION SUCCESS",
    Severity.NOTICE: "NOTICE",
    Severity.WARNING: "WARN WARNING",
    Severity.ERROR: "ERR ERRO ERROR SEVERE EXCEPTION",
    Severity.CRITICAL: "CRIT CRITICAL FATA FATAL PANIC DPANIC",
    Severity.ALERT: "ALERT",
    Severity.EMERGENCY: "EMERG EMERGENCY",
}
_WORDS = {word: severity for severity, words in _LEVELS.items() for word in words.split()} | {"FAIL": Severity.ERROR}
_INITIALS = {"I": Severity.INFO, "W": Severity.WARNING, "E": Severity.ERROR, "F": Severity.CRITICAL}
_PINO = {
    10: Severity.DEBUG,
    20: Severity.DEBUG,
    30: Severity.INFO,
    40: Severity.WARNING,
    50: Severity.ERROR,
    60: Severity.CRITICAL,
}
_FIELDS = ("severity", "level", "levelname", "log_level", "loglevel", "lvl")
TEXT_READ = 240
"""Characters of a text, unless it is JSON, that its level is read from; which digits stand there doesn't matter."""

_JSON_HEAD = 4096
_JSON_LIMIT = 65_536
_MOST_TOKENS = 12

_WORD = "|".join(sorted(_WORDS.keys() - {"FAIL"}, key=len, reverse=True))
_STATED = re.compile(
    rf"""
      \[\s*(?:\w{{1,40}}:)?((?i:{_WORD}))\s*\]                       # [INFO], [core:error]
    | ({_WORD})(?=[\s:|\]]|$|\[\d|/\w{{1,80}}\]|\s?\()                # ERROR foo, INFO[0000], ERROR/MainProcess]
    | ((?i:{_WORD}|fail))(?=:(?:\s|$)|\t)                           # error: foo
    | (?i:severity|level|levelname|lvl)="?((?i:{_WORD}))\b          # level=error
    """,
    re.VERBOSE,
)
_BEFORE = re.compile(
    rf"""(?:
      \[?(?!^\d{{1,9}}\s)[+\#]?\d[\w:.,/+\#-]*+                      # a date, a time, a zone, a process id; not a count
    | \[?(?:UTC|GMT|AM|PM|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?!\w)
    | \[[^\[\]\n]{{0,80}}+\] | \([\w:.\s-]{{1,40}}\)                     # [main], (node:1)
    | [\w.@-]{{1,60}}+=(?:"[^"\n]*+"|[^\s"]*+)                       # caller=main.go:12
    | (?!^)[\w.-]{{1,80}}+\s[\w./-]{{1,80}}+\[\d{{1,9}}\]:            # host process[12]:
    | (?!^)[A-Za-z_$][\w$-]*+(?:\.[\w$-]++)++(?<!Error)(?<!Exception)(?=[\s:])   # a logger's dotted name
    | (?!^)-\s[\w.$/:-]{{1,80}}+\s(?=-\s(?:{_WORD})\s)               # - logger - ERROR -
    | PHP(?=\s) | [DIWEF], | [-|>*]+
    )[\s|:,\]]*+""",
    re.VERBOSE,
)
_KLOG = re.compile(r"([IWEF])\d{4}(?:\d{4})? \d\d:\d\d:\d\d")
_FAILURE = re.compile(
    r"(?:[A-Za-z_][\w$]*+[.:]{1,2}){0,20}_?(?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?(?::|$)"
    r"|UnhandledPromiseRejection|Un(?:caught|handled) [\w.]*(?i:error|exception|rejection)\b"
    r"|(?:Fatal|Parse|fatal) error: |Caused by: "
)
_WARNED = re.compile(r"(?:\S{1,200}:\d+: )?[A-Z]?\w*Warning: ")
_TRACEBACK = re.compile(
    r"^(?:\S+ )?Traceback \(most recent call last\)|^Exception in thread |^panic: |^goroutine \d+ \["
    r"|^thread '[^'\n]*' panicked at",
    re.MULTILINE,
)
_SECOND_LINE = re.compile(rf"[^\n]*\n({_WORD}): ")
_QUOTED_FIELD = re.compile(
    rf"""["'](?:{"|".join(_FIELDS)})["']\s*+:\s*+["']((?i:{_WORD}))["']""",
)
_ESCAPE = re.compile(r"\x1b\[[\d;]*+m")


def from_name(name: object) -> Severity | None:
    """The severity a field names (a word in any case, or a LogSeverity number), or None where it names none."""
    if isinstance(name, str):
        word = name.strip().upper()
        return _WORDS.get(word) or (_numbered(int(word)) if len(word) <= 3 and word.isdecimal() else None)
    return _numbered(name) if isinstance(name, int) and not isinstance(name, bool) else None


def _numbered(number: int) -> Severity | None:
    return Severity(number) if number in Severity._value2member_map_ else None


def from_fields(fields: Mapping[str, Any]) -> Severity | None:
    """What the first telling level field of a payload says: a word, a LogSeverity number, or a pino/bunyan number."""
    for name in _FIELDS:
        value = fields.get(name)
        if value is not None and (named := from_name(value) or (_PINO.get(value) if isinstance(value, int) else None)):
            return named
    return None


def from_text(text: str) -> Severity | None:
    """The level a text states about itself: klog, `[INFO]`, `level=error`, `ERROR ...`, JSON, a traceback; else None.

    A level counts only where loggers put it: at the start of the first line, behind nothing but times, numbers, names
    in brackets and fields. A level that is stated wins over a traceback below it. Of a text 240 characters are read, of
    JSON up to 64 Ki.
    """
    if text.startswith("{"):
        return _from_json(text)
    head = text[:TEXT_READ]
    if "\x1b" in head:
        head = _ESCAPE.sub("", head)
    if klog := _KLOG.match(head):
        return _INITIALS[klog[1]]
    return _from_line(head.lstrip().split("\n", 1)[0]) or _from_lines(head)


def _from_line(line: str) -> Severity | None:
    position = 0
    for _ in range(_MOST_TOKENS):
        if stated := _STATED.match(line, position):
            return _WORDS[stated[stated.lastindex or 0].upper()]
        before = _BEFORE.match(line, position)
        if not before:
            break
        position = before.end()
    if _FAILURE.match(line, position):
        return Severity.ERROR
    return Severity.WARNING if "Warning: " in line and _WARNED.match(line, position) else None


def _from_lines(head: str) -> Severity | None:
    if _TRACEBACK.search(head):
        return Severity.ERROR
    second = _SECOND_LINE.match(head) if "\n" in head else None
    return _WORDS[second[1]] if second else None


def _from_json(text: str) -> Severity | None:
    if len(text) <= _JSON_LIMIT:
        try:
            return from_fields(msgspec.json.decode(text, type=dict[str, Any]))
        except (ValueError, RecursionError):
            pass
    quoted = _QUOTED_FIELD.search(text, 0, _JSON_HEAD)
    return _WORDS[quoted[1].upper()] if quoted else None
