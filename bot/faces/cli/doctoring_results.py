"""The result of `doctor` on stdout."""

import msgspec
import typer

from bot.faces.cli import printing, shapes
from bot.faces.cli.options import Format
from bot.text.markdown import prose
from bot.text.terminal import page
from bot.usecases.doctoring import Examined, Finding


def examined(result: Examined, output: Format) -> None:
    """Every part with what was found, and the number of faults last."""
    if output is Format.JSON:
        found = [msgspec.to_builtins(one) for one in result.findings]
        return typer.echo(shapes.dump({"findings": found, "faults": result.faults}))
    if output is Format.MARKDOWN:
        rows = [[one.part, one.health, *(_prose(text) for text in (one.what, one.where, one.mend))]
                for one in result.findings]  # fmt: skip
        return typer.echo(page(shapes.table(["part", "health", "what", "where", "mend"], rows)))
    for one in result.findings:
        printing.put(_said(one))
    printing.put(f"{result.faults} faults." if result.faults != 1 else "1 fault.")
    return None


def _said(one: Finding) -> str:
    where = f" ({one.where})" if one.where else ""
    return f"{one.health} {one.part}{where}: {one.what}{f'; to mend it: {one.mend}' if one.mend else ''}"


def _prose(text: str) -> str:
    return prose(text, table=True) if text else ""
