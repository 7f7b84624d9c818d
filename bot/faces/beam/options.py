"""The words of the pipeline's command line, and what they ask for."""

import argparse
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from uuid import uuid4

import msgspec
from apache_beam.io.filesystems import FileSystems

from bot.errors import UsageError
from bot.faces.beam.plan import Plan
from bot.faces.beam.rules import Rules
from bot.faces.beam.streaming import Pace
from bot.model.time import SECOND, length_of, nanos_of
from bot.settings import Settings, load

_SKEW = 300 * SECOND
_ALIKE = 0.8
"""As difflib reckons it: one letter of six."""


class Asked(msgspec.Struct, frozen=True):
    """What to read and how, whether to wait for the end, and the words that are for Beam and its runner."""

    plan: Plan
    pace: Pace
    inputs: tuple[str, ...]
    subscription: str
    wait: bool
    beam: tuple[str, ...]


def asked(words: Sequence[str], now: datetime) -> Asked:
    """What these words ask for. Raises UsageError and SettingsError; wrong options end the program as argparse does."""
    given, beam = _parser().parse_known_args(list(words))
    _refuse_misspelt(beam, [f"--{name.replace('_', '-')}" for name in vars(given)])
    inputs = tuple(name for names in given.input for name in names.split(",") if name)
    if bool(inputs) == bool(given.subscription):
        raise UsageError("give --input for files of a sink, or --subscription for its Pub/Sub messages: one of the two")
    if given.fanout < 1:
        raise UsageError(f"--fanout {given.fanout} is no number of slices; give 1 or more")
    plan = Plan(
        output=given.output,
        run=f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}",
        rules=Rules.of(_settings(given.settings)),
        latest=_latest(given.now, now) if inputs else None,
        fanout=given.fanout,
    )
    pace = Pace(
        _seconds("--window", given.window),
        _seconds("--lateness", given.lateness),
        _seconds("--late-every", given.late_every),
    )
    return Asked(plan, pace, inputs, given.subscription, not given.no_wait, tuple(beam))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot.faces.beam",
        description="Fold logs that a sink routed to files or Pub/Sub into windows for `incidentbot file --window`.",
        epilog="Everything else is for Apache Beam and its runner: --runner, --project, --region, --temp_location...",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--input",
        action="append",
        default=[],
        metavar="FILE",
        help="file, folder (gs://bucket/logs/) or pattern; repeat",
    )
    add("--subscription", default="", metavar="NAME", help="projects/ID/subscriptions/NAME of a sink's topic")
    add("--output", required=True, metavar="DIR", help="folder or gs:// address for windows and dead letters")
    add(
        "--settings",
        default="",
        metavar="FILE",
        help="incidentbot.toml, here or at gs://; environments, own frames, redaction",
    )
    add("--now", default="", metavar="TIME", help="leave out entries after this time (RFC 3339); default: after now")
    add("--window", default="10m", metavar="LENGTH", help="--subscription: how long a window is (10m)")
    add("--lateness", default="1h", metavar="LENGTH", help="--subscription: how late an entry may come (1h)")
    add(
        "--late-every",
        "--late_every",
        default="5m",
        metavar="LENGTH",
        help="--subscription: how often late entries are stored (5m)",
    )
    add("--fanout", type=int, default=4, metavar="N", help="slices that a service is folded in (4)")
    add("--no-wait", action="store_true", help="end when the job is started, as a launcher of templates must")
    return parser


def _refuse_misspelt(beam: Sequence[str], ours: Sequence[str]) -> None:
    """Raise UsageError for a word that is left to Beam but nearly one of ours: Beam would only warn, and go on."""
    for name in (word.partition("=")[0] for word in beam if word.startswith("--")):
        begun = [one for one in ours if one.startswith(name)]
        meant = begun or get_close_matches(name, ours, n=1, cutoff=_ALIKE)
        if meant:
            raise UsageError(f"no option {name}; did you mean {meant[0]}?")


def _seconds(option: str, text: str) -> int:
    try:
        seconds = length_of(text) // SECOND
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
    if not seconds:
        raise UsageError(f"{option} {text} is no time at all; write 90s, 10m, 1h or 1d")
    return seconds


def _latest(text: str, now: datetime) -> int:
    """Nanoseconds of the newest time that an entry may have."""
    if not text:
        return int(now.timestamp()) * SECOND + _SKEW
    try:
        return nanos_of(text)
    except ValueError:
        raise UsageError(f"--now {text} is no time; write it as 2025-09-15T21:00:00Z") from None


def _settings(name: str) -> Settings:
    if "://" not in name:
        return load(Path(name) if name else None)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "incidentbot.toml"
        with FileSystems.open(name) as stored:
            copy.write_bytes(stored.read())
        return load(copy)
