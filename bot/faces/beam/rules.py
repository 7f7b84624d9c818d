"""What a worker needs of the team's settings, small enough to travel with the pipeline; no key or token is among it."""

from functools import lru_cache

import msgspec

from bot.settings import Settings
from bot.text.redaction import redactor
from bot.text.redaction.engine import Redactor


class Rules(msgspec.Struct, frozen=True):
    """The environment of each project, and what is hidden beside what the built-in rules know."""

    environments: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    personal: tuple[str, ...] = ()
    private_addresses: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        """The rules of these settings."""
        wanted = settings.redaction
        return cls(
            tuple(settings.environments.items()),
            tuple(wanted.rules.items()),
            tuple(wanted.personal),
            wanted.private_addresses,
        )

    def environment_of(self, project: str) -> str:
        """The environment of a project; the project id itself where the settings map none."""
        return _environments(self).get(project, project)

    def redactor(self) -> Redactor:
        """The redactor of these rules, made once in a process."""
        return _redactor(self)


@lru_cache(maxsize=8)
def _environments(rules: Rules) -> dict[str, str]:
    return dict(rules.environments)


@lru_cache(maxsize=8)
def _redactor(rules: Rules) -> Redactor:
    return redactor(rules.hidden, rules.personal, rules.private_addresses)
