"""An outage that was fixed, as its issue remembers it, with the text that others wrote wherever there is any."""

from bot.model.fix import (
    Check,
    Exposure,
    FileChange,
    FixCommit,
    Live,
    Liveness,
    Outcome,
    Proof,
    Standing,
    Suspect,
)
from bot.model.incident import LastGood
from bot.model.learning import Lesson
from bot.model.scope import Evidence, Finding, Importer, Inclusion, Part, Reach, Risk, Scope
from bot.model.state import IssueState, Phase, Reason, Resolution, Transition
from bot.model.time import HOUR, MINUTE
from tests.documents.incidents import PLAYBOOK, SERVICE, START, outage

FIX = "2f130c1085d7e94ab3c6f1e2d0b7a8c9e4f5a612"
FIXED = "booking-api-00043-fix"
MERGED, DEPLOYED, ENDED = START + HOUR, START + 2 * HOUR, START + 4 * HOUR
PATCH = "@@ -1,3 +1,4 @@\n a\n-b\n+B\n+c\n d\n@@ -9 +10 @@ def f\n-x\n+y"
ARITHMETIC = "6 episodes before, none since: silence by chance 0.4%; 1% is accepted."


def state(text: str = "Ship the seasons", phase: Phase = Phase.VERIFIED, **changes: object) -> IssueState:
    """The issue's state; `text` is what people wrote."""
    steps = (Phase.FILED, Phase.AWAITING, Phase.VERIFYING, Phase.VERIFIED)
    times = (START + 36 * MINUTE, MERGED, DEPLOYED, ENDED)
    fields: dict[str, object] = {
        "incident": outage(good=LastGood("booking-api-00041-xyz", START // MINUTE - 3, 12)),
        "phase": phase,
        "transitions": tuple(Transition(to, at, f"because of {text}") for to, at in zip(steps, times, strict=True)),
        "fixes": (fix(text),),
        "resolution": Resolution(Reason.COMMIT, text, MERGED, text),
        "live": live(text),
        "suspects": (Suspect("fedcba987", text, text, (text,), f"touches `{text}`"),),
        "related": (3,),
    }
    return IssueState(**fields | changes)  # type: ignore[arg-type]


def fix(text: str) -> FixCommit:
    """The fix commit."""
    return FixCommit(FIX, text, MERGED, f"by {text}", text, Standing.ON_BRANCH, MERGED)


def live(text: str = "") -> tuple[Live, ...]:
    """Where it runs: here since DEPLOYED, and not yet at another place."""
    here = Live("staging", SERVICE, Liveness.LIVE, DEPLOYED, (FIXED,), because=text)
    return (here, Live("production", f"x{text}", Liveness.ABSENT, because=text))


def evidence(text: str = "fine", **changes: object) -> Evidence:
    """All that a report can be given."""
    change = FileChange(f"app/{text}.py", "renamed", 2, 1, f"{PATCH}\n+{text}", f"app/was {text}.py")
    fields: dict[str, object] = {
        "at": ENDED + HOUR,
        "read_until": ENDED,
        "wanted": 0.99,
        "floor": 30 * MINUTE,
        "fixes": (fix(text),),
        "live": live(text),
        "proof": Proof(True, 0.004, Exposure(120, 900), 0, ARITHMETIC),
        "checks": (
            Check(f"unit {text}", Outcome.PASSED, f"{text}.xml", text, 1.5),
            Check(f"e2e {text}", Outcome.FAILED, f"{text}.xml", text),
        ),
        "health": (Check(f"http://a/{text}", Outcome.PASSED, "health", "HTTP 200", 0.04),),
        "scope": Scope(((change, Part.CODE),)),
        "reach": Reach((Importer(f"b{text}.py", 3, change.path),), (change.path,), (f"c{text}",)),
        "inclusions": (Inclusion(change.path, f"Dockerfile{text}", None, f"Line 3 copies `{text}`."),),
        "findings": (Finding("checks", Risk.HIGH, "any failed: high", f"1 failed: `{text}`"),),
        "risk": Risk.HIGH,
        "deploy": text,
        "prevention": PLAYBOOK.prevention,
        "unknown": (f"Not known: {text}",),
    }
    return Evidence(**fields | changes)  # type: ignore[arg-type]


def lesson(text: str = "Ship the seasons", **changes: object) -> Lesson:
    """What is to be learnt of it."""
    change = FileChange(f"app/{text}.py", "modified", 2, 1, f"{PATCH}\n+{text}")
    return Lesson(7, state(text, **changes), (fix(text),), (change,), (PLAYBOOK,), (f"Not known: {text}",))  # type: ignore[arg-type]
