"""What is remembered of an issue and of a repository, how it is stored, and how an issue moves through its life."""

from bot.lifecycle.absorb import absorb
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
from bot.lifecycle.recognise import claims
from bot.lifecycle.transitions import Moved, advance, file

__all__ = [
    "BrokenState",
    "KeyRing",
    "Moved",
    "absorb",
    "advance",
    "around",
    "claims",
    "compose",
    "decode_issue",
    "decode_repo",
    "encode_issue",
    "encode_repo",
    "file",
    "fit",
    "page_of",
    "verified",
]
