"""The timeline in an issue: the moments of its incident, read by Mermaid itself; hostile text is text alone."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.documents.timeline import timeline_diagram
from bot.model.incident import ActivePolicy, Incident, LastGood, Priority
from bot.model.time import HOUR, MINUTE, SECOND, minute_of
from bot.model.window import Deployment
from tests.bench import cache, mermaid
from tests.documents.browsing import draw
from tests.documents.incidents import REVISION, SERVICE, START, bare, hostile, outage
from tests.documents.test_mermaid import HOSTILE, shown
from tests.text.hostile import TEXT

LINE = re.compile(r" {4}section \d{4}-\d\d-\d\d UTC| {8}\d\d#58;\d\d(?: : (?:(?!: )[^\n])+)+")
EVIL = [*HOSTILE, "a : b : c", "x: y", ": ", "section s", "title t", "timeline", "# gone", "%%{init: {}}%%", "<br>"]


def drawn(incident: Incident) -> str:
    """The diagram of an incident that has one."""
    text = timeline_diagram(incident)
    assert text.startswith("timeline\n")
    return text


def read(charts: list[str]) -> list[dict[str, Any]]:
    """What Mermaid reads in each; skips where it can't be installed."""
    try:
        return mermaid.charts(charts)
    except cache.NotInstallable as reason:
        pytest.skip(str(reason))


def plain(events: list[str]) -> list[str]:
    """The events as a reader sees them, in one line each."""
    return [" ".join(shown(event).replace("<br>", "").split()) for event in events]


def test_mermaid_reads_the_moments_of_the_incident() -> None:
    """Deployment, onset, exits, first failed request, the last good answer, priority and last entry, by the minute."""
    told = outage(
        good=LastGood("booking-api-00041-xyz", minute_of(START) - 3, 12),
        policies=(
            ActivePolicy("errors", Priority.P2, "6 errors", START + 2 * MINUTE),
            ActivePolicy("no-start", Priority.P0, "6 starts failed", START + 9 * MINUTE),
            ActivePolicy("exits", Priority.P1, "6 exits", START + 9 * MINUTE),
        ),
        stopped=(ActivePolicy("share", Priority.P1, "no request any more", START + 20 * MINUTE),),
        priority=Priority.P0,
    )
    [found] = read([drawn(told)])
    assert found["sections"] == ["2025-03-01 UTC"]
    assert [(shown(time).strip(), plain(events)) for _, time, events in found["moments"]] == [
        ("02:00", ["last request answered by booking-api-00041-xyz"]),
        ("02:01", [f"deployed {REVISION}"]),
        (
            "02:03",
            [
                "root first seen ModuleNotFoundError: No module named 'booking.tariffs.seaso…",
                "first container exit",
                "first failed request",
            ],
        ),
        ("02:05", ["P2 by errors"]),
        ("02:12", ["P0 by no-start"]),
        ("02:23", ["no longer P1 by share"]),
        ("02:38", ["last entry"]),
        ("02:40", ["newest log entry read"]),
    ]


def test_days_are_sections() -> None:
    """What happened the day before stands in a section of its own."""
    before = Deployment(START - 5 * HOUR, "staging", SERVICE, REVISION)
    [found] = read([drawn(outage(deployments=(before,)))])
    assert found["sections"] == ["2025-02-28 UTC", "2025-03-01 UTC"]


def test_of_many_moments_the_telling_ones_stay() -> None:
    """Forty deployments leave ten moments: the onset, the last entry, the deployment before it and the newest."""
    many = [Deployment(START + n * MINUTE, "staging", SERVICE, f"r{n:02}") for n in range(-9, 31)]
    text = drawn(outage(deployments=tuple(many)))
    assert text.count(" : ") == 10
    for told in ("root first seen", "last entry", "deployed r00", "deployed r30"):
        assert told in text


def test_one_minute_is_nothing_to_draw() -> None:
    """An incident that came and went in the minute in which the logs end has no timeline; else it has one."""
    once = bare()
    assert timeline_diagram(replace(once, observed_until=once.last + SECOND)) == ""
    assert "newest log entry read" in timeline_diagram(once)


def test_a_ceiling_caps_what_is_said() -> None:
    """Where an environment's ceiling made a P0 a P2, the timeline says P2."""
    policies = (ActivePolicy("no-start", Priority.P0, "6 starts failed", START + MINUTE),)
    assert "P2 by no-start" in drawn(outage(policies=policies, priority=Priority.P2))


def test_hostile_text_is_read_as_text_alone() -> None:
    """Whatever a log says, Mermaid reads the same times, with as many events, which show the text."""
    texts = list(zip(EVIL, EVIL[1:] + EVIL[:1], strict=True))
    calm, *found = read([drawn(hostile("calm")), *(drawn(hostile(text, other)) for text, other in texts)])
    shape = [(time, len(events)) for _, time, events in calm["moments"]]
    for (text, _), one in zip(texts, found, strict=True):
        assert "error" not in one, text
        assert [(time, len(events)) for _, time, events in one["moments"]] == shape, text
    said = "".join("".join(plain(events)) for _, _, events in found[EVIL.index("a : b : c")]["moments"])
    assert "deployed a : b : c" in said


def test_a_browser_draws_it() -> None:
    """Calm and hostile ones are drawn: texts are there, nothing but text comes of them, words stay in their boxes."""
    calm, *found = draw([drawn(outage()), *(drawn(hostile(text)) for text in EVIL)])
    assert f"deployed{REVISION}" in [text.replace(" ", "") for text in calm["texts"]]
    assert calm["beyond"] == 0
    for text, one in zip(EVIL, found, strict=True):
        assert "error" not in one, text
        assert one["foreign"] == 0, text
        assert len(one["texts"]) == len(calm["texts"]), text
    assert any("a:b:c" in text.replace(" ", "") for text in found[EVIL.index("a : b : c")]["texts"])


@settings(max_examples=60, deadline=None)
@given(TEXT, st.text(max_size=80))
def test_no_text_gets_out_of_its_line(text: str, other: str) -> None:
    """Each line is a section or a time with its events; no colon, fence, comment or tag comes of a log's text."""
    first, *lines = drawn(hostile(text, other)).splitlines()
    assert first == "timeline"
    for line in lines:
        assert LINE.fullmatch(line), line
    rest = "\n".join(lines).replace("<br>", "")
    assert not set(rest) & set('`<>"%;&@[]{}|$\\') - {";"}
    assert re.sub(r"#\d+;", "", rest).count("#") == re.sub(r"#\d+;", "", rest).count(";") == 0
    assert len(rest) < 6_000
