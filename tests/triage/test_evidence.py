"""What joins, and what doesn't: the rules of the cascade, each with its counterexample."""

import msgspec
import pytest

from bot.model.incident import Evidence
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.window import Cluster
from bot.triage import triage
from tests.triage import scenes
from tests.triage.scenes import BOOTS, NEXT, STAGING, WEB, cluster, ended, failed, joined, later, nowhere, on, warned

BOOTED = on(BOOTS)


def evidence(*clusters: Cluster) -> dict[tuple[str, str], Evidence]:
    """The evidence of all incidents of these clusters, by (cause, effect)."""
    found = triage(scenes.window(*clusters), {}).found
    return {(link.cause, link.effect): link for one in found for link in one.incident.evidence}


def test_whole_outage_is_one_incident() -> None:
    """Trace, message, startup error, exits and 503s of one service that doesn't start are one incident."""
    assert joined(*scenes.outage()) == {"root": {"root-said", "startup-failed", "exit", "503"}}


def test_every_link_has_words_and_a_strength_that_joins() -> None:
    """Each symptom of the outage has evidence that leads to it, with words that count what was measured."""
    links = evidence(*scenes.outage())
    assert {effect for _, effect in links} == {"root-said", "startup-failed", "exit", "503"}
    assert all(0.5 <= link.strength <= 1 and link.words for link in links.values())
    assert links["root", "exit"].words == "the container exited 1 s after it, 9 of 9 times"


def test_warnings_of_every_boot_stay_outside() -> None:
    """An application's own warning just before every crash is an incident of its own, and evidence for nothing."""
    found = joined(*scenes.outage(), warned("tracing-missing", later(scenes.on(BOOTS), 0.1)))
    assert found["tracing-missing"] == set()
    assert len(found) == 2


def test_two_services_that_fail_at_once_stay_two() -> None:
    """Two outages of different services in the same minutes are two incidents, though exits and 503s look alike."""
    found = joined(*scenes.outage(), *scenes.outage("other", place=WEB))
    assert set(found) == {"root", "other"}
    assert all(len(symptoms) == 4 for symptoms in found.values())


def test_error_at_the_same_time_without_evidence_stays_out() -> None:
    """A steady error on the same instance precedes each exit, and every other moment too: no evidence."""
    steady = [(at / 10, "one", "") for at in range(0, 36_000, 20)]
    own = on((600, 1800, 3000), "one")
    found = joined(
        cluster("steady", steady[:128]), cluster("fatal", own), ended(later(own, 1)), cluster("slow", steady[::10])
    )
    assert found == {"fatal": {"exit"}, "steady": set(), "slow": set()}


def test_steady_error_is_not_the_cause_of_rare_failures() -> None:
    """An error every two seconds stands within five seconds of any request: chance, not evidence."""
    steady = on(range(0, 240, 2), "one")
    found = joined(cluster("steady", steady), failed("500", on((33, 91, 150), "one"), status=500))
    assert found == {"steady": set(), "500": set()}


def test_errors_that_come_with_the_failed_requests_join() -> None:
    """An error beside each failed request, on its instance, joins it as its cause."""
    seen = on((10, 700, 1500, 2900), "one")
    assert joined(cluster("boom", seen), failed("500", later(seen, 0.2), status=500)) == {"boom": {"500"}}


def test_error_whose_requests_rarely_fail_still_joins_the_failures() -> None:
    """A rare error beside every failed request is its cause even if most of its requests are answered well."""
    seen = on(range(0, 3600, 90), "one")
    assert joined(cluster("boom", seen), failed("500", later(seen[::4], 0.2), status=500)) == {"boom": {"500"}}


def test_failures_of_a_revision_that_serves_are_not_called_unserved() -> None:
    """A 503 on a revision that answers other requests has nothing to do with its exits, as far as one can tell."""
    found = joined(
        ended(BOOTED), failed("503", nowhere(at + 20 for at in BOOTS)), traffic=[scenes.requests(range(0, 3000, 10))]
    )
    assert found == {"exit": set(), "503": set()}


def test_answers_before_the_outage_dont_hide_it() -> None:
    """A revision that served for half an hour and then kept exiting is unserved from then on."""
    healthy = scenes.requests(range(0, 1800, 10))
    assert joined(*scenes.outage(from_=1815), traffic=[healthy]) == {
        "root": {"root-said", "startup-failed", "exit", "503"}
    }


def test_refused_requests_join_the_exits() -> None:
    """The platform's own word that the instance could not start joins the request to the exits of that time."""
    said = "The request failed because the instance could not start successfully."
    assert joined(ended(BOOTED), failed("503", nowhere(BOOTS), said=said)) == {"exit": {"503"}}
    assert len(joined(ended(BOOTED), failed("503", nowhere([9000]), said=said))) == 2


def test_same_exception_on_another_revision_stays_apart() -> None:
    """An error text that quotes a trace of another revision is no form of it."""
    trace = cluster("trace", BOOTED, Kind.TRACE, trace=scenes.OWN, loose=("key",))
    quoting = cluster("quoting", BOOTED, place=NEXT, loose=("whole", "key"))
    assert joined(trace, quoting) == {"trace": set(), "quoting": set()}


def test_same_root_on_two_revisions_is_one_incident() -> None:
    """The same root key in the same environment and service is one incident over revisions, with both's symptoms."""
    found = triage(scenes.window(*scenes.outage(), *scenes.outage(place=NEXT, from_=60)), {}).found
    assert [one.incident.revisions for one in found] == [(scenes.API.revision, NEXT.revision)]
    assert found[0].incident.root.count == 2 * len(BOOTS)


def test_same_root_in_two_environments_is_two_incidents() -> None:
    """Staging never swallows production."""
    found = triage(scenes.window(*scenes.outage(), *scenes.outage(place=STAGING)), {}).found
    assert sorted(one.incident.key.environment for one in found) == ["prod", "staging"]


def test_what_two_errors_have_in_common_joins_neither() -> None:
    """Two errors that end in the same words (`connection refused`) at the same time are two failures."""
    redis = cluster("redis", BOOTED, loose=("redis: connection refused", "connection refused"))
    mysql = cluster("mysql", later(BOOTED, 1), loose=("mysql: connection refused", "connection refused"))
    assert joined(redis, mysql) == {"redis": set(), "mysql": set()}


@pytest.mark.parametrize(("apart", "incidents"), [(3, 1), (400, 2)])
def test_single_coincidence_joins_by_text_only_nearby(apart: float, incidents: int) -> None:
    """One trace and one message that quotes it are one failure seconds apart, and two minutes apart."""
    trace = cluster("trace", on([0], "one"), Kind.TRACE, trace=scenes.OWN, loose=("key",))
    quoting = cluster("quoting", on([apart], "one"), loose=("whole", "key"))
    assert len(joined(trace, quoting)) == incidents


def test_single_coincidence_without_text_or_trace_joins_nothing() -> None:
    """One error, one exit and one failed request in one second on one instance prove nothing."""
    found = joined(cluster("boom", on([0], "one")), ended(on([1], "one")), failed("500", on([1], "one"), status=500))
    assert found == {"boom": set(), "exit": set(), "500": set()}


def test_single_trace_joins_across_services() -> None:
    """A caller's error and the callee's error in one trace are one failure; the earlier one is the cause."""
    callee = cluster("callee", [(0, "a", "t1")], place=WEB)
    caller = cluster("caller", [(0.4, "b", "t1")])
    assert joined(caller, callee) == {"callee": {"caller"}}


def test_same_trace_in_two_environments_joins_nothing() -> None:
    """A trace id that two environments share by accident is no evidence."""
    assert len(joined(cluster("a", [(0, "", "t1")]), cluster("b", [(0, "", "t1")], place=STAGING))) == 2


def test_few_shared_traces_join_nothing() -> None:
    """One trace in ten in common is not enough."""
    one = cluster("one", [(n, f"a{n}", f"t{n}") for n in range(10)])
    other = cluster("other", [(n, f"b{n}", f"t{n + 9}") for n in range(10)], place=WEB)
    assert len(joined(one, other)) == 2


def test_traces_beyond_the_sample_count_neither_for_nor_against() -> None:
    """A rare failure joins by its traces though the other's sample holds the smallest hashes only."""
    busy = cluster("busy", [(n, f"a{n}", f"t{n:03}") for n in range(32)])
    rare = cluster("rare", [(3.1, "b", "t003"), *((50 + n, "b", f"t{900 + n}") for n in range(9))], place=WEB)
    assert joined(busy, rare) == {"busy": {"rare"}}


def test_instances_beyond_the_sample_count_neither_for_nor_against() -> None:
    """Exits on instances that the error's timeline doesn't hold are no evidence against it."""
    sampled = [(n * 60, f"a{n:02}", "") for n in range(15)]
    beyond = [(n * 60, f"z{n:02}", "") for n in range(15)]
    assert joined(cluster("boom", sampled), ended(later([*sampled, *beyond], 1))) == {"boom": {"exit"}}


def test_moments_beyond_a_full_timeline_count_neither_for_nor_against() -> None:
    """An instance's timeline holds its first 128 entries: exits after the last of them are no evidence against it."""
    crashes = on(range(0, 4000, 20), "one")
    assert joined(cluster("boom", crashes[:128]), ended(later(crashes, 1))) == {"boom": {"exit"}}


@pytest.mark.parametrize(
    "said",
    [
        "Container called exit(0).",
        "Container terminated on signal 15.",
        "Uncaught signal: 15, pid=1, tid=1, fault_addr=0.",
    ],
)
def test_orderly_end_is_no_crash(said: str) -> None:
    """exit(0) and a polite SIGTERM follow the last error of a container often enough, and are no crash."""
    assert joined(cluster("boom", BOOTED), ended(later(BOOTED, 1), said)) == {"boom": set(), "exit": set()}


@pytest.mark.parametrize(
    "said",
    [
        "Container called exit(1).",
        "Container terminated on signal 9.",
        "Uncaught signal: 11, pid=1, tid=1, fault_addr=0.",
    ],
)
def test_crash_joins_the_error_before_it(said: str) -> None:
    """The platform's words on a container that ended on its own join the error that always stands before them."""
    assert joined(cluster("boom", BOOTED), ended(later(BOOTED, 1), said)) == {"boom": {"exit"}}


def test_words_on_the_same_exit_join() -> None:
    """A memory limit and the signal that follows it are one story even without an error of the application's."""
    limit = ended(BOOTED, "Memory limit of 512 MiB exceeded with 540 MiB used.", fingerprint="limit")
    signal = ended(later(BOOTED, 0.5), "Uncaught signal: 9, pid=1, tid=1, fault_addr=0.")
    assert joined(limit, signal) == {"limit": {"exit"}}


def test_failed_probes_of_a_dead_revision_join() -> None:
    """A failed startup probe of a revision that keeps exiting is its symptom; a healthy one's probe is not."""
    probe = cluster(
        "probe", nowhere(BOOTS), Kind.SYSTEM, severity=Severity.WARNING, message="Startup probe check failed."
    )
    assert joined(ended(BOOTED), probe) == {"exit": {"probe"}}
    assert len(joined(ended(BOOTED), probe, traffic=[scenes.requests(range(0, 3000, 5))])) == 2


def test_errors_below_error_and_client_errors_are_no_incidents() -> None:
    """404s, INFO lines and audit entries are no incident, and the verdict says why."""
    fine = [
        failed("404", BOOTED, status=404),
        cluster("info", BOOTED, severity=Severity.INFO),
        cluster("audit", BOOTED, Kind.AUDIT),
    ]
    outcome = triage(scenes.window(*fine), {})
    assert outcome.found == ()
    assert [verdict.because for verdict in outcome.verdicts] == [
        "status 404 is no failure of the service",
        "INFO is below what counts as a failure",
        "an audit entry tells what someone did to the project, not how the service does",
    ]


def test_two_causes_that_take_turns_leave_no_exit_to_itself() -> None:
    """Two errors that each end the container every time explain its exits together; they stay two incidents."""
    boots = on(range(0, 6600, 600))
    settings, database = boots[:4], boots[4:]
    found = joined(cluster("settings", settings), cluster("database", database), ended(later(boots, 0.4)), traffic=[])
    assert found == {"settings": set(), "database": {"exit"}}


def test_an_error_that_is_steady_beside_a_crash_loop_takes_no_turn() -> None:
    """An error every 30 s stands before each exit of a loop by chance; the exits remain unexplained."""
    exits = [(at, "one", "") for at in range(60, 3600, 60)]
    steady = [(at, "one", "") for at in range(7, 3600, 30)]
    assert joined(cluster("steady", steady), ended(exits)) == {"steady": set(), "exit": set()}


def test_requests_refused_in_the_same_words_are_one_incident() -> None:
    """What the platform says of them is their one cause; other words, or none of its own, join nothing."""
    said = "The request failed because billing is disabled for this project."
    refused = [
        failed("home", nowhere((0, 600, 1200)), said=said),
        failed("icon", nowhere((1, 601)), said=said),
        failed("other", nowhere((2, 602)), said="The request was aborted because there was no available instance."),
    ]
    told = [msgspec.structs.replace(one, title=f"GET /{one.fingerprint} → 503") for one in refused]
    mute = [failed("a", nowhere((5, 605)), status=500), failed("b", nowhere((6, 606)), status=500)]
    assert joined(*told, *mute) == {"home": {"icon"}, "other": set(), "a": set(), "b": set()}


def test_words_say_when_they_count_a_sample() -> None:
    """Where only the smallest sixteen instances were kept of forty, the evidence doesn't pass for a count of all."""
    boots = on(range(0, 4000, 100))
    kept = cluster("boom", boots)
    end = ended(later(boots, 1))
    short = msgspec.structs.replace(end, occurrences=end.occurrences[:15])
    words = evidence(kept, short)["boom", "exit"].words
    assert words == "the container exited 1 s after it, 15 of 15 times that were sampled, of 40 by then"
