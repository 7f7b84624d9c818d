"""The emulated Slack, for these tests too."""

from tests.faces.slack.slack_emulator import emulated_slack, slack

__all__ = ["emulated_slack", "slack"]
