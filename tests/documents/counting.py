"""Log entries counted by hand: from the JSON alone, by rules of these tests' own, without a line of the program."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from tests.faces.running import EXAMPLE, OUTAGE

HOURS = tuple(OUTAGE / f"hour_{hour}.json" for hour in range(1, 6))
FILES = (EXAMPLE, *HOURS)
_LEVEL = re.compile(r"\[(INFO|WARNING|ERROR)\]|^(WARNING|ERROR|INFO):")


class Group(NamedTuple):
    """Entries that say the same: how many, the first and last second, and how many in each minute."""

    size: int
    first: str
    last: str
    minutes: tuple[tuple[str, int], ...]


def entries(file: Path) -> list[dict[str, Any]]:
    """The entries as they stand in the file."""
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def second(entry: dict[str, Any]) -> str:
    """The time to the second."""
    return str(entry["timestamp"])[:19] + "Z"


def severity(entry: dict[str, Any]) -> str:
    """What the entry states, else what the text says in brackets or at its start."""
    stated = entry.get("severity", "DEFAULT")
    found = _LEVEL.search(entry.get("textPayload", "")) if stated == "DEFAULT" else None
    return (found[1] or found[2]) if found else stated


def service(entry: dict[str, Any]) -> str:
    """The Cloud Run service."""
    return str(entry["resource"]["labels"]["service_name"])


def status(entry: dict[str, Any]) -> int:
    """The HTTP status; 0 where it is no request."""
    return int(entry.get("httpRequest", {}).get("status", 0))


def _said(entry: dict[str, Any]) -> str:
    if request := entry.get("httpRequest"):
        path = "/".join("*" if re.search(r"\d", part) else part for part in request["requestUrl"].split("/")[3:])
        return f"{request['requestMethod']} /{path} {request['status']}"
    payload = entry.get("jsonPayload", {})
    text = entry.get("textPayload") or payload.get("message") or entry.get("protoPayload", {}).get("methodName", "")
    lines = [line for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines[0].startswith("Traceback") else lines[0]
    error = payload.get("error", {})
    if error.get("type") and error["type"] in last:
        last = f"{error['type']}: {error['value']}" if last.startswith(error["type"]) else last
    return re.sub(r"\w*[0-9]\w*", "#", last)


def groups(file: Path) -> dict[tuple[str, str], Group]:
    """The entries by service and what they say, numbers masked."""
    by: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in entries(file):
        by[service(entry), _said(entry)].append(second(entry))
    return {
        key: Group(len(times), min(times), max(times), tuple(sorted(Counter(t[:16] for t in times).items())))
        for key, times in by.items()
    }


def served(file: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """Requests, and those answered with 5xx, by service and revision."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for entry in entries(file):
        if "httpRequest" in entry:
            key = service(entry), entry["resource"]["labels"]["revision_name"]
            total, failed = found.get(key, (0, 0))
            found[key] = total + 1, failed + (status(entry) >= 500)
    return found


def is_exit(entry: dict[str, Any]) -> bool:
    """Whether the platform says that a container ended on its own."""
    return str(entry.get("textPayload", "")).startswith("Container called exit(")


def outage(file: Path) -> list[dict[str, Any]]:
    """The entries of the file's one outage, oldest first: all errors, and the exits of its containers.

    Empty where requests were answered while they failed, since then nothing was out.
    """
    ordered = sorted(entries(file), key=second)
    found = [entry for entry in ordered if severity(entry) == "ERROR" or is_exit(entry)]
    during = [entry for entry in ordered if found and second(found[0]) <= second(entry) <= second(found[-1])]
    failing = [entry for entry in during if "httpRequest" in entry]
    return found if failing and all(status(entry) >= 500 for entry in failing) else []


def deployed(file: Path) -> list[tuple[str, str]]:
    """Time to the second and revision of what the audit log says was rolled out."""
    return [
        (second(entry), entry["protoPayload"]["response"]["spec"]["template"]["metadata"]["name"])
        for entry in entries(file)
        if "protoPayload" in entry
    ]
