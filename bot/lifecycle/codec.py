"""State as text: an issue's in its marker, a repository's in one document. Versioned, compact, signed with a key.

An issue's body: what people wrote | begin | the bot's page | state marker | end | what people wrote.
"""

import base64
import binascii
import hashlib
import hmac
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from bot.model.state import IssueState, RepoState

VERSION = 1
BEGIN = "<!-- incidentbot:begin -->"
END = "<!-- incidentbot:end -->"

_MARKER = re.compile(r"<!-- incidentbot:state v([0-9]{1,4}) ([A-Za-z0-9+/]+=*)(?: ([0-9a-f]{8}):([0-9a-f]{64}))? -->")
_STARTED = "<!-- incidentbot:state"
_OURS, _NOT_OURS = "<!-- incidentbot:", "<!- - incidentbot:"
_MOST_BYTES = 8_000_000

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

UPGRADES: Mapping[int, Upgrade] = {}
"""From a format version to the next: a function over the decoded state. Every version ever written keeps its entry."""

State = TypeVar("State", bound=msgspec.Struct)


class BrokenState(ValueError):
    """A state text that can't be trusted or read; the message says why, in words for a person."""


class KeyRing(msgspec.Struct, frozen=True):
    """HMAC keys; the first signs, any verifies. Empty: nothing is signed, and a signature is not checked."""

    keys: tuple[bytes, ...] = ()

    @property
    def signer(self) -> str:
        """The id of the key that signs; "" without a key."""
        return _key_id(self.keys[0]) if self.keys else ""

    def sign(self, text: bytes) -> str:
        """` keyid:hexdigest` by the first key, with its leading space; "" without a key."""
        return f" {self.signer}:{_digest(self.keys[0], text)}" if self.keys else ""

    def verifies(self, text: bytes, key_id: str, digest: str) -> bool:
        """True if a key of the ring made this digest."""
        keys = [key for key in self.keys if _key_id(key) == key_id]
        return any(hmac.compare_digest(_digest(key, text), digest) for key in keys)


NO_KEYS = KeyRing()


def _digest(key: bytes, text: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"incidentbot key id" + key).hexdigest()[:8]


def encode_issue(state: IssueState, ring: KeyRing = NO_KEYS) -> str:
    """The marker of an issue's state: an HTML comment without any `--` or `>` inside. Version and state are signed."""
    return f"{_STARTED} {seal(state, ring)} -->"


def seal(value: msgspec.Struct, ring: KeyRing = NO_KEYS) -> str:
    """`v1 payload` and, with a key, its signature: text without any `--` or `>`."""
    payload = base64.b64encode(zlib.compress(msgspec.json.encode(value), 9)).decode()
    signed = f"v{VERSION} {payload}"
    return signed + ring.sign(signed.encode())


def unseal(payload: str, version: int, kind: type[State]) -> State:
    """The value that `seal` packed. Raises BrokenState where it can't be read."""
    return _decode(_inflate(payload), version, kind)


def decode_issue(body: str, ring: KeyRing = NO_KEYS) -> IssueState | None:
    """The state in an issue's body; None where there is no marker. An unsigned one is read too: see `verified`.

    Raises BrokenState where there are several, or one that is damaged, newer than this program or wrongly signed.
    """
    found = list(_MARKER.finditer(body))
    if len(found) > 1:
        raise BrokenState("it holds several state markers")
    if not found:
        if _STARTED in body:
            raise BrokenState("its state marker is damaged")
        return None
    if found[0][4] and ring.keys and not _is_signed(found[0], ring):
        raise BrokenState("its state marker is signed with a key that isn't in the key ring")
    state = unseal(found[0][2], int(found[0][1]), IssueState)
    if not state.incident.members or state.incident.root.fingerprint != state.incident.key.root:
        raise BrokenState("its state has no root")
    return state


def verified(body: str, ring: KeyRing) -> bool:
    """True if the body's one marker has a valid signature by a key of the ring: whoever wrote it then has a key.

    What isn't verified counts only on an issue of a trusted author; deciding that is the caller's part.
    """
    found = list(_MARKER.finditer(body))
    return len(found) == 1 and _is_signed(found[0], ring)


def _is_signed(marker: re.Match[str], ring: KeyRing) -> bool:
    version, payload, key_id, digest = marker.groups("")
    return bool(digest) and ring.verifies(f"v{version} {payload}".encode(), key_id, digest)


def _inflate(payload: str) -> bytes:
    try:
        inflater = zlib.decompressobj()
        data = inflater.decompress(base64.b64decode(payload, validate=True), _MOST_BYTES)
    except (binascii.Error, zlib.error, ValueError):
        raise BrokenState("its state marker is damaged") from None
    if not inflater.eof:
        raise BrokenState("its state marker is damaged or too large")
    return data


def encode_repo(state: RepoState) -> str:
    """The repository's state as JSON that a person can read, ending in a newline."""
    plain = {"format": VERSION, **msgspec.to_builtins(state)}
    return msgspec.json.format(msgspec.json.encode(plain), indent=2).decode() + "\n"


def decode_repo(text: str | None) -> RepoState:
    """The repository's state; an empty one for None. Raises BrokenState where it can't be read."""
    if text is None or not text.strip():
        return RepoState()
    try:
        plain = msgspec.json.decode(text)
        version = plain.pop("format")
    except (msgspec.DecodeError, KeyError, AttributeError, TypeError):
        raise BrokenState("it is not the JSON object that incidentbot wrote") from None
    return _decode(msgspec.json.encode(plain), version, RepoState)


def _decode(data: bytes, version: object, kind: type[State]) -> State:
    if not isinstance(version, int):
        raise BrokenState("its format has no version")
    if version > VERSION:
        raise BrokenState(
            f"its format v{version} is newer than this incidentbot, which knows up to v{VERSION}: upgrade it"
        )
    steps = [UPGRADES.get(step) for step in range(version, VERSION)]
    try:
        plain = msgspec.json.decode(data)
        for step in steps:
            if step is None:
                raise BrokenState(f"its format v{version} is too old to be upgraded")
            plain = step(plain)
        return msgspec.convert(plain, kind, strict=False, str_keys=True)
    except (msgspec.MsgspecError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise BrokenState(f"its state doesn't fit the format: {error}") from None


def _section(body: str) -> tuple[int, int] | None:
    """Where the bot's section stands: its begin line to its end line, around the marker; None without any of them.

    Where a person deleted one of the two lines, the marker stands for it.
    """
    marker = _MARKER.search(body)
    if marker is None:
        start = body.find(BEGIN)
        end = body.find(END, start + len(BEGIN)) if start >= 0 else -1
        return (start, end + len(END)) if end >= 0 else None
    start, end = body.rfind(BEGIN, 0, marker.start()), body.find(END, marker.end())
    return start if start >= 0 else marker.start(), end + len(END) if end >= 0 else marker.end()


def page_of(body: str) -> str:
    """The bot's page in a body, without markers; "" where the body has no section of the bot's."""
    found = _section(body)
    section = body[slice(*found)] if found else ""
    return _MARKER.sub("", section.removeprefix(BEGIN).removesuffix(END)).strip("\r\n")


def around(body: str) -> str:
    """What people wrote around the bot's section: the body without it."""
    found = _section(body)
    return body[: found[0]] + body[found[1] :] if found else body


def compose(page: str, state: IssueState, before: str = "", ring: KeyRing = NO_KEYS, below: bool = False) -> str:
    """The body with the bot's section replaced, or put in front (or `below`); every byte around it stays.

    A marker that says the same state is kept as it stands, so that nothing changes with another machine's zlib; but one
    that another key than the first has signed is signed anew. A page can't hold a line that poses as one of ours.
    """
    there = _MARKER.search(before)
    marker = there[0] if there and _says(there, state, ring) else encode_issue(state, ring)
    section = section_of(page, marker)
    if found := _section(before):
        return before[: found[0]] + section + before[found[1] :]
    if below and before.strip():
        return f"{before}\n\n{section}\n"
    return f"{section}\n\n{before}" if before.strip() else f"{section}\n"


def section_of(page: str, marker: str) -> str:
    """The bot's section: its begin line, the page, the marker, its end line."""
    return f"{BEGIN}\n{page.replace(_OURS, _NOT_OURS).strip(chr(10))}\n\n{marker}\n{END}"


def _says(marker: re.Match[str], state: IssueState, ring: KeyRing) -> bool:
    if int(marker[1]) != VERSION or (ring.keys and marker[3] != ring.signer):
        return False
    try:
        return decode_issue(marker[0], ring) == state
    except BrokenState:
        return False
