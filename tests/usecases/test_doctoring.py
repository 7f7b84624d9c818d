"""Findings: how an error's sentence becomes what is wrong and how to mend it, and how far clocks may part."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LogsUnavailable, TrackerUnavailable
from bot.logs import Unreadable
from bot.model.entry import LogEntry
from bot.model.time import SECOND
from bot.usecases.doctoring import MOST_SKEW, Examined, Health, clock_findings, fault_of, log_findings

NOW = 1_800_000_000 * SECOND


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("GitHub refused it (401: Bad): put one there.", "GitHub refused it (401: Bad)", "put one there"),
        (
            'It may not: give it "issues: write" (a token: `a: b`).',
            "It may not",
            'give it "issues: write" (a token: `a: b`)',
        ),
        ("one: two; three.", "one: two", "three"),
        ("Nothing to split.", "Nothing to split", ""),
    ],
)
def test_the_last_clause_is_the_mend(text: str, what: str, mend: str) -> None:
    """Colons in quotes and brackets don't split a sentence; without a clause there is no mend."""
    found = fault_of("token", TrackerUnavailable(text), "acme/shop")
    assert (found.health, found.what, found.mend, found.where) == (Health.FAULT, what, mend, "acme/shop")


@given(st.text())
def test_no_word_of_an_error_is_lost(text: str) -> None:
    """Whatever an error says, what and mend together say it too."""
    found = fault_of("any", TrackerUnavailable(text))
    assert len(found.what) + len(found.mend) in {len(text.rstrip(".")), len(text.rstrip(".")) - 2}
    assert text.rstrip(".").startswith(found.what)


@pytest.mark.parametrize(("skew", "health"), [(0, "well"), (MOST_SKEW, "well"), (-MOST_SKEW - 1, "fault")])
def test_clocks_may_part_so_far(skew: int, health: str) -> None:
    """Two minutes either way are well, more is a fault, and a host that tells no time is passed over."""
    [found] = clock_findings(NOW, "acme/shop", NOW + skew)
    assert found.health == health
    assert list(clock_findings(0, "acme/shop", NOW)) == []


class Given:
    """A source of these records."""

    def __init__(self, *records: LogEntry | Unreadable | LogsUnavailable) -> None:
        self.name = "given"
        self.read = 0
        self._records = records

    def records(self) -> Iterator[LogEntry | Unreadable]:
        """The records; an error is raised."""
        for record in self._records:
            self.read += 1
            if isinstance(record, LogsUnavailable):
                raise record
            yield record


def test_one_record_of_each_place_is_read() -> None:
    """The first decides, no second is asked for, and a place that fails keeps none of the others from being read."""
    places = [Given(LogEntry(), LogEntry()), Given(LogsUnavailable("no; do")), Given(Unreadable("x; y")), Given()]
    found = list(log_findings(places))
    assert [one.health.value for one in found] == ["well", "fault", "fault", "note"]
    assert [place.read for place in places] == [1, 1, 1, 0]
    assert Examined(tuple(found)).faults == 2
