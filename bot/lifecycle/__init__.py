"""What is remembered of an issue and of a repository, how it is stored, and how an issue moves through its life."""

from bot.lifecycle.absorb import absorb
from bot.lifecycle.carving import parted
from bot.lifecycle.codec import (
    BrokenState,
    KeyRing,
    around,
    compose,
    decode_issue,
    decode_repo,
    encode_issue,
    encode_repo,
    page_of,
    verified,
)
from bot.lifecycle.fit import fit
from bot.lifecycle.listing import Item, Kind, Listing, compose_listing, item_of, listing_in, verified_listing
from bot.lifecycle.people import Wishes, wishes
from bot.lifecycle.recognise import claims
from bot.lifecycle.transitions import Moved, advance, file, resting
from bot.lifecycle.worse import escalated, peak

__all__ = [
    "BrokenState",
    "Item",
    "KeyRing",
    "Kind",
    "Listing",
    "Moved",
    "Wishes",
    "absorb",
    "advance",
    "around",
    "claims",
    "compose",
    "compose_listing",
    "decode_issue",
    "decode_repo",
    "encode_issue",
    "encode_repo",
    "escalated",
    "file",
    "fit",
    "item_of",
    "listing_in",
    "page_of",
    "parted",
    "peak",
    "resting",
    "verified",
    "verified_listing",
    "wishes",
]
