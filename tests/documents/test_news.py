"""What a comment says of a priority that changed."""

import msgspec

from bot.documents.news import policy_news
from bot.model.incident import ActivePolicy, Incident, Priority
from tests.documents.incidents import outage

STARTS = ActivePolicy("does-not-start", Priority.P0, "6 failed starts, and the revision answered no request meanwhile")
FAILS = ActivePolicy("requests-fail", Priority.P2, "9 failed requests")


def at(priority: Priority, *policies: ActivePolicy, stopped: tuple[ActivePolicy, ...] = ()) -> Incident:
    """The outage with these policies."""
    return outage(priority=priority, policies=policies, stopped=stopped)


def test_nothing_started_or_stopped_is_no_news() -> None:
    """Other figures of the same policies are none."""
    more = msgspec.structs.replace(FAILS, because="900 failed requests")
    assert policy_news(at(Priority.P2, FAILS), at(Priority.P2, more)) == ""


def test_what_started_and_what_stopped_stand_in_one_sentence() -> None:
    """With what was measured, and the priority before and now."""
    over = msgspec.structs.replace(STARTS, because="0 failed starts")
    assert policy_news(at(Priority.P2, FAILS), at(Priority.P0, STARTS, FAILS)) == (
        "Priority P0, it was P2: does-not-start holds now (6 failed starts, and the revision answered no request "
        "meanwhile)."
    )
    assert policy_news(at(Priority.P0, STARTS), at(Priority.P2, FAILS, stopped=(over,))) == (
        "Priority P2, it was P0: requests-fail holds now (9 failed requests); does-not-start holds no more (0 failed "
        "starts)."
    )
    assert policy_news(at(Priority.P0, STARTS), at(Priority.P0, STARTS, FAILS)).startswith("Priority P0 as before: ")


def test_names_of_the_teams_are_text() -> None:
    """A policy that is named in Markdown, or measured in hostile words, links nothing; many are counted."""
    odd = tuple(ActivePolicy(f"@all #{n}", Priority.P1, "<b>") for n in range(5))
    said = policy_news(at(Priority.P2), at(Priority.P1, *odd))
    assert "`@all #0` holds now (`<b>`)" in said
    assert said.endswith("; 2 more hold now.")
