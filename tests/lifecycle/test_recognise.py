"""What open issues already own of a window (identity and residual), with triage's word on the rest."""

import json
from pathlib import Path

import msgspec
import pytest

from bot.clustering import Clusterer
from bot.lifecycle import absorb, claims, file
from bot.model.entry import LogEntry, Place
from bot.model.incident import Claim, Found, Role
from bot.model.signature import Kind
from bot.model.state import IssueState, Phase
from bot.model.window import Window
from bot.observing import observe
from bot.triage import Triage, triage
from tests.triage import scenes
from tests.triage.scenes import BOOTS, NEXT, STAGING, WEB, cluster, ended, failed, later, nowhere, on

HOUR = 3600
SHOP = {1: file(triage(scenes.window(*scenes.outage()), {}).found[0].incident)}


def seen(window: Window, known: dict[int, IssueState] | None = None) -> list[tuple[int, str, set[str]]]:
    """(issue, root, symptoms) of each incident of a window, beside these issues."""
    outcome = triage(window, claims(window, SHOP if known is None else known))
    return [(f.issue, f.incident.key.root, {m.fingerprint for m in f.incident.symptoms}) for f in outcome.found]


def test_same_window_again_belongs_to_the_issue() -> None:
    """Everything of the window that an issue was filed from is the issue's."""
    assert seen(scenes.window(*scenes.outage())) == [(1, "root", {"root-said", "startup-failed", "exit", "503"})]


def test_root_on_a_new_revision_is_the_same_incident() -> None:
    """The root key on a later revision, hours later, still belongs to its issue, and draws its symptoms there."""
    window = scenes.window(*scenes.outage(place=NEXT, from_=5 * HOUR))
    assert seen(window) == [(1, "root", {"root-said", "startup-failed", "exit", "503"})]


def test_staging_never_swallows_production() -> None:
    """The same root key and service in another environment is another incident."""
    assert [issue for issue, _, _ in seen(scenes.window(*scenes.outage(place=STAGING)))] == [0]


def test_other_service_is_another_incident() -> None:
    """The same fingerprint in another service is another incident."""
    assert [issue for issue, _, _ in seen(scenes.window(*scenes.outage(place=WEB)))] == [0]


def test_next_failure_is_new_though_its_symptoms_look_alike() -> None:
    """The next revision fails with another root: exits and 503s look like the open issue's and are the new one's."""
    window = scenes.window(*scenes.outage("late", place=NEXT, from_=HOUR))
    assert seen(window) == [(0, "late", {"late-said", "startup-failed", "exit", "503"})]


def test_new_root_on_the_same_revision_is_new() -> None:
    """A new root with the old one's symptoms, on the old one's revision, is an incident of its own."""
    window = scenes.window(*scenes.outage("late", from_=BOOTS[-1] + 300))
    assert [(issue, root) for issue, root, _ in seen(window)] == [(0, "late")]


def test_one_window_over_both_failures_splits_the_symptoms() -> None:
    """One window that spans both gives two incidents, each with the exits and 503s of its own revision."""
    window = scenes.window(*scenes.outage(), *scenes.outage("late", place=NEXT, from_=HOUR))
    both = [
        (1, "root", {"root-said", "startup-failed", "exit", "503"}),
        (0, "late", {"late-said", "startup-failed", "exit", "503"}),
    ]
    assert seen(window) == both
    assert [(0, *rest) for _, *rest in both] == seen(window, {})
    found = triage(window, claims(window, SHOP)).found
    assert [one.incident.revisions for one in found] == [(scenes.API.revision,), (NEXT.revision,)]


def test_new_symptom_with_evidence_belongs_to_the_known_root() -> None:
    """A failed request that was never seen before joins the issue whose root's exits explain it."""
    window = scenes.window(*scenes.outage(), failed("502", nowhere(BOOTS), status=502))
    assert seen(window) == [(1, "root", {"root-said", "startup-failed", "exit", "503", "502"})]


def test_symptoms_alone_belong_to_the_issue() -> None:
    """A window with nothing but known symptoms, on the known revision and near in time, is the issue's."""
    again = on([BOOTS[-1] + 300, BOOTS[-1] + 600])
    assert {issue for issue, _, _ in seen(scenes.window(ended(again), failed("503", nowhere([BOOTS[-1] + 320]))))} == {
        1
    }


@pytest.mark.parametrize("place", [NEXT, STAGING, WEB])
def test_symptoms_elsewhere_are_not_the_issues(place: Place) -> None:
    """Known symptoms on another revision, environment or service belong to nobody yet."""
    assert {
        issue for issue, _, _ in seen(scenes.window(ended(on([BOOTS[-1] + 300, BOOTS[-1] + 400]), place=place)))
    } == {0}


def test_symptoms_at_another_time_are_not_the_issues() -> None:
    """Known symptoms on the known revision, an hour after the root was last seen, belong to nobody yet."""
    assert {issue for issue, _, _ in seen(scenes.window(ended(on([BOOTS[-1] + HOUR, BOOTS[-1] + HOUR + 90]))))} == {0}


def test_what_a_known_symptom_explains_is_no_new_root() -> None:
    """A new message that only quotes a known symptom's trace belongs to the symptom's issue."""
    more = later(on(BOOTS), 3000)
    known = cluster("startup-failed", more, Kind.TRACE, trace=scenes.OWN, loose=("startup",))
    quoting = cluster("quoting", more, loose=("whole", "startup"))
    assert seen(scenes.window(known, quoting)) == [(1, "startup-failed", {"quoting"})]


def test_two_known_roots_in_one_group_keep_their_own() -> None:
    """Where evidence joins what two issues stand for, each keeps what it knows; the rest goes where evidence points."""
    trace = [(at, f"i{at}", f"t{at}") for at in BOOTS]
    callee, caller = cluster("callee", trace, place=WEB), cluster("caller", later(trace, 0.2))
    answered = failed("500", later(trace, 0.3), status=500)
    known = {
        number: file(triage(scenes.window(one), {}).found[0].incident) for number, one in ((4, callee), (7, caller))
    }
    window = scenes.window(callee, caller, answered)
    assert {issue: {root, *more} for issue, root, more in seen(window, known)}.keys() == {4, 7}


def test_lowest_number_owns_what_two_issues_stand_for() -> None:
    """Twins don't split an incident: the lower number owns all of it."""
    assert [issue for issue, _, _ in seen(scenes.window(*scenes.outage()), {3: SHOP[1], 2: SHOP[1]})] == [2]


def test_merged_issue_owns_nothing_and_owned_roots_count() -> None:
    """What was merged away claims nothing; the issue that took its root over claims it."""
    merged = msgspec.structs.replace(SHOP[1], phase=Phase.MERGED, merged_into=9)
    other = file(triage(scenes.window(cluster("other", on(BOOTS))), {}).found[0].incident)
    owner = msgspec.structs.replace(other, owned=("root",))
    assert [issue for issue, _, _ in seen(scenes.window(*scenes.outage()), {1: merged})] == [0]
    assert [issue for issue, _, _ in seen(scenes.window(*scenes.outage()), {1: merged, 9: owner})] == [9]


def test_claims_say_as_what() -> None:
    """The root is claimed as root, everything else as symptom."""
    held = claims(scenes.window(*scenes.outage()), SHOP)
    assert held.pop((scenes.API, "root")) == Claim(1, Role.ROOT)
    assert set(held.values()) == {Claim(1, Role.SYMPTOM)}


def test_hours_of_the_outage() -> None:
    """The bundled outage data, hour by hour and as one window: two incidents with their own symptoms."""
    folder = Path(__file__).parents[2] / ".." / "shared" / "data" / "outage"
    if not folder.is_dir():
        pytest.skip("the data isn't here")
    windows = [observed(folder / f"hour_{hour}.json") for hour in (1, 2, 3)]
    states: dict[int, IssueState] = {}
    for window in windows:
        for one in serious(triage(window, claims(window, states))):
            number = one.issue or len(states) + 1
            grown = absorb(states[number].incident, one.incident) if one.issue else one.incident
            states[number] = file(grown)
    assert len(states) == 2
    whole = observed(*(folder / f"hour_{hour}.json" for hour in (1, 2, 3)))
    for known in ({}, {1: states[1]}, states):
        found = {f.incident.key.root: f for f in serious(triage(whole, claims(whole, known)))}
        assert found.keys() == {state.incident.key.root for state in states.values()}
        for number, state in states.items():
            one = found[state.incident.key.root]
            assert one.issue == (number if number in known else 0)
            assert one.incident.revisions == state.incident.revisions
            assert {m.fingerprint: m.count for m in one.incident.members} == {
                m.fingerprint: m.count for m in state.incident.members
            }


def serious(outcome: Triage) -> list[Found]:
    """What is more than a lone warning."""
    return [one for one in outcome.found if one.incident.symptoms]


def observed(*files: Path) -> Window:
    """The window of these log files."""
    entries = [
        entry for file in files for entry in msgspec.convert(json.loads(file.read_text("utf-8")), list[LogEntry])
    ]
    return observe(entries, Clusterer().signature, lambda project: project)
