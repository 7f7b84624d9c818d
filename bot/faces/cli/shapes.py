"""Results as plain values for JSON, and as Markdown tables."""

from collections.abc import Callable
from typing import Any

import msgspec

from bot.model.incident import Incident, Member
from bot.model.issue import Action
from bot.model.run import ReadReport, Reported, RunResult
from bot.model.severity import Severity
from bot.model.time import iso
from bot.model.window import Cluster, Window
from bot.text import terminal
from bot.text.markdown import cell, prose
from bot.text.redaction import redact
from bot.usecases.looking import Explained, Tracked, story
from bot.usecases.verifying import Standing

Shape = dict[str, Any]


_WRITTEN = ("body", "comments")


def dump(value: Any) -> str:
    """Indented JSON, redacted; what UTF-8 can't hold is escaped, and so is what would command an Actions runner."""
    return terminal.json(msgspec.json.format(msgspec.json.encode(_clean(value)), indent=2).decode())


def _clean(value: Any, redacted: bool = True) -> Any:
    """What an issue says was redacted when it was written, and its marker is no text for people."""
    if isinstance(value, str):
        return (redact(value) if redacted else value).encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _clean(one, key not in _WRITTEN) for key, one in value.items()}
    return [_clean(one, redacted) for one in value] if isinstance(value, list | tuple) else value


def headline(incident: Incident) -> str:
    """Service and root in one line."""
    state = " does not start" if incident.cannot_start else ""
    return f"{incident.place.service}{state}: {incident.root.title}"


def run(result: RunResult) -> Shape:
    """`file` and `plan`."""
    window = result.window
    return {
        "window": {
            "from": iso(window.start),
            "to": iso(window.end),
            "entries": window.entries,
            "severities": window.severities,
            "clusters": window.clusters,
        },
        "read": read(result.read),
        "incidents": [_incident(one) for one in result.incidents],
        "actions": [action_shape(action) for action in result.actions],
        "held_back": [action_shape(action) for action in result.held_back],
        "warnings": [{"where": warned.where, "what": warned.what} for warned in result.warnings],
        "tracker": {"name": result.tracker, "requests": result.requests},
        "dry_run": result.dry_run,
    }


def read(report: ReadReport) -> Shape:
    """What became of the records."""
    plain: Shape = msgspec.to_builtins(report)
    return plain


def _incident(one: Reported) -> Shape:
    incident = one.incident
    return {
        "id": incident.key.root,
        "issue": one.issue or None,
        "priority": incident.priority,
        "title": headline(incident),
        "environment": incident.key.environment,
        "service": incident.key.service,
        "first": iso(incident.first),
        "last": iso(incident.last),
        "policies": [msgspec.to_builtins(policy) for policy in incident.policies],
        "root": _member(incident.root),
        "symptoms": [_member(member) for member in incident.symptoms],
        "evidence": [msgspec.to_builtins(evidence) for evidence in incident.evidence],
        "runner_up": incident.runner_up or None,
        "because": one.because or None,
    }


def _member(member: Member) -> Shape:
    return {
        "fingerprint": member.fingerprint,
        "kind": member.kind,
        "title": member.title,
        "severity": member.severity.name,
        "count": member.count,
        "services": list(member.services),
        "revisions": list(member.revisions),
        "first": iso(member.first),
        "last": iso(member.last),
    }


def action_shape(action: Action) -> Shape:
    """One step, done or held back."""
    changed = action.change.fields if action.change else ()
    return {
        "action": action.kind,
        "issue": action.number or None,
        "incident": action.key,
        "title": action.title,
        "reason": action.because,
        "changes": list(changed),
    }


def by_fingerprint(window: Window) -> list[Shape]:
    """Clusters of all places together, the most frequent first."""
    joined: dict[str, list[Cluster]] = {}
    for one in window.clusters:
        joined.setdefault(one.fingerprint, []).append(one)
    rows = [_cluster(same) for same in joined.values()]
    return sorted(rows, key=lambda row: (-row["count"], row["fingerprint"]))


def _cluster(same: list[Cluster]) -> Shape:
    first = min(same, key=lambda one: (one.first, one.place))
    return {
        "fingerprint": first.fingerprint,
        "title": first.title,
        "kind": first.kind,
        "template": first.template,
        "count": sum(one.count for one in same),
        "severity": Severity(max(one.severity for one in same)).name,
        "services": sorted({one.place.service for one in same}),
        "revisions": sorted({one.place.revision for one in same if one.place.revision}),
        "first": iso(first.first),
        "last": iso(max(one.last for one in same)),
        "samples": [
            {"insertId": sample.insert_id, "time": iso(sample.nanos), "text": sample.text}
            for one in same[:1]
            for sample in one.samples
        ],
    }


def clusters(window: Window, report: ReadReport) -> Shape:
    """`cluster`."""
    return {
        "window": {
            "from": iso(window.start),
            "to": iso(window.end),
            "entries": window.entries,
            "severities": window.severities,
        },
        "read": read(report),
        "clusters": by_fingerprint(window),
        "overflow": window.overflow,
    }


def issue(one: Tracked) -> Shape:
    """`issues`."""
    return {
        "number": one.issue.number,
        "state": one.issue.status,
        "title": one.issue.title,
        "labels": list(one.issue.labels),
        "body": one.issue.body,
        "comments": [comment.body for comment in one.comments],
        "phase": one.state.phase if one.state else None,
    }


def explained(one: Explained) -> Shape:
    """`explain` on logs."""
    verdict = one.verdict
    return {
        "fingerprint": verdict.fingerprint,
        "title": verdict.title,
        "environment": verdict.place.environment,
        "service": verdict.place.service,
        "revision": verdict.place.revision,
        "role": role(one),
        "because": verdict.because,
        "incident": verdict.incident.root if verdict.incident else None,
        "priority": one.incident.priority if one.incident else None,
        "filed": one.filed,
        "steps": [{"step": done, "text": text} for done, text in one.steps],
    }


def role(one: Explained) -> str:
    """What the cluster is, in a word."""
    return {"none": "no incident", "root": "incident"}.get(one.verdict.role, one.verdict.role)


def issue_explained(one: Tracked, standing: Standing | None) -> Shape:
    """`explain` on an issue."""
    state = one.state
    incident = _incident(Reported(one.issue.number, state.incident)) if state else None
    why = list(standing.lines) if standing else []
    return {**issue(one), "why": why, "incident": incident, "story": story(state) if state else []}


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, one line a row; the cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(columns)} |" for columns in lines)


def table_of_some(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; empty where there are no rows."""
    return table(head, rows) if rows else ""


def number(issue: int) -> str:
    """An issue's number for people; empty for none."""
    return f"#{issue}" if issue else ""


def incident_rows(result: RunResult, link: Callable[[int], str] = number) -> list[list[str]]:
    """Priority, issue, incident and note of each incident, as cells; `link` writes an issue's number."""
    return [
        [one.incident.priority, link(one.issue), cell(headline(one.incident)), _note(one.because)]
        for one in result.incidents
    ]


def action_rows(result: RunResult, link: Callable[[int], str] = number) -> list[list[str]]:
    """Action, issue, title and reason of everything done and held back, as cells."""
    return [
        [action.kind, link(action.number), cell(action.title), _note(action.because)]
        for action in (*result.actions, *result.held_back)
    ]


def _note(because: str) -> str:
    return prose(because, table=True) if because else ""


def run_markdown(result: RunResult) -> str:
    """`file` and `plan`."""
    window = result.window
    parts = [
        f"{window.entries:,} entries, {iso(window.start)} to {iso(window.end)}",
        table_of_some(["priority", "issue", "incident", "note"], incident_rows(result)) or "No incident.",
        table_of_some(["action", "issue", "title", "reason"], action_rows(result)),
    ]
    return "\n\n".join(part for part in parts if part)


def clusters_markdown(rows: list[Shape]) -> str:
    """`cluster`."""
    body = [[str(row["count"]), row["severity"], row["fingerprint"], cell(row["title"])] for row in rows]
    return table(["count", "severity", "fingerprint", "title"], body)


def issues_markdown(found: list[Tracked]) -> str:
    """`issues`."""
    rows = [
        [f"#{one.issue.number}", one.issue.status, one.state.phase if one.state else "", cell(one.issue.title)]
        for one in found
    ]
    return table(["issue", "state", "phase", "title"], rows)
