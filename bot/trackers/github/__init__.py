"""Issues in a GitHub repository, through PyGithub, which is imported when a tracker is opened and not before."""

from bot.trackers.github.tracker import GitHubTracker, open_github

__all__ = ["GitHubTracker", "open_github"]
