"""Results of decisions on stdout."""

import typer

from bot.faces.cli import printing, shapes
from bot.faces.cli.options import Format
from bot.model.issue import ActionKind
from bot.text.markdown import cell, prose
from bot.usecases.baselining import Recorded
from bot.usecases.deciding import Decided


def decided(result: Decided, output: Format) -> None:
    """The result of `merge`, `split`, `mute`, `unmute`, `adopt`."""
    for warned in result.warnings:
        printing.say(f"{warned.where}: {warned.what}")
    actions = [shapes.action_shape(action) for action in result.actions]
    if output is Format.JSON:
        tracker = {"name": result.tracker, "requests": result.requests}
        shape = {"said": result.said, "actions": actions, "tracker": tracker, "dry_run": result.dry_run}
        return typer.echo(shapes.dump(shape))
    tried = "Not done, only tried: " if result.dry_run else ""
    if output is Format.MARKDOWN:
        return typer.echo(prose(f"{tried}{result.said}"))
    printing.put(f"{tried}{result.said}")
    if result.dry_run:
        for action in result.actions:
            where = f" #{action.number}" if action.number else ""
            printing.put(f"would {action.kind}{where} {action.title} ({action.because})")


def recorded(result: Recorded, output: Format, quiet: bool) -> None:
    """The result of `init --baseline`."""
    if not quiet:
        for warned in result.warnings:
            printing.say(f"{warned.where}: {warned.what}")
    if output is Format.JSON:
        return typer.echo(shapes.dump(_shape(result)))
    if output is Format.MARKDOWN:
        rows = [[item.priority, cell(item.key.service), cell(item.title), str(item.count)] for item in result.known]
        return typer.echo(shapes.table(["priority", "service", "incident", "entries"], rows))
    for item in result.known:
        printing.put(f"{item.priority}  {item.title} ({item.count:,} entries)")
    digest = f" in #{result.digest}" if result.digest else ""
    printing.put(f"On record{digest}: {len(result.known):,}, of them new: {result.new:,}.")
    if result.below:
        printing.put(f"{result.below:,} more are too small to be filed, and are not recorded.")
    if not any(action.kind is not ActionKind.NONE for action in result.actions):
        printing.put(f"Nothing to change in {result.tracker}.")


def _shape(result: Recorded) -> shapes.Shape:
    return {
        "known": [
            {
                "id": item.key.root,
                "environment": item.key.environment,
                "service": item.key.service,
                "priority": item.priority,
                "title": item.title,
                "entries": item.count,
            }
            for item in result.known
        ],
        "new": result.new,
        "below": result.below,
        "digest": result.digest or None,
        "actions": [shapes.action_shape(action) for action in result.actions],
        "read": shapes.read(result.read),
        "warnings": [{"where": warned.where, "what": warned.what} for warned in result.warnings],
        "dry_run": result.dry_run,
    }
