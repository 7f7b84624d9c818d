"""A logged line without what its logger set before it: times, levels, logger names, ids."""

import re

_TIME = r"(?:\d{4}[-/]\d{2}[-/]\d{2}[T ]*+)?\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|\s?[+-]\d{2}:?\d{2})?"
_DAY = r"\d{4}[-/]\d{2}[-/]\d{2}"
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRITICAL|FATAL|SEVERE)"
_ID = r"(?i:trace|span|request|correlation|thread)[_ -]?(?i:id)\s?[:=]\s?[\w-]{0,64}"
_PRELUDE = re.compile(rf"(?:\[?(?:{_TIME}|{_DAY})\]?|\[?\b{_LEVEL}\b\]?:?|{_ID})[\s,;|]*+(?:-{{1,3}}\s)?\s*+")
_AFTER = re.compile(
    r"(?:\[[^\]\n]{0,80}\]|\([\w.-]{1,60}\)|\d{1,7}\s(?=---)|-{1,3}(?=\s)"
    r"|(?:[a-zA-Z_$][\w$]*+\.)++[\w$]++(?:[#:]\d{1,6})?(?=\s|\s?[:-]\s))[\s,;|]*+(?:[:-]\s)?\s*+"
)
_MOST_PARTS = 16
_LEAST = 8


def without_prelude(text: str) -> str:
    """`17:24:11.280 WARN o.a.Cart#361 TraceID: 9f SpanID: 4e [x] cart is gone` -> `cart is gone`.

    A name in dots or a bracket goes only where a time, a level or an id stood before it: a host that begins a sentence
    stays. Where fewer than eight characters would be left, the text stays whole.
    """
    at, begun = 0, False
    for _ in range(_MOST_PARTS):
        found = _PRELUDE.match(text, at) or (_AFTER.match(text, at) if begun else None)
        if not found:
            break
        at, begun = found.end(), True
    rest = text[at:].strip()
    return rest if len(rest) >= _LEAST else text
