"""Telling how a run ended: first the outputs and the summary, which count, then the log and its annotations."""

from collections.abc import Mapping
from typing import TextIO

import msgspec

from bot.faces.action.ending import Ending, counts, headline
from bot.faces.action.journal import Journal
from bot.faces.action.keeping import Reports
from bot.faces.action.notes import notes
from bot.faces.action.runner import Runner
from bot.faces.action.summary import folded, summary
from bot.faces.cli import shapes
from bot.model.issue import ActionKind
from bot.model.run import RunResult
from bot.model.time import iso


def report(ending: Ending, journal: Journal, reports: Reports, env: Mapping[str, str], log: TextIO) -> int:
    """Write everything there is to tell and return the exit code: 1 where a file of the runner's can't be written."""
    repo = env.get("INPUT_REPO", "").strip() or env.get("GITHUB_REPOSITORY", "")
    ending = msgspec.structs.replace(
        ending, repo=repo, done=tuple(journal.done), unclear=None if ending.result else journal.unclear
    )
    runner = Runner(env, log)
    code = _write(ending, runner, reports, env.get("GITHUB_SERVER_URL", ""))
    if reports.trouble:
        runner.say(reports.trouble)
    if ending.result:
        _tell(ending.result, runner)
    if ending.trace:
        with runner.group("Traceback"):
            for text in ending.trace:
                for row in text.splitlines():
                    runner.say(f"| {row}")
    if ending.answer:
        for told in (ending.answer.said, *(line.text for line in ending.answer.lines)):
            runner.say(told)
    runner.say(headline(ending))
    for note in notes(ending):
        runner.order(note.level, note.text, title=note.title)
    return code


def _write(ending: Ending, runner: Runner, reports: Reports, server: str) -> int:
    def link(number: int) -> str:
        plain = f"#{number}" if number else ""
        return f"[{plain}]({server}/{ending.repo}/issues/{number})" if plain and server else plain

    try:
        runner.outputs(counts(ending))
        if reports.folder:
            runner.outputs({"report": reports.folder, "report_name": reports.name})
        runner.summarise(summary(ending, link, runner.summary_room()))
        runner.summarise(folded(reports.worklog, reports.name, runner.summary_room()))
    except OSError as error:
        runner.say(f"incidentbot: the runner's file {error.filename} can't be written: {error.strerror}.")
        return ending.code or 1
    return ending.code


def _tell(result: RunResult, runner: Runner) -> None:
    window, read = result.window, result.read
    with runner.group("What was read"):
        runner.say(
            f"{window.entries:,} entries in {window.clusters} clusters, {iso(window.start)} to {iso(window.end)}"
        )
        runner.say(f"{read.duplicates:,} duplicates dropped, {read.skipped_count:,} records skipped")
        for one in read.skipped:
            runner.say(f"skipped {one.source}, record {one.position}: {one.reason}")
        for warned in result.warnings:
            runner.say(f"warning {warned.where}: {warned.what}")
    with runner.group("What was found"):
        for found in result.incidents:
            told = f"{found.incident.priority} {_number(found.issue)}{shapes.headline(found.incident)}"
            runner.say(f"{told} ({found.because})" if found.because else told)
    with runner.group("What would be done" if result.dry_run else "What was done"):
        for action in (*result.actions, *result.held_back):
            kind = "leave" if action.kind is ActionKind.NONE else action.kind
            runner.say(f"{kind} {_number(action.number)}{action.title} ({action.because})")


def _number(number: int) -> str:
    return f"#{number} " if number else ""
