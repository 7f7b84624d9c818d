"""The page over all issues."""

from bot.documents import Entry, render_dashboard
from bot.model.issue import IssueStatus
from bot.model.state import Hole, IssueState, Phase, RepoState, RunNote
from bot.model.time import HOUR, iso
from bot.text.templates import environment
from tests.documents.incidents import START, hostile, outage
from tests.text.rendering import Page

TEMPLATES = environment()


def entry(number: int, phase: Phase = Phase.FILED, status: IssueStatus = IssueStatus.OPEN) -> Entry:
    """An issue of the usual outage."""
    return Entry(number, status, IssueState(outage(), phase=phase))


def test_nothing_open_is_said() -> None:
    """An empty repository has a page that says so, and no empty table."""
    page = render_dashboard([], RepoState(), TEMPLATES)
    assert "No incident is open." in page
    assert "|" not in page


def test_what_is_open_is_never_denied() -> None:
    """Where all that is open awaits, is watched, muted or was known before, just that is said, in numbers."""
    quiet = [
        entry(1, Phase.AWAITING),
        entry(2, Phase.VERIFYING),
        entry(3, Phase.AWAITING),
        entry(4, Phase.MUTED),
        entry(5, Phase.VERIFIED, IssueStatus.CLOSED),
    ]
    known = RepoState(baselines=("prod/api/v1-1",))
    page = render_dashboard(quiet, known, TEMPLATES)
    said = "No incident waits for anybody to look at it: 2 await deployment, 1 is being verified, 1 is muted, "
    assert f"{said}1 was known before incidentbot." in page
    assert "No incident is open" not in page
    alone = render_dashboard(quiet[1:2], RepoState(), TEMPLATES)
    assert "No incident waits for anybody to look at it: 1 is being verified.\n" in alone
    before = render_dashboard([], known, TEMPLATES)
    assert "look at it: 1 was known before incidentbot." in before
    assert "waits" not in render_dashboard([entry(6), *quiet], known, TEMPLATES).split("## Resolved")[0]


def test_what_was_known_before_is_named() -> None:
    """Incidents that `init --baseline` recorded are named by their keys, inert; of many, how many more there are."""
    page = render_dashboard([entry(4)], RepoState(baselines=("prod/api/v1-1", "prod/@ann/v1-2")), TEMPLATES)
    section = page.partition("## Known before incidentbot")[2]
    assert "- `prod/api/v1-1`\n" in section
    assert Page(page).alive == ["#4"]
    many = render_dashboard([], RepoState(baselines=tuple(f"prod/api/v1-{n}" for n in range(1030))), TEMPLATES)
    assert "and 930 more" in many
    assert "1,030 were known before" in many


def test_what_cannot_be_read_is_open_all_the_same() -> None:
    """Open issues whose state is damaged are named, and nobody is told that none is open."""
    for entries in ([], [entry(1)], [entry(1, Phase.AWAITING)]):
        page = render_dashboard(entries, RepoState(tracked={1: "a", 7: "b", 9: "c"}), TEMPLATES)
        assert f"what they are about: {'' if entries else '#1, '}#7, #9." in page
        assert "No incident" not in page


def test_issues_stand_in_the_section_of_their_phase() -> None:
    """Open, awaiting and muted issues are apart; closed ones are in none."""
    entries = [
        entry(4),
        entry(5, Phase.AWAITING),
        entry(6, Phase.MUTED, IssueStatus.CLOSED),
        entry(7, Phase.VERIFIED, IssueStatus.CLOSED),
    ]
    page = render_dashboard(entries, RepoState(), TEMPLATES)
    top, _, rest = page.partition("## Resolved, awaiting")
    awaiting, _, muted = rest.partition("## Muted")
    assert ("| #4 |" in top, "| #5 |" in awaiting, "| #6 |" in muted) == (True, True, True)
    assert "#7" not in page


def test_runs_and_what_was_held_back_are_told() -> None:
    """The newest run comes first; what waits for a later run is named."""
    runs = (RunNote(START, START - HOUR, START, created=1), RunNote(START + HOUR, START, START + HOUR, updated=2))
    page = render_dashboard([], RepoState(held_back=("prod/api/v1-1",), runs=runs), TEMPLATES)
    assert page.index("| 0 | 2 | 0 | 0 | 0 |") < page.index("| 1 | 0 | 0 | 0 | 0 |")
    assert "- `prod/api/v1-1`" in page


def test_logs_that_were_not_read_are_told() -> None:
    """A hole in what was read is named with its project and times."""
    hole = Hole("acme@1f2e3d4c", START - HOUR, START, "the logs were kept no longer when the run came")
    page = render_dashboard([], RepoState(holes=(hole,)), TEMPLATES)
    row = f"| `acme` | {iso(START - HOUR)} | {iso(START)} | the logs were kept no longer when the run came |"
    assert row in page
    assert "not read" in page
    assert "not read" not in render_dashboard([], RepoState(), TEMPLATES)


def test_hostile_titles_are_dead() -> None:
    """No mention, link, image or HTML comes of a root's title, a service or a key."""
    text = "@octocat ![x](http://x.example/y) <img src=x> | #1"
    state = IssueState(hostile(text))
    page = Page(render_dashboard([Entry(3, IssueStatus.OPEN, state)], RepoState(held_back=(text,)), TEMPLATES))
    assert page.links == []
    assert page.alive == ["#3"]
    assert {"img", "a", "comment"}.isdisjoint(page.tags)
