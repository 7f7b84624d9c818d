"""`python -m bot.faces.beam`: logs beyond one machine, as stored windows."""

import sys

from bot.errors import IncidentbotError, UsageError


def main() -> None:
    """Run the pipeline that the command line asks for; an error is one line and its class's exit code."""
    try:
        try:
            from bot.faces.beam.running import run
        except ModuleNotFoundError as error:
            if error.name != "apache_beam":
                raise
            raise UsageError("Apache Beam is not installed: pip install 'incidentbot[beam]'") from error
        run(sys.argv[1:])
    except IncidentbotError as error:
        print(f"incidentbot: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
