"""Whether a value looks like a secret, or like code, a placeholder, an identifier, a word."""

import math
import re
from collections import Counter

from bot.text.redaction.rule import vocabulary

_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_RANDOM_ALPHABET = re.compile(r"[A-Za-z0-9_+/=.~:|%$!^*@#-]+")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_REPEATED = re.compile(r"([*xX.•_#-])\1*+|\.\.\.|[*xX.•]{3,}.{0,4}|.{0,4}[*•]{3,}.{0,4}")
_NOT_MEANT = vocabulary("""
    any array auto bearer bool boolean boto3 bytes byte changeme changed char cleartext config configured default
    denied disabled empty enabled encrypted env environment error example expired expected failed failure false
    file filtered first forbidden found free get given got hash hashed hidden ignored incorrect input int integer
    invalid is it json key length list mandatory map mask masked missing must n/a na needed never new nil no none not
    null number object ok omitted on off old optional password plain plaintext present private prompt protected public
    received redacted refresh rejected removed required reset revoked sanitized scrubbed secret secrets
    set simple skip str string stripped success text the this token true type unauthorized undefined unexpected unknown
    unset unsupported updated use used user username valid value values varchar void wrong yes your
    """)
_CODE = re.compile(
    r"""
    \$(?:[{(]|[A-Z_][A-Z0-9_]*\Z|[a-z_]+\Z) | \{\{ | \{[\w.!:]*\}?\Z | <[^>]*>?\Z | \[ | \(
    | %[(\w{]?[\w)]*s?\Z | %[\w]+%\Z
    | [@&*]?[A-Za-z_][\w:]*(?:(?:\.|->|::|\?\.)[A-Za-z_][A-Za-z_]*[0-9]?)*(?:\[|\(|\{)
    | (?:[A-Za-z_]+\.)+[A-Za-z_]+\Z | \#\{ | ![A-Z][A-Za-z]+\Z
    | (?:secrets|os|process|env|self|this|config|settings|request|req|props|params|options|opts|args|var|data|local)\.
    """,
    re.VERBOSE,
)
_PATH = re.compile(r"(?:[A-Za-z]:|\.{0,2}|~)?[/\\](?:[\w.@-]+[/\\]?)*\Z")
_NAMED_OBJECT = re.compile(r"(?:[A-Za-z_$]\w*\.)*[A-Za-z_$]\w*@[0-9a-f]{1,16}\Z")
_NUMBERED = re.compile(r"[A-Za-z]+(?:[_.:-][A-Za-z]+)*[_.:#-]?[0-9]{1,4}\Z")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9A-Za-z-])|[0-9]{4}-[0-9]{2}-[0-9]{2}T|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\Z"
)
_DIGEST_BEFORE = re.compile(
    rb"(?:sha-?[0-9]{1,3}|md5|integrity|etag|digest|base64,?|checksum|id|identifier|guid|cursor|boundary)"
    rb"[\"': =,-]{1,8}\Z",
    re.IGNORECASE,
)
_STOP_WORDS = vocabulary(
    "a an and are at be been by can cannot contain did does for from has have in invalid is it least long may more "
    "must no not of on or provided required should that the this to too was were will with your"
)


def entropy(text: str) -> float:
    """Shannon's entropy of the characters, in bits a character; 0 for an empty text."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values()) if total else 0.0


def is_uuid(text: str) -> bool:
    """Whether it is a UUID in the usual form."""
    return _UUID.fullmatch(text) is not None


def stands_for(text: str) -> bool:
    """True for what only stands in a secret's place: a placeholder, a mask, a type, a reference, an expression."""
    plain = text.strip().strip("\"'`")
    folded = plain.casefold().rstrip(".,;:!?")
    return (
        not folded
        or folded in _NOT_MEANT
        or plain.startswith("[redacted")
        or _REPEATED.fullmatch(plain) is not None
        or _CODE.match(plain) is not None
        or folded.replace("_", "-").startswith(
            ("your-", "my-", "example-", "<", "insert-", "replace-", "some-", "enter-")
        )
    )


def is_identifier(text: str) -> bool:
    """True for what programs call things by: paths, numbered words, objects with an address, times, dotted names."""
    return any(shape.match(text) for shape in (_PATH, _NAMED_OBJECT, _NUMBERED, _TIME))


def is_digest(text: bytes, start: int) -> bool:
    """True where what stands before says that a random run is a digest, an identifier or a part's border."""
    return _DIGEST_BEFORE.search(text, max(0, start - 24), start) is not None


def is_prose(text: str) -> bool:
    """True for a phrase: several words, one of them among the commonest."""
    words = text.casefold().split()
    return len(words) > 1 and any(word.strip(".,:;") in _STOP_WORDS for word in words)


def is_random(text: str, least: int = 16) -> bool:
    """True for a run of characters that nobody would speak: letters and digits mixed, at least `least` of them."""
    if len(text) < least or not _RANDOM_ALPHABET.fullmatch(text) or is_identifier(text):
        return False
    if _HEX.fullmatch(text):
        return len(text) >= max(10, min(least, 16)) and len(set(text)) >= 5 and not text.isalpha()
    digits = sum(char.isdigit() for char in text)
    if digits == len(text):
        return False
    if not digits:
        return len(text) >= 20 and _jumps(text) >= len(text) // 3
    return entropy(text) >= (2.5 if len(text) < 16 else 3.0) and _longest_word(text) <= max(8, len(text) // 2)


def is_scrambled(text: str, least: int = 32) -> bool:
    """True for what can hardly be anything but a generated secret, without a name beside it.

    At least `least` letters and digits, both cases and digits mixed as evenly as chance does it.
    """
    if len(text) < least:
        return False
    upper, lower, digits = (sum(map(test, text)) for test in (str.isupper, str.islower, str.isdigit))
    return (
        min(upper, lower) >= len(text) // 6
        and digits >= max(2, len(text) // 16)
        and _jumps(text) >= len(text) // 3
        and entropy(text) >= 4.0
    )


def _jumps(text: str) -> int:
    """How often the class of character (upper, lower, digit, other) changes, a capital at a word's start aside."""
    return max(0, len(_WORDS.findall(text)) - 1)


def _longest_word(text: str) -> int:
    return max((len(found[0]) for found in _WORDS.finditer(text) if not found[0].isdigit()), default=0)
