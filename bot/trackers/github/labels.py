"""Labels exist before they are used: created once, with a colour a person can read the priority from."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.model.issue import Label
from bot.trackers.github.refusals import Invalid
from bot.trackers.github.replies import IssueReply, LabelReply
from bot.trackers.interface import UnclearOutcome

if TYPE_CHECKING:
    from bot.trackers.github.wire import Wire

_COLOURS = {"p0": "b60205", "p1": "d93f0b", "p2": "fbca04", "p3": "c2e0c6"}
_OTHER_COLOUR = "c5def5"
_NAME_LIMIT = 50


class Labels:
    """The labels a repository is known to have. Names compare case-insensitively, as GitHub compares them."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self._known: set[str] = set()
        self._listed = False

    def seen(self, names: Iterable[str]) -> None:
        """Remember names that issues carry, so that they need no look-up."""
        self._known.update(name.casefold() for name in names)

    def ensure(self, names: Iterable[str]) -> None:
        """Create those of these labels that the repository hasn't got. Raises TrackerUnavailable."""
        wanted = tuple(names)
        if self._missing(wanted) and not self._listed:
            found = self._wire.pages("/labels", {}, LabelReply, "listing labels")
            self.seen(label.name for label in found if label.name)
            self._listed = True
        for name in self._missing(wanted):
            self._create(name)

    def all(self) -> list[Label]:
        """Every label of the repository. Raises TrackerUnavailable."""
        found = self._wire.pages("/labels", {}, LabelReply, "listing labels")
        labels = [Label(one.name, (one.color or "").lower(), one.description or "") for one in found if one.name]
        self.seen(label.name for label in labels)
        return labels

    def make(self, label: Label) -> None:
        """Create a label as it is described, unless there is one of its name. Raises TrackerUnavailable."""
        self._post({"name": label.name, "color": label.colour, "description": label.description})

    def mend(self, name: str, label: Label) -> None:
        """Give the label of this name another colour and description. Raises TrackerUnavailable."""
        body = {"color": label.colour, "description": label.description}
        self._wire.write("PATCH", path_of(name), body, LabelReply, f'mending the label "{name[:_NAME_LIMIT]}"')

    def _missing(self, names: Iterable[str]) -> list[str]:
        return [name for name in dict.fromkeys(names) if name.casefold() not in self._known]

    def _create(self, name: str) -> None:
        self._post({"name": name, "color": _COLOURS.get(name.casefold(), _OTHER_COLOUR)})

    def _post(self, body: dict[str, str]) -> None:
        name = body["name"]
        try:
            self._wire.write("POST", "/labels", body, LabelReply, f'creating the label "{name[:_NAME_LIMIT]}"')
        except Invalid as refusal:
            if not refusal.exists_already:
                raise
        self._known.add(name.casefold())


def path_of(name: str) -> str:
    """Where a label is, under its repository; a name may hold anything but a comma."""
    return f"/labels/{quote(name, safe='')}"


def demand(reply: IssueReply, wanted: Iterable[str], repo: str) -> None:
    """Raise UnclearOutcome where GitHub dropped a label silently, as it does for a token without the permission."""
    dropped = [name for name in wanted if not reply.labelled(name)]
    if dropped:
        raise UnclearOutcome(
            f"GitHub dropped the labels {', '.join(dropped)} of {repo}#{reply.number}: give the token the permission"
            ' "issues: write", and its account at least the role "triage".'
        )
