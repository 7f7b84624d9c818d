"""What is remembered of an issue and of a repository, how it is stored, and how an issue moves through its life."""

from bot.lifecycle.absorb import absorb
from bot.lifecycle.carving import parted
from bot.lifecycle.case import ENDED, RESOLVED, UNTAKEN, Case, Facts, resting
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
from bot.lifecycle.moves import Moved, file
from bot.lifecycle.people import Wishes, wishes
from bot.lifecycle.recognise import aliases_of, claims, names_of
from bot.lifecycle.transitions import NO_FACTS, RULES, advance, step_of
from bot.lifecycle.worse import escalated, peak

__all__ = [
    "ENDED",
    "NO_FACTS",
    "RESOLVED",
    "RULES",
    "UNTAKEN",
    "BrokenState",
    "Case",
    "Facts",
    "Item",
    "KeyRing",
    "Kind",
    "Listing",
    "Moved",
    "Wishes",
    "absorb",
    "advance",
    "aliases_of",
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
    "names_of",
    "page_of",
    "parted",
    "peak",
    "resting",
    "step_of",
    "verified",
    "verified_listing",
    "wishes",
]
