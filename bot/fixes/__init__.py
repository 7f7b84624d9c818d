"""Whether a fix is on the branch, runs where it must, and works: pure, from commits, deployments and logs."""

from bot.fixes.commits import fix_of, mentioned, refreshed
from bot.fixes.exposure import answered_by, exposure_of, failing_of, lively, quiet_of, quieter, watched
from bot.fixes.relapsing import Place, judged
from bot.fixes.rollouts import Contains, Running, Service, has_fix, live, running
from bot.fixes.suspects import suspect_range, suspects
from bot.fixes.timeline import activity
from bot.fixes.verification import ProofPolicy, prove
from bot.fixes.watching import places_of, watch_of

__all__ = [
    "Contains",
    "Place",
    "ProofPolicy",
    "Running",
    "Service",
    "activity",
    "answered_by",
    "exposure_of",
    "failing_of",
    "fix_of",
    "has_fix",
    "judged",
    "live",
    "lively",
    "mentioned",
    "places_of",
    "prove",
    "quiet_of",
    "quieter",
    "refreshed",
    "running",
    "suspect_range",
    "suspects",
    "watch_of",
    "watched",
]
