"""Five outages of five services, made of the example's by other names."""

import json
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "checkout-outage.json"
SERVICES = ("billing", "ledger", "search", "mailer", "parcels")
MOST_ENTRIES = 60


def write(path: Path, services: tuple[str, ...] = SERVICES) -> Path:
    """The logs of an outage of each service: a start that fails, by a missing variable, in modules of its own."""
    entries = [json.dumps(entry) for entry in json.loads(EXAMPLE.read_text(encoding="utf-8"))]
    of_checkout = [entry for entry in entries if '"service_name": "checkout-api"' in entry][:MOST_ENTRIES]
    logs = []
    for service in services:
        for text in of_checkout:
            entry = json.loads(text.replace("checkout", service).replace("PAYMENTS", service.upper()))
            apart = {"insertId": entry["insertId"], "trace": entry.get("trace", "")}
            apart = {name: f"{value}{service}" for name, value in apart.items() if value}
            labels = {name: f"{value}{service}" for name, value in entry.get("labels", {}).items()}
            logs.append({**entry, **apart, "labels": labels})
    path.write_text(json.dumps(logs), encoding="utf-8")
    return path


def filed(issues: list[dict[str, object]], only_open: bool = True) -> list[str]:
    """The service of each issue of an incident, sorted."""
    shown = [str(issue["title"]) for issue in issues if issue["state"] == "open" or not only_open]
    return sorted(service for title in shown for service in SERVICES if f"{service}-api" in title)
