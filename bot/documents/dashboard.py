"""The page over all issues: what is open, what waits, what was held back, and the last runs."""

from collections import Counter
from collections.abc import Iterable

import jinja2
import msgspec

from bot.documents.saying import said_by
from bot.model.issue import IssueStatus
from bot.model.state import Hole, IssueState, Phase, RepoState, RunNote
from bot.text.templates import render
from bot.text.untrusted import Untrusted

TEMPLATE = "dashboard.md.j2"
_MOST_ROWS = 100
_MOST_RUNS = 10


class Entry(msgspec.Struct, frozen=True):
    """An issue of the bot's: its number, whether it is open, and what is known of it."""

    number: int
    status: IssueStatus
    state: IssueState


class RowView(msgspec.Struct, frozen=True):
    """One issue. `since` and `last` are nanoseconds of the first and the last entry."""

    number: int
    priority: str
    phase: str
    title: Untrusted
    environment: Untrusted
    service: Untrusted
    since: int
    last: int


class HoleView(msgspec.Struct, frozen=True):
    """A time (nanoseconds) of which a project's entries weren't read, and why."""

    source: Untrusted
    start: int
    end: int
    because: str


class DashboardView(msgspec.Struct, frozen=True):
    """What `dashboard.md.j2` may use. Rows are sorted by priority, the oldest first; `more` are not in `open`.

    `quiet` says of how many incidents, that are not in `open`, what is so, a clause each; `before` names some of those
    that `init --baseline` recorded, `more_before` are not among them. `unread` are open issues that can't be read now.
    `held_back` names incidents that wait for a later run; `runs` are the last ones that changed something, and
    `holes` what wasn't read, both newest first.
    """

    open: tuple[RowView, ...]
    more: int
    awaiting: tuple[RowView, ...]
    muted: tuple[RowView, ...]
    held_back: tuple[Untrusted, ...]
    runs: tuple[RunNote, ...]
    holes: tuple[HoleView, ...] = ()
    quiet: tuple[str, ...] = ()
    before: tuple[Untrusted, ...] = ()
    more_before: int = 0
    unread: tuple[int, ...] = ()


def render_dashboard(entries: Iterable[Entry], repo: RepoState, environment: jinja2.Environment) -> str:
    """The Markdown page. Raises SettingsError where the user's template can't be rendered."""
    return render(environment, TEMPLATE, dashboard=_view(list(entries), repo)).strip() + "\n"


def _view(entries: list[Entry], repo: RepoState) -> DashboardView:
    rows = sorted(entries, key=lambda one: (one.state.incident.priority, one.state.incident.first, one.number))
    waiting = (Phase.AWAITING, Phase.VERIFYING)
    quiet = (Phase.MUTED, Phase.MERGED)
    current = [one for one in rows if one.status is IssueStatus.OPEN and one.state.phase not in (*waiting, *quiet)]
    return DashboardView(
        open=tuple(_row(one) for one in current[:_MOST_ROWS]),
        more=max(0, len(current) - _MOST_ROWS),
        awaiting=_rows(one for one in rows if one.state.phase in waiting),
        muted=_rows(one for one in rows if one.state.phase is Phase.MUTED),
        held_back=tuple(Untrusted(key) for key in repo.held_back[:_MOST_ROWS]),
        runs=tuple(reversed(repo.runs[-_MOST_RUNS:])),
        holes=tuple(_hole(one) for one in reversed(repo.holes[-_MOST_RUNS:])),
        quiet=_quiet(rows, repo),
        before=tuple(Untrusted(key) for key in repo.baselines[:_MOST_ROWS]),
        unread=tuple(sorted({*repo.tracked} - {one.number for one in entries})),
        more_before=max(0, len(repo.baselines) - _MOST_ROWS),
    )


def _quiet(entries: Iterable[Entry], repo: RepoState) -> tuple[str, ...]:
    """What is so of the incidents nobody is asked to look at, with their numbers."""
    phases = Counter(one.state.phase for one in entries)
    clauses = (
        (phases[Phase.AWAITING], "awaits deployment", "await deployment"),
        (phases[Phase.VERIFYING], "is being verified", "are being verified"),
        (phases[Phase.MUTED], "is muted", "are muted"),
        (len(repo.baselines), "was known before incidentbot", "were known before incidentbot"),
    )
    return tuple(f"{count:,} {one if count == 1 else many}" for count, one, many in clauses if count)


def _hole(one: Hole) -> HoleView:
    return HoleView(Untrusted(one.source.partition("@")[0]), one.start, one.end, one.because)


def _rows(entries: Iterable[Entry]) -> tuple[RowView, ...]:
    return tuple(_row(one) for one in entries)[:_MOST_ROWS]


def _row(one: Entry) -> RowView:
    incident = one.state.incident
    return RowView(
        number=one.number,
        priority=incident.priority.value,
        phase=one.state.phase.value,
        title=Untrusted(said_by(incident.root)),
        environment=Untrusted(incident.key.environment),
        service=Untrusted(incident.key.service),
        since=incident.first,
        last=incident.last,
    )
