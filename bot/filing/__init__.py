"""From drafts to actions (a pure diff), and doing them exactly once."""

from bot.filing.diff import Plan, diff
from bot.filing.executor import execute
from bot.filing.interface import Left, Memory, Outcome
from bot.filing.pace import Pace

__all__ = ["Left", "Memory", "Outcome", "Pace", "Plan", "diff", "execute"]
