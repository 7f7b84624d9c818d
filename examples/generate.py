"""Writes the story of a service that doesn't exist, on Cloud Run, in three files, newest entry first.

`checkout-outage.json`: `checkout-api` in project `harbor-prod` is healthy on revision `checkout-api-00041-abc` for
fifteen minutes. Then `checkout-api-00042-bad` is deployed, which reads a setting that nobody set, for twenty-five:

- every instance of it fails at start with `KeyError: 'PAYMENTS_API_KEY'`, once where it happens and once more as the
  `RuntimeError` it becomes on its way through gunicorn; the container exits, and Cloud Run starts the next one;
- requests are answered with 503 on every route, and nothing is answered with 200 any more;
- the deployment stands in the audit log, with its commit.

`checkout-fixed.json`: it goes on like that for ten minutes, until `checkout-api-00043-fix` is deployed and answers.
`checkout-again.json`: ten minutes later `checkout-api-00044-new` is deployed, which fails as the second did.

`stock-sync`, a second service, warns of slow queries all through; each start of any revision gives a deprecation
warning; gunicorn's own lines have no severity: none of these is the failure.

Every run writes the same bytes: `python examples/generate.py`.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Entry = dict[str, Any]

FOLDER = Path(__file__).parent
PROJECT, SERVICE, REGION = "harbor-prod", "checkout-api", "europe-west1"
GOOD, BAD, OTHER = f"{SERVICE}-00041-abc", f"{SERVICE}-00042-bad", "stock-sync-00017-kep"
FIXED, AGAIN = f"{SERVICE}-00043-fix", f"{SERVICE}-00044-new"
COMMITS = {
    BAD: "5be1d0c47a92e63f8d10b7c4592aef3068d1b95c",
    FIXED: "c20f7a1be4d95836a7d0f1c3e59b8274d6a0e713",
    AGAIN: "e94d3b06f2a8c715d3690be84fa17c25d8b3f06a",
}
START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
MINUTES, DEPLOYED = 40, 15
REPAIRED, ALL_WELL, WORSE, END = 50, 100, 110, 130
SECONDS_BETWEEN_STARTS = 60
ROUTES = (("GET", "/cart/{}"), ("POST", "/checkout"), ("GET", "/orders/{}"), ("GET", "/health"))
NOT_STARTED = "The request failed because the instance could not start successfully."

SITE = "/usr/local/lib/python3.12/site-packages"
KEY_ERROR = """\
Traceback (most recent call last):
  File "/srv/checkout/app.py", line 31, in create_app
    settings = load_settings()
               ^^^^^^^^^^^^^^^
  File "/srv/checkout/settings.py", line 58, in load_settings
    payments=PaymentSettings.from_environment(os.environ),
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/checkout/payments/settings.py", line 22, in from_environment
    api_key=environment["PAYMENTS_API_KEY"],
            ~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^
  File "<frozen os>", line 685, in __getitem__
KeyError: 'PAYMENTS_API_KEY'"""
RUNTIME_ERROR = f"""\
Traceback (most recent call last):
  File "{SITE}/gunicorn/arbiter.py", line 609, in spawn_worker
    worker.init_process()
  File "{SITE}/gunicorn/workers/base.py", line 134, in init_process
    self.load_wsgi()
  File "{SITE}/gunicorn/workers/base.py", line 146, in load_wsgi
    self.wsgi = self.app.wsgi()
                ^^^^^^^^^^^^^^^
  File "{SITE}/gunicorn/util.py", line 371, in import_app
    mod = importlib.import_module(module)
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/checkout/wsgi.py", line 5, in <module>
    app = create_app()
          ^^^^^^^^^^^^
  File "/srv/checkout/app.py", line 33, in create_app
    raise RuntimeError(f"configuration failed: {{missing}}") from None
RuntimeError: configuration failed: 'PAYMENTS_API_KEY'"""
DEPRECATED = (
    f"{SITE}/checkout_sdk/client.py:41: DeprecationWarning: Client(timeout=...) is deprecated, pass a Timeout instead"
)


class Recorder:
    """Collects entries; identifiers and jitter come from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.entries: list[tuple[datetime, Entry]] = []

    def hex(self, digits: int) -> str:
        """An identifier of this many hexadecimal digits."""
        return f"{self.chance.getrandbits(4 * digits):0{digits}x}"

    def add(self, at: datetime, log: str, revision: str, instance: str = "", **fields: Any) -> None:
        """Record an entry of `log` (the id as it stands in a log name), written by an instance of a revision."""
        entry: Entry = {
            "insertId": self.hex(24),
            **({"labels": {"instanceId": instance}} if instance else {}),
            "logName": f"projects/{PROJECT}/logs/{log}",
            "receiveTimestamp": stamp(at + timedelta(milliseconds=self.chance.randint(40, 400))),
            "resource": {"type": "cloud_run_revision", "labels": resource_labels(revision)},
            "timestamp": stamp(at),
            **fields,
        }
        self.entries.append((at, entry))

    def stderr(self, at: datetime, revision: str, instance: str, text: str, severity: str = "") -> None:
        """Record a line, or a traceback, that a container wrote to stderr; "" for no severity."""
        stated = {"severity": severity} if severity else {}
        self.add(at, "run.googleapis.com%2Fstderr", revision, instance, **stated, textPayload=text)

    def request(self, at: datetime, revision: str, instance: str, status: int, seconds: float) -> None:
        """Record one request on a route drawn by chance, with its trace."""
        method, path = self.chance.choice(ROUTES)
        failed = {"textPayload": NOT_STARTED} if status >= 500 else {}
        self.add(
            at,
            "run.googleapis.com%2Frequests",
            revision,
            instance,
            severity="ERROR" if status >= 500 else "INFO",
            **failed,
            httpRequest={
                "requestMethod": method,
                "requestUrl": f"https://checkout.harbor.example{path.format(self.chance.randint(1000, 9999))}",
                "status": status,
                "latency": f"{seconds:.3f}s",
                "remoteIp": f"192.0.2.{self.chance.randint(1, 254)}",
                "userAgent": "HarborApp/7.2",
                "protocol": "HTTP/1.1",
            },
            trace=f"projects/{PROJECT}/traces/{self.hex(32)}",
            spanId=self.hex(16),
        )


def stamp(at: datetime) -> str:
    """A time as Cloud Logging writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def resource_labels(revision: str) -> dict[str, str]:
    """The labels of a Cloud Run revision's monitored resource."""
    service = revision.rsplit("-", 2)[0]
    return {
        "configuration_name": service,
        "location": REGION,
        "project_id": PROJECT,
        "revision_name": revision,
        "service_name": service,
    }


def moments(record: Recorder, start: datetime, end: datetime, seconds: float) -> Iterator[datetime]:
    """Times between two others, about this many seconds apart."""
    at = start
    while (at := at + timedelta(seconds=seconds * record.chance.uniform(0.7, 1.3))) < end:
        yield at.replace(microsecond=at.microsecond // 1000 * 1000)


def boot(record: Recorder, at: datetime, revision: str, instance: str) -> None:
    """The three lines every start begins with."""
    record.stderr(at, revision, instance, f"[{at:%Y-%m-%d %H:%M:%S} +0000] [1] [INFO] Starting gunicorn 23.0.0")
    later = at + timedelta(milliseconds=12)
    record.stderr(later, revision, instance, f"[{later:%Y-%m-%d %H:%M:%S} +0000] [7] [INFO] Booting worker with pid: 7")
    record.stderr(at + timedelta(milliseconds=640), revision, instance, DEPRECATED, "WARNING")


def healthy(record: Recorder, until: datetime, start: datetime = START, revision: str = GOOD) -> None:
    """A good revision: two instances start, and serve requests with 200."""
    instances = [record.hex(64), record.hex(64)]
    for number, instance in enumerate(instances):
        boot(record, start + timedelta(seconds=1 + number * 7), revision, instance)
    for at in moments(record, start + timedelta(seconds=12), until, 6.5):
        record.request(at, revision, record.chance.choice(instances), 200, record.chance.uniform(0.02, 0.3))


def slow_queries(record: Recorder, end: datetime, start: datetime = START) -> None:
    """A harmless warning of another service, about once a minute."""
    instance = record.hex(64)
    for at in moments(record, start, end, 60):
        text = f"WARNING:stock.query:query took {record.chance.randint(520, 980)} ms, over the goal of 500 ms"
        record.stderr(at, OTHER, instance, text, "WARNING")


def deployment(record: Recorder, at: datetime, revision: str = BAD) -> None:
    """The audit entry of the replaced service: the new revision and its commit."""
    name = f"namespaces/{PROJECT}/services/{SERVICE}"
    labels = {"commit-sha": COMMITS[revision], "managed-by": "gcp-cloud-build-deploy-cloud-run"}
    template = {"metadata": {"name": revision, "labels": labels}}
    record.add(
        at,
        "cloudaudit.googleapis.com%2Factivity",
        revision,
        severity="NOTICE",
        protoPayload={
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "serviceName": "run.googleapis.com",
            "methodName": "google.cloud.run.v1.Services.ReplaceService",
            "resourceName": name,
            "authenticationInfo": {"principalEmail": f"deployer@{PROJECT}.iam.gserviceaccount.com"},
            "response": {"metadata": {"name": SERVICE}, "spec": {"template": template}},
        },
    )


def failed_start(record: Recorder, at: datetime, instance: str, revision: str) -> None:
    """One instance of a bad revision, from its first line to its exit."""
    boot(record, at, revision, instance)
    record.stderr(at + timedelta(milliseconds=910), revision, instance, KEY_ERROR, "ERROR")
    record.stderr(at + timedelta(milliseconds=914), revision, instance, RUNTIME_ERROR, "ERROR")
    system = "run.googleapis.com%2Fvarlog%2Fsystem"
    exited = at + timedelta(milliseconds=1380)
    record.add(exited, system, revision, instance, severity="WARNING", textPayload="Container called exit(1).")


def outage(record: Recorder, start: datetime, end: datetime, revision: str = BAD) -> None:
    """A bad revision: every start fails, and every request with it."""
    for at in moments(record, start, end - timedelta(seconds=2), SECONDS_BETWEEN_STARTS):
        instance = record.hex(64)
        failed_start(record, at, instance, revision)
        for delay in (0.3, 0.8, 1.1):
            record.request(at + timedelta(seconds=delay), revision, instance, 503, 1.4 - delay)


def after(minutes: int) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)


def broken() -> Recorder:
    """The first forty minutes: well, then deployed, then down."""
    record = Recorder(seed=42)
    healthy(record, after(DEPLOYED) + timedelta(seconds=5))
    slow_queries(record, after(MINUTES))
    deployment(record, after(DEPLOYED))
    outage(record, after(DEPLOYED) + timedelta(seconds=3), after(MINUTES))
    return record


def fixed() -> Recorder:
    """The next hour: down for ten minutes more, then repaired."""
    record = Recorder(seed=43)
    outage(record, after(MINUTES), after(REPAIRED))
    deployment(record, after(REPAIRED), FIXED)
    healthy(record, after(ALL_WELL), after(REPAIRED) + timedelta(seconds=20), FIXED)
    slow_queries(record, after(ALL_WELL), after(MINUTES))
    return record


def again() -> Recorder:
    """The half hour after that: well for ten minutes, then the next deployment brings the failure back."""
    record = Recorder(seed=44)
    healthy(record, after(WORSE), after(ALL_WELL), FIXED)
    deployment(record, after(WORSE), AGAIN)
    outage(record, after(WORSE) + timedelta(seconds=3), after(END), AGAIN)
    slow_queries(record, after(END), after(ALL_WELL))
    return record


STORIES = {"checkout-outage.json": broken, "checkout-fixed.json": fixed, "checkout-again.json": again}


def text(name: str = "checkout-outage.json") -> str:
    """A file, to the byte: an array with one entry a line, as `gcloud logging read --format=json` orders them."""
    recorded = sorted(STORIES[name]().entries, key=lambda pair: pair[0], reverse=True)
    return "[\n" + ",\n".join(json.dumps(entry) for _, entry in recorded) + "\n]\n"


if __name__ == "__main__":
    for story in STORIES:
        (FOLDER / story).write_text(text(story), encoding="utf-8")
