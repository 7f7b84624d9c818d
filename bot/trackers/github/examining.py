"""What GitHub says of a repository and of a token, without anything being changed."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from bot.errors import TrackerUnavailable
from bot.model.time import SECOND
from bot.trackers.github.labels import path_of
from bot.trackers.github.refusals import Asked
from bot.trackers.github.replies import LabelReply
from bot.trackers.interface import Premises

if TYPE_CHECKING:
    from bot.trackers.github.wire import Wire


class _Repository(msgspec.Struct, frozen=True):
    """Source of the fields: https://docs.github.com/en/rest/repos/repos#get-a-repository."""

    url: str
    archived: bool = False
    has_issues: bool = True


def examined(wire: "Wire", own: str) -> Premises:
    """What GitHub says of the repository. Raises TrackerUnavailable where it can't be seen.

    Whether the token may write is asked by a change of a label (our `own`, if it is there) that changes nothing: a
    token's rights show in no answer but a refusal. A repository without a single label can't be asked so.
    """
    asked = Asked(wire.repo, "GET", "reading the repository")
    headers, found = wire.answered(asked, "", _Repository)
    refusal, tried = _refusal(wire, own) if found.has_issues and not found.archived else ("", False)
    return Premises(found.archived, found.has_issues, _clock(headers), _scopes(headers), refusal, tried)


def _refusal(wire: "Wire", own: str) -> tuple[str, bool]:
    some = wire.page("/labels", {"per_page": "100"}, LabelReply, "listing labels")
    names = [label.name for label in some if label.name]
    if not names:
        return "", False
    ours = next((name for name in names if name.casefold() == own.casefold()), names[0])
    try:
        wire.write("PATCH", path_of(ours), {}, LabelReply, "writing labels and issues")
    except TrackerUnavailable as refusal:
        return str(refusal), True
    return "", True


def _clock(headers: Mapping[str, str]) -> int:
    try:
        return int(parsedate_to_datetime(headers.get("date", "")).timestamp()) * SECOND
    except ValueError:
        return 0


def _scopes(headers: Mapping[str, str]) -> tuple[str, ...] | None:
    """Scopes of a classic token; a token of another kind has no such header."""
    told = headers.get("x-oauth-scopes")
    return None if told is None else tuple(one.strip() for one in told.split(",") if one.strip())
