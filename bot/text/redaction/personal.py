"""Personal data: addresses of people and of their machines, numbers of cards, accounts, telephones and citizens."""

import ipaddress
import re
from collections.abc import Callable

from bot.text.redaction.rule import Rule, Span, vocabulary

_DIGITS = re.compile(rb"\D+")
_EDGE = r"(?:^|[^\w.+-])"
_CARD_STARTS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}(?:\d{3})?|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:50|5[6-9]|6[0-9])\d{10,17}"
)
_IBAN_LENGTH = {
    pair[:2]: int(pair[3:])
    for pair in vocabulary("""
    AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DJ:27 DK:18
    DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 IQ:23
    IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 MK:19 MN:20 MR:27 MT:31
    MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24 SC:31 SD:18 SE:24 SI:19 SK:24
    SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20
    """)
}
_NOT_OF_A_PERSON = re.compile(
    rb"(?:git|noreply|no-reply)@|@(?:[\w.-]+\.)?(?:gserviceaccount\.com|iam|localhost)\Z", re.IGNORECASE
)
_USER_AT_MOST = 320
_USER_BEFORE = re.compile(rb"://[^\s/?#@]*:[^\s/?#@]*\Z")
_PASSWORD = re.compile(rb"[^/?#@]+@")
_CODE_FILE = re.compile(
    rb"\.(?:png|jpe?g|gif|svg|js|css|py|go|java|rb|ts|so|jar|service|socket|timer|internal|local)\Z", re.IGNORECASE
)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812."""
    doubled = [sum(divmod(2 * int(digit), 10)) if place % 2 else int(digit) for place, digit in enumerate(digits[::-1])]
    return sum(doubled) % 10 == 0


def iban(text: str) -> bool:
    """Whether an account number without blanks has its country's length and the check digits of ISO 13616."""
    if len(text) != _IBAN_LENGTH.get(text[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def verhoeff(digits: str) -> bool:
    """Whether the last digit is Verhoeff's check digit, in the dihedral group D5."""
    check = 0
    for place, digit in enumerate(digits[::-1]):
        value = int(digit)
        for _ in range(place % 8):
            value = int("1576283094"[value])
        check = _d5(check, value)
    return check == 0


def _d5(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else (a + b - 5) % 5 + 5
    return (a - 5 - b) % 5 + 5 if b < 5 else (a - b) % 5


def _email(text: bytes, start: int, end: int) -> Span | None:
    """An address, unless what stands before says that it is the password and the host of a URL."""
    found = text[start:end]
    if _NOT_OF_A_PERSON.search(found) or _CODE_FILE.search(found):
        return None
    if _USER_BEFORE.search(text, max(0, start - _USER_AT_MOST), start) and _PASSWORD.match(found):
        return None
    return start, end, "e-mail"


def _card(text: bytes, start: int, end: int) -> Span | None:
    digits = _DIGITS.sub(b"", text[start:end]).decode()
    ok = _CARD_STARTS.fullmatch(digits) and luhn(digits) and len(set(digits)) > 1
    return (start, end, "card number") if ok else None


def _iban(text: bytes, start: int, end: int) -> Span | None:
    """The longest beginning of the match, by groups of four, that is an account number."""
    compact = re.sub(rb"[ -]", b"", text[start:end]).decode().upper()
    length = _IBAN_LENGTH.get(compact[:2], 0)
    if not length or len(compact) < length or not iban(compact[:length]):
        return None
    at = start
    for _ in range(length):
        while text[at : at + 1] in (b" ", b"-"):
            at += 1
        at += 1
    return (start, at, "iban") if not text[at : at + 1].isalnum() else None


def _phone(text: bytes, start: int, end: int) -> Span | None:
    digits = _DIGITS.sub(b"", text[start:end])
    return (start, end, "phone number") if 8 <= len(digits) <= 15 and len(set(digits)) > 2 else None


def _address(private: bool) -> Callable[[bytes, int, int], Span | None]:
    def judge(text: bytes, start: int, end: int) -> Span | None:
        try:
            address = ipaddress.ip_address(text[start:end].decode().rstrip(":."))
        except ValueError:
            return None
        if address.is_loopback or address.is_unspecified or address.is_multicast or text[start:end].endswith(b".0.0.0"):
            return None
        if not private and (address.is_private or address.is_link_local or address.is_reserved):
            return None
        return start, start + len(text[start:end].rstrip(b":.")), "ip address"

    return judge


def _social(text: bytes, start: int, end: int) -> Span | None:
    area, group, serial = text[start : start + 3], text[start + 4 : start + 6], text[end - 4 : end]
    valid = area not in (b"000", b"666") and area < b"900" and group != b"00" and serial != b"0000"
    return (start, end, "national id") if valid else None


def _checked(test: Callable[[str], bool]) -> Callable[[bytes, int, int], Span | None]:
    def judge(text: bytes, start: int, end: int) -> Span | None:
        plain = re.sub(r"[ ./-]", "", text[start:end].decode().upper())
        return (start, end, "national id") if test(plain) else None

    return judge


def _cpf(digits: str) -> bool:
    def check(length: int) -> int:
        total = sum(
            int(digit) * weight for digit, weight in zip(digits[:length], range(length + 1, 1, -1), strict=True)
        )
        return total * 10 % 11 % 10

    return len(set(digits)) > 1 and check(9) == int(digits[9]) and check(10) == int(digits[10])


def _dni(text: str) -> bool:
    number = int(text[:-1].translate(str.maketrans("XYZ", "012")))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == text[-1]


def _nir(text: str) -> bool:
    body = text[:13].replace("2A", "19").replace("2B", "18")
    return 97 - int(body) % 97 == int(text[13:])


_NATIONAL = (
    Rule("national id", rf"{_EDGE}(\d{{3}}-\d{{2}}-\d{{4}})\b(?:[^-]|$)", r"\d{3}-\d{2}-\d{4}", _social),
    Rule("national id", r"(?i)\bssn\W{1,4}(\d{9})\b", "(?i:ssn)"),
    Rule("national id", rf"{_EDGE}(\d{{3}}\.\d{{3}}\.\d{{3}}-\d{{2}})\b", r"\d{3}\.\d{3}-\d{2}", _checked(_cpf)),
    Rule("national id", r"\b([XYZ\d]\d{7}-?[A-HJ-NP-TV-Z])\b", r"\d{7}-?[A-HJ-NP-TV-Z]", _checked(_dni)),
    Rule(
        "national id",
        r"\b([12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d)\b",
        r"\d{3} ?\d{3} ?\d\d",
        _checked(_nir),
    ),
    Rule("national id", r"\b([A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z])\b", r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d"),
    Rule(
        "national id",
        r"\b([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D])\b",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]",
    ),
    Rule(
        "national id", rf"{_EDGE}([2-9]\d{{3}} \d{{4}} \d{{4}})\b(?:[^ ]|$)", r"\d{4} \d{4} \d{4}", _checked(verhoeff)
    ),
    Rule("national id", rf"{_EDGE}(\d{{3}}-\d{{3}}-\d{{3}})\b(?:[^-]|$)", r"\d{3}-\d{3}-\d{3}", _checked(luhn)),
)
_EMAIL = (
    Rule(
        "e-mail",
        r"([A-Za-z0-9][\w.!#$%&'*+/=?^`{|}~-]{0,63}(?:@|%40)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24})\b",
        r"(?:@|%40)[A-Za-z0-9-]+\.",
        _email,
    ),
)
_CARD = (
    Rule(
        "card number", r"(?:^|[^\w.-])(\d(?:[ -]?\d){11,18})\b", r"\d{4}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}", _card
    ),
)
_IBAN = (
    Rule(
        "iban",
        r"(?i)\b([A-Z]{2}\d{2}[ -]?(?:[A-Z0-9]{4}[ -]?){2,7}[A-Z0-9]{0,4})\b",
        r"(?i)[A-Z]{2}\d{2}[ -]?[A-Z0-9]{4}[ -]?[A-Z0-9]{4}",
        _iban,
    ),
)
_PHONE = (Rule("phone number", r"(?:^|[^\w.+/-])(\+[1-9](?:[ ().-]{0,2}\d){7,14})\b", r"\+[1-9][\d ().-]{7}", _phone),)

KINDS = ("email", "ip", "card", "phone", "iban", "national-id")
"""What a team can have redacted, by the names that its settings use."""


def rules_for(kinds: tuple[str, ...], private_addresses: bool = False) -> tuple[Rule, ...]:
    """The rules of these kinds; addresses of private networks count as an `ip` only where that is wanted."""
    address = _address(private_addresses)
    by_kind = {
        "email": _EMAIL,
        "card": _CARD,
        "phone": _PHONE,
        "iban": _IBAN,
        "national-id": _NATIONAL,
        "ip": (
            Rule(
                "ip address",
                r"(?:^|[^\w.-]|\b[a-z]{1,3}-)((?:\d{1,3}\.){3}\d{1,3})(?:[^\w.-]|\.?$|\.\s|-)",
                r"\d\.\d{1,3}\.\d{1,3}\.\d",
                address,
            ),
            Rule(
                "ip address",
                r"(?i)(?:^|[^\w:.])((?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?)",
                r"(?i)(?:[0-9a-f]{1,4}:){2}[0-9a-f:]|::[0-9a-f]|[0-9a-f]::",
                address,
            ),
        ),
    }
    return tuple(rule for kind in KINDS if kind in kinds for rule in by_kind[kind])
