"""The one issue that carries the state, and what happens on the way there and back."""

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from bot.errors import TrackerUnavailable
from bot.model.run import Warned
from bot.trackers.github import marker
from bot.trackers.github.labels import Labels, demand
from bot.trackers.github.replies import CommentReply, IssueReply

if TYPE_CHECKING:
    from bot.trackers.github.wire import Wire


class Dashboard:
    """Reads and writes the state. It is told what a listing found, and asks for its own issue by number only.

    Where two dashboards stand (one whose answer was lost, then another), the lowest number with a whole marker counts;
    the other is closed and loses its label and marker on the next write.
    """

    def __init__(self, wire: "Wire", labels: Labels, label: str) -> None:
        self._wire = wire
        self._labels = labels
        self._label = label
        self._own: IssueReply | None = None
        self._twins: list[IssueReply] = []

    @property
    def author(self) -> str:
        """Login of who filed the dashboard; "" where there is none."""
        return self._own.author if self._own else ""

    @property
    def known(self) -> bool:
        """Whether a dashboard is known to be there."""
        return self._own is not None

    def found(self, candidates: Iterable[IssueReply], known: frozenset[str]) -> list[Warned]:
        """Take what a listing shows as dashboards, and say what is odd. Only what a `known` author filed is closed."""
        ranked = sorted(candidates, key=lambda reply: (not _whole(reply), reply.number))
        self._own, others = (ranked[0], ranked[1:]) if ranked else (None, [])
        self._twins = [reply for reply in others if reply.author.casefold() in known and reply.title == marker.TITLE]
        return [self._odd(other) for other in others]

    def _odd(self, other: IssueReply) -> Warned:
        fate = "the next write closes it" if other in self._twins else "it counts for nothing, so take its label off"
        return Warned(self._where(other), f"It is a second dashboard: {fate}.")

    def read(self) -> str | None:
        """The state text, asked for by number so that a lagging list doesn't matter; None where there never was one."""
        if self._own is None:
            return None
        number = self._own.number
        self._own = self._wire.get(f"/issues/{number}", IssueReply, "reading the state", number)
        try:
            said = marker.stored(_body(self._own))
            if said is None:
                return None
            return marker.state_of(said, self._payloads(number, said.digest) if said.parts else {})
        except marker.Broken as damage:
            raise TrackerUnavailable(
                f"The state in {self._where(self._own)} can't be read ({damage}): restore it from the issue's edit"
                " history, or empty the issue's body to start afresh."
            ) from None

    def write(self, state: str, page: str) -> None:
        """Make the state and the page stand. Nothing is sent where they do already."""
        ready = marker.split(state)
        own = self._own or self._create(ready, page)
        kept = page or marker.page_of(_body(own))
        body = marker.body_of(ready.marker, kept)
        if not self._stands(own, ready.digest, body):
            stale = self._put_parts(own.number, ready) if self._parted(own, ready) else []
            own = self._patch(own, {"body": body, **self._relabelled(own)})
            self._drop(stale, own.number)
        self._settle(own)

    def _create(self, ready: marker.Split, page: str) -> IssueReply:
        self._labels.ensure((self._label,))
        inline = ready.marker if not ready.parts else ""
        body = {"title": marker.TITLE, "body": marker.body_of(inline, page), "labels": [self._label]}
        self._own = own = self._wire.write("POST", "/issues", body, IssueReply, "filing the dashboard")
        if not own.labelled(self._label):
            with contextlib.suppress(TrackerUnavailable):
                self._patch(own, {"state": "closed", "state_reason": "not_planned", "body": "Its label was refused."})
            self._own = None
        demand(own, (self._label,), self._wire.repo)
        return own

    def _stands(self, own: IssueReply, digest: str, body: str) -> bool:
        said = _said(own)
        same_page = marker.page_of(_body(own)) == marker.page_of(body)
        return said is not None and said.digest == digest and same_page and own.labelled(self._label)

    def _parted(self, own: IssueReply, ready: marker.Split) -> bool:
        said = _said(own)
        return bool(ready.parts) or (said is not None and said.parts > 0)

    def _relabelled(self, own: IssueReply) -> dict[str, Any]:
        if own.labelled(self._label):
            return {}
        self._labels.ensure((self._label,))
        return {"labels": [*own.label_names, self._label]}

    def _settle(self, own: IssueReply) -> None:
        """What a crash may have left undone: the lock, and twins."""
        if not own.locked:
            self._wire.order("PUT", f"/issues/{own.number}/lock", "locking the dashboard", own.number)
            own = msgspec.structs.replace(own, locked=True)
        self._own = own
        while self._twins:
            twin = self._twins.pop()
            labels = [name for name in twin.label_names if name.casefold() != self._label.casefold()]
            text = f"The dashboard is #{own.number}. This one was filed beside it when an answer of GitHub was lost."
            change = {"state": "closed", "state_reason": "duplicate", "labels": labels, "body": text}
            path = f"/issues/{twin.number}"
            self._wire.write("PATCH", path, change, IssueReply, "closing a second dashboard", twin.number)

    def _patch(self, own: IssueReply, change: dict[str, Any]) -> IssueReply:
        path = f"/issues/{own.number}"
        self._own = self._wire.write("PATCH", path, change, IssueReply, "writing the state", own.number)
        return self._own

    def _part_comments(self, number: int) -> list[tuple[int, str, int, str]]:
        """(comment id, digest, part number, payload) of the parts by those who may write them."""
        path = f"/issues/{number}/comments"
        replies = self._wire.pages(path, {}, CommentReply, "reading the state's parts", number)
        mine = (reply for reply in replies if reply.author == self.author or reply.by_insider)
        return [(reply.id, *part) for reply in mine if (part := marker.part_of(reply.body or ""))]

    def _payloads(self, number: int, digest: str) -> dict[int, str]:
        return {n: payload for _, whose, n, payload in self._part_comments(number) if whose == digest}

    def _put_parts(self, number: int, ready: marker.Split) -> list[int]:
        """Post the parts that aren't there yet; returns the ids of comments that the new body makes superfluous."""
        there = self._part_comments(number)
        have = {n for _, digest, n, _ in there if digest == ready.digest}
        for n, body in ready.parts.items():
            if n not in have:
                path = f"/issues/{number}/comments"
                self._wire.write("POST", path, {"body": body}, CommentReply, "writing a part of the state", number)
        return [id_ for id_, digest, _, _ in there if digest != ready.digest]

    def _drop(self, stale: Iterable[int], number: int) -> None:
        for id_ in stale:
            self._wire.order("DELETE", f"/issues/comments/{id_}", "deleting an old part of the state", number)

    def _where(self, reply: IssueReply) -> str:
        return f"{self._wire.repo}#{reply.number}"


def is_dashboard(reply: IssueReply, label: str, known: frozenset[str]) -> bool:
    """Whether a listed issue is a dashboard of ours: by its marker or title, its label, and who wrote it.

    `known` are logins in lower case. A marker counts with the label and an author of the project; a mere title needs a
    known author or the lock. Without the label, only what a known author filed and nobody closed counts, or what has
    marker, title and lock: the label may have been renamed.
    """
    marked, titled = marker.marked(_body(reply)), reply.title == marker.TITLE
    ours = reply.author.casefold() in known
    if ours:
        return (marked or titled) and (reply.labelled(label) or reply.state == "open")
    if not reply.by_insider:
        return False
    if not reply.labelled(label):
        return marked and titled and reply.locked and reply.state == "open"
    return marked or (titled and reply.locked)


def _body(reply: IssueReply) -> str:
    return (reply.body or "").replace("\r\n", "\n")


def _said(reply: IssueReply) -> marker.Stored | None:
    try:
        return marker.stored(_body(reply))
    except marker.Broken:
        return None


def _whole(reply: IssueReply) -> bool:
    """Whether the marker is there and, where it is inline, decodes."""
    said = _said(reply)
    if said is None or said.parts:
        return said is not None
    try:
        marker.state_of(said, {})
    except marker.Broken:
        return False
    return True
