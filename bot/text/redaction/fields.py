"""Secrets beside a name that tells of them: `password=x`, `"api_key": "x"`, `<token>x</token>`, `--secret x`."""

import re

from bot.text.redaction.names import Telling, telling
from bot.text.redaction.rule import Rule, Span
from bot.text.redaction.values import is_identifier, is_prose, is_random, is_uuid, stands_for

_STEMS = (
    r"pass(?:w(?:or[dt])?|wd|phrase|code)?|pwd|pswd|psw|senha|contrasena|secret|token|key|auth|cred(?:ential)?s?|"
    r"jwt|bearer|sig|signature|hmac|salt|nonce|cookie|sess|session|sid|otp|pin|cvv2?|cvc|tan|puk|mfa|totp|pat|sas|csrf|xsrf|"
    r"ticket|dsn|license|seed|webhook|samlresponse|assertion|verification_?code|security_?code"
)
_QUOTE = r"""(?:\\{0,7}["'`]|&(?:quot|\#34|\#39);|%(?:25)?2[27])"""
_TYPED = r"(?:[ \t]*:?[ \t]*(?:&(?:'static[ \t])?)?(?:str|string|char|varchar|text|SecretStr|Optional\[str\])\*?)?"
_EQUALS = r"(?:::=|:=|\?=|\.=|\+=|=&gt;|=>|->|==?|::?|%(?:25)?3[ADad]|\|\|:?|\\u003[ad])"
_BETWEEN = (
    rf"{_QUOTE}?[\])]?{_TYPED}[ \t]{{0,16}}{_EQUALS}[ \t]{{0,16}}(?:\|-?[ \t]*\n[ \t]*)?"
    rf"|{_QUOTE}[ \t]*,[ \t]*(?:{_QUOTE}?value{_QUOTE}?[ \t]*[:=][ \t]*)?"
    rf"|{_QUOTE}?[ \t]+value[ \t]*=[ \t]*"
    r"|[ \t]?,[ \t]*(?:value[ \t]*[:=][ \t]*)?"
    rf"|{_QUOTE}?[ \t]?>\s{{0,16}}"
    r"|[ \t]*\([ \t]*"
    r"|[ \t]+(?:is|was|by|of)[ \t]*:?[ \t]+"
    r"|[ \t]+"
)
PATTERN = rf"(?i)((?:{_STEMS})[\w.-]{{0,40}}?)({_BETWEEN})((?:[bruf@$]|u8)?{_QUOTE})?"
GATE = rf"(?i)(?:{_STEMS})"

_NAME_BEFORE = re.compile(rb"[A-Za-z0-9_.$-]*\Z")
_PLAIN = re.compile(rb"""[^\s"'`,;&<>|)}\]\\\x00-\x1f]+""")
_DELIMITED = re.compile(rb"""[^\s"'`&<>\\\x00-\x1f]+""")
_ENCODED = re.compile(rb"""(?:[^\s"'`,;&<>%|)}\\\x00-\x1f]|%(?!(?:25)?(?:2[267CcBb]|3[BbCc]|7[Dd]|0[AaDd]|5[Dd])))+""")
_BEFORE_KEPT, _LOOKED_AT = 64, 256
_AFTER_WORDS = re.compile(rb"[ \t]+[A-Za-z]{2,}")
_ESCAPED_END = re.compile(r"(?:\\+[nrt]|[\s;])+\Z")
_KEY_FOLLOWS = re.compile(rb"\\*[\"'][ \t]*[:=]")
_SHORT = re.compile(r"[A-Za-z0-9]{6,}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/", re.IGNORECASE)


def _judge(text: bytes, start: int, end: int) -> Span | None:
    """The value behind `NAME SEPARATOR [QUOTE]`, which stands from start to end."""
    found = _PARTS.match(text, start, end)
    if found is None:
        return None
    before = _NAME_BEFORE.search(text, max(0, start - _BEFORE_KEPT), start)
    name = (before[0] if before else b"") + found[1]
    level, kind = telling(name.decode("latin-1").strip(".$-"))
    if level is Telling.NOTHING:
        return None
    quote, between = found[3] or b"", found[2]
    if not quote and not between.strip() and not name.startswith(b"--"):
        return None
    if not quote and between.lstrip().startswith(b"("):
        return None
    value = _value(text, end, quote, between)
    if value is None or value[0] == value[1]:
        return None
    shown = text[value[0] : min(value[1], value[0] + _LOOKED_AT)].decode("latin-1")
    follows = _AFTER_WORDS.match(text, value[1]) is not None
    if b"," in between and _KEY_FOLLOWS.match(text, value[1]):
        return None
    closed = text[value[1] : value[1] + 32].lstrip()[:2] == b"</" if b">" in between else False
    written = _Written(name.decode("latin-1"), bool(quote) or closed, between.decode("latin-1"), follows)
    if not _is_secret(shown, level, written):
        return None
    return (*_extent(text, value, quote, between), kind)


def kind_of(name: str, value: str) -> str:
    """The kind of secret that a value with this name is; "" where it is none."""
    level, kind = telling(name)
    secret = level is not Telling.NOTHING and _is_secret(value[:_LOOKED_AT], level, _Written(name, True, "=", False))
    return kind if secret else ""


class _Written:
    """How a value is written: below which name, in quotes or not, behind what, and with words after it."""

    __slots__ = ("between", "follows", "name", "quoted")

    def __init__(self, name: str, quoted: bool, between: str, follows: bool) -> None:
        self.name, self.quoted, self.between, self.follows = name, quoted, between, follows

    @property
    def spoken(self) -> bool:
        """True for `name is value`, where a sentence is likelier than a value."""
        return not self.quoted and self.between.strip(" \t:").isalpha()

    @property
    def listed(self) -> bool:
        """True for `name, value` and `name> value`, where the two may have nothing to do with each other."""
        return not self.quoted and self.between.strip() in (",", ">", "||")

    @property
    def told(self) -> bool:
        """True for `name: word and more words`, which is how people write, not programs."""
        return not self.quoted and self.follows and (":" in self.between or not self.between.strip())


def _value(text: bytes, start: int, quote: bytes, between: bytes) -> tuple[int, int] | None:
    """Where the value begins and ends, as far as it is looked at."""
    limit = min(len(text), start + _LOOKED_AT)
    if quote:
        end = _closing(text, start, limit, quote)
        return (start, end)
    pattern = _ENCODED if b"%" in between else _PLAIN
    if b">" in between and b"=" not in between and b"-" not in between:
        end = text.find(b"</", start, limit)
        if end > start:
            return start, start + len(text[start:end].rstrip())
    found = pattern.match(text, start, limit)
    return (start, found.end()) if found else None


def _closing(text: bytes, start: int, limit: int, quote: bytes) -> int:
    """Where the same quote stands again, a line or the stretch ends."""
    mark = quote.lstrip(b"bruf@$8BRUF") if quote[-1:] in b"\"'`" else quote
    ends = [at for at in (text.find(mark, start, limit), text.find(b"\n", start, limit)) if at >= 0]
    return min(ends, default=limit)


def _extent(text: bytes, value: tuple[int, int], quote: bytes, between: bytes) -> tuple[int, int]:
    """The whole value, where it is longer than what was looked at."""
    start, end = value
    if end - start < _LOOKED_AT:
        return start, end
    if quote:
        return start, max(end, _closing(text, start, len(text), quote))
    found = _DELIMITED.match(text, start)
    return start, max(end, found.end() if found else end)


def _is_secret(value: str, level: Telling, written: _Written) -> bool:
    plain = _ESCAPED_END.sub("", value.strip()).rstrip(".")
    bare = plain.rstrip("=")
    if stands_for(plain) or _says_its_name(plain, written.name) or (plain.endswith(":") and not written.quoted):
        return False
    if level is Telling.CODE:
        return 3 <= len(plain) <= 8 and plain.isdigit()
    if _SCHEME.match(plain):
        return False
    if level is Telling.RANDOM:
        return is_random(bare, 14) and not is_uuid(bare) and "=" not in bare
    if written.listed:
        return is_uuid(bare) or is_random(bare)
    if level is Telling.LIKELY:
        least = 12 if written.told or written.spoken else 8
        return is_uuid(bare) or is_random(bare, least) or _is_number(bare, written) or _is_short(bare, written)
    if not written.between.strip() and written.quoted and "pass" not in written.name.casefold():
        return is_random(bare, 8)
    return _is_password(plain, written)


def _is_short(value: str, written: _Written) -> bool:
    """Six letters and digits or more, where a program and no sentence writes them: `API_KEY=abc123`."""
    assigned = (written.quoted or written.between.strip()) and not (written.told or written.spoken or written.listed)
    return bool(assigned) and _SHORT.fullmatch(value) is not None and not value.isalpha() and not value.isdigit()


def _is_number(value: str, written: _Written) -> bool:
    return value.isdigit() and len(value) >= 16 and not written.told


def _is_password(value: str, written: _Written) -> bool:
    """Anything that is no prose, no path of the shell's PWD, and in a sentence no plain word."""
    if len(value) < 3 or is_prose(value):
        return False
    if written.name.strip("-$.").casefold() in ("pwd", "oldpwd") and value[0] in "/~" and is_identifier(value):
        return False
    if written.told or written.spoken or (not written.between.strip() and not written.name.startswith("--")):
        return not value.strip(".,:;!?'-").isalpha() and len(value) >= 5
    return True


def _says_its_name(value: str, name: str) -> bool:
    folded = [re.sub(r"[^a-z]", "", text.casefold()) for text in (value, name)]
    return folded[0] == folded[1] and value.replace("_", "").replace("-", "").replace(".", "").isalpha()


_PARTS = re.compile(PATTERN.encode())
RULES = (Rule("secret", PATTERN, GATE, _judge, rank=3, whole=True),)
