"""Commands handed to the workflow on GitHub: sent and confirmed before anybody is told so.

Source: https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event
"""

import time
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import requests

from bot.errors import TrackerUnavailable, UnclearOutcome

_SECONDS = 2.2
"""What Slack leaves of its three seconds."""

_PERMANENT = "check slack.repository, slack.workflow, slack.ref and what the relay's token may do (actions: write)"


class Workflow(msgspec.Struct, frozen=True):
    """Which workflow does commands: repository as owner/name, its file, the branch; `api` is the API's address."""

    repository: str
    file: str
    ref: str
    token: str
    api: str = "https://api.github.com"


def dispatch(workflow: Workflow, inputs: dict[str, str]) -> str:
    """Start the workflow with these inputs; the address of the run, "" where GitHub doesn't tell.

    Nothing is re-sent unless it was refused outright. Raises TrackerUnavailable where GitHub refused it, UnclearOutcome
    where it may have been started.
    """
    until = time.monotonic() + _SECONDS
    body: dict[str, Any] = {"ref": workflow.ref, "inputs": inputs, "return_run_details": True}
    answer = _post(workflow, body, until)
    if answer.status_code == 422 and "return_run_details" in answer.text:
        answer = _post(workflow, {"ref": workflow.ref, "inputs": inputs}, until)
    if answer.status_code in (200, 204):
        return _run(answer)
    if answer.status_code >= 500 or answer.status_code < 300:
        raise UnclearOutcome(_unclear(workflow, f"GitHub answered {answer.status_code}"))
    raise TrackerUnavailable(
        f"GitHub refused to start {workflow.file} in {workflow.repository} ({answer.status_code}): {_PERMANENT}."
    )


def _post(workflow: Workflow, body: dict[str, Any], until: float) -> requests.Response:
    owner, _, name = workflow.repository.partition("/")
    url = f"{workflow.api}/repos/{quote(owner)}/{quote(name)}/actions/workflows/{quote(workflow.file)}/dispatches"
    left = max(0.1, until - time.monotonic())
    try:
        with requests.Session() as session:
            return session.post(
                url,
                json=body,
                headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
                auth=_Bearer(workflow.token),
                timeout=(min(1.0, left), left),
                allow_redirects=False,
            )
    except (requests.ConnectTimeout, requests.exceptions.ProxyError) as error:
        raise TrackerUnavailable(_unreached(workflow, error)) from None
    except requests.RequestException as error:
        if _never_sent(error):
            raise TrackerUnavailable(_unreached(workflow, error)) from None
        raise UnclearOutcome(_unclear(workflow, type(error).__name__)) from None


def _never_sent(error: requests.RequestException) -> bool:
    from urllib3.exceptions import NewConnectionError

    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _unreached(workflow: Workflow, error: requests.RequestException) -> str:
    host = urlsplit(workflow.api).netloc
    return f"GitHub can't be reached at {host} ({type(error).__name__}): nothing was started; try again in a while."


def _unclear(workflow: Workflow, why: str) -> str:
    return (
        f"GitHub didn't confirm that {workflow.file} was started ({why}): "
        f"look at the runs of {workflow.repository} before you say it again."
    )


def _run(answer: requests.Response) -> str:
    try:
        found = answer.json().get("html_url", "") if answer.status_code == 200 else ""
    except (ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) else ""


class _Bearer(requests.auth.AuthBase):
    """The token, whatever a .netrc file says."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
