"""`redact`: a stream in, the same stream without its secrets out."""

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from bot.faces.cli.options import SettingsFile

if TYPE_CHECKING:
    from bot.text.redaction.engine import Redactor


def redact(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Text, or log entries as JSON; - is stdin.")],
    personal: Annotated[
        bool,
        typer.Option("--personal", help="Hide personal data too: e-mail, public IP, card, phone, IBAN, national ids."),
    ] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Count what was hidden, by kind, on stderr.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Filter text or log entries line by line: secrets are replaced, everything else keeps its bytes."""
    from bot.text.redaction.lines import LineRedactor

    lines = LineRedactor(_redactor(settings, personal))
    with _opened(file) as source:
        for raw in source:
            sys.stdout.buffer.write(lines.line(raw))
    sys.stdout.buffer.flush()
    if stats:
        _tell(lines.counts)


def _redactor(file: Path | None, personal: bool) -> "Redactor":
    from bot.faces.secrecy import set_up
    from bot.settings import load
    from bot.text.redaction import PERSONAL

    return set_up(load(file), personal=PERSONAL if personal else ()).redactor


@contextlib.contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    """The file, or standard input. Raises LogsUnavailable."""
    from bot.errors import LogsUnavailable

    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as source:
            yield source
    except OSError as error:
        raise LogsUnavailable(f"{file} can't be read: {error.strerror}; name a file, or - for stdin.") from None


def _tell(counts: Counter[str]) -> None:
    for kind, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        print(f"{count:>8,}  {kind}", file=sys.stderr)
    total = counts.total()
    print(f"{total:>8,}  in all", file=sys.stderr)
