"""Results of `init` and `labels` on stdout."""

from typing import NamedTuple

import typer

from bot.faces.cli import printing, shapes
from bot.faces.cli.options import Format
from bot.text.markdown import cell, code
from bot.text.terminal import page
from bot.text.visible import visible
from bot.usecases.initialising import Fate, Piece, Scene
from bot.usecases.labelling import LabelStep, Step, Synced

_LEFT = "Labels are made by the first run, or by `GITHUB_TOKEN=... incidentbot labels --repo {}`."
_WORDS = {
    Fate.CREATE: "is new",
    Fate.SAME: "says this already",
    Fate.KEEP: "says something else, and is kept; --overwrite replaces it",
    Fate.REPLACE: "says something else, and is replaced",
}


class Plan(NamedTuple):
    """What `init` would write, or wrote; no labels: which are missing isn't known, and `unknown` may say why."""

    scene: Scene
    pieces: tuple[Piece, ...]
    labels: Synced | None = None
    unknown: str = ""

    @property
    def notices(self) -> tuple[str, ...]:
        """What should be known of it."""
        if self.labels or self.scene.folder:
            return self.scene.notices
        told = (self.unknown,) if self.unknown else ()
        return (*self.scene.notices, *told, _LEFT.format(self.scene.repository or "OWNER/NAME"))


def show(plan: Plan) -> None:
    """The whole of what would be written, as text."""
    for piece in plan.pieces:
        printing.put(f"{piece.fate} {piece.path}: it {_WORDS[piece.fate]}")
        for told in _shown(piece).splitlines():
            typer.echo(page(f"    {visible(told)}"))
    for one in plan.labels.steps if plan.labels else ():
        printing.put(_said(one))
    for notice in plan.notices:
        printing.put(notice)


def end(plan: Plan, written: bool, output: Format, quiet: bool) -> None:
    """What became of it; in other formats than text, the whole of it."""
    if output is Format.JSON:
        return typer.echo(shapes.dump(_shape(plan, written)))
    if output is Format.MARKDOWN:
        return typer.echo(page(_markdown(plan, written)))
    if not written:
        return None if quiet else printing.say("Nothing is written: `incidentbot init --yes` writes it.")
    done = [piece.path for piece in plan.pieces if piece.fate in (Fate.CREATE, Fate.REPLACE)]
    printing.put(f"Written: {', '.join(done) or 'no file'}.")
    for number, step in enumerate(plan.scene.following, 1):
        printing.put(f"{number}. {step}")
    return None


def synced(result: Synced, output: Format) -> None:
    """The result of `labels`."""
    if output is Format.JSON:
        tracker = {"name": result.tracker, "requests": result.requests}
        shape = {"labels": _labels(result), "mere_words": result.mere_words, "tracker": tracker}
        return typer.echo(shapes.dump({**shape, "dry_run": result.dry_run}))
    if result.mere_words:
        return printing.put(f"{result.tracker} is a folder: its labels are words in the files, and need no making.")
    if output is Format.MARKDOWN:
        return typer.echo(page(_label_table(result)))
    would = "would " if result.dry_run else ""
    for one in result.steps:
        printing.put(f"{would if one.step is not Step.KEEP else ''}{_said(one)}")
    return None


def _shown(piece: Piece) -> str:
    """The text of a new file, the difference to one that is there."""
    return piece.text if piece.fate is Fate.CREATE else piece.diff


def _said(one: LabelStep) -> str:
    what = f" ({' and '.join(one.differs)})" if one.differs else ""
    return f"{one.step} label {one.there or one.label.name}{what}: #{one.label.colour}, {one.label.description}"


def _labels(result: Synced | None) -> list[shapes.Shape]:
    return [
        {
            "action": one.step,
            "role": one.role,
            "name": one.there or one.label.name,
            "colour": one.label.colour,
            "description": one.label.description,
            "changes": list(one.differs),
        }
        for one in (result.steps if result else ())
    ]


def _shape(plan: Plan, written: bool) -> shapes.Shape:
    return {
        "repository": plan.scene.repository or None,
        "action": plan.scene.action or None,
        "files": [
            {"path": one.path, "action": one.fate, "body": one.text, "diff": one.diff if one.there else None}
            for one in plan.pieces
        ],
        "labels": _labels(plan.labels),
        "notices": list(plan.notices),
        "following": list(plan.scene.following),
        "written": written,
    }


def _markdown(plan: Plan, written: bool) -> str:
    parts = []
    for piece in plan.pieces:
        parts.append(f"{cell(piece.path)} {_WORDS[piece.fate]}")
        if shown := _shown(piece):
            fence = "`" * 4
            parts.append(f"{fence}{'yaml' if piece.path.endswith('.yml') else 'toml'}\n{shown.rstrip()}\n{fence}")
    if plan.labels:
        parts.append(_label_table(plan.labels))
    parts += [*plan.notices, "Written." if written else "Nothing is written."]
    return "\n\n".join(parts)


def _label_table(result: Synced) -> str:
    rows = [[one.step, code(one.there or one.label.name), cell(one.label.description)] for one in result.steps]
    return shapes.table(["action", "label", "means"], rows)
