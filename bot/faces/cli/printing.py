"""Results on stdout, narration on stderr."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import typer

from bot.errors import UsageError
from bot.faces.cli import shapes
from bot.faces.cli.options import Format
from bot.lifecycle import listing_in
from bot.model.incident import Incident
from bot.model.issue import ActionKind
from bot.model.run import ReadReport, RunResult, Warned
from bot.model.time import MINUTE, iso
from bot.model.window import Window
from bot.text.terminal import line, page
from bot.usecases.looking import Explained, Tracked, story
from bot.usecases.verifying import Standing

_LINE = 150
_SHOWN = 6

CLOCK_SKEW = 10 * MINUTE
"""How far ahead of this machine's clock an entry may be, in nanoseconds."""


def wall_clock() -> int:
    """Nanoseconds since the epoch, by this machine's clock."""
    return time.time_ns()


def say(text: str) -> None:
    """One line of narration."""
    typer.echo(line(text), err=True)


def progress(entries: int) -> None:
    """Tell how many entries were read, where a person watches."""
    if sys.stderr.isatty():
        say(f"{entries:,} entries read")


def put(text: str) -> None:
    """One line of the result; spaces that indent it stay."""
    typer.echo(" " * (len(text) - len(text.lstrip(" "))) + line(text))


def run(result: RunResult, output: Format, quiet: bool) -> None:
    """The result of `file` or `plan`."""
    if not quiet:
        _narrate(result.read, result.warnings)
    if output is Format.JSON:
        return typer.echo(shapes.dump(shapes.run(result)))
    if output is Format.MARKDOWN:
        return typer.echo(page(shapes.run_markdown(result)))
    window = result.window
    put(f"{window.entries:,} entries in {window.clusters} clusters, {iso(window.start)} to {iso(window.end)}")
    for one in result.incidents:
        where = f"#{one.issue}" if one.issue else "-"
        put(
            f"{one.incident.priority}  {where:>5}  {_brief(shapes.headline(one.incident))}"
            + (f"  ({one.because})" if one.because else "")
        )
    would = "would " if result.dry_run else ""
    for action in result.actions:
        if action.kind is not ActionKind.NONE:
            put(
                f"{would}{action.kind} {f'#{action.number} ' if action.number else ''}{action.title} ({action.because})"
            )
    for action in result.held_back:
        put(f"held back: {action.title} ({action.because})")
    if not any(action.kind is not ActionKind.NONE for action in result.actions):
        put(f"Nothing to {'do' if result.dry_run else 'change'} in {result.tracker}.")
    elif not result.dry_run:
        put(f"The issues are in {result.tracker}.")


def _brief(text: str) -> str:
    return text if len(text) <= _LINE else text[: _LINE - 1] + "…"


def _narrate(read: ReadReport, warnings: Iterable[Warned]) -> None:
    if read.duplicates:
        say(f"{read.duplicates:,} duplicate entries dropped")
    for skipped in read.skipped[:5]:
        say(f"skipped {skipped.source}, record {skipped.position}: {skipped.reason}")
    if read.skipped_count > 5:
        say(f"skipped {read.skipped_count:,} records in all")
    for warned in warnings:
        say(f"{warned.where}: {warned.what}")


@contextlib.contextmanager
def assignments(file: Path | None) -> Iterator[Callable[[str, str], None] | None]:
    """A function that writes one assignment; None where no file is wanted. Raises UsageError where it can't write."""
    if file is None:
        yield None
        return
    try:
        with file.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as out:
            yield lambda insert_id, fingerprint: print(_field(insert_id), fingerprint, sep="\t", file=out)
    except OSError as error:
        raise UsageError(f"--assignments {file} can't be written: {error.strerror}; name another file.") from None


def _field(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def clusters(window: Window, report: ReadReport, output: Format, quiet: bool) -> None:
    """The result of `cluster`."""
    if not quiet:
        _narrate(report, ())
    if output is Format.JSON:
        return typer.echo(shapes.dump(shapes.clusters(window, report)))
    rows = shapes.by_fingerprint(window)
    if output is Format.MARKDOWN:
        return typer.echo(page(shapes.clusters_markdown(rows)))
    for row in rows:
        put(f"{row['count']:>8}  {row['severity']:<8}  {row['fingerprint']}  {row['title']}")


def issues(found: list[Tracked], warnings: Iterable[Warned], where: str, output: Format, quiet: bool) -> None:
    """The result of `issues`; `where` names the tracker."""
    if not quiet:
        for warned in warnings:
            say(f"{warned.where}: {warned.what}")
    if output is Format.JSON:
        return typer.echo(shapes.dump({"issues": [shapes.issue(one) for one in found]}))
    if output is Format.MARKDOWN:
        return typer.echo(page(shapes.issues_markdown(found)))
    for one in found:
        listing = None if one.state else listing_in(one.issue.body)
        phase = one.state.phase.value if one.state else listing.kind.value if listing else "not the bot's"
        put(f"#{one.issue.number:<5} {one.issue.status:<7} {phase:<12} {one.issue.title}")
    if not found:
        put(f"No issue yet in {where}.")


def explained(found: list[Explained], output: Format) -> None:
    """The result of `explain` on logs."""
    if output is Format.JSON:
        return typer.echo(shapes.dump({"clusters": [shapes.explained(one) for one in found]}))
    for one in found:
        verdict = one.verdict
        place = f"{verdict.place.environment}/{verdict.place.service}/{verdict.place.revision or '-'}"
        put(f"{verdict.fingerprint}  {verdict.title}")
        put(f"  at {place}")
        put(f"  {shapes.role(one)}: {verdict.because}")
        if one.incident:
            put(f"  of {shapes.headline(one.incident)}: {one.filed}")
            for policy in one.incident.policies:
                put(f"    {policy.priority} by {policy.name}: {policy.because}")
        for done, text in one.steps:
            put(f"  {done}: {_brief(text.replace(chr(10), ' ⏎ '))}")


def issue_explained(one: Tracked, standing: Standing | None, output: Format) -> None:
    """The result of `explain` on an issue: why it stands where it does first."""
    if output is Format.JSON:
        return typer.echo(shapes.dump(shapes.issue_explained(one, standing)))
    put(f"#{one.issue.number} {one.issue.title} ({one.issue.status})")
    if one.state is None:
        return put("It has no marker of incidentbot's: nothing is known of it.")
    for told in standing.lines if standing else ():
        put(told)
    for told in story(one.state)[-_SHOWN:]:
        put(f"- {told}")
    _grounds(one.state.incident)


def _grounds(incident: Incident) -> None:
    """Why it was filed: priority, root, and what belongs to it."""
    put(f"Priority {incident.priority}:")
    for policy in incident.policies:
        put(f"- {policy.priority} by {policy.name}: {policy.because}")
    key = incident.key
    put(f"Root {key.root} of {key.service} in {key.environment}: {_brief(incident.root.title)}")
    put(f"- {incident.root.count:,} entries, {incident.root.episodes:,} episodes, last {iso(incident.root.last)}")
    for symptom in incident.symptoms[:_SHOWN]:
        put(f"- symptom {symptom.fingerprint} {_brief(symptom.title)} ({symptom.count:,} entries)")
        for evidence in [e for e in incident.evidence if e.effect == symptom.fingerprint][:1]:
            put(f"  - {evidence.kind} {evidence.strength:.2f}: {_brief(evidence.words)}")
    if len(incident.symptoms) > _SHOWN:
        put(f"- and {len(incident.symptoms) - _SHOWN} more symptoms, in the issue")
