"""Whether a fix is on the branch, runs where it must, and works: pure, from commits, deployments and logs."""

from bot.fixes.commits import fix_of, mentioned, refreshed
from bot.fixes.exposure import answered_by, exposure_of, failing_of, lively, quiet_of, watched
from bot.fixes.rollouts import Contains, Running, Service, has_fix, live, running
from bot.fixes.suspects import suspect_range, suspects
from bot.fixes.timeline import activity
from bot.fixes.verification import ProofPolicy, prove

__all__ = [
    "Contains",
    "ProofPolicy",
    "Running",
    "Service",
    "activity",
    "answered_by",
    "exposure_of",
    "failing_of",
    "fix_of",
    "has_fix",
    "live",
    "lively",
    "mentioned",
    "prove",
    "quiet_of",
    "refreshed",
    "running",
    "suspect_range",
    "suspects",
    "watched",
]
