"""Which names tell of a secret: `DB_PASSWORD`, `x-api-key`, `clientSecret`; and which only sound so: `token_count`."""

import enum
import re
from functools import lru_cache

from bot.text.redaction.rule import vocabulary

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_PASSWORD = vocabulary("password passwd passphrase passcode pwd passwort motdepasse senha contrasena psw pswd passw")
_SECRET = vocabulary("secret secretkey clientsecret apikey apitoken authtoken accesstoken secretaccesskey")
_TOKEN = vocabulary("token jwt pat bearer credential credentials cred creds sas authtoken sessiontoken xsrf csrf")
_SIGNED = vocabulary("sig signature hmac mac salt pepper nonce assertion samlresponse samlrequest ticket webhook")
_SESSION = vocabulary("session sessionid sessid sess sid phpsessid jsessionid cookie cookies aspxauth")
_CODE = vocabulary("pin otp totp cvv cvc cvn cvv2 mfa tan puk")
_AUTH = vocabulary("auth authorization authentication oauth oauth2 apiauth")
_KEY_OF = vocabulary("""
    access account admin aes agent alg api app application auth authorization aws azure billing client cloud connection
    consumer credential crypto customer decryption deploy des developer device encryption enc entity hash hmac host
    ingest ingestion install instance instrumentation integration jwt kms ldap license licence live management master
    merchant organization org partner personal portal priv private prod production project read registry root rsa sa
    sandbox secret secure security sender seed server service session shared sign signing site ssh ssl stream storage
    subscription symmetric sync team tenant test tls tracking upload user validation vault verification webhook write
    wrapping primary secondary machine writekey readonly session heroku hubspot snyk kucoin squarespace
    sendbird postmark     pagerduty launchdarkly consul nomad
    """)
_HARMLESS_END = vocabulary("""
    age alg algorithm algo arn at attempts audience bits bucket budget bytes cache chars class client column count
    created date dir directory enabled endpoint error errors exp expected expiration expire expired expires expiry
    expiring field file filename format generation generator handler header hint host id identifier ids idx in index
    info invalid issuer kind label last length len level lifetime limit limits list location manager max min missing
    mode name names num number offset ok parser path pattern per policy prefix provider purpose range rate reader ref
    refs region remaining required reset resource role rotation scheme schema scope scopes seconds secs service size
    sort source space spec state status store str string strength table time timeout total ttl type types unit uri url
    usage used user username valid validity validator version window words
    """)
_HARMLESS_START = vocabulary("public foreign sort partition cache row idempotency max min num total")


class Telling(enum.IntEnum):
    """How much a name tells of its value; the higher, the less the value itself has to look like a secret."""

    NOTHING = 0
    RANDOM = 1
    """A secret where the value is random: `key`, `auth`, `sig`."""
    LIKELY = 2
    """A secret unless the value is a word or an identifier: `token`, `api_key`."""
    CODE = 3
    """A short number: `otp`, `pin`, `cvv`."""
    ANYTHING = 4
    """Whatever the value is: `password`, `client_secret`."""


@lru_cache(maxsize=4096)
def telling(name: str) -> tuple[Telling, str]:
    """How much this name tells, and the kind of secret it names."""
    words = [word.casefold() for word in _WORDS.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or (len(words) > 1 and words[-1] in _HARMLESS_END and not _is_session(words)):
        return Telling.NOTHING, ""
    joined = "".join(words)
    for judge in (_password, _by_key, _by_word):
        found = judge(words, joined)
        if found[0]:
            return found
    return Telling.NOTHING, ""


def _is_session(words: list[str]) -> bool:
    return words[-1] == "id" and words[-2] in _SESSION


def _password(words: list[str], joined: str) -> tuple[Telling, str]:
    if any(word in _PASSWORD for word in words) or joined.endswith(
        ("password", "passwd", "passphrase", "pwd", "passwort")
    ):
        return Telling.ANYTHING, "password"
    if any(word in _SECRET for word in words) or joined.endswith(("secret", "secretkey")):
        return Telling.ANYTHING, "secret"
    if words[-1] in ("pass", "pw") or (
        words[-1] == "code" and words[:1] != words and words[-2] in ("security", "verification")
    ):
        return (Telling.LIKELY, "password") if words[-1] != "code" else (Telling.CODE, "one-time code")
    return Telling.NOTHING, ""


def _by_key(words: list[str], joined: str) -> tuple[Telling, str]:
    last = words[-1]
    if last not in ("key", "keys") and not joined.endswith("key") and "key" not in words:
        return Telling.NOTHING, ""
    if words[0] in _HARMLESS_START or "public" in words:
        return Telling.NOTHING, ""
    before = words[:-1] if last in ("key", "keys") else words
    qualified = any(word in _KEY_OF for word in before) or joined.endswith(("apikey", "accesskey", "appkey", "authkey"))
    kind = "api key" if "api" in joined else "key"
    return (Telling.LIKELY if qualified and last != "keys" else Telling.RANDOM), kind


def _by_word(words: list[str], joined: str) -> tuple[Telling, str]:
    if any(word in _TOKEN for word in words) or joined.endswith("token"):
        return Telling.LIKELY, "credential" if "cred" in joined else "token"
    if words[-1] in _CODE:
        return Telling.CODE, "one-time code"
    if any(word in _SESSION for word in words) or _is_session([*words, ""][-2:]):
        return Telling.RANDOM, "session"
    if words[-1] in _SIGNED:
        return Telling.RANDOM, "signature" if words[-1] in ("sig", "signature", "hmac", "mac") else "secret"
    if words[-1] in _AUTH or joined in ("tokens", "secrets", "passwords"):
        return Telling.RANDOM, "credential"
    if any(word in ("tokens", "dsn", "keystore", "encrypted", "seed", "license") for word in words):
        return Telling.RANDOM, "secret"
    return Telling.NOTHING, ""
