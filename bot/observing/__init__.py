"""One pass of mergeable folds: entries in, a Window out."""

from bot.observing.observer import Observer, observe

__all__ = ["Observer", "observe"]
