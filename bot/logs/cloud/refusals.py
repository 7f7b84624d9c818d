"""What Cloud Logging's refusals mean: worth another try, a place that is lost, or an end with a sentence to act on."""

import enum

from bot.errors import LogsUnavailable

VIEWER = "roles/logging.viewer"


class Refusal(enum.Enum):
    """What to do about a failed read."""

    AGAIN = "again"
    PLACE_LOST = "place lost"
    FINAL = "final"


_AGAIN = frozenset({"RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "UNAVAILABLE", "INTERNAL", "ABORTED"})
_NO_TOKEN = "metadata from plugin"
_QUOTA = "RESOURCE_EXHAUSTED"


def code_of(error: Exception) -> str:
    """The name of the gRPC status of a google.api_core exception; "" where it has none.

    Where the credentials give no token, gRPC says UNAVAILABLE; here that is UNAUTHENTICATED.
    """
    name = str(getattr(getattr(error, "grpc_status_code", None), "name", ""))
    return "UNAUTHENTICATED" if name == "UNAVAILABLE" and _NO_TOKEN in str(error) else name


def judged(error: Exception, with_token: bool) -> Refusal:
    """What to do; `with_token` says that the read went on from a page token, which may have expired."""
    if is_passing(error):
        return Refusal.AGAIN
    code = code_of(error)
    return Refusal.PLACE_LOST if code == "INVALID_ARGUMENT" and with_token else Refusal.FINAL


def is_passing(error: Exception) -> bool:
    """Whether the same read may well succeed later."""
    return code_of(error) in _AGAIN and not _too_large(error)


def _too_large(error: Exception) -> bool:
    return code_of(error) == _QUOTA and "larger than max" in str(error)


def in_short(error: Exception) -> str:
    """Why a read was given up, for a line about what is missing."""
    return {
        _QUOTA: "the quota of reads is used up",
        "DEADLINE_EXCEEDED": "Cloud Logging did not answer in time",
        "UNAVAILABLE": "Cloud Logging could not be reached",
        "PERMISSION_DENIED": "the account may not read its logs",
        "NOT_FOUND": "there is no such project",
    }.get(code_of(error), f"Cloud Logging answered {code_of(error) or type(error).__name__}")


def told(error: Exception, project: str, asked: str) -> LogsUnavailable:
    """The error for the user: what is wrong with reading `project`, and what to do; `asked` is the filter sent."""
    words = said(error)
    by_code = {
        "PERMISSION_DENIED": f"may not read the logs of project {project}: {words}; give the account {VIEWER} there, "
        "and roles/logging.privateLogViewer for data access logs",
        "UNAUTHENTICATED": f"Cloud Logging does not know who asks for project {project}: {words}; run "
        "`gcloud auth application-default login`, or in GitHub Actions authenticate before this step",
        "NOT_FOUND": f"no project {project} in Google Cloud: {words}; check --project, it wants the project id",
        "INVALID_ARGUMENT": f"Cloud Logging rejects the filter for project {project}: {words}; the filter sent was "
        f"{' '.join(asked.splitlines())} ; check --filter, --severity and --project",
        _QUOTA: f"the quota of reads of project {project} is used up: {words}; wait a minute, let fewer readers run at "
        "once, or narrow the window",
        "DEADLINE_EXCEEDED": f"Cloud Logging did not answer for project {project} in time: {words}; narrow the window "
        "or the filter, for example with --service",
        "UNAVAILABLE": f"Cloud Logging can't be reached for project {project}: {words}; check the network, then run "
        "again",
    }
    other = f"Cloud Logging failed for project {project} ({code_of(error) or type(error).__name__}): {words}; run again"
    return LogsUnavailable(by_code.get(code_of(error), other))


def said(error: Exception) -> str:
    """What Google's answer says, in one line, without its full stop."""
    message = str(getattr(error, "message", "") or error)
    return " ".join(message.split())[:400].rstrip(".;") or "it gave no reason"
