"""From drafts to actions (a pure diff), and doing them exactly once."""

from bot.filing.diff import Plan, diff
from bot.filing.executor import execute

__all__ = ["Plan", "diff", "execute"]
