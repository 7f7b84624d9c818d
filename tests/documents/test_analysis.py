"""The analysis: every figure is that of the entries, what isn't known is absent, and log text is dead."""

import functools
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.documents.analysis import render_analysis
from bot.documents.plain import plain
from bot.documents.reportview import AnalysisView
from bot.errors import SettingsError
from bot.logs import read_files
from bot.model.time import iso, nanos_of
from bot.settings import Settings
from bot.text.templates import environment
from bot.usecases.reporting import analyse
from bot.usecases.setup import make
from tests.documents import counting
from tests.documents.windows import calm, told_in
from tests.faces.running import EXAMPLE
from tests.text.hostile import TEXT
from tests.text.rendering import Page

TEMPLATES = environment()
HEADINGS = re.compile(r"^## (.+)$", re.MULTILINE)


@functools.cache
def analysis_of(*files: Path) -> AnalysisView:
    """What the program makes of files of logs."""
    return analyse(
        read_files([str(file) for file in files], latest=nanos_of("2030-01-01T00:00:00Z"), progress=None),
        make(Settings()),
    )


@pytest.fixture(scope="module", params=counting.FILES, ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest) -> Path:
    """The bundled outage, and the five hours of another where they are there."""
    path: Path = request.param
    if not path.exists():
        pytest.skip("needs the outage logs in ../shared/data")
    return path


@pytest.fixture(scope="module")
def analysis(file: Path) -> AnalysisView:
    """Its analysis, made once."""
    return analysis_of(file)


def test_every_pattern_is_counted_as_by_hand(file: Path, analysis: AnalysisView) -> None:
    """Entries, first and last second and minutes of each pattern are those of entries grouped independently."""
    ours = Counter(
        counting.Group(
            one.count,
            iso(one.first),
            iso(one.last),
            tuple((iso(at * 60 * 10**9)[:16], count) for at, count in one.minutes.items()),
        )
        for one in analysis.patterns
    )
    assert ours == Counter(counting.groups(file).values())
    assert all(one.peak == max(one.minutes.values()) == one.minutes[one.peak_at] for one in analysis.patterns)


def test_severities_and_requests_are_counted_as_by_hand(file: Path, analysis: AnalysisView) -> None:
    """The totals, the severity table and the requests by revision add up to the entries of the file."""
    entries = counting.entries(file)
    assert {one.name: one.entries for one in analysis.severities} == Counter(map(counting.severity, entries))
    assert analysis.read.entries == len(entries) == sum(one.count for one in analysis.patterns)
    assert {(o.service.raw, o.revision.raw): (o.total, o.failed) for o in analysis.served} == counting.served(file)
    assert (iso(analysis.read.start), iso(analysis.read.end)) == (
        min(map(counting.second, entries)),
        max(map(counting.second, entries)),
    )


def test_the_page_shows_the_figures_that_were_counted(file: Path, analysis: AnalysisView) -> None:
    """Each row of the tables of severities, services and patterns carries the counts made by hand, and no other."""
    page = render_analysis(analysis, TEMPLATES)
    section = dict(zip(HEADINGS.findall(page), HEADINGS.split(page)[2::2], strict=True))
    rows = re.findall(r"^\| ([A-Z]+) \| (\d+) \|", section["Severities"], re.MULTILINE)
    assert {name: int(n) for name, n in rows} == Counter(map(counting.severity, counting.entries(file)))
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| (\d+) \| (\d+) \|", section["Service impact"], re.MULTILINE)
    assert {(s, r): (int(t), int(f)) for s, r, t, f in rows} == counting.served(file)
    shown = re.findall(r"^### C\d+, [A-Z]+, (\d+) entr", page, re.MULTILINE)
    shown += re.findall(r"^\| C\d+ \| [A-Z]+ \| (\d+) \|", page, re.MULTILINE)
    assert Counter(map(int, shown)) == Counter(group.size for group in counting.groups(file).values())


def test_the_chain_leads_from_the_root_to_what_it_brought_about(analysis: AnalysisView) -> None:
    """It begins with the root, holds each pattern of the incident once, and each effect is below its cause."""
    for case in analysis.cases:
        assert (case.chain[0].depth, case.chain[0].pattern) == (0, case.patterns[0])
        assert sorted(step.pattern for step in case.chain) == sorted(case.patterns)
        depth = {step.pattern: step.depth for step in case.chain}
        assert all(depth[step.cause] == step.depth - 1 for step in case.chain[1:])


def test_effects_and_causes_are_one_relation(analysis: AnalysisView) -> None:
    """A pattern brings about exactly those whose strongest evidence names it."""
    forward = {(one.name, effect.name) for one in analysis.patterns for effect in one.effects}
    assert forward == {(cause.name, one.name) for one in analysis.patterns for cause in one.causes}
    assert len(forward) == sum(len(case.patterns) - 1 for case in analysis.cases)


def test_the_sections_of_an_outage() -> None:
    """What the data can fill is there, in the order of a person reading in the morning."""
    page = render_analysis(analysis_of(EXAMPLE), TEMPLATES)
    assert HEADINGS.findall(page) == [
        "Summary", "Severities", "Error patterns", "Warnings", "No failure", "Root cause and impact chain", "Timeline",
        "Service impact", "Recommendations",
    ]  # fmt: skip
    assert "| `checkout-api` | `checkout-api-00042-bad` | 72 | 72 | 100.0 % |" in page
    assert "checkout-api-00042-bad` was deployed 47 s before the first entry" in page
    advice = page.split("## Recommendations")[1]
    assert "Go back now to `checkout-api-00041-abc`" in advice
    assert "--to-revisions=checkout-api-00041-abc=100" in advice


def test_one_edge_is_measured_once() -> None:
    """Why a symptom is one and what brought it about are the same words, also over several revisions."""
    for pattern in analysis_of(*sorted(EXAMPLE.parent.glob("checkout-*.json"))).patterns:
        assert not pattern.causes or pattern.because == pattern.causes[0].words


def test_sections_without_data_are_absent() -> None:
    """One line of information gives no incident, traffic, timeline, recommendation or empty table."""
    page = render_analysis(calm(), TEMPLATES)
    assert HEADINGS.findall(page) == ["Summary", "Severities", "No failure"]
    assert "No failure in 1 entry." in page
    assert "%" not in page


def test_availability_without_a_success_is_unknown(file: Path, analysis: AnalysisView) -> None:
    """A service of which no success was logged has no share of failures; another has the share that was counted."""
    answered = Counter[str]()
    for (service, _), (total, failed) in counting.served(file).items():
        answered[service] += total - failed
    for one in analysis.served:
        assert one.share == (one.failed / one.total if answered[one.service.raw] else None)
    assert ("unknown: no success was logged" in render_analysis(analysis, TEMPLATES)) is not all(answered.values())


def test_json_has_times_for_people_and_no_log_object() -> None:
    """Moments are RFC 3339, counts numbers, texts strings."""
    value = plain(analysis_of(EXAMPLE))
    assert value["read"]["start"] == "2026-03-04T09:00:01Z"
    first = value["patterns"][0]
    assert (first["count"], first["first"]) == (24, "2026-03-04T09:15:47Z")
    assert first["title"] == "KeyError: 'PAYMENTS_API_KEY'"
    assert first["minutes"]["2026-03-04T09:15:00Z"] == 1


def test_a_template_that_asks_for_what_is_not_there_is_told_where(tmp_path: Path) -> None:
    """The error names the template, the line and the field."""
    (tmp_path / "analysis.md.j2").write_text("# Ours\n\n{{ analysis.weather }}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"analysis\.md\.j2, line 3 .*'weather'"):
        render_analysis(calm(), environment(tmp_path))


@settings(max_examples=40, deadline=None)
@given(TEXT)
def test_log_text_is_dead(text: str) -> None:
    """No link, mention, image, HTML or heading comes of any text, wherever it stands."""
    page = Page(render_analysis(told_in(text).analysis, TEMPLATES))
    assert page.links == ["https://docs.python.org/3/library/exceptions.html"]
    assert {"img", "script", "comment", "input", "b"}.isdisjoint(page.tags)
    assert "@octocat" not in " ".join(page.prose)
