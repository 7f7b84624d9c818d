"""Every place where a log's text can enter a document, and that it is dead in each.

A view's field is either Untrusted, which no template can print without a safe form, or text of the bot's or the team's
own: those are listed here, and a new one fails until somebody has looked at where it comes from.
"""

import re
import typing
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.documents import dashboard, decisions, learningview, listing, reportview, resolution, stabilityview, view
from bot.text.templates import environment, render
from bot.text.untrusted import Untrusted
from bot.text.visible import visible
from tests.documents.views import filled, mentions, views
from tests.text.hostile import TEXT
from tests.text.rendering import Page

FOLDER = Path(__file__).resolve().parents[2] / "issue_templates"
PAGES = environment()

OWN_WORDS = {
    "BeforeAfterView": "status",
    "CascadeView": "links",
    "CaseView": "name patterns",
    "CheckView": "outcome",
    "ChecksView": "outcomes",
    "ComponentView": "members",
    "DashboardView": "quiet",
    "DecisionView": "what",
    "EffectView": "name rule",
    "EventView": "about what",
    "EvidenceView": "cause rule",
    "FileView": "part status",
    "FindingView": "name risk rule",
    "FixView": "standing",
    "GlanceView": "all errors",
    "HappenedView": "kind",
    "HoleView": "because",
    "IncidentView": "diagram fingerprint priority severity verb",
    "InclusionView": "held",
    "LaneView": "name path priority",
    "LearningView": "ending measures name phase",
    "LifeStepView": "phase",
    "ListedView": "priority",
    "ListingView": "factor",
    "LiveView": "liveness",
    "MemberView": "fingerprint kind name severity",
    "MomentView": "what",
    "OutcomeView": "action",
    "PageView": "cascades policy strips",
    "PatternView": "fingerprint incident kind name role severity",
    "PlaceView": "liveness sure",
    "PlaybookView": "checks hint name now prevention reference",
    "PolicyView": "priority",
    "QuoteView": "names",
    "ResolutionView": "command ending phase range",
    "RollbackView": "note",
    "RowView": "phase priority",
    "RunView": "actions priorities",
    "ScopeView": "parts",
    "SeenView": "phase priority",
    "SeverityView": "name",
    "StabilityView": "ending phase prevention priority revert risk",
    "StepView": "cause pattern rule",
    "SymptomsView": "names",
    "TopView": "name",
    "TotalsView": "actions priorities",
    "TrafficView": "all failures",
}

# What each template is given: the name of its variable, and the type. A new template fails until it stands here.
GIVEN: dict[str, tuple[str, object]] = {
    "analysis.md.j2": ("analysis", reportview.AnalysisView),
    "baseline.md.j2": ("listed", listing.ListingView),
    "dashboard.md.j2": ("dashboard", dashboard.DashboardView),
    "decisions.md.j2": ("decided", tuple[decisions.DecisionView, ...]),
    "incident.md.j2": ("incident", view.IncidentView),
    "learning.md.j2": ("learning", learningview.LearningView),
    "resolution.md.j2": ("resolution", resolution.ResolutionView),
    "stability.md.j2": ("stability", stabilityview.StabilityView),
    "storm.md.j2": ("listed", listing.ListingView),
    "transition.md.j2": ("resolution", resolution.ResolutionView),
    "worklog.md.j2": ("worklog", reportview.WorklogView),
}

STRUCTURE = (
    "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "th", "td", "blockquote", "hr", "details",
    "summary", "img", "a", "script", "b", "i", "input", "comment", "div", "br", "del", "sup",
)  # fmt: skip


def test_text_that_isnt_untrusted_is_the_bots_own() -> None:
    """A new field of plain text in any view fails here: make it Untrusted, or say here that no log can fill it."""
    plain = {
        one.__name__: " ".join(sorted(name for name, kind in typing.get_type_hints(one).items() if mentions(kind, str)))
        for one in views()
    }
    assert {name: fields for name, fields in plain.items() if fields and not name.startswith("_")} == OWN_WORDS


def test_every_template_is_looked_at() -> None:
    """A new Markdown template fails here until its view stands above, and with it is tested below."""
    assert sorted(path.name for path in FOLDER.glob("*.md.j2")) == sorted(GIVEN)


def test_no_template_turns_the_checks_off() -> None:
    """Nothing is marked safe, and no template is built from a value."""
    for path in FOLDER.glob("*.j2"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*(?:safe|string|attr)\b|\.raw\b|\bautoescape\b", text), path.name
        assert not re.search(r"{%-?\s*(?:include|extends|import|from)\s+[^'\"\s]", text), path.name


def page_of(template: str, text: str) -> str:
    """What a template makes of its view with this text in every field that a log can fill."""
    variable, kind = GIVEN[template]
    return render(PAGES, template, **{variable: filled(kind, text)})


@pytest.mark.parametrize("template", sorted(GIVEN))
@settings(max_examples=40, deadline=None)
@given(text=TEXT.filter(lambda text: bool(visible(text).strip())))
def test_hostile_text_is_dead_in_every_template(template: str, text: str) -> None:
    """Headings, lists, tables, links and HTML are those of the template; nothing is mentioned, closed or commanded."""
    markdown = page_of(template, text)
    page, calm = Page(markdown), Page(page_of(template, "calm"))
    assert {tag: page.tags.count(tag) for tag in STRUCTURE} == {tag: calm.tags.count(tag) for tag in STRUCTURE}
    assert page.links == calm.links
    assert set(page.alive) <= set(calm.alive)
    assert not re.search(r"^/[a-z]", markdown, re.MULTILINE | re.IGNORECASE)
    assert not re.search(r"\b(?:fix|clos|resolv)\w*:? #", " ".join(page.prose), re.IGNORECASE)
    assert "<!--" not in markdown
    markdown.encode()


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_hostile_words_of_people_are_dead_in_comments(text: str) -> None:
    """What somebody gives as a reason, and the name they go by, come alive in no comment."""
    from bot.model.state import Decision

    comment = decisions.decision_comment(_decision(Decision, text))
    page = Page(comment)
    assert set(page.tags) <= {"p", "code"}
    assert not page.alive
    assert not re.search(r"^/[a-z]", comment, re.MULTILINE | re.IGNORECASE)


def _decision(kind: typing.Any, text: str) -> typing.Any:
    hints = typing.get_type_hints(kind)
    named = {"by": text, "because": text}
    return kind(**{name: named.get(name, filled(hints[name], text, name)) for name in kind.__struct_fields__})


def test_the_views_take_log_text_as_untrusted() -> None:
    """The other side of the list: what names something of a log is of the type that needs a safe form."""
    untrusted = {
        f"{one.__name__}.{name}"
        for one in views()
        for name, kind in typing.get_type_hints(one).items()
        if mentions(kind, Untrusted)
    }
    assert {"MemberView.title", "IncidentView.service", "SampleView.text", "RowView.title"} <= untrusted
