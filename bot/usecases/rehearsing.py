"""A rehearsal: the team's templates, playbooks and policies over a small outage of ours, in a folder that goes away."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import msgspec

from bot.documents.html import html_environment
from bot.errors import PartlyDone, SettingsError
from bot.lifecycle.decisions import Order
from bot.logs import Reading, read_files
from bot.model.incident import Priority
from bot.model.state import Reason
from bot.model.time import MINUTE, iso, nanos_of
from bot.trackers.folder import FolderTracker
from bot.usecases.baselining import record_baseline
from bot.usecases.deciding import mute_issue, sit_down
from bot.usecases.filing import file_incidents
from bot.usecases.learning import as_markdown as learning_markdown
from bot.usecases.learning import learning
from bot.usecases.reporting import analyse, as_html, as_markdown, log_work
from bot.usecases.resolving import resolve_issue
from bot.usecases.setup import Setup

_BEGIN = nanos_of("2025-01-01T00:00:00Z")
_TRACE = (
    'Traceback (most recent call last):\n  File "/app/shop/pay.py", line 7, in pay\n    return fees[kind]\n'
    "KeyError: 'card'"
)


def templates(setup: Setup) -> tuple[str, ...]:
    """The names of all templates, each of which compiles. Raises SettingsError naming the one that doesn't."""
    loader, pages = setup.templates.loader, html_environment(setup.templates)
    names = [name for name in (loader.list_templates() if loader else ()) if name.endswith(".j2")]
    for name in names:
        try:
            (pages if name.endswith(".html.j2") else setup.templates).get_template(name)
        except jinja2.TemplateSyntaxError as error:
            where = f"template {error.filename or name}, line {error.lineno}"
            raise SettingsError(f"{where}: {str(error.message).rstrip('.')}: correct the syntax") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"template {name} is not UTF-8 text ({error.reason}): save it as such") from error
    return tuple(names)


def rehearse(setup: Setup) -> frozenset[str]:
    """File, decide, end and report an incident; says which templates were rendered on the way. Raises SettingsError."""
    settings = setup.settings.model_copy(update={"file_from": Priority.P3, "max_new_issues": 10})
    used = _Used(setup.templates.loader)
    alone = msgspec.structs.replace(setup, settings=settings, code=None, templates=setup.templates.overlay(loader=used))
    with tempfile.TemporaryDirectory(prefix="incidentbot-") as made:
        logs = Path(made, "logs.json")
        logs.write_text(json.dumps(_outage()), encoding="utf-8")
        try:
            _play(alone, Path(made), lambda: read_files([logs]))
        except PartlyDone as part:
            raise SettingsError(str(part)) from part
    return frozenset(used.names)


class _Used(jinja2.BaseLoader):
    """Another loader, which remembers the names of what it was asked for."""

    def __init__(self, loader: jinja2.BaseLoader | None) -> None:
        self.names: set[str] = set()
        self.searchpath = getattr(loader, "searchpath", [])
        self._loader = loader or jinja2.DictLoader({})

    def get_source(self, environment: jinja2.Environment, template: str) -> Any:
        self.names.add(template)
        return self._loader.get_source(environment, template)

    def list_templates(self) -> list[str]:
        return self._loader.list_templates()


def _play(setup: Setup, folder: Path, read: Callable[[], Reading]) -> None:
    record_baseline(read(), FolderTracker(folder / "known"), setup, _BEGIN)
    analysis = analyse(read(), setup)
    as_markdown(analysis, setup)
    work = log_work(read(), FolderTracker(folder / "none"), setup, _BEGIN)
    as_markdown(work, setup)
    as_html(work, setup)
    tracker = FolderTracker(folder / "issues")
    filed = file_incidents(read(), tracker, setup, _BEGIN)
    number = next((one.issue for one in filed.incidents if one.issue), 0)
    if number:
        order = Order("doctor", _BEGIN, "a rehearsal")
        mute_issue(sit_down(tracker, setup, order), number)
        resolve_issue(sit_down(tracker, setup, order), number, (), Reason.ROLLBACK)
        learning_markdown(learning(tracker, setup, number), setup)


def _outage() -> list[dict[str, Any]]:
    """Twenty minutes of a service of which, from the tenth on, every request fails."""
    return [entry for minute in range(20) for second in range(0, 60, 10) for entry in _request(minute, second)]


def _request(minute: int, second: int) -> list[dict[str, Any]]:
    at, failed = iso(_BEGIN + minute * MINUTE + second * 1_000_000_000), minute >= 10
    common = {
        "timestamp": at,
        "resource": {
            "type": "cloud_run_revision",
            "labels": {"project_id": "rehearsal", "service_name": "shop", "revision_name": "shop-00001"},
        },
    }
    url = "https://shop.example/pay"
    request = {"requestMethod": "POST", "requestUrl": url, "status": 500 if failed else 200, "latency": "0.1s"}
    told = {**common, "insertId": f"r{minute}-{second}", "severity": "ERROR" if failed else "INFO"}
    log = "projects/rehearsal/logs/run.googleapis.com%2F"
    entries = [{**told, "logName": f"{log}requests", "httpRequest": request}]
    if failed:
        entries.append({**told, "insertId": f"e{minute}-{second}", "logName": f"{log}stderr", "textPayload": _TRACE})
    return entries
