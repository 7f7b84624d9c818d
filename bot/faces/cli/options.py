"""Options that several commands share."""

import enum
from pathlib import Path
from typing import Annotated

import typer


class Format(enum.StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


Logs = Annotated[
    list[str] | None,
    typer.Option(
        "--logs", metavar="FILE", help="Log file: gcloud's JSON, NDJSON, gzip; - is stdin. Repeat for several."
    ),
]
MoreLogs = Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="More log files after --logs FILE.")]
Windows = Annotated[
    list[str] | None,
    typer.Option(
        "--window",
        metavar="FILE",
        help="Instead of logs, what the Beam pipeline stored: file, folder, gs:// address.",
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder", metavar="DIR", help="Folder that holds the issues as Markdown files; default: ./incidents."
    ),
]
Repo = Annotated[
    str | None,
    typer.Option("--repo", metavar="OWNER/NAME", help="GitHub repository that holds the issues; needs GITHUB_TOKEN."),
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now", metavar="TIME", help="Read the logs as if it were this time (RFC 3339); default: the newest entry's."
    ),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="Settings; default: incidentbot.toml of this folder, if there."),
]
Output = Annotated[Format, typer.Option("--format", help="How to print the result on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No narration on stderr.")]
Deadline = Annotated[
    str | None,
    typer.Option("--deadline", metavar="LENGTH", help="Stop writing after 90s, 10m, 1h; the next run does the rest."),
]
ReportTo = Annotated[
    Path | None,
    typer.Option("--report", metavar="DIR", help="Write the run's reports into a new folder there: see `report`."),
]
