"""Incidents built by hand: an outage at start-up, one without traces or requests, one of nothing but hostile text."""

from bot.model.entry import Place
from bot.model.incident import ActivePolicy, Evidence, Incident, IncidentKey, Member, Nature, Playbook, Priority, Role
from bot.model.severity import Severity
from bot.model.signature import ExceptionInfo, Frame, Kind, StackTrace
from bot.model.time import MINUTE, nanos_of
from bot.model.window import Deployment, Minute, Sample, Served

SERVICE, REVISION = "booking-api", "booking-api-00042-abc"
START = nanos_of("2025-03-01T02:03:20Z")
PLACE = Place("staging", "shop-staging", "europe-west1", SERVICE, REVISION)
MISSING = "No module named 'booking.tariffs.seasons'"
TRACEBACK = f"""Traceback (most recent call last):
  File "/srv/booking/app.py", line 31, in create_app
    from booking.http.prices import routes
  File "/srv/booking/http/prices.py", line 7, in <module>
    from booking.tariffs.seasons import current_season
ModuleNotFoundError: {MISSING}"""
ROOT_TRACE = StackTrace(
    (ExceptionInfo("ModuleNotFoundError", MISSING),),
    (
        Frame("gunicorn.util", "import_app", "/usr/lib/python3/gunicorn/util.py", 371, in_app=False),
        Frame("booking.app", "create_app", "/srv/booking/app.py", 31, source="from booking.http.prices import routes"),
        Frame(
            "booking.http.prices",
            "<module>",
            "/srv/booking/http/prices.py",
            7,
            source="from booking.tariffs.seasons import current_season",
        ),
    ),
)
RAISED = StackTrace(
    (ExceptionInfo("ModuleNotFoundError", MISSING), ExceptionInfo("RuntimeError", f"start-up failed: {MISSING}")),
    (
        Frame(
            "booking.app", "main", "/srv/booking/app.py", 55, source='raise RuntimeError("start-up failed") from error'
        ),
    ),
)
PLAYBOOK = Playbook(
    name="missing module",
    match=("ModuleNotFoundError",),
    hint="A module that the code imports isn't in the image.",
    now=("Go back to the revision before this one.", "Compare the image's packages with the commit's."),
    checks=("The module's folder has an `__init__.py`.", "The Dockerfile copies it."),
    prevention=("Import the application in the image as a step of the build.",),
    reference="https://docs.python.org/3/library/exceptions.html",
)


def member(
    fingerprint: str,
    title: str,
    kind: Kind = Kind.MESSAGE,
    role: Role = Role.SYMPTOM,
    *,
    text: str = "",
    delay: int = 0,
    trace: StackTrace | None = None,
    status: int = 0,
    nature: Nature = Nature.PLAIN,
    severity: Severity = Severity.ERROR,
    times: int = 6,
) -> Member:
    """A cluster seen once every seven minutes from START on, `delay` seconds late, on a new instance each time."""
    seen = [START + delay * 1_000_000_000 + n * 7 * MINUTE for n in range(times)]
    log = {Kind.REQUEST: "run.googleapis.com/requests", Kind.SYSTEM: "run.googleapis.com/varlog/system"}
    sample = Sample(f"id-{fingerprint}", seen[0], log.get(kind, "run.googleapis.com/stderr"), text or title, trace)
    return Member(
        fingerprint, kind, role, title, severity, (SERVICE,), (REVISION,), seen[0], seen[-1],
        {at // MINUTE: Minute(1, (f"i{n}",)) for n, at in enumerate(seen)}, (sample,), trace, status, nature,
    )  # fmt: skip


def outage(**changes: object) -> Incident:
    """A service that can't start for a missing module: seven minutes between starts, no request ever answered."""
    members = (
        member("a1root", f"ModuleNotFoundError: {MISSING}", Kind.TRACE, Role.ROOT, text=TRACEBACK, trace=ROOT_TRACE),
        member("b2raised", f"RuntimeError: start-up failed: {MISSING}", Kind.TRACE, trace=RAISED, delay=1,
               text=f"{TRACEBACK}\n\nThe above exception was the direct cause of the following exception:\n\n"
                    f"RuntimeError: start-up failed: {MISSING}"),
        member("c3said", f"CRITICAL: prices can't be loaded: {MISSING}", delay=1),
        member("d4exit", "Container called exit(3).", Kind.SYSTEM, severity=Severity.WARNING, delay=4,
               nature=Nature.EXIT),
        member("e5probe", "GET /healthz → 503", Kind.REQUEST, status=503, delay=5, times=5),
        member("f6start", "GET / → 500", Kind.REQUEST, status=500, delay=6, times=4),
    )  # fmt: skip
    words = "its text says what the root's says; within 10 s of it 6 of 6 times"
    refused = "the platform's answer while no instance of this revision starts"
    fields: dict[str, object] = {
        "key": IncidentKey("staging", SERVICE, "a1root"),
        "place": PLACE,
        "priority": Priority.P0,
        "policies": (ActivePolicy("no-start", Priority.P0, "6 starts failed and none succeeded"),),
        "members": members,
        "evidence": (
            Evidence("a1root", "b2raised", "same-failure", 0.95, words),
            Evidence("a1root", "c3said", "same-failure", 0.95, words),
            Evidence("a1root", "d4exit", "crash", 0.9, "the container exited 4 s after it, 6 of 6 times"),
            Evidence("d4exit", "e5probe", "refused", 0.9, refused),
            Evidence("d4exit", "f6start", "refused", 0.9, refused),
        ),
        "traffic": {START // MINUTE + 7 * n: Served(2 if n < 4 else 1, 2 if n < 4 else 1) for n in range(5)},
        "deployments": (
            Deployment(START - 30 * 60 * MINUTE, "staging", SERVICE, "booking-api-00041-xyz", "0123456789abcdef"),
            Deployment(START - 2 * MINUTE, "staging", SERVICE, REVISION, "fedcba9876543210fedcba9876543210fedcba98"),
        ),
        "observed_from": nanos_of("2025-03-01T02:00:00Z"),
        "observed_until": nanos_of("2025-03-01T02:40:12Z"),
        "cannot_start": True,
    }
    return Incident(**(fields | changes))  # type: ignore[arg-type]


def bare() -> Incident:
    """One message, logged twice in one minute: no trace, request, deployment, instance, revision or symptom."""
    at = START // MINUTE
    alone = Member(
        "a1root", Kind.MESSAGE, Role.ROOT, "quota of <*> exceeded for tenant <*>", Severity.ERROR, (SERVICE,), (),
        START, START + 2_000_000_000, {at: Minute(2)},
    )  # fmt: skip
    return Incident(
        IncidentKey("", SERVICE, "a1root"), PLACE._replace(environment="", revision=""), Priority.P2, (), (alone,), (),
        {}, (), START - 50 * MINUTE, START + 40 * MINUTE,
    )  # fmt: skip


def hostile(text: str, other: str = "") -> Incident:
    """The outage with this text (and `other` as every second one) in each field that a log can fill."""
    second = other or text
    place = Place(text, second, text, second, text)
    frame = Frame(second, text, second, 3, source=text)
    trace = StackTrace(
        (ExceptionInfo(text, second), ExceptionInfo(second, text)), (frame, Frame(text, second, text, 0))
    )

    def with_text(one: Member) -> Member:
        samples = (Sample(text, one.first, second, text, trace), Sample(second, one.last, text, second + "\n" + text))
        return Member(
            one.fingerprint, one.kind, one.role, text if one.status else second, one.severity, (text, second),
            (second,), one.first, one.last, one.minutes, samples, trace if one.trace else None, one.status,
            one.nature,
        )  # fmt: skip

    calm = outage()
    return outage(
        key=IncidentKey(text, second, "a1root"),
        place=place,
        policies=(ActivePolicy(text, Priority.P0, second),),
        members=tuple(with_text(one) for one in calm.members),
        evidence=tuple(Evidence(e.cause, e.effect, e.kind, e.strength, text) for e in calm.evidence),
        deployments=(Deployment(START - MINUTE, text, second, text, second, text),),
        runner_up=text,
    )
