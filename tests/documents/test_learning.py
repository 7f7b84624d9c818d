"""The learning document: times, timeline, before and after; inert in Markdown, well-formed in XML."""

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents.learning import learning_view, name_of, render_learning
from bot.documents.learning_xml import learning_xml
from bot.model.state import Phase, Reason, Resolution
from bot.model.time import HOUR, MINUTE
from bot.text.templates import environment
from tests.documents.fixed import DEPLOYED, ENDED, MERGED, PATCH, lesson, live, state
from tests.documents.incidents import MISSING, START, outage
from tests.text.hostile import TEXT
from tests.text.rendering import Page

TEMPLATES = environment()
TAGS = {"h1", "h2", "p", "ul", "ol", "li", "strong", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"}


def test_how_long_it_took() -> None:
    """From the first failure until it was found, fixed, deployed everywhere, silent and proved; unknown is None."""
    everywhere = live()[:1]
    spans = learning_view(lesson(live=everywhere)).spans
    assert (spans.detected, spans.fixed, spans.deployed) == (36 * MINUTE, HOUR, DEPLOYED - START)
    assert (spans.recovered, spans.proved) == (35 * MINUTE, ENDED - START)
    assert learning_view(lesson()).spans.deployed is None
    open_still = learning_view(lesson(phase=Phase.FILED, transitions=(), live=())).spans
    assert (open_still.detected, open_still.deployed, open_still.recovered, open_still.proved) == (None,) * 4


def test_what_came_back_is_not_over() -> None:
    """After a regression the end that was once proved counts no more."""
    spans = learning_view(lesson(phase=Phase.REGRESSION)).spans
    assert (spans.recovered, spans.proved) == (None, None)


def test_timeline_is_in_order() -> None:
    """Deployments, first and last failure, fix and steps stand in one order of time."""
    told = learning_view(lesson()).timeline
    assert [one.at for one in told] == sorted(one.at for one in told)
    kinds = [one.kind for one in told]
    assert kinds[:3] == ["deployment", "deployment", "first failure"]
    assert kinds.index("last failure") < kinds.index("fix")
    assert kinds[-1] == "verified"


def test_before_and_after() -> None:
    """A patch's two sides are the lines that were and that are, with those around them."""
    [change] = learning_view(lesson("s")).changes
    assert change.before.raw == "a\nb\nd\n…\nx"
    assert change.after.raw == "a\nB\nc\nd\n…\ny\ns"
    assert change.patch.raw.startswith(PATCH)


def test_name() -> None:
    """Words of the title and the day of the end name the file; a title without any has a name too."""
    assert name_of(state()) == "modulenotfounderror_no_module_named_booking_tariffs_seasons_20250301"
    odd = outage()
    title = type(odd.root)(**{f: getattr(odd.root, f) for f in odd.root.__struct_fields__} | {"title": "…/../…"})
    fields = {f: getattr(odd, f) for f in odd.__struct_fields__} | {"members": (title,)}
    assert name_of(state(incident=type(odd)(**fields))) == "incident_20250301"


def test_the_page() -> None:
    """What happened, why, what was done and what prevents it, each from the state or the team's playbooks."""
    told = render_learning(learning_view(lesson()), TEMPLATES)
    for line in (
        "# What #7 taught",
        "- Over: verified; ended by a fix commit, says Ship the seasons",
        "| until a run filed it | 36 min |",
        "| until it ran in every place | not known |",
        f"`ModuleNotFoundError`: `{MISSING}`, at `/srv/booking/http/prices.py:7`",
        "| `2f130c108` | `Ship the seasons` | Ship the seasons | on the branch |",
        "- Import the application in the image as a step of the build.",
        "- #3",
    ):
        assert line in told
    assert told.count("```diff") == 1


def test_an_end_without_commit() -> None:
    """A rollback has no commits and no diff, and says what it ended by."""
    given = lesson(resolution=Resolution(Reason.ROLLBACK, "ann", MERGED), fixes=())
    told = render_learning(learning_view(type(given)(7, given.state, (), (), ())), TEMPLATES)
    assert "No commit: it ended by a rollback." in told
    assert "No playbook fits this failure" in told


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_text_of_others_is_inert(text: str) -> None:
    """Nothing that a log, commit or person wrote comes alive."""
    told = Page(render_learning(learning_view(lesson(text)), TEMPLATES))
    assert set(told.tags) <= TAGS
    assert told.links == []
    assert set(told.alive) <= {"#7", "#3"}


@settings(max_examples=80, deadline=None)
@given(TEXT | st.text(st.characters(exclude_categories=()), max_size=30))
def test_xml_is_well_formed(text: str) -> None:
    """Any text, surrogates and control characters too, gives XML that a parser reads, with our elements alone."""
    made = learning_xml(learning_view(lesson(text)))
    root = ElementTree.fromstring(made.encode())
    assert root.tag == "learning"
    assert [one.tag for one in root] == [
        *("title", "priority", "service", "seconds_after_first_failure", "timeline", "root_cause", "impact"),
        *("resolution", "prevention", "related_issue", "not_known"),
    ]
    assert root.findtext("seconds_after_first_failure/detected") == "2160"
    assert len(root.findall("timeline/event")) == len(learning_view(lesson(text)).timeline)


def test_secrets_are_hidden() -> None:
    """A token in a commit, a patch or a reason is redacted in both forms."""
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    view = learning_view(lesson(token))
    assert token not in render_learning(view, TEMPLATES)
    assert token not in learning_xml(view)
