"""The hidden comments that carry the state and the keys of comments: text in, text out, no request. Pure.

A state stands compressed in the dashboard's body. When it outgrows that, it is split into parts that are comments, each
naming the digest it is of; the body names the digest and the number of parts, so the body alone decides which count.
"""

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

TITLE = "incidentbot dashboard"
BODY_LIMIT = 65_536
PAGE_LIMIT = 20_000
INLINE_LIMIT = 44_000
PART_LIMIT = 60_000
STATE_LIMIT = 256 * 1024 * 1024

_STATE = re.compile(r"<!-- incidentbot:state 1 ([0-9a-f]{32}) (\d{1,4})\s+([\w=-]*)\s*-->\s*")
_STARTED = "<!-- incidentbot:state "
_PART = re.compile(r"<!-- incidentbot:state-part ([0-9a-f]{32}) (\d{1,4})/(\d{1,4})\s+([\w=-]+)\s*-->")
_COMMENT = re.compile(r"\n\n<!-- incidentbot:comment (\S+) -->\s*\Z")
_CUT = "\n\n*This page was cut here: it is longer than GitHub keeps. The issues with the bot's label are complete.*"
_PART_NOTE = "The bot keeps what it remembers here; part {} of {}. Leave it as it is."


class Broken(ValueError):
    """A marker is there and can't be read whole."""


class Stored(msgspec.Struct, frozen=True):
    """What a body says of the state: its digest, and either the payload or the number of parts that hold it."""

    digest: str
    parts: int
    payload: str


class Split(msgspec.Struct, frozen=True):
    """A state made ready: the marker for the body, and the parts' bodies by number, from 1 (none: all is inline)."""

    digest: str
    marker: str
    parts: dict[int, str]


def digest_of(state: str) -> str:
    """What names a state: the first 32 hex digits of its SHA-256."""
    return hashlib.sha256(state.encode()).hexdigest()[:32]


def split(state: str) -> Split:
    """The marker, and the parts where one marker doesn't hold it all."""
    digest = digest_of(state)
    payload = base64.urlsafe_b64encode(zlib.compress(state.encode(), 9)).decode()
    if len(payload) <= INLINE_LIMIT:
        return Split(digest, f"<!-- incidentbot:state 1 {digest} 0\n{payload}\n-->\n", {})
    pieces = [payload[at : at + PART_LIMIT] for at in range(0, len(payload), PART_LIMIT)]
    count = len(pieces)
    parts = {
        n: f"{_PART_NOTE.format(n, count)}\n\n<!-- incidentbot:state-part {digest} {n}/{count}\n{piece}\n-->"
        for n, piece in enumerate(pieces, 1)
    }
    return Split(digest, f"<!-- incidentbot:state 1 {digest} {count}\n-->\n", parts)


def body_of(marker: str, page: str) -> str:
    """The dashboard's body: the marker first, so that no cut or open fence of the page can swallow it."""
    harmless = page.replace("<!--", "&lt;!--").strip()
    if len(harmless) > PAGE_LIMIT:
        kept = harmless[: PAGE_LIMIT - len(_CUT)]
        harmless = (kept.rpartition("\n")[0] or kept) + _CUT
    return f"{marker}{harmless}\n"


def page_of(body: str) -> str:
    """The page for people within a dashboard's body."""
    return _STATE.sub("", body, count=1).strip()


def stored(body: str) -> Stored | None:
    """What a body says of the state; None where there is no marker. Raises Broken where one is there but damaged."""
    if found := _STATE.match(body.lstrip()):
        return Stored(found[1], int(found[2]), found[3])
    if marked(body):
        raise Broken("the marker is damaged")
    return None


def marked(body: str) -> bool:
    """Whether a body begins with a state's marker, damaged or not; one further down is a quotation."""
    return body.lstrip().startswith(_STARTED)


def part_of(body: str) -> tuple[str, int, str] | None:
    """(digest, number, payload) of a comment that holds a part; None for any other comment."""
    found = _PART.search(body)
    return (found[1], int(found[2]), found[4]) if found else None


def state_of(said: Stored, parts: Mapping[int, str]) -> str:
    """The state text, from the body's payload or from the payloads of its parts by number. Raises Broken."""
    missing = [n for n in range(1, said.parts + 1) if n not in parts]
    if missing:
        raise Broken(f"part {missing[0]} of {said.parts} is missing")
    payload = "".join(parts[n] for n in range(1, said.parts + 1)) if said.parts else said.payload
    state = _inflated(payload)
    if digest_of(state) != said.digest:
        raise Broken("its digest doesn't match")
    return state


def _inflated(payload: str) -> str:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(base64.urlsafe_b64decode(payload), STATE_LIMIT).decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        raise Broken("its payload is damaged") from None
    if not stream.eof:
        raise Broken("its payload is cut or too large")
    return text


def keyed(body: str, key: str) -> str:
    """A comment's body with its key hidden in the last line; what is longer than GitHub keeps is cut before it."""
    line = f"\n\n<!-- incidentbot:comment {_name(key)} -->"
    return body[: BODY_LIMIT - len(line)] + line


def has_key(body: str, key: str) -> bool:
    """Whether a comment's last line carries this key."""
    found = _COMMENT.search(body.replace("\r\n", "\n"))
    return found is not None and found[1] == _name(key)


def is_keyed(body: str) -> bool:
    """Whether a comment's last line carries a key, whichever: then the bot wrote it."""
    return _COMMENT.search(body.replace("\r\n", "\n")) is not None


def without_key(body: str) -> str:
    """A comment's body as it was before `keyed`."""
    return _COMMENT.sub("", body)


def _name(key: str) -> str:
    return quote(key, safe=":/@") or "%"
