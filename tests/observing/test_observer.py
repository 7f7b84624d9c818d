"""The fold: any partition, order and grouping gives the Window of one pass."""

import random
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clustering import Clusterer, widen
from bot.model.entry import LogEntry
from bot.model.severity import Severity
from bot.model.signature import Kind, Signature
from bot.model.time import SECOND, nanos_of
from bot.model.window import Minute, Served, Window
from bot.observing import Observer, cluster_state, observe, sampling
from tests.observing.logged import COMMIT, ENTRIES, TRACE, at, deployed, entry, resource

START = nanos_of("2025-09-15T20:00:00Z")


def environment_of(project: str) -> str:
    """An environment for each project."""
    return f"env-{project}"


def observer(entries: Sequence[LogEntry] = (), most: int = 20_000) -> Observer:
    """An observer, with a clusterer of its own, that has seen these entries."""
    made = Observer(Clusterer().signature, environment_of, most)
    for one in entries:
        made.add(one)
    return made


def window(*entries: LogEntry, most: int = 20_000) -> Window:
    """The window of these entries."""
    return observer(entries, most).window()


def merged(parts: list[Observer], choose: random.Random) -> Window:
    """The window after joining two random parts at a time until one is left."""
    while len(parts) > 1:
        one = parts.pop(choose.randrange(len(parts)))
        parts[choose.randrange(len(parts))].merge(one)
    return parts[0].window()


@settings(max_examples=150, deadline=None)
@given(ENTRIES, st.randoms(use_true_random=False), st.integers(1, 5), st.sampled_from([0, 1, 3, 20_000]))
def test_any_partition_order_and_grouping(entries: list[LogEntry], choose: Any, parts: int, most: int) -> None:
    """Associative and commutative, also where instances, timelines and clusters run over their caps."""
    with (
        patch.object(cluster_state, "INSTANCES_A_MINUTE", 2),
        patch.object(sampling, "ENTRIES", 2),
        patch.object(cluster_state, "TIMELINE_INSTANCES", 2),
        patch.object(cluster_state, "TIMELINE_TRACES", 2),
    ):
        expected = window(*entries, most=most)
        split: list[list[LogEntry]] = [[] for _ in range(parts)]
        for one in choose.sample(entries, len(entries)):
            split[choose.randrange(parts)].append(one)
        assert merged([observer(part, most) for part in split], choose) == expected


@settings(deadline=None)
@given(ENTRIES, ENTRIES)
def test_merging_leaves_the_other_as_it_is(mine: list[LogEntry], others: list[LogEntry]) -> None:
    """What is added to the one afterwards doesn't reach the other, nor the other way round."""
    one, other = observer(mine), observer(others)
    before = other.window()
    one.merge(other)
    for late in mine:
        one.add(late)
    assert other.window() == before
    after = one.window()
    for late in others:
        other.add(late)
    assert one.window() == after


@settings(deadline=None)
@given(ENTRIES)
def test_counts_add_up(entries: list[LogEntry]) -> None:
    """Every entry is in one severity and in one cluster's minute, or milder than that; the window spans them."""
    seen = window(*entries)
    assert seen.entries == len(entries) == sum(seen.severities.values())
    assert sum(cluster.count + cluster.milder for cluster in seen.clusters) == len(entries)
    assert all(cluster.count == sum(minute.count for minute in cluster.minutes.values()) for cluster in seen.clusters)
    assert (seen.start, seen.end) == (
        min((e.nanos for e in entries), default=0),
        max((e.nanos for e in entries), default=0),
    )


def test_overflow_is_visible_and_whole() -> None:
    """Beyond the cap entries are counted, clusters that stay have all of theirs, and traces stay before messages."""
    noise = [at(i % 60, textPayload=" ".join(["word", *["again"] * i])) for i in range(40)]
    trace = [at(i, textPayload=f"{TRACE}{i}") for i in range(5)]
    seen = window(*noise, *noise, *trace, most=10)
    assert len(seen.clusters) == 10
    assert seen.overflow + sum(cluster.count for cluster in seen.clusters) == seen.entries == 85
    assert sorted(cluster.count for cluster in seen.clusters) == [*[2] * 9, 5]
    assert window(*trace, *noise, *noise, most=10) == seen


def test_caps_keep_the_smallest_hashes() -> None:
    """At most 16 instances a minute; timelines of 16 instances and 32 traces, the same ones in every cluster."""
    entries = [
        at(i % 60, textPayload=text, labels={"instanceId": f"i{i}"}, trace=f"t{i}")
        for i in range(100)
        for text in ("boom", "bang")
    ]
    one, other = window(*entries).clusters
    (minute,) = one.minutes.values()
    assert (minute.count, len(minute.instances)) == (100, 16)
    assert minute.instances == tuple(sorted(minute.instances))
    assert {o.instance for o in one.occurrences} == {o.instance for o in other.occurrences}
    assert {o.trace for o in one.occurrences} == {o.trace for o in other.occurrences}
    assert 32 <= len(one.occurrences) <= 48
    assert set(minute.instances) <= {o.instance for o in one.occurrences}


def test_timeline_keeps_the_earliest_of_an_instance() -> None:
    """Of one instance the first 128 moments stay, in order."""
    seen = window(*(at(second, textPayload="boom", labels={"instanceId": "i"}) for second in range(299, -1, -1)))
    moments = [occurrence.nanos for occurrence in seen.clusters[0].occurrences]
    assert moments == [START + second * SECOND for second in range(128)]


def test_a_trace_is_the_same_in_both_of_its_forms() -> None:
    """A trace's full name and its bare id are one trace."""
    seen = window(at(1, textPayload="boom", trace="projects/p/traces/abc"), at(2, textPayload="bang", trace="abc"))
    (one,), (other,) = (cluster.occurrences for cluster in seen.clusters)
    assert one.trace == other.trace != ""


def test_samples_are_the_earliest_and_the_latest() -> None:
    """By time, then by insert id; one entry is one sample; title and message come from the earliest."""
    middle = [at(second, textPayload=f"boom {second}", insertId=str(second)) for second in (5, 3, 9, 7)]
    cluster = window(*middle).clusters[0]
    assert [sample.text for sample in cluster.samples] == ["boom 3", "boom 9"]
    assert (cluster.first, cluster.last) == (START + 3 * SECOND, START + 9 * SECOND)
    assert (cluster.title, cluster.message, cluster.template) == ("boom 3", "boom 3", "boom <*>")
    assert len(window(middle[0]).clusters[0].samples) == 1
    tied = window(at(1, textPayload="boom 1", insertId="b"), at(1, textPayload="boom 2", insertId="a")).clusters[0]
    assert [sample.insert_id for sample in tied.samples] == ["a", "b"]


def test_what_is_milder_is_no_part_of_a_failure() -> None:
    """One error among successes of the same words is one error; these, and warnings, are counted beside it."""
    good = [at(second, textPayload=f"job {second} ended with {second}", severity="INFO") for second in range(20)]
    warned = [at(second, textPayload=f"job {second} ended with 7", severity="WARNING") for second in range(20, 25)]
    bad = at(30, textPayload="job 7 ended with 500", severity="ERROR", insertId="bad")
    [failed] = window(*good, *warned, bad).clusters
    assert (failed.count, failed.milder, failed.severity) == (1, 25, Severity.ERROR)
    assert (failed.message, failed.first, len(failed.samples)) == ("job 7 ended with 500", bad.nanos, 1)
    [late] = window(*good, *warned).clusters
    assert (late.count, late.milder, late.severity) == (5, 20, Severity.WARNING)
    [well] = window(*good, at(55, textPayload="job 55 ended with 55")).clusters
    assert (well.count, well.milder, well.severity) == (21, 0, Severity.INFO)


def test_severity_is_the_worst_and_the_trace_the_latest() -> None:
    """A cluster is as bad as its worst entry; the latest traceback has the line numbers that run now."""
    entries = [at(1, textPayload=f"{TRACE}1"), at(2, textPayload=f"{TRACE}2".replace("line 3", "line 9"))]
    cluster = window(*entries, at(3, textPayload=f"{TRACE}3", severity="INFO")).clusters[0]
    assert (cluster.count, cluster.severity) == (3, Severity.ERROR)
    late = window(*entries).clusters[0]
    assert late.trace is not None
    assert late.trace.frames[0].line == 9


def test_traffic_by_place_and_minute() -> None:
    """Requests are counted with those that failed with 5xx; 4xx are answered requests."""
    entries = [
        at(
            second,
            httpRequest={"requestMethod": "GET", "requestUrl": "/", "status": status},
            resource=resource("api", "r"),
        )
        for second, status in [(1, 200), (2, 500), (3, 404), (61, "503")]
    ]
    (traffic,) = window(*entries, at(5, textPayload="no request")).traffic
    assert list(traffic.minutes.values()) == [Served(3, 1), Served(1, 1)]
    assert (traffic.total, traffic.failed, traffic.place.environment) == (4, 2, "env-p")


def test_a_deployment_is_told_once() -> None:
    """Two audit entries of one revision are one deployment: the earlier time, and the commit that either names."""
    (told,) = window(at(9, **deployed("r1")), at(4, **deployed("r1", ""))).deployments
    assert (told.nanos, told.service, told.revision, told.commit) == (START + 4 * SECOND, "api", "r1", COMMIT)


def test_places_follow_the_labels() -> None:
    """Entries of one resource share a place; labels of the entry's own, and odd values, are looked at too."""
    entries = [
        at(1, textPayload="x", resource=resource("api", "r1"), labels={"instanceId": "i1"}),
        at(2, textPayload="x", resource=resource("api", "r1"), labels={"instanceId": "i2"}),
        at(3, textPayload="x", resource={"type": "t", "labels": {}}, labels={"service_name": "own"}),
        at(4, textPayload="x", resource={"type": "t", "labels": {"service_name": 1}}),
        at(5, textPayload="x", resource={"type": "t", "labels": {"service_name": True}}),
        at(6, textPayload="x", resource={"type": "t", "labels": {"service_name": {"odd": 1}}}),
        at(7, textPayload="x", resource={"type": "k8s", "labels": {"pod_name": "web-1"}}, labels={"instanceId": "i3"}),
        at(8, textPayload="x"),
    ]
    seen = window(*entries)
    assert {cluster.place for cluster in seen.clusters} == {e.place(environment_of(e.project)) for e in entries}
    by_service = {cluster.place.service: cluster for cluster in seen.clusters}
    assert (by_service["api"].count, len(by_service["api"].instances)) == (2, 2)
    pod = window(at(1, textPayload="x", labels={"instanceId": "web-1"})).clusters[0]
    assert by_service["web-1"].instances == pod.instances


def test_window_without_entries() -> None:
    """Nothing observed: an empty window at time 0."""
    assert observe([], Clusterer().signature, environment_of) == Window(0, 0, 0, {})


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_times_at_the_ends_of_the_calendar(time: str) -> None:
    """A clock that runs wild doesn't bend the window."""
    seen = window(entry(timestamp=time, textPayload="x"))
    assert (seen.start, seen.end) == (nanos_of(time), nanos_of(time))


def test_an_entry_without_a_time_is_refused_whole() -> None:
    """It raises ValueError and leaves no half of a count."""
    seen = observer()
    with pytest.raises(ValueError, match="not an RFC 3339 time"):
        seen.add(entry(timestamp="", textPayload="x"))
    assert seen.window().entries == 0


def test_a_window_can_be_asked_for_at_any_time() -> None:
    """After each entry, whichever minute it falls into, a window, a merge and the earliest entries know of it."""
    seen, other = observer(), observer()
    for number in range(1, 150):
        seen.add(at(number, textPayload="boom", severity="DEFAULT"))
        other.merge(observer([at(number, textPayload="boom", severity="DEFAULT")]))
        assert seen.window().entries == number
    assert other.window() == seen.window()
    seen.add(at(0, textPayload="bang"))
    assert {logged.text for logged, _ in seen.earliest().values()} == {"boom", "bang"}


def test_newest_first_counts_a_minute_once() -> None:
    """As `gcloud logging read` gives them: each entry is the oldest so far, and none costs more for that."""
    state = cluster_state.ClusterState()
    signature = Clusterer().signature(entry(textPayload="boom"))
    with patch.object(cluster_state, "Minute", wraps=Minute) as minutes:
        for second in reversed(range(600)):
            state.add(second * SECOND, entry(insertId=f"{second}"), signature, Severity.ERROR, "i")
        state.settle()
    assert (state.count, minutes.call_count) == (600, 10)


def test_ids_that_end_alike_are_told_apart() -> None:
    """As those that are made of a time, a clock and a machine: only all of an id tells it."""
    ids = [f"projects/p/traces/{number:08x}0000400080000242ac120002" for number in range(20)]
    seen = window(*(at(second, textPayload="boom", trace=name) for second, name in enumerate(ids)))
    assert len({occurrence.trace for occurrence in seen.clusters[0].occurrences}) == len(ids)


def test_aliases_join_clusters_of_one_place() -> None:
    """Five users' failures are one cluster at each place, counted whole, that names its members and its alias."""
    users = ("anna", "bela", "carl", "dora", "emil")
    entries = [
        at(second, textPayload=f"Failed login of {user} from 10.0.0.7", resource=resource(service, "r"))
        for second, user in enumerate(users)
        for service in ("api", "web")
    ]
    seen = observer([*entries, at(9, textPayload="all is well")]).window(widen)
    wide = [cluster for cluster in seen.clusters if cluster.alias]
    assert [(cluster.place.service, cluster.count, len(cluster.members)) for cluster in wide] == [
        ("api", 5, 5),
        ("web", 5, 5),
    ]
    assert wide[0].fingerprint == wide[1].fingerprint
    assert wide[0].members == tuple(sorted({c.fingerprint for c in observer(entries).window().clusters}))
    assert (wide[0].first, wide[0].last) == (START, START + 4 * SECOND)
    assert len(seen.clusters) == 3


@settings(deadline=None)
@given(ENTRIES, st.randoms(use_true_random=False))
def test_widened_windows_merge_too(entries: list[LogEntry], choose: Any) -> None:
    """Aliases are learnt from what was merged: halves give the whole's window."""
    mixed = choose.sample(entries, len(entries))
    half = observer(mixed[::2])
    half.merge(observer(mixed[1::2]))
    assert half.window(widen) == observer(entries).window(widen)


def test_former_fingerprints_are_kept() -> None:
    """A cluster names the fingerprints that a former algorithm gave its entries, merged or not, at most 32."""

    def last_version(logged: LogEntry) -> Signature:
        return Signature(f"v0-{logged.text}", Kind.MESSAGE, "", logged.text)

    one, other, many = (Observer(Clusterer(last_version).signature, environment_of) for _ in range(3))
    one.add(at(1, textPayload="job 1 failed"))
    other.add(at(2, textPayload="job 2 failed"))
    one.merge(other)
    assert one.window().clusters[0].former == ("v0-job 1 failed", "v0-job 2 failed")
    for number in range(100):
        many.add(at(1, textPayload=f"job {number} failed"))
    assert len(many.window().clusters[0].former) == 32


@settings(deadline=None)
@given(ENTRIES)
def test_a_window_survives_serialisation(entries: list[LogEntry]) -> None:
    """As JSON and back it is the same value."""
    seen = observer(entries).window(widen)
    assert msgspec.json.decode(msgspec.json.encode(seen), type=Window) == seen
