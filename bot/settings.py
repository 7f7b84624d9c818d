"""Settings: `incidentbot.toml`, below environment variables `INCIDENTBOT_*`, below options of the command line."""

import os
from pathlib import Path
from typing import Any, ClassVar, Literal

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


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Labels(_Section):
    """Names of the labels, by role."""

    tracked: str = Field("incidentbot", description="On every issue of the bot's.")
    P0: str = "P0"
    P1: str = "P1"
    P2: str = "P2"
    P3: str = "P3"
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

    priority: Priority | None = None
    measure: str | None = None
    activate: float | None = None
    deactivate: float | None = None
    least: int | None = None
    dwell: int | None = Field(None, ge=0, description="Minutes of log time that what started or stopped stays so.")


class Redaction(_Section):
    """What is hidden beside the secrets that the built-in rules know."""

    rules: dict[str, str] = Field({}, description="Rules of the team's own: name and pattern (RE2's syntax).")
    personal: tuple[PersonalData, ...] = Field(
        ("email", "card", "phone", "iban", "national-id"), description="Personal data that is hidden."
    )
    private_addresses: bool = Field(False, description="Whether `ip` hides addresses of private networks too.")


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
        None, pattern=r"^[0-9]{1,6}[smhd]$", description="How long a run may write, as 90s, 10m or 1h; the rest waits."
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
    codeowners: Path | None = Field(None, description="CODEOWNERS file; whose code failed is named on the page.")
    owners: dict[str, tuple[str, ...]] = Field({}, description="Accounts and teams by service, before CODEOWNERS.")
    assign: bool = Field(
        False, description="Whether new issues are assigned to owners' accounts; GitHub refuses those without access."
    )
    authors: tuple[str, ...] = Field(
        (), description="Accounts the bot goes by, beside those it learns from what it wrote."
    )
    signing_keys: tuple[SecretStr, ...] = Field((), description="HMAC keys for state; the first signs, any verifies.")

    redaction: Redaction = Redaction()

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
    return f"Setting {key} {where} can't be used: {first['msg'][0].lower()}{first['msg'][1:]}."


def _section_of(loc: tuple[int | str, ...]) -> tuple[str, ...]:
    if loc[0] == "labels":
        return tuple(Labels.model_fields)
    if loc[0] == "redaction":
        return tuple(Redaction.model_fields)
    return tuple(PolicySettings.model_fields) if loc[0] == "policies" else tuple(Settings.model_fields)


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
