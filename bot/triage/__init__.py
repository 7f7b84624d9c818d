"""Which clusters are one incident, what its root is, how bad it is, and what to do about it."""

from bot.triage.habits import NO_HABITS, learnt
from bot.triage.owners import OwnerRule, assignable, owners_of, parse_codeowners
from bot.triage.playbooks import fitting, load_playbooks
from bot.triage.policies import DEFAULTS, Measure, Policy, assess, settled
from bot.triage.triage import Triage, triage

__all__ = [
    "DEFAULTS",
    "NO_HABITS",
    "Measure",
    "OwnerRule",
    "Policy",
    "Triage",
    "assess",
    "assignable",
    "fitting",
    "learnt",
    "load_playbooks",
    "owners_of",
    "parse_codeowners",
    "settled",
    "triage",
]
