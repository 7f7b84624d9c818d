"""The program's own secrets: what the environment and the settings give it to keep, it hides in all it shows."""

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.text.redaction import Later, redactor, use

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.text.redaction.engine import Redactor
    from bot.usecases.setup import Setup

_KIND = "own secret"
_LISTED = re.compile(r'"([^"]+)"')
"""What a list in an environment variable holds, written as JSON."""
_ALWAYS = (
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "INPUT_GITHUB_TOKEN",
    "INPUT_TOKEN",
    "INCIDENTBOT_SIGNING_KEYS",
    "INCIDENTBOT_SLACK__SIGNING_SECRETS",
    "INCIDENTBOT_SLACK__ALERT_SECRET",
    "INCIDENTBOT_NOTIFY__PAGERDUTY_ROUTING_KEY",
    "SLACK_BOT_TOKEN",
)


def own_secrets(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Values of this environment that its variables' names say are secret, each with its kind."""
    from bot.text.redaction.fields import kind_of

    secret = [value for name, value in env.items() if name in _ALWAYS or kind_of(name, value)]
    return tuple((_KIND, part) for value in secret for part in (value, *_LISTED.findall(value)))


def begin() -> None:
    """From here on, to the end of the context, the environment's secrets are hidden; it costs nothing until then."""
    use(Later(_of_environment))


def _of_environment() -> "Redactor":
    return redactor(values=own_secrets(os.environ))


def set_up(settings: "Settings", personal: tuple[str, ...] | None = None) -> "Setup":
    """The setup of these settings; from here on, what they say of secrets holds. Raises SettingsError.

    `personal` are kinds of personal data that are hidden instead of those that the settings name.
    """
    from bot.usecases.setup import make

    setup = make(settings, own_secrets(os.environ), personal)
    use(setup.redactor)
    return setup
