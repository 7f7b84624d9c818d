"""What the golden files of the first format say, every field filled. Never change a value: add fields with defaults."""

from bot.model.entry import Place
from bot.model.fix import FixCommit
from bot.model.incident import (
    ActivePolicy,
    Evidence,
    Incident,
    IncidentKey,
    Member,
    Nature,
    Priority,
    Role,
    Settled,
)
from bot.model.severity import Severity
from bot.model.signature import ExceptionInfo, Frame, Kind, StackTrace
from bot.model.state import Intent, IssueState, Mute, Phase, RepoState, Transition, Watermark
from bot.model.window import Deployment, Minute, Sample, Served

KEY = b"old key"
NOON = 1_740_000_000_000_000_000
MINUTE = 29_000_000

_TRACE = StackTrace(
    (ExceptionInfo("ValueError", "no price"), ExceptionInfo("shop.Failed", "start-up failed")),
    (Frame("shop.prices", "load", "/srv/prices.py", 7, True, "raise ValueError"), Frame("lib", "run", in_app=False)),
    1,
)
_ROOT = Member(
    "v1-00000000000000aa", Kind.TRACE, Role.ROOT, "ValueError: no price · naïve", Severity.CRITICAL, ("api", "web"),
    ("api-00001-abc",), NOON, NOON + 90_000_000_000, {MINUTE: Minute(2, ("0a", "0b")), MINUTE + 1: Minute(1)},
    (Sample("id-1", NOON, "stderr", "ValueError:\nno price", _TRACE),), _TRACE, 0, Nature.PLAIN, Settled(MINUTE, 5, 2),
)  # fmt: skip
_EXIT = Member(
    "v1-00000000000000bb", Kind.SYSTEM, Role.SYMPTOM, "Container called exit(3).", Severity.WARNING, ("api",), (),
    NOON + 1, NOON + 2, {MINUTE: Minute(1, ("0a",))}, (), None, 503, Nature.EXIT,
)  # fmt: skip

ISSUE = IssueState(
    incident=Incident(
        key=IncidentKey("prod", "api", "v1-00000000000000aa"),
        place=Place("prod", "shop-prod", "europe-west1", "api", "api-00001-abc"),
        priority=Priority.P1,
        policies=(ActivePolicy("crashes", Priority.P1, "3 exits of a container"),),
        members=(_ROOT, _EXIT),
        evidence=(Evidence("v1-00000000000000aa", "v1-00000000000000bb", "crash", 0.9, "exited 1 s after it"),),
        traffic={MINUTE: Served(10, 1)},
        deployments=(Deployment(NOON - 5, "prod", "api", "api-00001-abc", "c0ffee", "audit log"),),
        observed_from=NOON - 10,
        observed_until=NOON + 100_000_000_000,
        runner_up="migrations failed",
        cannot_start=True,
        settled_traffic=Settled(MINUTE, 100, 7),
    ),
    phase=Phase.AWAITING, owned=("v1-0123456789abcdef",), aliases=("4:2:0ff1ce",), title="GCP-new | P1 | api",
    labels=("incidentbot", "P1"), transitions=(Transition(Phase.FILED, NOON, "filed"),),
    fixes=(FixCommit("c0ffee", "Fix it", NOON + 6, "trailer"),), mute=Mute("ann", 1, 2, "known"), merged_into=3,
    merged_from=(4, 5), said=("filed-1",),
)  # fmt: skip

REPO = RepoState(
    intents=(Intent("prod/api/root", "GCP-new | P1 | api", 1, 2),), watermarks=(Watermark("files", 3),),
    deployments=(Deployment(4, "prod", "api", "r1", "c0ffee"),), created=(5, 6), held_back=("prod/api/b",),
    baselines=("v1-0123456789abcdef",), authors=("github-actions[bot]",),
)  # fmt: skip
