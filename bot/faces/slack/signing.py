"""Whether Slack sent a request: the HMAC over its raw bytes, its age, and that it comes for the first time.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Iterable

import msgspec

TIMELY = 300
"""Seconds that a request's timestamp may be away from this machine's clock."""

_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_SIGNATURE = re.compile(rb"v0=[0-9a-f]{64}")


class Signed(msgspec.Struct, frozen=True):
    """What a request claims, as its headers came: the timestamp in seconds, and the signature."""

    timestamp: bytes
    signature: bytes


def is_signed(signed: Signed, body: bytes, secrets: Iterable[bytes], now: float) -> bool:
    """Whether one of these secrets signed this body no longer ago than `TIMELY`, by `now` (seconds); never raises."""
    if not _TIMESTAMP.fullmatch(signed.timestamp) or not _SIGNATURE.fullmatch(signed.signature):
        return False
    base = b"v0:" + signed.timestamp + b":" + body
    wanted = [b"v0=" + hmac.new(secret, base, hashlib.sha256).hexdigest().encode() for secret in secrets if secret]
    matches = [hmac.compare_digest(one, signed.signature) for one in wanted]
    return any(matches) and abs(now - int(signed.timestamp)) <= TIMELY


class Seen:
    """Requests of the last minutes, so that none is taken twice; only what was signed gets here."""

    def __init__(self, most: int = 100_000) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()
        self._most = most

    def first(self, nonce: str, now: float) -> bool:
        """Whether this nonce comes for the first time; it is remembered for as long as its timestamp could pass."""
        while self._until and (next(iter(self._until.values())) < now or len(self._until) > self._most):
            self._until.popitem(last=False)
        if nonce in self._until:
            return False
        self._until[nonce] = now + 2 * TIMELY + 1
        return True

    def forget(self, nonce: str) -> None:
        """Let this nonce come again: what it asked for was not taken."""
        self._until.pop(nonce, None)
