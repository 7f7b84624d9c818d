"""What every use case is given: the tracker, and what the settings decide, made ready once."""

import time
from collections.abc import Callable, Iterable
from typing import Any

import jinja2
import msgspec

from bot.errors import SettingsError
from bot.lifecycle import KeyRing
from bot.model.incident import Incident, Playbook, Priority
from bot.settings import Settings
from bot.text.redaction import UnusableRule, redactor
from bot.text.redaction.engine import Redactor
from bot.text.templates import environment
from bot.trackers.code import CodeHost
from bot.triage import DEFAULTS, OwnerRule, Policy, load_playbooks, owners_of, parse_codeowners


class Setup(msgspec.Struct, frozen=True):
    """The team's decisions, in the form the rooms take them. `code` is where the code is; None: not known."""

    settings: Settings
    policies: tuple[Policy, ...]
    playbooks: tuple[Playbook, ...]
    templates: jinja2.Environment
    ring: KeyRing
    redactor: Redactor
    codeowners: tuple[OwnerRule, ...] = ()
    code: CodeHost | None = None

    def owners(self, incident: Incident) -> list[str]:
        """Accounts and teams that own what failed, the surest first."""
        return owners_of(incident, self.codeowners, self.settings.owners)

    def environment_of(self, project: str) -> str:
        """The environment of a project; the project id itself where the settings map none."""
        return self.settings.environments.get(project, project)

    def ceiling(self, environment: str) -> Priority:
        """The highest priority an incident of this environment can have."""
        return self.settings.ceilings.get(environment, Priority.P0)


Progress = Callable[[int], None]


def make(settings: Settings, secrets: Iterable[tuple[str, str]] = (), personal: tuple[str, ...] | None = None) -> Setup:
    """The setup of these settings. Raises SettingsError naming the policy, playbook, template or rule that is no use.

    `secrets` are values to be hidden wherever they occur, by kind; the settings' signing keys are hidden in any case.
    `personal` are kinds of personal data to be hidden instead of those that the settings name.
    """
    return Setup(
        settings=settings,
        policies=_policies(settings),
        playbooks=load_playbooks(settings.playbooks),
        templates=environment(settings.templates, elapsed=time.monotonic),
        ring=KeyRing(tuple(key.get_secret_value().encode() for key in settings.signing_keys)),
        redactor=_redactor(settings, secrets, settings.redaction.personal if personal is None else personal),
        codeowners=_codeowners(settings),
    )


def _codeowners(settings: Settings) -> tuple[OwnerRule, ...]:
    if not settings.codeowners:
        return ()
    try:
        return parse_codeowners(settings.codeowners.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise SettingsError(
            f"The file {settings.codeowners} that the setting codeowners names can't be read: {error.strerror}; "
            "name another or leave it out."
        ) from None


def _redactor(settings: Settings, secrets: Iterable[tuple[str, str]], personal: tuple[str, ...]) -> Redactor:
    keys = [("signing key", key.get_secret_value()) for key in settings.signing_keys]
    slack = (*settings.slack.signing_secrets, *filter(None, (settings.slack.alert_secret,)))
    keys += [("slack secret", one.get_secret_value()) for one in slack]
    if pager := settings.notify.pagerduty_routing_key:
        keys.append(("routing key", pager.get_secret_value()))
    wanted = settings.redaction
    try:
        return redactor(wanted.rules.items(), personal, wanted.private_addresses, (*keys, *secrets))
    except UnusableRule as error:
        raise SettingsError(
            f"Redaction rule {error.name} in the settings can't be used: {error}; correct or remove it."
        ) from None


def _policies(settings: Settings) -> tuple[Policy, ...]:
    by_name: dict[str, dict[str, Any]] = {policy.name: msgspec.to_builtins(policy) for policy in DEFAULTS}
    for name, changed in settings.policies.items():
        given = changed.model_dump(exclude_none=True)
        by_name[name] = {**by_name.get(name, {"name": name}), **given}
    return tuple(_policy(name, fields) for name, fields in by_name.items())


def _policy(name: str, fields: dict[str, Any]) -> Policy:
    try:
        policy = msgspec.convert(fields, Policy)
    except msgspec.ValidationError as error:
        raise SettingsError(f"Policy {name} in the settings can't be used: {error}; give what it lacks.") from None
    if policy.deactivate > policy.activate:
        raise SettingsError(
            f"Policy {name} in the settings stops above where it starts: set deactivate to at most activate."
        )
    return policy
