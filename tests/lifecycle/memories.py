"""Incidents as issues remember them: built by hand, and drawn at random as several windows of one history."""

import random

import msgspec
from hypothesis import strategies as st

from bot.model.entry import Place
from bot.model.incident import Evidence, Incident, IncidentKey, Member, Priority, Role
from bot.model.severity import Severity
from bot.model.signature import ExceptionInfo, Frame, Kind, StackTrace
from bot.model.time import MINUTE, SECOND
from bot.model.window import Deployment, Minute, Sample, Served

FIRST_MINUTE = 29_000_000
PLACE = Place("prod", "shop-prod", "europe-west1", "api", "api-00001-abc")

History = dict[str, list[tuple[int, str, str]]]
"""By fingerprint: (nanoseconds, instance, revision) of each entry."""


def member(fingerprint: str, entries: list[tuple[int, str, str]]) -> Member:
    """A member that these entries make, as a window's assembly does it."""
    entries = sorted(entries)
    minutes: dict[int, Minute] = {}
    for at, instance, _ in entries:
        had = minutes.get(at // MINUTE, Minute(0))
        minutes[at // MINUTE] = Minute(had.count + 1, tuple(sorted({*had.instances, instance})))
    ends = entries if len(entries) == 1 else [entries[0], entries[-1]]
    return Member(
        fingerprint=fingerprint, kind=Kind.MESSAGE, role=Role.ROOT if fingerprint == "root" else Role.SYMPTOM,
        title=f"title of {fingerprint}", severity=Severity.ERROR, services=("api",),
        revisions=tuple(sorted({revision for _, _, revision in entries})), first=entries[0][0], last=entries[-1][0],
        minutes=minutes,
        samples=tuple(Sample(f"{fingerprint}-{at}", at, "stderr", f"text at {at}") for at, _, _ in ends),
    )  # fmt: skip


def incident(history: History) -> Incident:
    """The incident of a window that holds this history; "root" must be in it."""
    members = sorted(
        (member(*one) for one in history.items()), key=lambda m: (m.role is Role.SYMPTOM, m.first, m.fingerprint)
    )
    times = sorted(at for entries in history.values() for at, _, _ in entries)
    return Incident(
        key=IncidentKey("prod", "api", "root"), place=PLACE, priority=Priority.P1, policies=(), members=tuple(members),
        evidence=tuple(Evidence("root", name, "crash", 0.9, name) for name in sorted(history.keys() - {"root"})),
        traffic={at // MINUTE: Served(10, 1) for at in times},
        deployments=(Deployment(times[0] - MINUTE, "prod", "api", "api-00001-abc", "c0ffee"),),
        observed_from=times[0], observed_until=times[-1],
    )  # fmt: skip


entries = st.tuples(
    st.integers(FIRST_MINUTE * MINUTE, (FIRST_MINUTE + 40) * MINUTE),
    st.sampled_from(["i1", "i2", "i3"]),
    st.sampled_from(["api-00001-abc", "api-00002-def"]),
)


@st.composite
def windows(draw: st.DrawFn, most: int = 4) -> list[Incident]:
    """Windows of whole minutes over one history; they may overlap, and the root is in each."""
    history = {
        name: draw(st.lists(entries, min_size=1, max_size=12, unique=True))
        for name in ("root", *draw(st.sets(st.sampled_from(["a", "b", "c"]))))
    }
    spans = draw(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40)), min_size=1, max_size=most))
    found = []
    for start, length in spans:
        within = range(FIRST_MINUTE + start, FIRST_MINUTE + start + length)
        part = {name: [one for one in seen if one[0] // MINUTE in within] for name, seen in history.items()}
        if part["root"]:
            found.append(incident({name: seen for name, seen in part.items() if seen}))
    return found or [incident({"root": history["root"]})]


def huge(members: int = 40, days: int = 3, seed: int = 1) -> Incident:
    """An incident of this many members, each seen every minute for days on 16 instances; no text compresses."""
    chance = random.Random(seed)

    def noise(length: int) -> str:
        return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789 .:/", k=length))

    def trace() -> StackTrace:
        frames = tuple(Frame(noise(40), noise(20), noise(60), n, source=noise(80)) for n in range(30))
        return StackTrace(tuple(ExceptionInfo(noise(30), noise(2_000)) for _ in range(9)), frames, at=2)

    def instances() -> tuple[str, ...]:
        return tuple(sorted(f"{chance.getrandbits(32):08x}" for _ in range(16)))

    minutes = range(FIRST_MINUTE, FIRST_MINUTE + days * 24 * 60)

    def one(number: int) -> Member:
        name = "root" if number == 0 else f"v1-{noise(16)}"
        base = member(name, [(minutes[0] * MINUTE + number * SECOND, "i", noise(20)) for _ in range(60)])
        samples = tuple(Sample(noise(20), base.first + n, "stderr", noise(4_000), trace()) for n in range(2))
        return msgspec.structs.replace(
            base, title=noise(300), samples=samples, trace=trace(), last=minutes[-1] * MINUTE,
            minutes={at: Minute(16, instances()) for at in minutes},
        )  # fmt: skip

    every = tuple(one(number) for number in range(members))
    return msgspec.structs.replace(
        incident({"root": [(minutes[0] * MINUTE, "i", "r")]}),
        members=(every[0], *sorted(every[1:], key=lambda m: (m.first, m.fingerprint))),
        evidence=tuple(
            Evidence("root", name, kind, 0.9, noise(200))
            for kind in ("a", "b")
            for name in sorted(m.fingerprint for m in every[1:])
        ),
        traffic={at: Served(chance.randrange(9_999), chance.randrange(99)) for at in minutes},
        deployments=tuple(Deployment(n, "prod", "api", noise(20), noise(40)) for n in range(300)),
    )  # fmt: skip
