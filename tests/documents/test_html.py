"""The HTML page: one file that asks nothing of anywhere, in which log text is only ever text."""

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bot.documents.analysis import render_analysis
from bot.documents.charts import scale_of, strip
from bot.documents.html import html_environment, render_page
from bot.errors import SettingsError
from bot.model.time import MINUTE, iso
from bot.text.templates import environment
from tests.documents import counting
from tests.documents.browsing import browse
from tests.documents.test_analysis import analysis_of
from tests.documents.windows import calm, told_in
from tests.faces.running import EXAMPLE
from tests.text.hostile import TEXT

MADE = html_environment(environment())


class Parsed(HTMLParser):
    """Tags with their attributes, and the text outside style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.script = ""
        self._raw = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))
        self._raw = tag if tag in ("style", "script") else ""

    def handle_endtag(self, tag: str) -> None:
        """Text after a style is text again."""
        self._raw = ""

    def handle_data(self, data: str) -> None:
        """Sort the text."""
        if self._raw == "script":
            self.script += data
        elif not self._raw:
            self.text.append(data)

    @property
    def words(self) -> str:
        """The text in one line."""
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def page() -> str:
    """The page of the bundled outage."""
    return render_page(analysis_of(EXAMPLE), MADE)


def test_nothing_is_fetched_and_only_its_own_script_runs(page: str) -> None:
    """No element names a file elsewhere; the policy forbids fetching, and allows the script by its digest."""
    parsed = Parsed(page)
    assert [attrs for _, attrs in parsed.tags if "src" in attrs] == []
    assert [attrs["href"] for tag, attrs in parsed.tags if tag == "link"] == ["data:,"]
    [policy] = [attrs["content"] for tag, attrs in parsed.tags if "http-equiv" in attrs]
    digest = base64.b64encode(hashlib.sha256(parsed.script.encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert f"script-src 'sha256-{digest}'" in policy


def test_the_table_shows_the_figures_that_were_counted(page: str) -> None:
    """Each row's entries, first and last are those of entries grouped by hand; so are the figures at the top."""
    rows = re.findall(r'data-value="(\d+)" data-label="Entries">([\d,]+)<', page)
    assert Counter(map(int, (value for value, _ in rows))) == Counter(g.size for g in counting.groups(EXAMPLE).values())
    assert all(f"{int(value):,}" == shown for value, shown in rows)
    times = re.findall(r'data-value="(\d+)" data-label="(?:First|Last)"', page)
    by_hand = Counter(time for group in counting.groups(EXAMPLE).values() for time in (group.first, group.last))
    assert Counter(iso(int(time)) for time in times) == by_hand
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd></div>", page))
    entries = counting.entries(EXAMPLE)
    expected = {"entries": len(entries), **Counter(map(counting.severity, entries))}
    assert {name: int(figures[name]) for name in expected} == expected


def test_traffic_and_deployments_are_drawn_where_they_were(page: str) -> None:
    """A bar for each minute with requests, a red one for each with failures, the deployment at its place."""
    requests = [entry for entry in counting.entries(EXAMPLE) if "httpRequest" in entry]
    minutes = {entry["timestamp"][:16] for entry in requests}
    failing = {entry["timestamp"][:16] for entry in requests if counting.status(entry) >= 500}
    _, chart = re.findall(r'<path class="all" d="([^"]*)"/><path class="bad" d="([^"]*)"/>', page)
    assert (chart[0].count("M"), chart[1].count("M")) == (len(minutes), len(failing))
    marks = re.findall(r'class="mark" style="left:([\d.]+)%"', page)
    assert (len(marks), set(marks)) == (3, {"37.5"})  # 15 of 40 minutes, in the rows of entries, requests and I1
    assert "09:15:00Z deployed checkout-api-00042-bad" in Parsed(page).words


def test_a_long_stack_trace_keeps_its_exception(tmp_path: Path) -> None:
    """What is too long loses its middle: both ends of the trace, and so the exception, are on page and in analysis."""
    frames = "".join(
        f'  File "/srv/shop/part{n}.py", line {n}, in step_{n}\n    step_{n + 1}(order)\n' for n in range(90)
    )
    text = f"Traceback (most recent call last):\n{frames}shop.errors.StockError: the last shelf is gone"
    labels = {"service_name": "shop", "revision_name": "shop-1"}
    rows = [
        {"insertId": f"i{n}", "timestamp": f"2026-03-04T09:{n:02}:00Z", "severity": "ERROR", "textPayload": text,
         "resource": {"type": "cloud_run_revision", "labels": labels}}
        for n in range(20)
    ]  # fmt: skip
    (tmp_path / "logs.json").write_text(json.dumps(rows), encoding="utf-8")
    analysis = analysis_of(tmp_path / "logs.json")
    [sample] = re.findall(r'aria-label="Sample of C1">(.*?)</pre>', render_page(analysis, MADE), re.DOTALL)
    [block] = re.findall(r"^```text\n(.*?)^```$", render_analysis(analysis, environment()), re.DOTALL | re.MULTILINE)
    for shown in (sample, block):
        assert shown.startswith("Traceback (most recent call last):")
        assert "… [cut: " in shown
        assert shown.rstrip().endswith("shop.errors.StockError: the last shelf is gone")


def test_bars_keep_every_entry_and_fit_the_box() -> None:
    """Whatever the span, at most 120 bars, each within the box, none lost at the edges."""
    for minutes in (1, 119, 121, 1_440, 10_080, 525_600):
        scale = scale_of(0, (minutes - 1) * MINUTE)
        bars = re.findall(r"M(\d+)\.5 40V(\d+)", strip(dict.fromkeys(range(minutes), 2), scale))
        assert scale.bars == len(bars) <= 120
        assert scale.bars * scale.width >= minutes
        assert {(int(x) < scale.bars, 0 <= int(y) < 40) for x, y in bars} == {(True, True)}


def test_sections_without_data_are_absent() -> None:
    """One line of information gives its one bar and a table of one pattern, and no incident, request or timeline."""
    parsed = Parsed(render_page(calm(), MADE))
    assert "No failure in 1 entry." in parsed.words
    assert [attrs.get("id") for tag, attrs in parsed.tags if tag == "h2"] == ["glance", "patterns"]


TAGS = {
    "a", "body", "br", "button", "caption", "circle", "code", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2",
    "h3", "h4", "head", "header", "html", "li", "link", "main", "meta", "ol", "p", "path", "pre", "script", "section",
    "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "cx", "cy", "d", "data-first",
    "data-label", "data-value", "href", "http-equiv", "id", "lang", "name", "open", "preserveaspectratio", "r", "rel",
    "role", "scope", "style", "tabindex", "type", "viewbox",
}  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(TEXT)
def test_log_text_is_only_text(text: str) -> None:
    """Whatever it holds, no tag, attribute, link or script comes of it but the template's own."""
    parsed = Parsed(render_page(told_in(text), MADE))
    assert {tag for tag, _ in parsed.tags} <= TAGS
    assert {name for _, attrs in parsed.tags for name in attrs} <= ATTRIBUTES
    links = {attrs["href"] for tag, attrs in parsed.tags if tag == "a"}
    assert all(
        re.fullmatch(r"#[CI]\d+|https://docs\.python\.org/3/library/exceptions\.html", link or "") for link in links
    )
    assert len([tag for tag, _ in parsed.tags if tag == "script"]) == 1


def test_log_text_is_refused_where_nothing_escapes_it(tmp_path: Path) -> None:
    """A user's template that prints log text as it is gets an error with its line; `safe` is no way round."""
    for expression in ("page.analysis.patterns[0].title", "page.analysis.patterns[0].title|safe"):
        (tmp_path / "report.html.j2").write_text(f"<p>\n{{{{ {expression} }}}}</p>", encoding="utf-8")
        with pytest.raises(SettingsError, match=r"report\.html\.j2, line 2"):
            render_page(calm(), html_environment(environment(tmp_path)))


def test_our_own_text_is_escaped_too(tmp_path: Path) -> None:
    """A playbook's angle brackets are text, in a user's template too."""
    (tmp_path / "report.html.j2").write_text(
        "<p>{{ '<b>'|inline }}{{ '<i>' }}{{ '`<u>`'|inline }}</p>", encoding="utf-8"
    )
    made = html_environment(environment(tmp_path))
    assert render_page(calm(), made) == "<p>&lt;b&gt;&lt;i&gt;<code>&lt;u&gt;</code></p>\n"


def test_a_script_that_would_end_itself_is_refused(tmp_path: Path) -> None:
    """A user's script with a closing tag in it can't be set into the page."""
    (tmp_path / "report.js").write_text("'</script>'", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"report\.js holds a tag"):
        render_page(calm(), html_environment(environment(tmp_path)))


@pytest.fixture(scope="module")
def seen(page: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page of the bundled outage in headless Chromium, and one in which every text is one long word."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "report.html").write_text(page, encoding="utf-8")
    (folder / "long.html").write_text(render_page(told_in("long" * 60), MADE), encoding="utf-8")
    return {name: browse(folder / f"{name}.html") for name in ("report", "long")}


@pytest.mark.parametrize("name", ["report", "long"])
def test_in_a_browser_it_is_quiet_and_accessible(seen: Any, name: str) -> None:
    """In both themes, 1280 and 400 pixels wide: no console message, no request but the page, axe-core finds nothing."""
    looks = seen[name]["looks"]
    assert [(look["theme"], look["width"]) for look in looks] == [
        ("light", 1280), ("light", 400), ("dark", 1280), ("dark", 400),
    ]  # fmt: skip
    for look in looks:
        assert (look["console"], len(look["requests"]), look["overflow"], look["axe"]) == ([], 1, 0, [])
    assert len({look["ground"] for look in looks}) == 2


def test_in_a_browser_tables_sort_by_keyboard_and_text_can_be_selected(seen: Any) -> None:
    """Enter sorts down, Space the other way; it is announced; what is selected holds the root cause and its chain."""
    used = seen["report"]["used"]
    assert used["console"] == []
    assert used["down"] == sorted(used["before"], reverse=True) != used["before"]
    assert used["up"] == sorted(used["before"])
    assert (used["sorted"], used["said"].endswith("sorted by Entries, descending")) == ("descending", True)
    for text in ("KeyError: 'PAYMENTS_API_KEY'", "Container called exit(1).", "deployed checkout-api-00042-bad"):
        assert text in used["selected"]
