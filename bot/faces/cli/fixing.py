"""`resolve`, `deployed`, `verify`: from the fix to the proof that it works."""

from functools import partial
from typing import Annotated

import typer

from bot.faces.cli.cloud import NO_CLOUD, Cloud, open_reading, reads_cloud
from bot.faces.cli.deciding import By, DryRun, Number, Why, desk_of, number_of, time_of
from bot.faces.cli.options import Folder, Format, Logs, Now, Output, Quiet, Repo, SettingsFile
from bot.model.state import Reason

Commit = Annotated[
    list[str] | None,
    typer.Option("--commit", metavar="SHA", help="A commit that fixes it, by 7 digits or more; repeat for several."),
]


def resolve(
    number: Number,
    commit: Commit = None,
    unlink: Annotated[
        list[str] | None,
        typer.Option(
            "--unlink", metavar="SHA", help="A commit that was linked and doesn't fix it; repeat for several."
        ),
    ] = None,
    reason: Annotated[Reason, typer.Option("--reason", help="What ended it, where no commit did.")] = Reason.COMMIT,
    why: Why = "",
    by: By = None,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Link the fix of an incident, or say what ended it; the wrap-up is posted, and the labels follow."""
    from bot.faces.cli import deciding_results
    from bot.usecases.resolving import resolve_issue, unlink_fixes

    desk = desk_of(repo, folder, settings, by, why, dry_run)
    if unlink:
        return deciding_results.decided(unlink_fixes(desk, number_of(number), unlink), output)
    deciding_results.decided(resolve_issue(desk, number_of(number), commit or (), reason), output)


def deployed(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service, as its logs name it.")],
    revision: Annotated[str, typer.Argument(metavar="[REVISION]", help="The revision that serves now.")] = "",
    commit: Annotated[str, typer.Option("--commit", metavar="SHA", help="The commit it was built from.")] = "",
    environment: Annotated[
        str, typer.Option("--environment", metavar="NAME", help="Where; default: the one it is known in.")
    ] = "",
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When (RFC 3339); default: now.")] = None,
    by: By = None,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Tell of a deployment that neither logs nor GitHub tell of."""
    from bot.faces.cli import deciding_results
    from bot.usecases.resolving import record_deployment

    desk = desk_of(repo, folder, settings, by, "", dry_run)
    told = record_deployment(desk, service, revision, commit, environment, time_of(at, "--at") if at else 0)
    deciding_results.decided(told, output)


@reads_cloud
def verify(
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="One issue; default: all of them.")] = None,
    logs: Logs = None,
    cloud: Cloud = NO_CLOUD,
    dry_run: DryRun = False,
    repo: Repo = None,
    folder: Folder = None,
    now: Now = None,
    settings: SettingsFile = None,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Move every tracked issue as far as the evidence carries it; nothing new is filed."""
    from bot.faces.cli import printing
    from bot.faces.cli.commands import setup_of
    from bot.faces.telling import telling
    from bot.faces.trackers import open_tracker, with_code
    from bot.usecases.errand import Errand
    from bot.usecases.verifying import verify_issues

    setup = setup_of(settings)
    tracker = open_tracker(repo, folder, setup.settings)
    errand = Errand(tracker, with_code(setup, repo, folder), printing.wall_clock(), dry_run)
    reading = open_reading(logs, None, cloud, now, quiet, going_on=True) if logs or cloud.project else None
    run = partial(verify_issues, errand, reading, number_of(number) if number else 0)
    printing.run(telling(run, tracker, errand.setup, errand.wall), output, quiet)
