"""Secrets that are known by their form alone: keys between their lines, tokens, headers, addresses with a password."""

# ruff: noqa: E501 - a rule is easier to read on one line

import base64
import re

from bot.text.redaction.rule import Rule, Span, vocabulary
from bot.text.redaction.values import is_digest, is_random, is_scrambled, stands_for

_KEY_BODY = re.compile(rb"(?:[A-Za-z0-9+/=,:. \t\r\n-]|\\+[rn]|\\+u000[aAdD]|%0[AaDd])*+")
_KEY_TEXT = re.compile(rb"[\t\r\n -~]*+")
_KEY_BORDER = re.compile(rb"-----(?:(END)|BEGIN)[A-Z0-9 ]{0,40}-----")
_PUTTY_END = re.compile(rb"Private-MAC: *[0-9a-f]*")
_BODY_LIMIT = 65_536
_HEADS = vocabulary("""
    sk pk rk pat key apikey api token tok tkn secret sec oauth live test prod sandbox access refresh auth svc sa bot app
    usr user admin priv private pass pwd cred license lic webhook wh sess session master ingest write
    """)
_RUN = re.compile(rb"[A-Za-z0-9_.~-]*[A-Za-z0-9_~-]")
_PORT = re.compile(rb"[0-9]{1,5}(?:[/?#]|\Z)")
_STRETCH = 512


def _private_key(text: bytes, start: int, end: int) -> Span:
    """From the first line of the key to its last; where that is missing, as far as it still looks like a key."""
    last = _KEY_BORDER.search(text, end, min(len(text), end + _BODY_LIMIT))
    if last and last[1] and _KEY_TEXT.fullmatch(text, end, last.start()):
        return start, last.end(), "private key"
    body = _KEY_BODY.match(text, end, min(len(text), end + _BODY_LIMIT))
    return start, max(end, len(text[: body.end()].rstrip()) if body else end), "private key"


def _putty(text: bytes, start: int, end: int) -> Span:
    """The whole file, to the code that ends it; where that is missing, all there is of it."""
    last = _PUTTY_END.search(text, end, min(len(text), end + _BODY_LIMIT))
    return start, last.end() if last else min(len(text), end + _BODY_LIMIT), "private key"


def _userinfo(text: bytes, start: int, end: int) -> Span | None:
    """The password of `scheme://user:password@`; of `scheme://token@` the token, where it looks like one."""
    found = text[start:end]
    user, colon, password = found.partition(b":")
    if not colon:
        return (start, end, "credential") if is_random(user.decode("latin-1"), 12) else None
    if (b"/" in password and _PORT.match(password)) or stands_for(password.decode("latin-1")):
        return None
    if not password:
        return None
    kept = 0 if is_random(user.decode("latin-1"), 16) else len(user) + 1
    return start + kept, end, "password"


def _basic(text: bytes, start: int, end: int) -> Span | None:
    """Base64 of `user:password`, or what looks random."""
    value = text[start:end]
    try:
        pair = b":" in base64.b64decode(value + b"=" * (-len(value) % 4))
    except ValueError:
        pair = False
    return (start, end, "basic credentials") if pair or is_random(value.rstrip(b"=").decode("latin-1")) else None


def _header(text: bytes, start: int, end: int) -> Span | None:
    value = text[start:end].decode("latin-1")
    letters = re.sub(r"[_.:-]", "", value.rstrip("="))
    worded = letters.isalpha() and (letters.islower() or len(letters) < 16 or not is_random(letters))
    parameter = value.endswith("=") and text[end : end + 1] not in (b"", b" ", b'"', b"'", b"\\", b"\n", b",")
    return None if stands_for(value) or worded or parameter else (start, end, "bearer token")


def _token(text: bytes, start: int, end: int) -> Span | None:
    """A word in parts, the last of which is random, behind a part that says what it is; or one that is all random."""
    body = text[start:end].decode("latin-1")
    if is_digest(text, start):
        return None
    head, at = _head(text, start)
    if is_scrambled(body) and not (text[at - 1 : at] in (b"/", b"+") or text[end : end + 1] in (b"/", b"+")):
        return at if head and not head.endswith((b"/", b".")) else start, _tail(text, end), "token"
    told = [part for part in re.split(r"[^a-z]+", head.decode("latin-1").casefold()) if part]
    if told and any(part in _HEADS for part in told) and is_random(body, 20):
        return at, _tail(text, end), "token"
    return None


def _head(text: bytes, start: int) -> tuple[bytes, int]:
    """The parts before a run, as in `sk_live_`, and where they begin."""
    before = text[max(0, start - 32) : start]
    found = re.search(rb"(?<![A-Za-z0-9])(?:[A-Za-z][A-Za-z0-9]{0,15}[_-]){1,4}\Z", before)
    return (found[0], start - len(found[0])) if found else (b"", start)


def _tail(text: bytes, end: int) -> int:
    found = _RUN.match(text, end, min(len(text), end + _STRETCH))
    return found.end() if found else end


def _auth(text: bytes, start: int, end: int) -> Span | None:
    """What follows AUTH is no word of a sentence."""
    value = text[start:end]
    return (start, end, "password") if re.search(rb"[0-9]", value) and not stands_for(value.decode("latin-1")) else None


def _cookie(text: bytes, start: int, end: int) -> Span | None:
    return None if stands_for(text[start:end].decode("latin-1")) else (start, end, "cookie")


_BASE64_KEY = r"LS0tLS1CRUdJTi(?:BSU0EgUFJJVkFUR|BQUklWQVRF|BFQyBQ|BPUEVOU1NI|BFTkNSWVBURU|BEU0EgUFJJ|BQR1AgUFJJ)[A-Za-z0-9+/=\\\n\r]*"
_DER_KEY = r"MI(?:I[A-Za-z0-9+/]{2}[A-Za-z0-9+/]|[A-Za-z0-9+/]{2})?(?:IBA[AD]|CAQ[AE]|AgEA)[A-Za-z0-9+/=\\\n\r]{40,}|MHcCAQEE[A-Za-z0-9+/=]{40,}"

RULES = (
    Rule(
        "private key",
        r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}(?:PRIVATE|SECRET) KEY(?: BLOCK)?-----",
        r"-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE|SECRET) KEY",
        _private_key,
        rank=0,
    ),
    Rule("private key", "PuTTY-User-Key-File-[0-9]", "PuTTY-User-Key-File", _putty, rank=0),
    Rule("private key", _BASE64_KEY, "LS0tLS1CRUdJTi"),
    Rule("private key", _DER_KEY, r"MI[A-Za-z0-9+/]{0,6}(?:IBA[AD]|CAQ[AE]|AgEA)|MHcCAQEE"),
    Rule("private key", r"b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=\\\n\r]+", "b3BlbnNzaC1rZXktdjE"),
    Rule("private key", r"AGE-SECRET-KEY-1[0-9A-Z]{20,}", "AGE-SECRET-KEY-"),
    Rule("private key", r"""["'](?:d|p|q|dp|dq|qi|k)\\?["']\s*:\s*\\?["']([\w-]{20,})""", r'"kty|"k"'),
    Rule("private key", r"\b[xyzt]prv[1-9A-HJ-NP-Za-km-z]{100,}|\bnsec1[02-9ac-hj-np-z]{50,}", r"[xyzt]prv|nsec1"),
    Rule(
        "seed phrase",
        r"(?i)(?:mnemonic|(?:seed|recovery|backup|secret)[ _-]?phrase)\W{1,6}((?:[a-z]{3,8}[ ,]+){11,23}[a-z]{3,8})",
        r"mnemonic|phrase",
    ),
    Rule("jwt", r"eyJ[\w=+/-]{8,}(?:\.[\w=+/-]*){2,4}|eyJ[\w=+/-]{16,}\.eyJ[\w=+/-]{8,}", "eyJ"),
    Rule("jwt", r"ZXlK[\w+/-]{60,}={0,2}", "ZXlK"),
    Rule(
        "bearer token",
        r"(?i)\b(?:bearer|token|apikey|api-key|genie_?key|sso-key|hawk|splunk|ntlm|negotiate)(?:[ +]|%20){1,3}\\*[\"']?([\w.~+/:-]{20,}={0,2})",
        r"(?:bearer|token|api-?key|geniekey|sso-key|splunk|ntlm|negotiate)(?:[ +]|%20)",
        _header,
        rank=2,
    ),
    Rule(
        "bearer token",
        r"(?i)\b(?:bearer|ssws)(?:[ +]|%20){1,3}\\*[\"']?([\w.~+/:-]{6,}={0,2})",
        "bearer|ssws",
        _header,
        rank=2,
    ),
    Rule(
        "authorization",
        r"(?i)authorization\\*[\"']?\]?\s{0,3}[:=,]\s{0,3}\\*[\"']?(?:(?:bearer|basic|token|apikey|key|aws|bot|ssws|splunk|negotiate|ntlm|geniekey|sso-key|oauth|jwt|client-id|klaviyo-api-key|discogs)[ +:]{1,3})?\\*[\"']?([^\s\"'\\,;<>]{8,})",
        "authorization",
        _header,
        rank=3,
    ),
    Rule(
        "basic credentials",
        r"(?i)\bbasic(?:[ +]|%20){1,3}\\*[\"']?([A-Za-z0-9+/_-]{6,}={0,2})",
        "basic",
        _basic,
        rank=2,
    ),
    Rule(
        "digest",
        r"(?i)(?:\b(?:response|cnonce|nonce|opaque|mac|signature|oauth_signature|oauth_token))=\\*\"?([A-Za-z0-9+/=_%-]{8,})",
        r"digest |hawk |oauth_|aws4-hmac|signature ",
        rank=2,
    ),
    Rule(
        "cookie",
        r"(?i)\bset-cookie2?\\*[\"']?\s{0,3}[:=,]\s{0,3}\\*[\"']?[^\s=;,\"']{1,128}=([^\s;\"'\\]{3,})",
        "set-cookie",
        _cookie,
        rank=2,
    ),
    Rule(
        "cookie",
        r"(?i)(?:^|[^-\w])cookies?\\*[\"']?\s{0,3}[:=,]\s{0,3}\\*[\"']?([^\s=;,\"'\\:{}]{1,128}=[^\s;\"'\\]+(?:;\s?[^\s=;,\"'\\]{1,128}=[^\s;\"'\\]*)*)",
        "cookie",
        _cookie,
        rank=2,
    ),
    Rule(
        "password",
        r"://([^\s/@\"'<>\\]{0,256}:?[^\s@\"'<>\\]{0,256}(?:@[^\s/@:\"'<>\\,]{1,256})*)@[\w.\[%$-]",
        r"://[^\s]*@",
        _userinfo,
        rank=2,
    ),
    Rule(
        "password",
        r"\b[\w.-]{1,64}:([^\s:@/\"'(]{3,128})@(?:tcp|tcp6|unix|udp|cloudsql|\()",
        r"@(?:tcp|tcp6|unix|udp|cloudsql|\()",
    ),
    Rule("password", r"(?i)jdbc:oracle:\w+:[^\s/@:]{1,64}/([^\s@]{1,128})@", "jdbc:oracle"),
    Rule(
        "password",
        r"(?:^|\s)(?:-u|--user|--proxy-user|-U)[ =]?\\?[\"']?[\w.@%+-]{1,64}:([^\s\"'\\:$]{3,})",
        r"-u|--user|--proxy-user",
    ),
    Rule(
        "password",
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|]{0,200}?\s-p([^\s\"'-][^\s\"']{2,})",
        "mysql|mariadb",
    ),
    Rule("password", r"\bsshpass\s+-p\s*[\"']?([^\s\"']{3,})", "sshpass"),
    Rule(
        "password",
        r"(?i)\bidentified\s+(?:with\s+\S{1,40}\s+)?by\s+(?:password\s+)?\\?[\"']([^\"'\\]{1,256})",
        "identified",
    ),
    Rule(
        "password",
        r"(?:^|[\s\"'>])(?:AUTH|HELLO [23] AUTH)\s+(?:[\w-]{1,40}\s+)?\"?([^\s\"';,|)}<>]{8,})",
        "AUTH ",
        _auth,
    ),
    Rule(
        "password hash",
        r"\$(?:2[abxy]?\$\d\d\$[./A-Za-z0-9]{50,}|argon2i?d?\$[^\s\"',]{20,}|[156y]\$[^\s\"':,]{8,}|(?:scrypt|pbkdf2[\w-]*|apr1|P|H|sha1|md5)\$[^\s\"':,]{8,})",
        r"\$(?:2[abxy]?\$|argon2|[156y]\$|scrypt|pbkdf2|apr1|P\$|H\$|sha1|md5)",
    ),
    Rule(
        "password hash",
        r"(?:pbkdf2_sha\d+|bcrypt_sha256|scrypt|pbkdf2:sha\d+(?::\d+)?|scrypt:\d+:\d+:\d+)\$[^\s\"',]{16,}|\{(?:SSHA|SHA|SMD5|MD5|CRYPT|PBKDF2)\d{0,3}\}[A-Za-z0-9+/=$.]{8,}",
        r"pbkdf2|bcrypt_sha|scrypt|\{S?(?:SHA|MD5|CRYPT)|\{SMD5",
    ),
    Rule("token", r"([A-Za-z0-9]{20,})", r"[A-Za-z0-9]{20}", _token, rank=4),
)
