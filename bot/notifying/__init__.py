"""Telling people of what happens to issues: in Slack, by PagerDuty; and what is worth it."""

from bot.notifying.deciding import QUIET, news_of, noted, reason
from bot.notifying.interface import Notice, Notifier, NotTold

__all__ = ["QUIET", "NotTold", "Notice", "Notifier", "news_of", "noted", "reason"]
