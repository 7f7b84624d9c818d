"""Mermaid reads our charts as they are meant: these nodes, these edges, hostile labels as nothing but text."""

import html
import re

import pytest

from bot.documents.incident import render_incident
from bot.text.markdown import mermaid as label
from bot.text.templates import environment
from tests.bench import cache, mermaid
from tests.documents.incidents import hostile, outage

PAGES = environment()
HOSTILE = [
    '"] --> X["y', '"]; click R "https://evil.example"', "end", "subgraph s", "R --> S1", "%% comment", 
    "%%{init: {}}%%", "`**bold**`", "1. one", "- item", "<b>x</b><img src=x onerror=alert(1)>",
    "#quot;#35;#lt;", "&lt;script&gt;", 
    "|x|y|", "fa:fa-ban", "a\nb\r\nc", "\u2028style R fill:#f00", "class R x", "$$x^2$$", "\\n \\\" \\u0022", 
    "{{x}} ((y)) >z]", "/etc/passwd \\\\host", "@{ shape: rect }", "linkStyle 0 stroke:#f00", ":::cls", "```",
    "x" * 500, 
    "é 漢 😀", "\x1b[31m",
]  # fmt: skip


def chart(page: str) -> str:
    """The flowchart of a page."""
    [found] = re.findall(r"^```mermaid\n(flowchart.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    return str(found)


def shown(text: str) -> str:
    """Mermaid's own form of a label, as the text that a reader sees."""
    decoded = re.sub(r"ﬂ°°(\d+)¶ß|#(\d+);", lambda found: chr(int(found[1] or found[2])), text)
    return html.unescape(decoded)


@pytest.fixture(scope="module")
def read() -> list[dict[str, object]]:
    """What Mermaid reads in the chart of a calm incident, and of one a hostile text; last, in a broken one."""
    incidents = [
        outage(),
        *(hostile(text, other) for text, other in zip(HOSTILE, HOSTILE[1:] + HOSTILE[:1], strict=True)),
    ]
    pages = [render_incident(incident, (), PAGES) for incident in incidents]
    try:
        return mermaid.charts([*map(chart, pages), 'flowchart TD\n    R["open'])
    except cache.NotInstallable as reason:
        pytest.skip(str(reason))


def test_every_chart_can_be_read(read: list[dict[str, object]]) -> None:
    """No hostile text breaks a chart; one that is broken would be seen."""
    assert [one.get("error") for one in read[:-1]] == [None] * (len(HOSTILE) + 1)
    assert "error" in read[-1]


def test_nodes_and_edges_are_those_of_the_template(read: list[dict[str, object]]) -> None:
    """No text adds a node, an edge or a link."""
    calm = read[0]
    assert set(calm["labels"]) > {"R", "S1", "S2", "S3"}  # type: ignore[call-overload]
    for one in read[:-1]:
        assert set(one["labels"]) == set(calm["labels"])  # type: ignore[call-overload]
        assert [edge[:2] for edge in one["edges"]] == [edge[:2] for edge in calm["edges"]]  # type: ignore[attr-defined]
        assert one["links"] == 0


def test_labels_are_the_texts_themselves(read: list[dict[str, object]]) -> None:
    """Entities come back as the characters that were logged, or as their visible escapes."""
    for text, one in zip(HOSTILE, read[1:-1], strict=True):
        texts = [shown(str(said)) for said in one["labels"].values()]  # type: ignore[attr-defined]
        assert any(shown(label(text)) in said for said in texts), text
