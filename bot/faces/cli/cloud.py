"""Options of commands that read Cloud Logging, and the reading that they and `--logs` name."""

import inspect
import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

if TYPE_CHECKING:
    from bot.logs import Counter, Reading
    from bot.logs.cloud import CloudSource


class Cloud(NamedTuple):
    """What to read of Cloud Logging, in the words of the command line."""

    project: list[str] | None = None
    service: list[str] | None = None
    since: str | None = None
    start: str | None = None
    end: str | None = None
    severity: str | None = None
    unlabelled: bool = False
    resource_type: list[str] | None = None
    extra: str | None = None
    endpoint: str | None = None
    request_counts: bool = False
    monitoring_endpoint: str | None = None

    def stray(self) -> str:
        """The first option that says nothing without --project; "" where there is none."""
        return next((_NAMES[name] for name in _NAMES if name != "project" and getattr(self, name)), "")


NO_CLOUD = Cloud()
"""What a command passes that reads files alone."""

_NAMES = {
    "project": "--project",
    "service": "--service",
    "since": "--since",
    "start": "--from",
    "end": "--to",
    "severity": "--severity",
    "unlabelled": "--unlabelled",
    "resource_type": "--resource-type",
    "extra": "--filter",
    "endpoint": "--logging-endpoint",
    "request_counts": "--request-counts",
    "monitoring_endpoint": "--monitoring-endpoint",
}

_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z0-9-]{1,63}")
_SEVERITIES = ("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")


def _options(
    project: Annotated[
        list[str] | None,
        typer.Option("--project", metavar="ID", help="Google Cloud project whose logs to read. Repeat for several."),
    ] = None,
    service: Annotated[
        list[str] | None,
        typer.Option("--service", metavar="NAME", help="Only this service, module, job, function or container."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="LENGTH", help="The last 30m, 2h, 1d; default: on from the last run, or 1h."),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Start of the window (RFC 3339).")] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="End of the window (RFC 3339); default: now.")
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option("--severity", metavar="LEVEL", help="Only entries of at least this severity; default: all."),
    ] = None,
    unlabelled: Annotated[
        bool, typer.Option("--unlabelled", help="With --severity: entries without one too, if they look like errors.")
    ] = False,
    resource_type: Annotated[
        list[str] | None,
        typer.Option("--resource-type", metavar="TYPE", help="Only this resource type, such as cloud_run_revision."),
    ] = None,
    extra: Annotated[
        str | None, typer.Option("--filter", metavar="FILTER", help="A filter of Cloud Logging's query language.")
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            "--logging-endpoint", metavar="ADDRESS", help="host:port on loopback without TLS, or https://host:port."
        ),
    ] = None,
    request_counts: Annotated[
        bool,
        typer.Option("--request-counts", help="Requests of Cloud Run from Cloud Monitoring, if logs leave some out."),
    ] = False,
    monitoring_endpoint: Annotated[
        str | None,
        typer.Option("--monitoring-endpoint", metavar="ADDRESS", help="Likewise, with --request-counts."),
    ] = None,
) -> None:
    """Its parameters are the options."""


def reads_cloud(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose `cloud` parameter is filled from the options that this adds to it."""
    own = inspect.signature(command, eval_str=True)
    added = inspect.signature(_options).parameters

    @wraps(command)
    def with_cloud(**given: Any) -> None:
        command(**{name: value for name, value in given.items() if name not in added}, cloud=_cloud(given))

    kept = [parameter for name, parameter in own.parameters.items() if name != "cloud"]
    at = next((index for index, parameter in enumerate(kept) if parameter.name == "repo"), len(kept))
    parameters = [*kept[:at], *added.values(), *kept[at:]]
    with_cloud.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_cloud.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del with_cloud.__wrapped__
    return with_cloud


def _cloud(given: dict[str, Any]) -> Cloud:
    return Cloud(**{name: given[name] for name in _NAMES})


def open_reading(
    logs: list[str] | None, more: list[str] | None, cloud: Cloud, now: str | None, quiet: bool, going_on: bool = False
) -> "Reading":
    """The reading of these files, or of these projects. Raises UsageError where it is both, neither, or no words.

    With `going_on`, projects are read on from where the last run ended, where no start is named.
    """
    from bot.errors import UsageError
    from bot.faces.cli import printing
    from bot.logs import read_files
    from bot.model.time import nanos_of

    paths = [*(logs or []), *(more or [])]
    if paths and cloud.project:
        raise UsageError("--logs and --project are two places for the same logs: give one of them.")
    if not cloud.project and (stray := cloud.stray()):
        raise UsageError(f"{stray} is for Cloud Logging: give --project ID too.")
    if not paths and not cloud.project:
        raise UsageError(
            "No logs: give --logs FILE, as `gcloud logging read --format=json` wrote it, or - for stdin"
            f"{', or --project ID' if cloud is not NO_CLOUD else ''}."
        )
    try:
        clock = nanos_of(now) if now else printing.wall_clock()
    except ValueError:
        raise UsageError(f"--now {now} is no time; write it as 2025-09-15T21:00:00Z.") from None
    latest = clock if now else clock + printing.CLOCK_SKEW
    if cloud.project:
        return _projects(cloud, clock, latest, quiet, going_on)
    return read_files(paths, latest=latest, progress=None if quiet else printing.progress)


def reading_or_windows(
    windows: list[str] | None,
    logs: list[str] | None,
    more: list[str] | None,
    cloud: Cloud,
    now: str | None,
    quiet: bool,
) -> "Reading":
    """What `file` and `plan` go by: logs, read on from where the last run ended, or windows that were stored of them.

    Raises UsageError where both are given, or none.
    """
    if not windows:
        return open_reading(logs, more, cloud, now, quiet, going_on=True)
    from bot.errors import UsageError
    from bot.logs.objects import read_whole
    from bot.usecases.windows import STORED, StoredWindows

    given = next((option for option, value in (("--logs", logs or more), ("--now", now)) if value), "")
    if given or cloud.project or cloud.stray():
        other = given or (cloud.project and "--project") or cloud.stray()
        raise UsageError(f"--window goes on from logs that were read already: leave {other} out.")
    return StoredWindows(found for name in windows for found in read_whole(name, STORED))


def _projects(cloud: Cloud, now: int, latest: int, quiet: bool, going_on: bool) -> "Reading":
    from bot.faces.cli import printing
    from bot.logs import Reading
    from bot.logs.cloud import CloudSource, Connection, Endpoint, span_of

    span = span_of(now, cloud.since or "", cloud.start or "", cloud.end or "", going_on)
    query, pages = _query(cloud), Connection(Endpoint(cloud.endpoint or ""))
    tell, projects = None if quiet else printing.say, [_id(one) for one in dict.fromkeys(cloud.project or [])]
    sources = [CloudSource(one, query, span, pages, tell=tell) for one in projects]
    counters = _counters(cloud, projects)
    return Reading(sources, latest=latest, progress=None if quiet else printing.progress, counters=counters)


def probes(cloud: Cloud, now: int) -> list["CloudSource"]:
    """The projects as sources of a single entry a page, of the last hour if nothing else is said, given up soon.

    Raises UsageError.
    """
    from bot.logs.cloud import CloudSource, Connection, Endpoint, Pace, span_of

    start, end = cloud.start or "", cloud.end or ""
    span = span_of(now, cloud.since or ("" if start else "1h"), start, end, going_on=False)
    pages = Connection(Endpoint(cloud.endpoint or ""), page_size=1)
    pace, query = Pace(attempts=2, first_pause=1.0, patience=2.0, deadline=15.0), _query(cloud)
    return [CloudSource(_id(one), query, span, pages, pace=pace) for one in dict.fromkeys(cloud.project or [])]


def _counters(cloud: Cloud, projects: list[str]) -> list["Counter"]:
    from bot.errors import UsageError

    if cloud.monitoring_endpoint and not cloud.request_counts:
        raise UsageError("--monitoring-endpoint is for request counts: give --request-counts too.")
    if not cloud.request_counts:
        return []
    from bot.logs.cloud import Endpoint
    from bot.logs.monitoring import RequestCounts

    endpoint = Endpoint(cloud.monitoring_endpoint or "", "--monitoring-endpoint")
    return [RequestCounts(one, tuple(cloud.service or ()), endpoint) for one in projects]


def _id(project: str) -> str:
    from bot.errors import UsageError

    if not _PROJECT.fullmatch(project):
        raise UsageError(f"--project {project} is no project id; it has small letters, digits and hyphens.")
    return project


def checked_names(cloud: Cloud) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Projects and services that are named, each once. Raises UsageError for what can't be a name."""
    projects = tuple(_id(one) for one in dict.fromkeys(cloud.project or ()))
    return projects, tuple(_named(one) for one in dict.fromkeys(cloud.service or ()))


def _named(service: str) -> str:
    from bot.errors import UsageError

    if not _SERVICE.fullmatch(service):
        raise UsageError(f"--service {service[:60]} is no service's name; it has letters, digits, hyphens and dots.")
    return service


def _query(cloud: Cloud) -> Any:
    from bot.errors import UsageError
    from bot.logs.cloud import Query

    severity = (cloud.severity or "").upper()
    if severity and severity not in _SEVERITIES:
        raise UsageError(f"--severity {cloud.severity} is none; known are {', '.join(_SEVERITIES)}.")
    if cloud.unlabelled and not severity:
        raise UsageError("--unlabelled adds to --severity: give --severity ERROR, or leave it out to read everything.")
    return Query(
        services=tuple(_named(name) for name in cloud.service or ()),
        resource_types=tuple(cloud.resource_type or ()),
        severity=severity,
        unlabelled=cloud.unlabelled,
        extra=cloud.extra or "",
    )
