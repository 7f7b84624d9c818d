"""How sure it is that a fix works, from what the runs remembered: no log is read for it."""

from bot.fixes import ProofPolicy, prove, quiet_of
from bot.model.fix import Proof, Watch
from bot.model.time import MINUTE, length_of
from bot.settings import Verification
from bot.usecases.known import Known
from bot.usecases.setup import Setup


def read_until(number: int, known: Known) -> int:
    """How far the logs were read for an issue (nanoseconds): when it failed or moved last, and what its watch saw."""
    watch, state = known.repo.watches.get(number), known.states[number]
    seen = max(state.incident.observed_until, *(step.at for step in state.transitions), 0)
    return max(seen, _watched_until(watch)) if watch else seen


def proof_of(number: int, known: Known, setup: Setup) -> Proof | None:
    """The proof as far as it goes; None where nothing was watched."""
    watch = known.repo.watches.get(number)
    if watch is None:
        return None
    holes = known.repo.holes
    policy = policy_of(setup.settings.verification)
    return prove(watch, quiet_of(watch, read_until(number, known), holes), policy, holes)


def policy_of(rules: Verification) -> ProofPolicy:
    """How sure to be, as the settings say."""
    return ProofPolicy(rules.confidence, length_of(rules.floor), length_of(rules.rarest))


def _watched_until(watch: Watch) -> int:
    """The last minute in which the service was seen at work."""
    return max([watch.last, *watch.recent], default=0) * MINUTE
