"""Which clusters are one incident, what its root is, how bad it is, and what to do about it."""

from bot.triage.playbooks import fitting, load_playbooks
from bot.triage.policies import DEFAULTS, Measure, Policy, assess
from bot.triage.triage import Triage, triage

__all__ = ["DEFAULTS", "Measure", "Policy", "Triage", "assess", "fitting", "load_playbooks", "triage"]
