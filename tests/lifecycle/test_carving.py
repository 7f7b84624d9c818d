"""What is taken out of an incident stands for itself, and what stays keeps its evidence."""

import msgspec

from bot.documents.building import Detail, view_of
from bot.lifecycle import absorb, fit
from bot.lifecycle.carving import carve
from bot.lifecycle.decisions import Order, merge
from bot.model.incident import Evidence, IncidentKey, LastGood, Priority, Recurrence, Role
from bot.model.severity import Severity
from bot.model.spell import own
from bot.model.state import IssueState
from bot.model.time import MINUTE
from bot.model.window import Served
from bot.triage.policies import settled
from tests.documents.incidents import START, member, outage

EVERY = Recurrence(60, 50, 70, 9)


def test_what_was_known_by_way_of_what_leaves_keeps_evidence() -> None:
    """The refused requests hang on the exit; without it they hang on what the exit hung on, and it is said so."""
    rest, taken = carve(outage(), ["d4exit"])
    assert rest
    assert taken
    links = {one.effect: one for one in rest.evidence}
    assert set(links) == {one.fingerprint for one in rest.symptoms}
    words = "by way of what was split off: the platform's answer while no instance of this revision starts"
    assert links["e5probe"] == Evidence("a1root", "e5probe", "refused", 0.9, words)
    assert taken.evidence == ()


def test_the_evidence_of_a_chain_leads_to_the_last_that_stays() -> None:
    """Two that leave one after the other are both passed over; a circle ends."""
    chain = (("a1root", "b2raised"), ("b2raised", "c3said"), ("c3said", "d4exit"), ("d4exit", "b2raised"))
    links = tuple(Evidence(cause, effect, "step", 0.6, "words") for cause, effect in chain)
    rest, _ = carve(outage(members=outage().members[:4], evidence=links), ["b2raised", "c3said"])
    assert rest
    assert [(one.cause, one.effect) for one in rest.evidence] == [("a1root", "d4exit")]


def test_a_part_says_nothing_of_the_former_root() -> None:
    """How the former root came back, what policies stopped, and its traces aren't the part's; the rest keeps them."""
    rest, taken = carve(outage(recurrence=EVERY, traces=("0a",)), ["d4exit"])
    assert rest
    assert taken
    assert (taken.recurrence, taken.traces, taken.stopped) == (None, (), ())
    assert (rest.recurrence, rest.traces) == (EVERY, ("0a",))


def test_a_merged_root_has_evidence_of_the_merge() -> None:
    """The page can say why it is there; how often it came back stays its own affair."""
    key = IncidentKey("staging", "booking-api", "zz")
    other = member("zz", "another root", role=Role.ROOT, delay=-600)
    two = outage(key=key, members=(other,), evidence=(), recurrence=EVERY)
    grown, _ = merge(3, IssueState(outage()), 7, IssueState(two), Order("ada", START))
    [link] = [one for one in grown.incident.evidence if one.effect == "zz"]
    assert (link.cause, link.kind, link.words) == ("a1root", "merged", "a person merged its issue, 7, into this one")
    assert grown.incident.recurrence is None


def test_a_sample_that_is_cut_to_fit_keeps_both_ends() -> None:
    """An exception stands at the end of a long stack trace; fitting again changes nothing."""
    text = "Traceback\n" + "  File a, line 1\n" * 3_000 + "ValueError: no price"
    root = member("a1root", "ValueError: no price", role=Role.ROOT, text=text)
    small = fit(outage(members=(root,), evidence=()), lambda one: len(one.root.samples[0].text), 5_000)
    [kept] = small.root.samples
    assert kept.text.startswith("Traceback\n")
    assert kept.text.endswith("\nValueError: no price")
    assert "more characters]\n" in kept.text
    assert fit(small, lambda one: len(one.root.samples[0].text), 5_000) == small


def test_a_merge_leaves_the_way_back_and_the_figures_alone() -> None:
    """A warning seen on the good revision too is merged into an outage: nothing that is measured of that changes."""
    good = LastGood("booking-api-00041-xyz", START // MINUTE - 3, 140)
    key = IncidentKey("staging", "booking-api", "zz")
    noise = msgspec.structs.replace(
        member("zz", "slow query", role=Role.ROOT, delay=-3_000, severity=Severity.WARNING, times=30),
        revisions=("booking-api-00041-xyz", "booking-api-00042-abc"),
        services=("booking-api", "stock-sync"),
    )
    one = outage(good=good, traffic={START // MINUTE + n: Served(2, 2) for n in range(-50, 170, 7)})
    two = msgspec.structs.replace(
        one, key=key, members=(noise,), evidence=(), good=LastGood("booking-api-00039-old", START // MINUTE, 9)
    )
    grown, _ = merge(3, IssueState(one), 7, IssueState(two), Order("ada", START))
    assert grown.incident.good == good
    assert own(grown.incident).members == one.members
    assert absorb(grown.incident, two).good == good
    shown, before = (view_of(each, (), Detail()) for each in (grown.incident, one))
    assert (shown.first, shown.last, shown.since) == (before.first, before.last, before.since)
    assert (shown.requests, shown.revisions, shown.instances) == (before.requests, before.revisions, before.instances)
    assert shown.services == before.services
    assert settled(grown.incident).policies == settled(one).policies


def test_what_is_merged_in_still_raises_the_priority() -> None:
    """Merged into a warning, an outage is judged by itself, and stays what it was."""
    calm = member("zz", "slow query", role=Role.ROOT, severity=Severity.WARNING)
    key = IncidentKey("staging", "booking-api", "zz")
    quiet = outage(key=key, members=(calm,), evidence=(), cannot_start=False)
    grown, _ = merge(3, IssueState(quiet), 7, IssueState(outage()), Order("ada", START))
    assert settled(quiet).priority is Priority.P3
    assert settled(grown.incident).priority is Priority.P0
