"""`replay`: saved logs against these settings, as a diff."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.faces.cli.cloud import Cloud, open_reading, reads_cloud
from bot.faces.cli.options import Folder, Format, Logs, MoreLogs, Now, Output, Quiet, Repo, SettingsFile

if TYPE_CHECKING:
    from bot.usecases.replaying import Case, Difference, Replayed

_NONE = Cloud()
_LINE = 100


@reads_cloud
def replay(
    more: MoreLogs = None,
    logs: Logs = None,
    cloud: Cloud = _NONE,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Other settings to compare with, instead of what is tracked.")
    ] = None,
    repo: Repo = None,
    folder: Folder = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Say what these settings would have filed over saved logs, and where that differs; nothing is written."""
    from bot.faces.cli.commands import setup_of
    from bot.faces.trackers import open_tracker
    from bot.usecases.replaying import replay as replayed

    setup = setup_of(settings)
    other = setup_of(against) if against else None
    reading = open_reading(logs, more, cloud, now, quiet)
    _print(replayed(reading, setup, other, open_tracker(repo, folder, setup.settings)), output)


def _print(result: "Replayed", output: Format) -> None:
    import msgspec

    from bot.faces.cli import printing, shapes

    if output is Format.JSON:
        told = {
            "beside": result.beside,
            "cases": msgspec.to_builtins(result.cases),
            "differences": msgspec.to_builtins(result.differences),
        }
        return typer.echo(shapes.dump(told))
    for case in result.cases:
        printing.put(f"{case.priority} {'files' if case.filed else 'reports'} {case.key.service}: {_brief(case.title)}")
    count = len(result.differences)
    printing.put(f"{count or 'No'} difference{'s' if count > 1 else ''} from {result.beside}")
    for one in result.differences:
        printing.put(_told(one))
    return None


def _brief(text: str) -> str:
    return text if len(text) <= _LINE else text[: _LINE - 1] + "…"


def _told(one: "Difference") -> str:
    if one.theirs is None and one.ours:
        return f"+ {_words(one.ours)} ({one.ours.key.root})"
    if one.ours is None and one.theirs:
        return f"- {_words(one.theirs)} ({one.theirs.key.root})"
    before, after = one.theirs, one.ours
    return (
        f"~ {_words(after)} (there {before.priority}, {'filed' if before.filed else 'not filed'})"
        if before and after
        else ""
    )


def _words(case: "Case") -> str:
    number = f"#{case.issue} " if case.issue else ""
    return f"{number}{case.priority}{'' if case.filed else ' (not filed)'} {case.key.service}: {_brief(case.title)}"
