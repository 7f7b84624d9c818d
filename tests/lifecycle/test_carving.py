"""What is taken out of an incident stands for itself, and what stays keeps its evidence."""

from bot.lifecycle import fit
from bot.lifecycle.carving import carve
from bot.lifecycle.decisions import Order, merge
from bot.model.incident import Evidence, IncidentKey, Recurrence, Role
from bot.model.state import IssueState
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
