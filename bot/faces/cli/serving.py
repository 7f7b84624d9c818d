"""`serve`: the relay between Slack and the bot."""

from typing import Annotated

import typer

from bot.faces.cli.options import Folder, Repo, SettingsFile


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, envvar="PORT", help="Port to listen on.")
    ] = 8080,
    repo: Repo = None,
    folder: Folder = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            "--logging-endpoint", metavar="ADDRESS", help="host:port on loopback without TLS, or https://host:port."
        ),
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Answer `/incident` in Slack and alerts of Cloud Monitoring, until SIGTERM; needs incidentbot[slack]."""
    import os

    from bot.errors import UsageError

    try:
        from bot.faces.slack.running import serve as run
    except ModuleNotFoundError as error:
        raise UsageError(f"serve needs {error.name}: install incidentbot[slack].") from None
    from bot.faces.slack.wiring import Wiring

    wiring = Wiring(str(settings or ""), repo or "", str(folder or ""), endpoint or "")
    run(wiring, host, port, os.environ)
