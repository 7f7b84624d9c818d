"""The page of an incident: true, complete, absent where nothing is known, and dead where a log speaks."""

import inspect
import re
import typing
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]
import msgspec
import pytest
from hypothesis import given, settings

from bot.documents import view
from bot.documents.incident import render_incident, title
from bot.errors import SettingsError
from bot.model.incident import Incident, Playbook
from bot.model.time import MINUTE
from bot.model.window import Minute, Served
from bot.text.templates import environment
from bot.text.untrusted import Untrusted
from tests.documents.incidents import MISSING, PLAYBOOK, START, bare, hostile, member, outage
from tests.text.hostile import TEXT
from tests.text.rendering import Page

ENVIRONMENT = environment(None)


def page_of(incident: Incident, *playbooks: Playbook, limit: int = 60_000) -> str:
    """The page by the package's own template."""
    return render_incident(incident, playbooks, ENVIRONMENT, limit)


def headings(page: str) -> list[str]:
    """The headings of the rendered page, in order."""
    return re.findall(r"<h[23]>(.*?)</h[23]>", cmarkgfm.github_flavored_markdown_to_html(page))


def test_an_outage_fills_every_section() -> None:
    """What the data can fill is there, in the order a person woken at night needs it."""
    assert headings(page_of(outage(), PLAYBOOK)) == [
        "Impact", "What to do now", "Checks", "Technical analysis", "Root cause", "Impact chain", "Error details",
        "Components affected", "Evidence", "Timeline", "Failed requests", "Restarts", "Cascade",
        "Samples of the symptoms", "Prevention", "Monitoring",
    ]  # fmt: skip


def test_sections_without_data_are_absent() -> None:
    """One message and nothing else gives a short page that claims nothing more."""
    page = page_of(bare())
    assert headings(page) == ["Impact", "Evidence", "Timeline", "Monitoring"]
    for absent in (
        "Requests",
        "Revisions",
        "Instances",
        "Failed starts",
        "availability",
        "Environment",
        "(empty)",
        "%",
    ):
        assert absent not in page


def test_the_first_sentence_says_what_is_broken_since_when_and_until_when() -> None:
    """Bold, one sentence, and where to look comes next."""
    first, _, second = page_of(outage()).split("\n")[:3]
    assert first == (
        "**`booking-api` does not start in `staging` since 2025-03-01T02:03:20Z, last seen at 02:38:24Z, 1 min before "
        "the logs end: "
        f"`ModuleNotFoundError`: `{MISSING}`.**"
    )
    assert "<strong>" in cmarkgfm.github_flavored_markdown_to_html(first)
    assert second == "No revision to go back to shows in these logs, which begin at 02:00:00Z."
    assert "\nLook first at `/srv/booking/http/prices.py:7`, and at what `booking-api-00042-abc` changed" in page_of(
        outage()
    )


def test_what_has_stopped_is_not_said_to_go_on() -> None:
    """Two hours of silence after pauses of seven minutes are no ongoing failure."""
    page = page_of(outage(observed_until=outage().last + 120 * MINUTE))
    assert "did not start in `staging` from 2025-03-01T02:03:20Z to 02:38:24Z, not seen again by 04:38:24Z" in page
    assert "before the logs end" not in page


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (
            (9, 9),
            "9 failed of 9 logged meanwhile; availability unknown: no successful request was logged",
        ),
        ((1200, 30), "30 failed of 1,200 logged meanwhile (2.5 %); 9 of them linked to this incident"),
        ((50, 0), "none of 50 logged meanwhile failed"),
    ],
)
def test_availability_is_measured_or_unknown(served: tuple[int, int], said: str) -> None:
    """A share is given only where a success was ever logged; never an invented 0 % or 100 %."""
    page = page_of(outage(traffic={START // MINUTE: Served(*served)}))
    assert f"| Requests | {said} |" in page
    assert "100" not in said
    assert "100.0 %" not in page


def test_requests_answered_before_the_onset_make_the_availability_known() -> None:
    """Where every request failed since, but some were answered before, all of them failing is a fact and is said."""
    first = outage().first // MINUTE
    page = page_of(outage(traffic={first - 5: Served(140, 0), first: Served(9, 9)}))
    assert "| Requests | 9 failed of 9 logged meanwhile (100.0 %); 140 requests answered in" in page


def test_every_count_is_the_incidents() -> None:
    """Instances, requests by status and route, restarts and the deployment come from its members."""
    page = page_of(outage())
    assert "| Instances | 6 |" in page
    assert "| 503 | `GET /healthz → 503` | 5 | 02:03:25Z | 02:31:25Z |" in page
    assert "`Container called exit(3).` was logged 6 times, every 7 min, counted by the minute." in page
    assert "| 02:01:20Z | deployment of `booking-api-00042-abc`, commit `fedcba98" in page
    assert "2 min before the first entry" in page
    assert "booking-api-00041-xyz" not in page
    assert (
        "| S3 | `Container called exit(3).` | 6 | 02:03:24Z | 02:38:24Z | root: the container exited 4 s after it"
        in page
    )


def test_uneven_restarts_show_their_spread() -> None:
    """The median stands with the shortest and the longest time between two exits."""
    exits = outage().members[3]
    at = START // MINUTE
    uneven = msgspec.structs.replace(exits, minutes={at + n: Minute(1) for n in (0, 2, 5, 15)})
    page = page_of(outage(members=(*outage().members[:3], uneven)))
    assert "was logged 4 times, a median of 3 min apart (2 min to 10 min), counted by the minute." in page


def test_a_failure_from_the_first_minute_read_may_be_older() -> None:
    """An onset at the window's edge is said to be uncertain, unless a deployment in the window explains it."""
    assert "and may have begun earlier" in page_of(outage(observed_from=START, deployments=()))
    assert "may have begun earlier" not in page_of(outage())


def test_a_close_runner_up_is_named() -> None:
    """Who reads the page knows what else it could be."""
    assert "It could also be `the database is slow`" in page_of(outage(runner_up="the database is slow"))


def test_the_query_finds_the_root() -> None:
    """Project, service, onset and the exception, each quoted for Cloud Logging."""
    assert 'timestamp>="2025-03-01T02:03:20Z"\n"ModuleNotFoundError"\n"No module named' in page_of(outage())
    assert r'"say \"hi\" \\ there"' in page_of(outage(members=(member("a1root", 'say "hi" \\ there'),)))


CALM = {same: Page(page_of(hostile("x\n" * 9, ("x\n" if same else "y\n") * 9), PLAYBOOK)) for same in (False, True)}


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT)
def test_hostile_text_is_dead_in_every_field(text: str, other: str) -> None:
    """With any text in every field, the page renders as the same tags and links nothing of a log's."""
    markdown = page_of(hostile(text, other), PLAYBOOK)
    page, calm = Page(markdown), CALM[other in ("", text)]
    for tag in ("h1", "h2", "img", "a", "script", "b", "comment", "ul", "ol", "blockquote", "hr"):
        assert page.tags.count(tag) == calm.tags.count(tag), tag
    assert page.tags.count("table") == calm.tags.count("table")
    assert page.tags.count("td") - calm.tags.count("td") in (0, -4, 4)
    assert page.tags.count("details") == markdown.count("<details><summary>")
    assert page.links == [PLAYBOOK.reference]
    assert not [alive for alive in page.alive if alive != "https:"]
    assert not re.search(r"^/[a-z]", markdown, re.MULTILINE | re.IGNORECASE)
    assert not re.search(r"^\s*/|\b(fix|clos|resolv)\w*:? #", "".join(page.prose), re.MULTILINE | re.IGNORECASE)
    markdown.encode()


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_a_title_is_safe_whatever_the_log_says(text: str) -> None:
    """One printable line of at most 256 characters that begins as every title does."""
    shown = title(hostile(text * 30), "new")
    assert shown.startswith("GCP-new | P0 | ")
    assert shown.isprintable()
    assert len(shown) <= 256


def test_titles_name_service_and_cause() -> None:
    """What doesn't start is said to; a kind that doesn't exist is refused."""
    assert title(outage(), "regression") == (
        f"GCP-regression | P0 | booking-api does not start: ModuleNotFoundError: {MISSING}"
    )
    assert title(bare(), "new") == "GCP-new | P2 | booking-api: quota of <*> exceeded for tenant <*>"
    with pytest.raises(ValueError, match="'old' is no kind of issue"):
        title(bare(), "old")


@pytest.mark.parametrize("limit", [60_000, 30_000, 15_000])
def test_a_long_page_is_shortened_where_it_hurts_least(limit: int) -> None:
    """Samples go first, symptoms last; fences and tables stay whole, and what is missing is counted."""
    many = tuple(member(f"s{n}", f"symptom {n} " + "x|`" * 90, text="long line\n" * 900) for n in range(150))
    page = page_of(outage(members=(*outage().members, *many)), PLAYBOOK, limit=limit)
    assert len(page) <= limit
    assert re.search(r"^and [1-9]\d* more$", page, re.MULTILINE)
    assert headings(page)[-2:] == ["Prevention", "Monitoring"]
    assert page.count("\n```") % 2 == 0
    assert f"`{MISSING}`" in page


def test_samples_go_before_symptoms() -> None:
    """A page just above the limit keeps every symptom and loses text of samples."""
    some = tuple(member(f"s{n}", f"symptom {n}", text="long line\n" * 900) for n in range(40))
    page = page_of(outage(members=(*outage().members, *some)), limit=30_000)
    assert "symptom 39" in page
    assert "more characters]" in page


def test_a_template_that_is_always_too_long_is_an_error(tmp_path: Path) -> None:
    """Nothing is cut blindly: the user is told which template gives too much."""
    (tmp_path / "incident.md.j2").write_text("long " * 1_000)
    with pytest.raises(SettingsError, match=r"incident.md.j2 gives 5,000 characters where 4,000 fit"):
        render_incident(bare(), (), environment(tmp_path), limit=4_000)


def test_the_same_incident_gives_the_same_page() -> None:
    """Nothing but the incident decides what is written."""
    assert page_of(outage(), PLAYBOOK) == page_of(outage(), PLAYBOOK)


OWN_WORDS = {
    "IncidentView.verb", "IncidentView.diagram", "QuoteView.names", "RollbackView.note", "SymptomsView.names",
    "PolicyView.priority", "EvidenceView.cause", "EvidenceView.rule", "ComponentView.members", "MemberView.name",
    "MemberView.kind", "MemberView.fingerprint", "MemberView.severity", "MomentView.what", "IncidentView.priority",
    "IncidentView.fingerprint", "IncidentView.severity", "PlaybookView.name", "PlaybookView.hint", "PlaybookView.now",
    "PlaybookView.checks", "PlaybookView.prevention", "PlaybookView.reference",
}  # fmt: skip


def mentions(kind: object, wanted: type) -> bool:
    """Whether a type is this one or is made of it."""
    return kind is wanted or any(mentions(part, wanted) for part in typing.get_args(kind))


def test_log_text_in_the_views_is_untrusted() -> None:
    """A field of plain text holds the bot's own words or the team's, never a log's; a new one must be listed here."""
    views = [one for _, one in inspect.getmembers(view, inspect.isclass) if issubclass(one, msgspec.Struct)]
    plain = {
        f"{one.__name__}.{name}"
        for one in views
        for name, kind in typing.get_type_hints(one).items()
        if mentions(kind, str)
    }
    assert plain == OWN_WORDS
    assert any(mentions(kind, Untrusted) for kind in typing.get_type_hints(view.MemberView).values())
    assert all(one.__doc__ for one in views)
