"""Issues and code in a GitHub repository, through PyGithub, which is imported when one is opened and not before."""

from bot.trackers.github.commits import GitHubHost, open_github_code
from bot.trackers.github.tracker import GitHubTracker, open_github

__all__ = ["GitHubHost", "GitHubTracker", "open_github", "open_github_code"]
