"""The program as a process whose Slack and PagerDuty are here: SLACK PAGER WORDS..."""

import sys
from functools import partial

from bot.faces.cli import main
from bot.notifying import slack
from bot.notifying.pagerduty import ADDRESSES

if __name__ == "__main__":
    slack_at, ADDRESSES["us"], *words = sys.argv[1:]
    slack.SlackNotifier = partial(slack.SlackNotifier, api=slack_at)  # type: ignore[misc, assignment]
    sys.argv = ["incidentbot", *words]
    main()
