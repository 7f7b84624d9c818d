"""Windows built by hand: clusters, what happened on which instance and in which trace, and traffic beside them."""

from collections.abc import Iterable, Sequence

from bot.model.entry import Place
from bot.model.severity import Severity
from bot.model.signature import ExceptionInfo, Frame, Kind, StackTrace
from bot.model.time import SECOND, minute_of, nanos_of
from bot.model.window import Cluster, Minute, Occurrence, Sample, Served, Traffic, Window
from bot.triage import Triage, triage

START = nanos_of("2025-03-01T02:00:30Z")
API = Place("prod", "shop-prod", "europe-west1", "api", "api-00001-abc")
NEXT = API._replace(revision="api-00002-def")
STAGING = API._replace(environment="staging", project="shop-staging")
WEB = API._replace(service="web", revision="web-00001-abc")
OWN = StackTrace((ExceptionInfo("ValueError", "no price"),), (Frame("shop.prices", "load", "/srv/prices.py", 7),))
BOOTS = tuple(range(0, 2900, 330))

Seen = tuple[float, str, str]


def on(seconds: Iterable[float], instance: str = "", trace: str = "") -> list[Seen]:
    """The same instance and trace at each of these seconds; without an instance, one of its own for each."""
    return [(at, instance or f"i{number:02}", trace) for number, at in enumerate(seconds)]


def nowhere(seconds: Iterable[float]) -> list[Seen]:
    """Entries that tell neither an instance nor a trace."""
    return [(at, "", "") for at in seconds]


def later(seen: Iterable[Seen], by: float) -> list[Seen]:
    """The same occurrences, `by` seconds later."""
    return [(at + by, instance, trace) for at, instance, trace in seen]


def cluster(
    fingerprint: str,
    seen: Sequence[Seen],
    kind: Kind = Kind.MESSAGE,
    *,
    place: Place = API,
    severity: Severity = Severity.ERROR,
    message: str = "",
    loose: tuple[str, ...] = (),
    trace: StackTrace | None = None,
    status: int = 0,
) -> Cluster:
    """A cluster of these occurrences (seconds after START, instance, trace)."""
    occurrences = sorted(Occurrence(START + int(at * SECOND), instance, trace) for at, instance, trace in seen)
    minutes: dict[int, tuple[int, set[str]]] = {}
    for one in occurrences:
        count, instances = minutes.get(minute_of(one.nanos), (0, set()))
        minutes[minute_of(one.nanos)] = count + 1, instances | ({one.instance} - {""})
    text = message or fingerprint
    ends = (occurrences[0], occurrences[-1])[: len(occurrences)]
    return Cluster(
        place=place, fingerprint=fingerprint, kind=kind, title=text, template=text, message=text, severity=severity,
        count=len(occurrences), first=ends[0].nanos, last=ends[-1].nanos,
        minutes={at: Minute(count, tuple(sorted(instances))) for at, (count, instances) in minutes.items()},
        occurrences=tuple(occurrences),
        samples=tuple(Sample(f"{fingerprint}-{one.nanos}", one.nanos, "stderr", text) for one in ends),
        trace=trace, loose=loose, status=status,
    )  # fmt: skip


def failed(fingerprint: str, seen: Sequence[Seen], *, place: Place = API, status: int = 503, said: str = "") -> Cluster:
    """Requests that were answered so."""
    return cluster(fingerprint, seen, Kind.REQUEST, place=place, status=status, message=said or f"GET / {status}")


def ended(
    seen: Sequence[Seen], said: str = "Container called exit(3).", *, place: Place = API, fingerprint: str = "exit"
) -> Cluster:
    """The platform's word on exits of a container."""
    return cluster(fingerprint, seen, Kind.SYSTEM, place=place, severity=Severity.WARNING, message=said)


def warned(fingerprint: str, seen: Sequence[Seen], *, place: Place = API) -> Cluster:
    """An application's own warning."""
    return cluster(fingerprint, seen, place=place, severity=Severity.WARNING)


def requests(ok: Iterable[float], bad: Iterable[float] = (), *, place: Place = API) -> Traffic:
    """Requests at these seconds after START, answered well and with 5xx."""
    minutes: dict[int, Served] = {}
    for at, failures in [*((at, 0) for at in ok), *((at, 1) for at in bad)]:
        minute = minute_of(START + int(at * SECOND))
        had = minutes.get(minute, Served(0, 0))
        minutes[minute] = Served(had.total + 1, had.failed + failures)
    return Traffic(place, minutes)


def window(*clusters: Cluster, traffic: Iterable[Traffic] = ()) -> Window:
    """The window of these clusters. Requests of theirs are traffic too; `traffic` adds to it."""
    bad = (
        requests((), [(o.nanos - START) / SECOND for o in c.occurrences], place=c.place)
        for c in clusters
        if c.kind is Kind.REQUEST
    )
    start = min((c.first for c in clusters), default=START)
    end = max((c.last for c in clusters), default=START)
    return Window(start, end, sum(c.count for c in clusters), {}, clusters, (*traffic, *bad))


def outage(
    root: str = "root", *, place: Place = API, from_: float = 0, boots: Sequence[float] = BOOTS
) -> list[Cluster]:
    """A service that doesn't start: trace, message of the same, a startup error, exit(3), failed requests."""
    seen = [(from_ + at, f"{root}{number:02}", "") for number, at in enumerate(boots)]
    at = [from_ + 20 + boot for boot in boots]
    return [
        cluster(root, seen, Kind.TRACE, place=place, trace=OWN, loose=(f"key of {root}",)),
        cluster(f"{root}-said", seen, place=place, loose=(f"whole of {root}-said", f"key of {root}")),
        cluster("startup-failed", later(seen, 0.3), place=place),
        ended(later(seen, 1), place=place),
        failed("503", nowhere(at), place=place),
    ]


def incidents(triaged: Triage) -> dict[str, set[str]]:
    """Each incident's symptoms by its root."""
    return {f.incident.key.root: {m.fingerprint for m in f.incident.symptoms} for f in triaged.found}


def joined(*clusters: Cluster, traffic: Iterable[Traffic] = ()) -> dict[str, set[str]]:
    """What triage makes of these clusters when nothing is known before."""
    return incidents(triage(window(*clusters, traffic=traffic), {}))
