"""A logged line without what its logger set before it: times, levels, logger names, ids, or JSON around a message."""

import re

import msgspec

_TIME = r"(?:\d{4}[-/]\d{2}[-/]\d{2}[T ]*+)?\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|\s?[+-]\d{2}:?\d{2})?"
_DAY = r"\d{4}[-/]\d{2}[-/]\d{2}"
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRITICAL|FATAL|SEVERE)"
_ID = r"(?i:trace|span|request|correlation|thread)[_ -]?(?i:id)\s?[:=]\s?[\w-]{0,64}"
_PRELUDE = re.compile(rf"(?:\[?(?:{_TIME}|{_DAY})\]?|\[?\b{_LEVEL}\b\]?:?|{_ID})[\s,;|]*+(?:-{{1,3}}\s)?\s*+")
_BRACKET = r"\[[^\]\n]{0,80}\]"
_NAMES = r"(?:[a-zA-Z_$][\w$]*+\.)++"
_AFTER = re.compile(
    rf"(?:{_BRACKET}|\([\w.-]{{1,60}}\)|\d{{1,7}}\s(?=---)|-{{1,3}}(?=\s)"
    rf"|{_NAMES}(?:(?:\[[./]?)++[\w/.-]++\]*+|[\w$]++)(?:[#:]\d{{1,6}})?(?=\s|\s?[:-]\s)"
    r"|[\w.$]{1,120}:[\w.$<>]{1,60}:\d{1,6}(?=\s-\s))[\s,;|]*+(?:[:-]\s)?\s*+"
)
_BRACKETS = re.compile(rf"(?:{_BRACKET}\s*+)++")
_MESSAGE = re.compile(r'"(?:message|msg)"\s*+:\s*+("(?:[^"\\]|\\.)*+(?:"|\\?$))')
_MOST_PARTS = 16
_LEAST = 8


def without_prelude(text: str) -> str:
    """`17:24:11.280 WARN o.a.Cart#361 TraceID: 9f SpanID: 4e [x] cart is gone` -> `cart is gone`.

    A name in dots or a bracket goes only where a time, a level or an id stood before it: a host that begins a sentence
    stays. Brackets that nothing but brackets follows are what was said. Of a line of JSON it is the message, which may
    be cut. Where fewer than eight characters would be left, the text stays whole.
    """
    text = _out_of_json(text)
    at, begun = 0, False
    for _ in range(_MOST_PARTS):
        found = _PRELUDE.match(text, at) or (_after(text, at) if begun else None)
        if not found:
            break
        at, begun = found.end(), True
    rest = text[at:].strip()
    return rest if len(rest) >= _LEAST else text


def _after(text: str, at: int) -> re.Match[str] | None:
    brackets = _BRACKETS.match(text, at)
    only = brackets and (brackets.end() == len(text) or text[brackets.end()] == "[")
    return None if only else _AFTER.match(text, at)


def _out_of_json(text: str) -> str:
    found = _MESSAGE.search(text) if text.startswith("{") else None
    if not found:
        return text
    quoted = found[1] if found[1].endswith('"') and len(found[1]) > 1 else found[1].rstrip("\\") + '"'
    try:
        said = msgspec.json.decode(quoted, type=str).strip()
    except msgspec.MsgspecError:
        return text
    return said if len(said) >= _LEAST else text
