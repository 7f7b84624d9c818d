"""Issues that people wrote by hand about what a run found: proposed for adoption, never touched."""

from collections.abc import Iterable, Iterator

from bot.model.incident import Incident
from bot.model.issue import Issue, IssueStatus
from bot.usecases.known import Known

_LEAST = 16


def handwritten(known: Known) -> list[Issue]:
    """Open issues, of those that the tracker listed anyway, that hold no marker of the bot's."""
    return [
        issue
        for number, issue in sorted(known.issues.items())
        if issue.status is IssueStatus.OPEN
        and number not in known.states
        and number not in known.broken
        and "<!-- incidentbot:" not in issue.body
    ]


def proposal(incident: Incident, issues: Iterable[Issue]) -> str:
    """That one of these issues quotes the incident's exception, and how to adopt it; "" where none does."""
    quotes = list(_quotes(incident))
    for issue in issues:
        text = _folded(f"{issue.title}\n{issue.body}")
        if any(quote in text for quote in quotes):
            how = f"incidentbot adopt {issue.number} {incident.key.root}"
            return f"#{issue.number}, written by hand, quotes it: `{how}` makes it this incident's issue"
    return ""


def _quotes(incident: Incident) -> Iterator[str]:
    """What a person would copy from the log: type and message, else the root's title; nothing that is too short."""
    trace = incident.root.trace
    cause = trace.cause if trace else None
    said = [f"{cause.type}: {cause.value}", f"{cause.short_type}: {cause.value}"] if cause else [incident.root.title]
    for one in said:
        quote = _folded(one.split("\n")[0])
        if len(quote) >= _LEAST:
            yield quote


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
