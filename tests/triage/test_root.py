"""The root of an incident: the cause, not the loudest; and what the page is told of its start."""

import random

import msgspec

from bot.model.incident import Nature, Role
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.window import Cluster, Deployment
from bot.triage import triage
from tests.triage import scenes
from tests.triage.scenes import BOOTS, OWN, STAGING, cluster, ended, failed, later, nowhere, on

BOOTED = on(BOOTS)


def database_outage() -> list[Cluster]:
    """A database that can't be reached: migrations fail, the start-up gives up with a trace, the container exits."""
    return [
        cluster("migrations", BOOTED, loose=("migrations failed: timeout expired", "timeout expired")),
        cluster("timeout", later(BOOTED, 1), Kind.TRACE, trace=OWN, loose=("database timeout",)),
        cluster("timeout-said", later(BOOTED, 1), loose=("database timeout",)),
        cluster("startup-failed", later(BOOTED, 1.2)),
        ended(later(BOOTED, 2)),
        failed("503", nowhere(at for boot in BOOTS for at in (boot + 20, boot + 40, boot + 60))),
    ]


def test_root_is_the_cause_and_the_runner_up_is_named() -> None:
    """The trace of the time-out is the root although migrations failed before it and 503s are thrice as many."""
    found = triage(scenes.window(*database_outage()), {}).found
    assert [one.incident.key.root for one in found] == ["timeout"]
    assert found[0].incident.runner_up == "migrations"
    assert {m.fingerprint for m in found[0].incident.symptoms} == {
        "migrations", "timeout-said", "startup-failed", "exit", "503",
    }  # fmt: skip


def test_order_of_clusters_decides_nothing() -> None:
    """Any order of a window's clusters gives the same incidents."""
    clusters = [*database_outage(), *scenes.outage("late", place=scenes.NEXT, from_=3600)]
    expected = triage(scenes.window(*clusters), {}).found
    for seed in range(10):
        shuffled = random.Random(seed).sample(clusters, len(clusters))
        assert triage(scenes.window(*shuffled), {}).found == expected


def test_incident_without_competitor_names_no_runner_up() -> None:
    """Where one error explains everything, there is no second choice."""
    trace = cluster("trace", BOOTED, Kind.TRACE, trace=OWN)
    found = triage(scenes.window(trace, ended(later(BOOTED, 1))), {}).found
    assert [one.incident.runner_up for one in found] == [""]


def test_members_begin_with_the_root_and_carry_their_nature() -> None:
    """The root comes first as root; exits and refusals are marked for what the platform says of them."""
    refused = failed("503", nowhere(BOOTS), said="... because the instance could not start successfully.")
    boom = cluster("boom", BOOTED)
    members = triage(scenes.window(refused, ended(later(BOOTED, 1)), boom), {}).found[0].incident.members
    assert [(m.fingerprint, m.role, m.nature) for m in members] == [
        ("boom", Role.ROOT, Nature.PLAIN),
        ("503", Role.SYMPTOM, Nature.REFUSED),
        ("exit", Role.SYMPTOM, Nature.EXIT),
    ]


def test_service_that_fails_at_once_cannot_start() -> None:
    """Exits seconds after the first entry, an error before each, and no request answered: it doesn't start."""
    assert triage(scenes.window(*scenes.outage()), {}).found[0].incident.cannot_start


def test_service_that_answers_can_start() -> None:
    """The same exits beside answered requests are crashes of a service that is up."""
    up = scenes.requests(range(0, 3000, 10))
    assert not any(one.incident.cannot_start for one in triage(scenes.window(*scenes.outage(), traffic=[up]), {}).found)


def test_worker_that_runs_for_a_while_can_start() -> None:
    """A worker without requests that crashes twenty minutes after its start is not called unable to start."""
    started = [(at, f"i{n}", "") for n, at in enumerate((0, 1300, 2600))]
    crashed = later(started, 1200)
    hello = cluster("hello", started, severity=Severity.INFO)
    window = scenes.window(hello, cluster("boom", crashed), ended(later(crashed, 1)))
    incident = triage(window, {}).found[0].incident
    assert incident.key.root == "boom"
    assert not incident.cannot_start
    assert incident.exits == 3


def test_other_environments_answers_prove_nothing() -> None:
    """Requests that staging answers don't make production able to start."""
    fine = scenes.requests(range(0, 3000, 10), place=STAGING)
    assert triage(scenes.window(*scenes.outage(), traffic=[fine]), {}).found[0].incident.cannot_start


def test_two_words_on_one_exit_count_once() -> None:
    """A memory limit and a signal for each of nine exits are nine exits, not eighteen."""
    limit = ended(BOOTED, "Memory limit of 512 MiB exceeded with 540 MiB used.", fingerprint="limit")
    signal = ended(later(BOOTED, 0.5), "Uncaught signal: 9, pid=1, tid=1, fault_addr=0.")
    assert triage(scenes.window(limit, signal), {}).found[0].incident.exits == len(BOOTS)


def test_each_cluster_has_one_verdict_and_its_own_incident() -> None:
    """Exits that look alike on two revisions are each told of the incident of their own revision."""
    clusters = [*scenes.outage(), *scenes.outage("late", place=scenes.NEXT, from_=3600)]
    outcome = triage(scenes.window(*clusters), {})
    told = {(v.place.revision, v.fingerprint): v.incident.root for v in outcome.verdicts if v.incident}
    assert len(outcome.verdicts) == len(clusters) == len(told)
    assert told[scenes.API.revision, "exit"] == "root"
    assert told[scenes.NEXT.revision, "exit"] == "late"


def test_a_job_that_fails_each_time_is_no_service_that_cannot_start() -> None:
    """What has no revision and never had a request starts, and fails; in a back-off loop it is a service."""
    job = scenes.API._replace(revision="")
    boom, exits = cluster("boom", BOOTED, place=job), ended(later(BOOTED, 1), place=job)
    assert not triage(scenes.window(boom, exits), {}).found[0].incident.cannot_start
    loop = ended(later(BOOTED, 1), "Back-off restarting failed container api in pod api-0", place=job)
    assert triage(scenes.window(boom, loop), {}).found[0].incident.cannot_start
    asked = scenes.requests((), (5,), place=job)
    assert triage(scenes.window(boom, exits, traffic=[asked]), {}).found[0].incident.cannot_start


def test_distinct_traces_are_the_smallest_hashes() -> None:
    """Those of all members together, at most 32, each once."""
    seen = [(at, "one", f"{at:08x}") for at in range(0, 900, 20)]
    boom = cluster("boom", seen)
    found = triage(scenes.window(boom, failed("500", later(seen, 0.1), status=500)), {}).found[0].incident
    assert found.traces == tuple(f"{at:08x}" for at in range(0, 640, 20))


def test_every_deployment_of_the_service_is_told() -> None:
    """Those that went well and those after the last failure are part of the story; another service's are not."""
    minute = 60_000_000_000
    boom, quiet = cluster("boom", on((0, 60), "one")), cluster("quiet", on((7200,), "two"), severity=Severity.INFO)
    made = [Deployment(boom.first + n * minute, "prod", "api", f"api-{n}") for n in (-30, 0, 100)]
    beyond = [Deployment(boom.first + n * minute, "prod", "api", f"api-{n}") for n in (-9000, 9000)]
    other = Deployment(boom.first, "prod", "web", "web-1")
    window = msgspec.structs.replace(scenes.window(boom, quiet), deployments=(*made, *beyond, other))
    assert triage(window, {}).found[0].incident.deployments == tuple(made)
