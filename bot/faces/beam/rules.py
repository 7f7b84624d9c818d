"""What a worker needs of the team's settings, small enough to travel with the pipeline; no key or token is among it."""

from functools import lru_cache

import msgspec

from bot.clustering import Clusterer, Owning
from bot.settings import Settings
from bot.text.redaction import redactor
from bot.text.redaction.engine import Redactor
from bot.usecases.windows import names_digest


class Rules(msgspec.Struct, frozen=True):
    """Environments of projects, whose frames are whose, and what is hidden beside what is built in."""

    environments: tuple[tuple[str, str], ...] = ()
    in_app: tuple[str, ...] = ()
    not_in_app: tuple[str, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    personal: tuple[str, ...] = ()
    private_addresses: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        """The rules of these settings."""
        wanted = settings.redaction
        return cls(
            tuple(settings.environments.items()),
            tuple(settings.in_app),
            tuple(settings.not_in_app),
            tuple(wanted.rules.items()),
            tuple(wanted.personal),
            wanted.private_addresses,
        )

    def environment_of(self, project: str) -> str:
        """The environment of a project; the project id itself where the settings map none."""
        return _environments(self).get(project, project)

    @property
    def names(self) -> str:
        """The digest of what names environments and clusters."""
        return names_digest(dict(self.environments), self.in_app, self.not_in_app)

    def clusterer(self) -> Clusterer:
        """One that knows which frames are the application's own, and no messages yet."""
        return Clusterer(owning=Owning(self.in_app, self.not_in_app))

    def redactor(self) -> Redactor:
        """The redactor of these rules, made once in a process."""
        return _redactor(self)


@lru_cache(maxsize=8)
def _environments(rules: Rules) -> dict[str, str]:
    return dict(rules.environments)


@lru_cache(maxsize=8)
def _redactor(rules: Rules) -> Redactor:
    return redactor(rules.hidden, rules.personal, rules.private_addresses)
