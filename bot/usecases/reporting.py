"""`report analysis`, `report worklog` and `file --report`: what a run saw and did, for people to read."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from bot.documents.analysis import analysis_view, render_analysis
from bot.documents.html import html_environment, render_index, render_page
from bot.documents.plain import plain
from bot.documents.reportview import AnalysisView, WorklogView
from bot.documents.runs import index_view, record_of
from bot.documents.worklog import render_worklog, worklog_view
from bot.errors import PartlyDone, SettingsError, UsageError
from bot.lifecycle.decisions import Order
from bot.logs import Reading
from bot.model.history import RunRecord
from bot.model.incident import Verdict
from bot.model.run import ReadReport, Reported, RunResult
from bot.model.window import Window
from bot.text import terminal
from bot.trackers.interface import Tracker
from bot.triage import fitting, triage
from bot.usecases.drafting import assessed
from bot.usecases.filing import file_incidents
from bot.usecases.looking import cluster_logs
from bot.usecases.setup import Setup

Report = AnalysisView | WorklogView

RECORD = "run.json"
_ENDINGS = (".j2", ".css", ".js")


def analyse(reading: Reading, setup: Setup) -> AnalysisView:
    """What these logs show, whatever is tracked. Raises LogsUnavailable."""
    window, read = cluster_logs(reading, setup)
    outcome = triage(window, {})
    reported = [Reported(0, assessed(found.incident, setup)) for found in outcome.found]
    reported.sort(key=lambda one: (one.incident.priority, one.incident.first))
    return _analysis(window, read, reported, outcome.verdicts, setup)


def log_work(reading: Reading, tracker: Tracker, setup: Setup, wall: int) -> WorklogView:
    """The worklog of what a run over these logs would do; nothing is written. Raises what `file_incidents` raises."""
    seen: list[Window] = []
    result = file_incidents(reading, tracker, setup, wall, dry_run=True, seen=seen.append)
    analysis = _analysis(seen[0], result.read, result.incidents, result.verdicts, setup)
    return worklog_view(result, analysis)


def _analysis(
    window: Window, read: ReadReport, reported: Sequence[Reported], verdicts: Sequence[Verdict], setup: Setup
) -> AnalysisView:
    books = {one.incident.key: fitting(one.incident, setup.playbooks) for one in reported}
    return analysis_view(window, read, reported, verdicts, books)


def as_markdown(report: Report, setup: Setup) -> str:
    """The report as Markdown. Raises SettingsError where the user's template can't be rendered."""
    if isinstance(report, WorklogView):
        return render_worklog(report, setup.templates)
    return render_analysis(report, setup.templates)


def as_json(report: msgspec.Struct) -> str:
    """The report as indented JSON, in which an Actions runner finds no command."""
    return terminal.json(msgspec.json.format(msgspec.json.encode(plain(report)), indent=2).decode()) + "\n"


def as_html(report: Report, setup: Setup) -> str:
    """The report as one self-contained page. Raises SettingsError where the user's template can't be rendered."""
    return render_page(report, html_environment(setup.templates))


def templates_of(setup: Setup, names: tuple[str, ...] = ()) -> dict[str, Path]:
    """The file that is used for each template, style and script: of these names, or all. Raises UsageError."""
    loader = setup.templates.loader
    if loader is None:
        return {}
    known = [name for name in loader.list_templates() if name.endswith(_ENDINGS)]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no template {name}; known are {', '.join(known)}.")
    return {name: Path(loader.get_source(setup.templates, name)[1] or name) for name in (names or known)}


def file_and_report(
    reading: Reading,
    tracker: Tracker,
    setup: Setup,
    wall: int,
    dry_run: bool,
    keep: Callable[[dict[str, str]], None],
    asked: Order | None = None,
) -> RunResult:
    """The whole run; `keep` is given its reports by file name, also where the run is only partly done.

    Raises what `file_incidents` raises, and PartlyDone where the run is done and its reports can't be made or kept.
    """
    seen: list[Window] = []
    try:
        result = file_incidents(reading, tracker, setup, wall, dry_run, seen=seen.append, asked=asked)
    except PartlyDone as part:
        if isinstance(part.result, RunResult) and seen:
            _report(seen[0], part.result, setup, wall, keep, f"{part} ")
        raise
    _report(seen[0], result, setup, wall, keep, "The run is done. ")
    return result


def _report(
    window: Window, result: RunResult, setup: Setup, wall: int, keep: Callable[[dict[str, str]], None], done: str
) -> None:
    try:
        keep(_texts(window, result, setup, wall))
    except (SettingsError, UsageError) as error:
        raise PartlyDone(f"{done}Its reports are not written: {error}", result) from error


def _texts(window: Window, result: RunResult, setup: Setup, wall: int) -> dict[str, str]:
    worklog = worklog_view(result, _analysis(window, result.read, result.incidents, result.verdicts, setup))
    analysis = worklog.analysis
    return {
        "analysis.md": as_markdown(analysis, setup),
        "analysis.json": as_json(analysis),
        "worklog.md": as_markdown(worklog, setup),
        "worklog.json": as_json(worklog),
        "report.html": as_html(worklog, setup),
        RECORD: msgspec.json.encode(record_of(result, worklog, wall, setup.settings.file_from)).decode() + "\n",
    }


def index_of(kept: Mapping[str, bytes], setup: Setup) -> str:
    """The page over the runs whose records are given, by the name of their folder; what is no record is left out."""
    records: list[tuple[str, RunRecord]] = []
    for folder, text in kept.items():
        try:
            records.append((folder, msgspec.json.decode(text, type=RunRecord)))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return render_index(index_view(records), html_environment(setup.templates))
