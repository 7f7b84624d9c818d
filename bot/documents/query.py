"""The query that finds an incident's root in Cloud Logging.

Source: https://cloud.google.com/logging/docs/view/logging-query-language
"""

import re

from bot.model.incident import Incident, Member
from bot.model.signature import Kind
from bot.model.time import iso

_LONGEST = 200
_MASK = re.compile(r"<[^<>\s]{1,20}>")


def log_filter(incident: Incident) -> str:
    """Lines that are joined by AND: the project, the service, since the first entry, and what the root says.

    Service and text are looked for in every field, so that the query doesn't depend on the kind of resource.
    """
    project, service = incident.place.project, incident.place.service
    parts = [f"logName:{_quoted(f'projects/{project}/')}"] if project else []
    parts += [_quoted(service)] if service and service != "unknown" else []
    parts += [f'timestamp>="{iso(incident.first)}"', *_root_said(incident.root)]
    return "\n".join(parts)


def _root_said(root: Member) -> list[str]:
    if root.kind is Kind.REQUEST and root.status:
        return [f"httpRequest.status={root.status}"]
    if root.trace:
        said = [root.trace.cause.short_type, root.trace.cause.value.strip().split("\n")[0]]
    else:
        said = [max(_MASK.split(root.title.strip().split("\n")[0]), key=len).strip(" …")]
    return [_quoted(text[:_LONGEST]) for text in said if text.strip()]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
