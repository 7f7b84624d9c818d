"""Settings: `incidentbot.toml`, below environment variables `INCIDENTBOT_*`, below options of the command line."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.errors import SettingsError
from bot.model.incident import Priority

PersonalData = Literal["email", "ip", "card", "phone", "iban", "national-id"]

FILE_NAME = "incidentbot.toml"
PREFIX = "INCIDENTBOT_"

DEADLINE = re.compile("^[0-9]{1,6}[smhd]$")
"""How a run's deadline is written, as 90s, 10m or 1h."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Labels(_Section):
    """Names of the labels, by role."""

    tracked: str = Field("incidentbot", description="On every issue of the bot's.")
    P0: str = Field("P0", description="Everything it does fails, or it does not start.")
    P1: str = Field("P1", description="A good part of it fails, or it crashes.")
    P2: str = Field("P2", description="Some of it fails.")
    P3: str = Field("P3", description="Seen, and hardly more.")
    in_progress: str = Field("actively-being-worked-on", description="Someone works on it.")
    awaiting: str = Field("resolved-awaiting-deployment", description="Fix commits are linked, not yet deployed.")
    regression: str = Field("regression", description="It came back after it was closed.")
    ignore: str = Field("ignore", description="Set by people: the bot leaves the issue alone.")

    def of(self, priority: Priority) -> str:
        """The label of this priority."""
        return str(getattr(self, priority.value))

    def all(self) -> tuple[str, ...]:
        """Every label the bot may set or remove."""
        return tuple(str(value) for value in self.model_dump(exclude={"ignore"}).values())


class PolicySettings(_Section):
    """A priority policy: thresholds to start and to stop, over one measure of the incident."""

    priority: Priority | None = Field(None, description="What the incident is while it holds.")
    measure: str | None = Field(None, description="What it looks at: one of those of the built-in ones.")
    activate: float | None = Field(None, description="It starts to hold from here on.")
    deactivate: float | None = Field(None, description="It stops below; at most `activate`.")
    least: int | None = Field(None, description="Requests below which a share says nothing.")
    dwell: int | None = Field(None, ge=0, description="Minutes of log time that what started or stopped stays so.")


class Redaction(_Section):
    """What is hidden beside the secrets that the built-in rules know."""

    rules: dict[str, str] = Field({}, description="Rules of the team's own: name and pattern (RE2's syntax).")
    personal: tuple[PersonalData, ...] = Field(
        ("email", "card", "phone", "iban", "national-id"), description="Personal data that is hidden."
    )
    private_addresses: bool = Field(False, description="Whether `ip` hides addresses of private networks too.")


class Slack(_Section):
    """The relay of `incidentbot serve`: who may ask for what, and how it is done. Empty lists let nobody in."""

    mode: Literal["dispatch", "process"] = Field(
        "dispatch", description="dispatch: start the workflow on GitHub; process: do it here, from a durable queue."
    )
    signing_secrets: tuple[SecretStr, ...] = Field(
        (), description="The app's signing secret; a second one beside it while it is changed."
    )
    workspaces: tuple[str, ...] = Field((), description="Ids of workspaces (T...) that may ask.")
    channels: tuple[str, ...] = Field((), description='Ids of channels (C...) that may ask; "*" for every one.')
    users: tuple[str, ...] = Field((), description='Ids of users (U...) that may ask; "*" for everybody.')
    contact: str = Field("whoever runs incidentbot", description="Whom to ask for being let in.")
    repository: str = Field("", pattern=r"^([\w.-]+/[\w.-]+)?$", description="owner/name that holds the issues.")
    workflow: str = Field("incidentbot.yml", pattern=r"^[\w.-]+\.ya?ml$", description="Workflow that does commands.")
    ref: str = Field("main", min_length=1, description="Branch or tag whose workflow is started.")
    projects: tuple[str, ...] = Field((), description="With mode process: Google Cloud projects that `file` reads.")
    queue: Path = Field(Path("incidentbot-queue.sqlite3"), description="With mode process: file that holds the queue.")
    alert_secret: SecretStr | None = Field(
        None, description="What Cloud Monitoring sends with an alert; none: no alerts."
    )


ChannelId = Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{2,30}$")]
MemberId = Annotated[str, Field(pattern=r"^[UWS][A-Z0-9]{2,30}$")]


class Notify(_Section):
    """Whom to tell of what happens to issues, beside the issues. Nobody, unless a channel or a routing key is given."""

    tell_from: Priority = Field(Priority.P1, description="The least priority of new and worse incidents that are told.")
    slack_channel: str = Field(
        "", pattern=r"^([CG][A-Z0-9]{2,30})?$", description="Id of the channel (C...) that is told; empty: Slack isn't."
    )
    slack_channels: dict[str, ChannelId] = Field({}, description="Ids of channels by owner, instead of that one.")
    slack_mentions: dict[str, MemberId] = Field(
        {}, description="Ids of users (U...) or user groups (S...) by owner, mentioned when somebody has to act."
    )
    pagerduty_routing_key: SecretStr | None = Field(
        None, description="Integration key of PagerDuty's Events API v2; none: no alerts there."
    )
    pagerduty_region: Literal["us", "eu"] = Field("us", description="Where the PagerDuty account lives.")
    page_from: Priority = Field(Priority.P0, description="The least priority that triggers a PagerDuty alert.")


Length = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}[smhd]$")]
"""A length of time, as 90s, 30m, 12h or 3d."""


class Verification(_Section):
    """When a failure counts as gone, and how long what is said of it holds."""

    confidence: float = Field(0.95, gt=0.5, lt=1, description="How sure it must be that silence is none by chance.")
    floor: Length = Field("30m", description="The least quiet time with traffic.")
    rarest: Length = Field("8d", description="How seldom a failure may come that was seen in one burst only.")
    no_data: Length = Field("1d", description="How long nothing may be seen of the service before that is said.")
    checks: tuple[Length, ...] = Field(("1d", "3d", "7d"), description="When a person's close is checked.")
    reopen_within: Length = Field("14d", description="How long after its end an issue is reopened; later, a new one.")
    lease: Length = Field("3d", description="How long an issue counts as worked on without commit, PR or comment.")


class Settings(BaseSettings):
    """Everything a team can set. Unknown keys are errors."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    file_from: Priority = Field(
        Priority.P2, description="The least priority that gets an issue; below, it is reported."
    )
    max_new_issues: int = Field(10, ge=0, description="New issues in one run, P0 and P1 not counted.")
    deadline: str | None = Field(
        None, pattern=DEADLINE.pattern, description="How long a run may write, as 90s, 10m or 1h; the rest waits."
    )
    unmute_factor: float = Field(
        10.0, gt=1, description="How many times worse than when it was muted, or recorded as known, speaks again."
    )
    environments: dict[str, str] = Field({}, description="Environment of each project id; unmapped: the id itself.")
    development: tuple[str, ...] = Field((), description="Environments whose new incidents are titled active-dev.")
    ceilings: dict[str, Priority] = Field({}, description="The highest priority an environment can have.")
    labels: Labels = Labels()
    policies: dict[str, PolicySettings] = Field({}, description="Priority policies by name, over the built-in ones.")
    templates: Path | None = Field(None, description="Folder of templates that come before the built-in ones.")
    playbooks: Path | None = Field(None, description="Folder of playbooks (*.toml) that come before the built-in ones.")
    in_app: tuple[str, ...] = Field((), description="Prefixes of modules or paths whose code is the application's own.")
    not_in_app: tuple[str, ...] = Field((), description="Prefixes of modules or paths that are not its own.")
    codeowners: Path | None = Field(None, description="CODEOWNERS file; whose code failed is named on the page.")
    owners: dict[str, tuple[str, ...]] = Field({}, description="Accounts and teams by service, before CODEOWNERS.")
    assign: bool = Field(
        False, description="Whether new issues are assigned to owners' accounts; GitHub refuses those without access."
    )
    deploy_command: str = Field("", description="How the team deploys, for the comment on what waits for it.")
    branch: str = Field("", description="The tracked branch; default: the repository's own.")
    clone: Path | None = Field(None, description="A clone of the code, where issues are not kept beside it on GitHub.")
    authors: tuple[str, ...] = Field(
        (), description="Accounts the bot goes by, beside those it learns from what it wrote."
    )
    signing_keys: tuple[SecretStr, ...] = Field((), description="HMAC keys for state; the first signs, any verifies.")

    redaction: Redaction = Redaction()
    verification: Verification = Verification()
    slack: Slack = Slack()
    notify: Notify = Notify()

    _toml: ClassVar[Path | None] = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options before the environment before the file."""
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if cls._toml:
            sources.append(TomlConfigSettingsSource(settings_cls, cls._toml))
        return tuple(sources)


def load(file: Path | None = None, **options: Any) -> Settings:
    """The settings from a file (`incidentbot.toml` of the working folder where none is named), environment and options.

    Raises SettingsError naming the source, the key and what to do.
    """
    if file and not file.is_file():
        raise SettingsError(f"Settings file {file} does not exist; name another with --settings or leave it out.")
    found = file or (Path(FILE_NAME) if Path(FILE_NAME).is_file() else None)
    _refuse_unknown_variables()

    class Sourced(Settings):
        _toml: ClassVar[Path | None] = found

    try:
        return Sourced(**{key: value for key, value in options.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(_told(error, found)) from None
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"Settings in {found or 'the environment'} can't be read: {_first_line(error)}; mend it."
        ) from None


def _refuse_unknown_variables() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name.split("__", 1)[0] not in known:
            raise SettingsError(f"Environment variable {name} is no setting; known are {', '.join(sorted(known))}.")


def _told(error: ValidationError, file: Path | None) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    where = f"in {file} or the environment" if file else "in the environment"
    if first["type"] == "extra_forbidden":
        section = _section_of(first["loc"])
        return f"Setting {key} {where} is unknown; known there are {', '.join(section)}."
    if first["type"] in ("model_type", "model_attributes_type"):
        return f"Setting {key} {where} is a section: write [{key}], keys below."
    if first["type"] == "string_pattern_mismatch" and first["ctx"]["pattern"].endswith("[smhd]$"):
        return f"Setting {key} {where} can't be used: it is a length of time; write 90s, 10m, 1h or 3d."
    return f"Setting {key} {where} can't be used: {first['msg'][0].lower()}{first['msg'][1:]}."


def _section_of(loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that are known where this one stands."""
    if loc[0] == "policies":
        return tuple(PolicySettings.model_fields)
    section = Settings.model_fields[str(loc[0])].default if len(loc) > 1 else None
    return tuple(type(section).model_fields if isinstance(section, _Section) else Settings.model_fields)


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
