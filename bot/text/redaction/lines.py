"""Redacting line by line: what is no secret keeps its bytes, JSON stays JSON, a key over many lines goes whole."""

import json
import re
from collections import Counter

import msgspec

from bot.text.redaction.engine import Redactor, marks
from bot.text.redaction.fields import kind_of

_KEY_BEGINS = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,4}(?:PRIVATE|SECRET) KEY(?: BLOCK)?-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,60}-----")
_KEY_LINE = re.compile(r"[\s>|\"'#*-]*(?:[A-Za-z0-9+/=]{0,128}|[A-Za-z-]{3,20}: [^\n]{0,120})[\s\"',]*")
_LONGEST_KEY = 600
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|(?<=[:\[,\s])-?[0-9][0-9.eE+-]*+')
_FRAGMENT = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*+"\s*:\s*)?"(?:[^"\\]|\\.)*+"\s*,?\s*')
_COLON = re.compile(r"\s*:")


class LineRedactor:
    """Lines in, redacted lines out; `counts` says how many secrets of each kind are gone."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._in_key = 0
        self.counts: Counter[str] = Counter()

    def line(self, raw: bytes) -> bytes:
        """One line, with its line end. Bytes that are no UTF-8 stay as they are."""
        text = raw.decode("utf-8", "surrogateescape")
        redacted = self._redacted(text)
        if redacted == text:
            return raw
        self.counts += marks(redacted) - marks(text)
        return redacted.encode("utf-8", "surrogateescape")

    def _redacted(self, text: str) -> str:
        if self._in_key:
            inside = self._key_line(text)
            if inside is not None:
                return inside
        if not self._redactor.may_hold(text) and "\\u" not in text:
            return text
        if is_json(text):
            plain = self._redactor.text(text)
            return _Json(self._redactor).line(plain if is_json(plain) else text)
        self._in_key = _LONGEST_KEY if _opens_key(text) else 0
        return self._redactor.text(text)

    def _key_line(self, text: str) -> str | None:
        """A line within a private key; None where the key is over."""
        self._in_key -= 1
        ended = _KEY_ENDS.search(text)
        if ended:
            self._in_key = 0
            return "[redacted: private key]" + self._redactor.text(text[ended.end() :])
        if not _KEY_LINE.fullmatch(text):
            self._in_key = 0
            return None
        content = text.strip()
        return text.replace(content, "[redacted: private key]") if content else text


def _opens_key(text: str) -> bool:
    begins = [found.end() for found in _KEY_BEGINS.finditer(text)]
    return bool(begins) and not _KEY_ENDS.search(text, begins[-1])


def is_json(text: str) -> bool:
    """Whether a line is a JSON object or array, or a member of one as pretty-printers write it."""
    start = text.lstrip()[:1]
    if start == '"':
        return _FRAGMENT.fullmatch(text) is not None
    if start not in ("{", "["):
        return False
    try:
        msgspec.json.decode(text.strip().rstrip(",").encode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        try:
            json.loads(text.strip().rstrip(","))
        except (ValueError, RecursionError):
            return False
    return True


class _Json:
    """One line of JSON: every string by itself, and together with the name it stands under."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._name = ""
        self._named = ""

    def line(self, text: str) -> str:
        out, done = [], 0
        for found in _TOKEN.finditer(text):
            out += [text[done : found.start()], self._token(found[0], _COLON.match(text, found.end()) is not None)]
            done = found.end()
        return "".join((*out, text[done:]))

    def _token(self, token: str, is_name: bool) -> str:
        if token[0] != '"':
            redacted = self._value(token)
            return token if redacted == token else _quoted(redacted, token)
        value = json.loads(token, strict=False)
        if is_name:
            self._name = value
        redacted = self._redactor.text(value) if is_name else self._value(value)
        if redacted == value:
            return token
        raw = self._redactor.text(token[1:-1])
        return f'"{raw}"' if _says(raw, redacted) else _quoted(redacted, token)

    def _value(self, value: str) -> str:
        """The value redacted, by the name it has, or by the one that stood before a `value`."""
        lowered = self._name.casefold()
        name = self._named if lowered == "value" else self._name
        if lowered in ("name", "key"):
            self._named = value
        kind = kind_of(name, value)
        return f"[redacted: {kind}]" if kind else self._redactor.text(value)


def _says(raw: str, redacted: str) -> bool:
    try:
        return bool(json.loads(f'"{raw}"', strict=False) == redacted)
    except ValueError:
        return False


def _quoted(text: str, before: str) -> str:
    return json.dumps(text, ensure_ascii=before.isascii())
