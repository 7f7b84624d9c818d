"""`doctor`'s look at the workflow that files on GitHub: a person's token says nothing of the rights it has there. Pure.

Source of the keys: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from bot.usecases.doctoring import Finding, Health

_PART = "workflow"
_PINNED = re.compile(r"\./.*|.+@[0-9a-f]{40}")
_TO_PROVE = ("contents", "deployments", "pull-requests")
_TO_COMMAND = ("command", "arguments", "asked_by")


def workflow_findings(text: str, where: str, commanded: bool) -> list[Finding]:
    """What is wrong with the workflow in the file `where`; `commanded`: the relay in Slack starts it with commands."""
    try:
        document = _table(yaml.safe_load(text))
    except yaml.YAMLError as error:
        at = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        what, mend = f"it is no YAML, line {at}", "mend that line, or write it anew by `incidentbot init --overwrite`"
        return [Finding(_PART, Health.FAULT, what, where, mend)]
    jobs = [job for job in _table(document.get("jobs")).values() if _own_step(_table(job))]
    if not jobs:
        mend = "name the other in slack.workflow, or write one by `incidentbot init`"
        return [Finding(_PART, Health.NOTE, "no step of it gives a project or logs to an Action", where, mend)]
    found = [one for job in jobs for one in _of_job(job, document, where)]
    found += _of_triggers(document, where) if commanded else ()
    return found or [Finding(_PART, Health.WELL, "its rights suffice, and what it uses is pinned", where)]


def _of_job(job: dict[Any, Any], document: dict[Any, Any], where: str) -> Iterator[Finding]:
    step = _own_step(job)
    if not _PINNED.fullmatch(str(step["uses"])):
        what = f"{step['uses']} is pinned to no commit, so that it may be another tomorrow"
        yield Finding(_PART, Health.NOTE, what, where, "write the 40 digits of a commit behind the @")
    rights = job.get("permissions", document.get("permissions"))
    if rights is None:
        mend = "write them out, as `incidentbot init` does"
        yield Finding(_PART, Health.NOTE, "which rights it has, the repository's settings say", where, mend)
        return
    yield from _of_rights(rights, _signs_in(job), where)


def _of_rights(rights: Any, signs_in: bool, where: str) -> Iterator[Finding]:
    for name in ("issues", "id-token") if signs_in else ("issues",):
        if not _may(rights, name, ("write",)):
            why = "no issue can be filed" if name == "issues" else "Google Cloud can't know who asks"
            mend = f"add `{name}: write` to the job's permissions"
            yield Finding(_PART, Health.FAULT, f"it lacks the right {name}: write, so {why}", where, mend)
    lacking = [f"{name}: read" for name in _TO_PROVE if not _may(rights, name, ("read", "write"))]
    if lacking:
        what = f"without {', '.join(lacking)} what became of a fix is not seen"
        yield Finding(_PART, Health.NOTE, what, where, "add them to the job's permissions")


def _of_triggers(document: dict[Any, Any], where: str) -> Iterator[Finding]:
    # YAML 1.1 reads the key `on` as true.
    triggers = document.get("on", document.get(True))
    inputs = _table(_table(_table(triggers).get("workflow_dispatch")).get("inputs"))
    if lacking := [name for name in _TO_COMMAND if name not in inputs]:
        what = f"commands in Slack can't start it: workflow_dispatch lacks the inputs {', '.join(lacking)}"
        mend = "add them, or write it anew by `incidentbot init --overwrite`"
        yield Finding(_PART, Health.FAULT, what, where, mend)


def _own_step(job: dict[Any, Any]) -> dict[Any, Any]:
    """The step that files: the one that gives an Action `project` or `logs`; empty where there is none."""
    steps = _rows(job.get("steps"))
    own = (step for step in steps if step.get("uses") and {"project", "logs"} & {*_table(step.get("with"))})
    return next(own, {})


def _signs_in(job: dict[Any, Any]) -> bool:
    steps = _rows(job.get("steps"))
    signing = (step for step in steps if str(step.get("uses", "")).startswith("google-github-actions/auth@"))
    return any("workload_identity_provider" in _table(step.get("with")) for step in signing)


def _may(rights: Any, name: str, levels: tuple[str, ...]) -> bool:
    """Whether a `permissions` key grants one of these levels."""
    if isinstance(rights, str):
        return rights == "write-all" or (rights == "read-all" and "read" in levels)
    return str(_table(rights).get(name, "none")) in levels


def _rows(value: Any) -> list[dict[Any, Any]]:
    return [_table(one) for one in value] if isinstance(value, list) else []


def _table(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}
