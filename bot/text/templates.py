"""The one Jinja environment: sandboxed, strict, the user's templates first, and closed to unescaped log text."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2

from bot.errors import SettingsError
from bot.model.time import in_words, iso
from bot.text import markdown, slack
from bot.text.bounds import Budget, spending
from bot.text.sandbox import Sandbox
from bot.text.visible import cut

# A wheel carries the templates inside the package, a checkout beside it.
_PACKAGE_FOLDERS = tuple(Path(__file__).resolve().parents[up] / "issue_templates" for up in (1, 2))


def environment(user_folder: Path | None = None, elapsed: Callable[[], float] | None = None) -> Sandbox:
    """The environment that all documents are rendered in; render with `render`, which explains errors.

    Templates are looked for in `user_folder`, then among the package's. An undefined field is an error, and so is an
    Untrusted value that went through no filter. Filters beside Jinja's own: block, code, cell, prose, sentence, words,
    mermaid, slack, cut; iso, clock and in_words of nanoseconds; thousands and counted of numbers. Output and work are
    limited, and with `elapsed`, a clock in seconds, time.
    """
    folders = [user_folder] if user_folder else []
    return Sandbox(jinja2.FileSystemLoader([*folders, *_PACKAGE_FOLDERS]), _FILTERS, elapsed)


def clock(nanos: int, day_of: int) -> str:
    """The time of day, `21:48:55Z`, where it is on the UTC day of `day_of`; else with the date, as `iso` has it."""
    date, time = iso(nanos).split("T")
    return time if iso(day_of).startswith(date) else iso(nanos)


def thousands(number: int) -> str:
    """`12,345`."""
    return f"{number:,}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 entry`, `12,345 entries`: the number and the noun that fits; `plural` where it isn't the noun with an s."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


_FILTERS: dict[str, Callable[..., Any]] = {
    "block": markdown.block,
    "cell": markdown.cell,
    "clock": clock,
    "code": markdown.code,
    "counted": counted,
    "cut": cut,
    "in_words": in_words,
    "iso": iso,
    "mermaid": markdown.mermaid,
    "prose": markdown.prose,
    "sentence": markdown.sentence,
    "slack": slack.text,
    "thousands": thousands,
    "words": markdown.words,
}


def render(made: jinja2.Environment, name: str, **values: object) -> str:
    """The text that template `name` gives for these values.

    Raises SettingsError naming template, line and field, where the template can't be found, parsed or filled.
    """
    try:
        with spending(Budget(getattr(made, "elapsed", None))):
            return made.get_template(name).render(**values)
    except jinja2.TemplateNotFound as error:
        raise SettingsError(
            f"template {error.name or name} doesn't exist: put it into the folder of templates"
        ) from error
    except jinja2.TemplateSyntaxError as error:
        where = f"template {error.filename or error.name or name}, line {error.lineno}"
        raise SettingsError(f"{where}: {error.message}: correct the syntax") from error
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise SettingsError(f"{_where(made, name, error)}: {error}: correct the template") from error


def _where(made: jinja2.Environment, name: str, error: Exception) -> str:
    """Template, line and the line's text, from the innermost template frame of the traceback."""
    folders = getattr(made.loader, "searchpath", [])
    inside = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if any(Path(frame.filename).is_relative_to(folder) for folder in folders)
    ]
    if not inside:
        return f"template {name}"
    text = f" (`{inside[-1].line}`)" if inside[-1].line else ""
    return f"template {inside[-1].filename}, line {inside[-1].lineno}{text}"
