"""`doctor`'s look at what a team wrote: settings, policies, redaction, playbooks, owners, templates, each alone."""

from collections.abc import Callable
from pathlib import Path

from bot.errors import SettingsError
from bot.settings import Redaction, Settings
from bot.usecases.doctoring import Finding, Health, fault_of
from bot.usecases.rehearsing import rehearse, templates
from bot.usecases.setup import make

_BLANK = {"policies": {}, "redaction": Redaction(), "playbooks": None, "codeowners": None}


def settings_findings(load: Callable[[], Settings], where: str) -> tuple[Settings | None, list[Finding]]:
    """The settings as `load` gives them, and what is wrong with them: whole, and each part of them by itself.

    Templates are rendered over a rehearsal where the team has its own. `where` says what file they are of.
    """
    found: list[Finding] = []
    try:
        settings = load()
    except SettingsError as error:
        mend = "correct it there, or take it out; the README lists the settings"
        return None, [Finding("settings", Health.FAULT, str(error).rstrip("."), where, mend)]
    found.append(Finding("settings", Health.WELL, "they can be read", where))
    blank = settings.model_copy(update={**_BLANK, "templates": None})
    found += [_of_part(part, settings, blank) for part in _BLANK]
    found.append(_of_templates(settings, blank))
    return settings, found


def usable(settings: Settings, findings: list[Finding]) -> Settings:
    """The settings without the parts that are at fault, so that the rest can be looked at with them."""
    faulty = {one.part for one in findings if one.health is Health.FAULT}
    blank = {**_BLANK, "templates": None}
    return settings.model_copy(update={part: value for part, value in blank.items() if part in faulty})


def _of_part(part: str, settings: Settings, blank: Settings) -> Finding:
    given = getattr(settings, part)
    if given == getattr(blank, part):
        return Finding(part, Health.SKIPPED, "none of the team's own")
    if part == "playbooks" and (lacking := _lacking(part, given)):
        return lacking
    try:
        setup = make(blank.model_copy(update={part: given}))
    except SettingsError as error:
        return fault_of(part, error, f"setting {part}")
    if part == "codeowners" and not setup.codeowners:
        mend = "give it lines such as `src/pay/ @ada`, or leave the setting out"
        return Finding(part, Health.NOTE, f"{given} names no account or team", f"setting {part}", mend)
    return Finding(part, Health.WELL, "they can be used", f"setting {part}")


def _of_templates(settings: Settings, blank: Settings) -> Finding:
    folder = settings.templates
    where = f"setting templates, {folder}" if folder else "the package"
    if folder and (lacking := _lacking("templates", folder)):
        return lacking
    try:
        setup = make(blank.model_copy(update={"templates": folder}))
        names = templates(setup)
        rendered = rehearse(setup) if folder else frozenset()
    except SettingsError as error:
        return fault_of("templates", error, where)
    if not folder:
        return Finding("templates", Health.WELL, f"{len(names)} compile", where)
    own = sorted(path.name for path in folder.glob("*.j2"))
    if not own:
        mend = f"`incidentbot templates NAME --copy {folder}` copies one to edit"
        return Finding("templates", Health.NOTE, "none of the team's own is there", where, mend)
    said = [f"rendered over a rehearsal: {', '.join(name for name in own if name in rendered) or 'none'}"]
    said += [f"compiled only: {', '.join(left)}"] if (left := [name for name in own if name not in rendered]) else []
    return Finding("templates", Health.WELL, "; ".join(said), where)


def _lacking(part: str, folder: Path) -> Finding | None:
    if folder.is_dir():
        return None
    where, mend = f"setting {part}", "name the folder as seen from where incidentbot runs, or leave the setting out"
    return Finding(part, Health.FAULT, f"there is no folder {folder}", where, mend)
