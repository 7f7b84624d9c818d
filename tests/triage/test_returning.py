"""The last good revision, and how the root comes back: measured, or not said."""

from bot.model.incident import Incident, LastGood, Recurrence
from bot.model.time import MINUTE, SECOND, minute_of
from bot.model.window import Deployment, Traffic, Window
from bot.triage import triage
from tests.triage import scenes

OLD = scenes.API._replace(revision="api-00000-old")
OLDER = scenes.API._replace(revision="api-00000-elder")


def found(*traffic: Traffic, deployments: tuple[Deployment, ...] = ()) -> Incident:
    """The outage beside this traffic of other revisions."""
    made = scenes.window(*scenes.outage(from_=600), traffic=traffic)
    window = Window(scenes.START, made.end, made.entries, {}, made.clusters, made.traffic, deployments)
    [one] = triage(window, {}).found
    return one.incident


def deployed(revision: str, minutes: int) -> Deployment:
    """A deployment of the service this long after the start."""
    return Deployment(scenes.START + minutes * MINUTE, "prod", "api", revision)


def test_the_revision_that_answered_last_is_good() -> None:
    """Of two revisions that answered, the later one; how many requests and until when are counted."""
    good = found(scenes.requests(range(0, 100, 10), place=OLDER), scenes.requests(range(0, 500, 10), place=OLD)).good
    assert good == LastGood("api-00000-old", minute_of(scenes.START + 490 * SECOND), 50)


def test_a_revision_that_failed_is_not_good() -> None:
    """More than one in twenty answers with 5xx: nobody is sent back to that."""
    assert found(scenes.requests(range(0, 100, 10), range(0, 100, 50), place=OLD)).good is None


def test_without_traffic_it_is_the_deployment_before() -> None:
    """Where the logs show no answer, the revision deployed before the incident's own; unknown without one."""
    before, own = deployed("api-00000-old", 0), deployed(scenes.API.revision, 9)
    assert found(deployments=(before, own)).good == LastGood("api-00000-old", minute_of(before.nanos))
    assert found(deployments=(own,)).good is None
    assert found().good is None


def test_another_services_revision_is_never_good() -> None:
    """What another service or environment runs is no way back."""
    assert found(scenes.requests(range(0, 500, 10), place=scenes.WEB)).good is None
    assert found(scenes.requests(range(0, 500, 10), place=scenes.STAGING)).good is None


def test_recurrence_has_a_median_and_a_spread() -> None:
    """Pauses of 20 to 40 s: the median, and the middle four fifths; repeats within two seconds count as one."""
    at, seconds = [0.0], 0.0
    for pause in (20, 30, 30, 30, 40, 30, 30, 30, 30, 30):
        seconds += pause
        at += [seconds, seconds + 1]
    [one] = triage(scenes.window(scenes.cluster("e", scenes.on(at, "i1"))), {}).found
    recurs = one.incident.recurrence
    assert recurs is not None
    assert recurs.pauses == 10
    assert 29 * SECOND <= recurs.median <= 30 * SECOND
    assert recurs.low <= recurs.median <= recurs.high


def test_few_pauses_show_no_recurrence() -> None:
    """Three pauses are no rhythm."""
    [one] = triage(scenes.window(scenes.cluster("e", scenes.on([0, 30, 60, 90], "i1"))), {}).found
    assert one.incident.recurrence is None
    [one] = triage(scenes.window(scenes.cluster("e", scenes.on([0, 30, 60, 90, 120], "i1"))), {}).found
    assert one.incident.recurrence == Recurrence(30 * SECOND, 30 * SECOND, 30 * SECOND, 4)
