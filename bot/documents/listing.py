"""The pages over many incidents: those that wait to be filed, and those that were broken before."""

from collections.abc import Iterable

import jinja2
import msgspec

from bot.text.templates import render
from bot.text.untrusted import Untrusted

_MOST_ROWS = 200


class ListedView(msgspec.Struct, frozen=True):
    """One incident; `count` entries of its root, `first` and `last` in nanoseconds."""

    priority: str
    environment: Untrusted
    service: Untrusted
    title: Untrusted
    root: Untrusted
    count: int
    first: int
    last: int


class ListingView(msgspec.Struct, frozen=True):
    """What `storm.md.j2` and `baseline.md.j2` may use: at most 200 rows, the worst first, and `more` that aren't shown.

    `most_new` is how many a run files, `factor` how many times worse one must become.
    """

    rows: tuple[ListedView, ...]
    more: int
    most_new: int
    factor: str


def listing_view(rows: Iterable[ListedView], most_new: int, factor: float, beyond: int = 0) -> ListingView:
    """The view of these rows, sorted and cut; `beyond` are further ones that nothing is kept of."""
    every = sorted(rows, key=lambda row: (row.priority, -row.count, row.first, row.root.raw))
    return ListingView(tuple(every[:_MOST_ROWS]), max(0, len(every) - _MOST_ROWS) + beyond, most_new, f"{factor:g}")


def render_listing(kind: str, view: ListingView, environment: jinja2.Environment) -> str:
    """The Markdown page of a kind ("storm" or "baseline"). Raises SettingsError where it can't be rendered."""
    return render(environment, f"{kind}.md.j2", listed=view).strip() + "\n"
