"""Issues that list many incidents: the storm issue and the digest. What is there, and what is to be done to it."""

import msgspec

from bot.documents import ListedView, listing_view, render_listing
from bot.lifecycle import Kind, Listing, compose_listing, listing_in, verified_listing, wishes
from bot.model.issue import Action, ActionKind, DraftComment, Issue, IssueChange, IssueStatus, NewIssue
from bot.text.untrusted import Untrusted
from bot.usecases.known import Known
from bot.usecases.setup import Setup


class Listed(msgspec.Struct, frozen=True):
    """The issue that lists, what it lists, and further issues of the same kind that it replaces."""

    issue: Issue
    listing: Listing
    twins: tuple[Issue, ...] = ()


def listed(kind: Kind, known: Known, setup: Setup) -> Listed | None:
    """The issue of this kind, the lowest number of several; None where there is none.

    It counts where an account of the bot's filed it, or with the bot's label where its signature is valid: a copied
    marker does nothing.
    """
    found = [
        (issue, listing)
        for _, issue in sorted(known.issues.items())
        if (listing := listing_in(issue.body, setup.ring))
        and listing.kind is kind
        and (issue.author.casefold() in known.authors or _is_vouched_for(issue, setup))
    ]
    if not found:
        return None
    issue, listing = found[0]
    return Listed(issue, listing, tuple(twin for twin, _ in found[1:] if twin.status is IssueStatus.OPEN))


def _is_vouched_for(issue: Issue, setup: Setup) -> bool:
    return _is_labelled(issue, setup) and verified_listing(issue.body, setup.ring)


def _is_labelled(issue: Issue, setup: Setup) -> bool:
    return setup.settings.labels.tracked.casefold() in (name.casefold() for name in issue.labels)


def steps(
    there: Listed | None, wanted: Listing, because: str, setup: Setup, said: DraftComment | None = None
) -> list[Action]:
    """What makes the issue list `wanted`; it is closed when nothing is left, after `said`, and opened for a new round.

    An issue that a person closed with something on it stays closed; one that is to be ignored, or whose label was taken
    off, is left alone.
    """
    wanted = msgspec.structs.replace(wanted, title=_title(wanted))
    page = _page(wanted, setup)
    if there is None:
        new = NewIssue(wanted.title, compose_listing(page, wanted, "", setup.ring), (setup.settings.labels.tracked,))
        return [Action(ActionKind.CREATE, wanted.kind, 0, wanted.title, because, new=new)] if wanted.items else []
    issue = there.issue
    if wishes(issue, setup.settings.labels).ignored or not _is_labelled(issue, setup):
        return []
    change = IssueChange(
        title=wanted.title if issue.title == there.listing.title != wanted.title else None,
        body=_unlike(compose_listing(page, wanted, issue.body, setup.ring), issue.body),
        status=_status(there, wanted),
    )
    done = _twins(there, wanted.kind)
    if change.fields:
        done += _changed(there, wanted, change, because, said)
    return done


def _changed(
    there: Listed, wanted: Listing, change: IssueChange, because: str, said: DraftComment | None
) -> list[Action]:
    number, title = there.issue.number, wanted.title
    kinds = {IssueStatus.OPEN: ActionKind.REOPEN, IssueStatus.CLOSED: ActionKind.CLOSE, None: ActionKind.UPDATE}
    kind = kinds[change.status]
    if kind is ActionKind.CLOSE:
        change = msgspec.structs.replace(change, close_reason="completed")
    told = [Action(ActionKind.COMMENT, wanted.kind, number, title, because, comment=said)] if said else []
    spoken = told if kind is ActionKind.CLOSE and not there.issue.locked else []
    return [*spoken, Action(kind, wanted.kind, number, title, because, change=change)]


def _status(there: Listed, wanted: Listing) -> IssueStatus | None:
    is_open = there.issue.status is IssueStatus.OPEN
    if is_open and not wanted.items:
        return IssueStatus.CLOSED
    if not is_open and wanted.items and not there.listing.items:
        return IssueStatus.OPEN
    return None


def _twins(there: Listed, kind: Kind) -> list[Action]:
    change = IssueChange(status=IssueStatus.CLOSED, close_reason="duplicate")
    because = f"#{there.issue.number} lists the same"
    return [Action(ActionKind.CLOSE, kind, twin.number, twin.title, because, change=change) for twin in there.twins]


def _unlike(text: str, before: str) -> str | None:
    return text if text != before else None


def _title(listing: Listing) -> str:
    count = len(listing.items) + listing.beyond
    incidents = f"{count:,} {'more ' if listing.kind is Kind.STORM else ''}incident{'' if count == 1 else 's'}"
    if listing.kind is Kind.STORM:
        return f"GCP-storm | {incidents} held back"
    return f"GCP-baseline | {incidents} known before incidentbot"


def _page(listing: Listing, setup: Setup) -> str:
    rows = (
        ListedView(
            item.priority.value,
            Untrusted(item.key.environment),
            Untrusted(item.key.service),
            Untrusted(item.title),
            Untrusted(item.key.root),
            item.count,
            item.first,
            item.last,
        )
        for item in listing.items
    )
    view = listing_view(rows, setup.settings.max_new_issues, setup.settings.unmute_factor, listing.beyond)
    return render_listing(listing.kind.value, view, setup.templates)
