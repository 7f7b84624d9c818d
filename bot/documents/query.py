"""The query that finds an incident's root in Cloud Logging.

Source: https://cloud.google.com/logging/docs/view/logging-query-language
"""

import re
from itertools import groupby

from bot.documents.prelude import without_prelude
from bot.model.incident import Incident, Member
from bot.model.signature import Kind
from bot.model.time import iso

_LONGEST = 200
_LEAST = 6
_MASK = re.compile(r"<[^<>\s]{1,20}>")
_CUT_OFF = "(traceback cut off) "
_ANSWER = re.compile(r"([A-Z]{3,10}) (/\S*) → \d{3}")
_WORDS = re.compile(r"\S+\s*")


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
        return [f"httpRequest.status={root.status}", *_route(root.title)]
    if root.trace:
        said = [root.trace.cause.short_type, root.trace.cause.value.strip().split("\n")[0]]
    else:
        said = [_constant(root)]
    return [_quoted(text[:_LONGEST]) for text in said if text.strip()]


def _route(title: str) -> list[str]:
    """Method and the longest part of the path that is the same for all."""
    found = _ANSWER.fullmatch(title)
    if not found:
        return []
    path = max(found[2].split("*"), key=len)
    return [
        f"httpRequest.requestMethod={_quoted(found[1])}",
        *([f"httpRequest.requestUrl:{_quoted(path)}"] if path else []),
    ]


def _constant(root: Member) -> str:
    """The longest run of words that no entry is known to have otherwise: without masks, ids, numbers and times."""
    lines = [sample.text.strip().removeprefix("Traceback (most recent call last):").strip() for sample in root.samples]
    lines = [without_prelude(line.split("\n")[-1 if root.title.startswith(_CUT_OFF) else 0]) for line in lines if line]
    said = lines[0] if lines else root.title.strip().split("\n")[0]
    others = [frozenset(line.split()) for line in lines[1:]]
    words = _WORDS.findall(said)
    runs = groupby(words, key=lambda word: _is_same(word.strip(), others))
    texts = ["".join(run).strip(" …") for same, run in runs if same]
    longest = max(texts, key=len, default="")
    return longest if len(longest) >= _LEAST else max(_MASK.split(said), key=len).strip(" …")


def _is_same(word: str, others: list[frozenset[str]]) -> bool:
    if _MASK.search(word) or any(word not in line for line in others):
        return False
    return bool(others) or not any(char.isdigit() for char in word)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
