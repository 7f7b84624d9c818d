"""Issues of the bot's that stand for many incidents: the storm issue, and the digest of what was broken before.

Their marker is of its own kind, so that they are never taken for the issue of an incident.
"""

import enum
import re

import msgspec

from bot.lifecycle.codec import NO_KEYS, BrokenState, KeyRing, page_of, seal, section_of, unseal
from bot.lifecycle.worse import peak
from bot.model.incident import Incident, IncidentKey, Priority

_MARKER = re.compile(r"<!-- incidentbot:list v([0-9]{1,4}) ([A-Za-z0-9+/]+=*)(?: ([0-9a-f]{8}):([0-9a-f]{64}))? -->")


class Kind(enum.StrEnum):
    """What the incidents have in common."""

    STORM = "storm"
    BASELINE = "baseline"


class Item(msgspec.Struct, frozen=True):
    """One incident of a list: `count` entries of its root, `peak` entries of all of it in the busiest hour.

    `first` and `last` are nanoseconds.
    """

    key: IncidentKey
    priority: Priority
    title: str
    count: int
    first: int
    last: int
    peak: int = 0


class Listing(msgspec.Struct, frozen=True):
    """The incidents that one issue lists, the worst first, and how many `beyond` had no room.

    `round` counts how often it was dissolved; `title` is what the bot last wrote.
    """

    kind: Kind
    items: tuple[Item, ...] = ()
    round: int = 0
    title: str = ""
    beyond: int = 0

    def of(self, key: IncidentKey) -> Item | None:
        """What is listed of this incident."""
        return next((item for item in self.items if item.key == key), None)


def item_of(incident: Incident, title: str) -> Item:
    """What a list says of an incident; `title` is for people."""
    root = incident.root
    return Item(incident.key, incident.priority, title, root.count, incident.first, incident.last, peak(incident))


def listing_in(body: str, ring: KeyRing = NO_KEYS) -> Listing | None:
    """The list in an issue's body; None where it has none that can be read, or one that no key of ours has signed."""
    found = list(_MARKER.finditer(body))
    if len(found) != 1:
        return None
    version, payload, key_id, digest = found[0].groups("")
    if digest and ring.keys and not ring.verifies(f"v{version} {payload}".encode(), key_id, digest):
        return None
    try:
        return unseal(payload, int(version), Listing)
    except BrokenState:
        return None


def verified_listing(body: str, ring: KeyRing) -> bool:
    """True if the body's one list has a valid signature by a key of the ring."""
    found = list(_MARKER.finditer(body))
    if len(found) != 1:
        return False
    version, payload, key_id, digest = found[0].groups("")
    return bool(digest) and ring.verifies(f"v{version} {payload}".encode(), key_id, digest)


def compose_listing(page: str, listing: Listing, before: str = "", ring: KeyRing = NO_KEYS) -> str:
    """The body of the issue; what people wrote around the bot's section stays, below it."""
    there = _MARKER.search(before)
    same = there is not None and listing_in(before, ring) == listing and (not ring.keys or there[3] == ring.signer)
    marker = there[0] if there and same else f"<!-- incidentbot:list {seal(listing, ring)} -->"
    section = section_of(page, marker)
    if not page_of(before):
        return f"{section}\n\n{before}" if before.strip() else f"{section}\n"
    head, _, rest = before.partition("<!-- incidentbot:begin -->")
    return head + section + rest.partition("<!-- incidentbot:end -->")[2]
