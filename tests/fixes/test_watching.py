"""What counts as quiet: hours in which the services were seen, minutes in which all of them were at work."""

import msgspec

from bot.fixes.watching import watch_of
from bot.model.entry import Place
from bot.model.fix import Live, Liveness
from bot.model.incident import Incident
from bot.model.time import HOUR, MINUTE
from bot.model.window import Served, Traffic, Window
from tests.lifecycle.memories import FIRST_MINUTE, incident

FIRST = FIRST_MINUTE // 60 * 60 + 60
KNOWN = incident({"root": [((FIRST + n) * MINUTE, "i", "r1") for n in (0, 20, 40)]})


def window(*hours: int, service: str = "api", revision: str = "r1") -> Window:
    """A window with ten answered requests a minute in these hours after the failure's."""
    minutes = {FIRST + 60 * hour + n: Served(10, 0) for hour in hours for n in range(60)}
    traffic = Traffic(Place("prod", "shop-prod", "", service, revision), minutes)
    start, end = min(minutes) * MINUTE, max(minutes) * MINUTE
    return Window(start, end, len(minutes), {}, traffic=(traffic,))


def live(since: int, liveness: Liveness = Liveness.LIVE) -> list[Live]:
    """Where the fix runs."""
    return [Live("prod", "api", liveness, since, ("r1",))]


def test_time_that_nobody_read_is_not_quiet() -> None:
    """Two hours with weeks between them are two hours; the same window again adds none."""
    watch = watch_of(None, KNOWN, (), window(1), ())
    watch = watch_of(watch, KNOWN, (), window(600), ())
    assert watch.quiet == 2 * HOUR
    assert watch_of(watch, KNOWN, (), window(600), ()) == watch
    assert watch_of(None, KNOWN, (), window(1, 600), ()).quiet == 2 * HOUR


def test_another_services_time_is_not_quiet() -> None:
    """What another service did in the meantime says nothing of this one."""
    watch = watch_of(None, KNOWN, (), window(1, 2, 3, service="web"), ())
    assert (watch.quiet, watch.recent) == (0, {})


def test_every_service_of_the_root_has_to_be_at_work() -> None:
    """Of an incident in two services, the traffic of one alone proves nothing."""
    root = msgspec.structs.replace(KNOWN.root, services=("api", "web"))
    both = msgspec.structs.replace(KNOWN, members=(root, *KNOWN.symptoms))
    assert watch_of(None, both, (), window(1, service="web"), ()).recent == {}
    api, web = window(1), window(1, service="web")
    shared = msgspec.structs.replace(api, traffic=(*api.traffic, *web.traffic))
    assert watch_of(None, both, (), shared, ()).recent


def test_a_watch_begins_anew_with_the_failure_or_the_fix() -> None:
    """A later failure, and the fix's going live, start it again; not knowing where the fix runs doesn't."""
    fixed = (FIRST + 50) * MINUTE
    first = watch_of(None, KNOWN, live(fixed), window(1), ())
    assert first.since == fixed
    unclear = watch_of(first, KNOWN, live(0, Liveness.UNKNOWN), window(2), ())
    assert (unclear.since, unclear.quiet) == (fixed, 2 * HOUR)
    later: Incident = incident({"root": [((FIRST + 59) * MINUTE, "i", "r1")]})
    assert watch_of(unclear, later, live(fixed), window(2), ()).since == later.last
    assert watch_of(first, KNOWN, live(0, Liveness.ABSENT), window(2), ()).since == KNOWN.last
