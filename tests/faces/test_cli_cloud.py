"""`--project`: the program over a Cloud Logging on loopback, in the clear and over TLS, as its users run it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.logs.monitoring import RequestCounts
from bot.model.time import minute_of, nanos_of
from bot.model.window import Served
from bot.settings import Settings
from bot.trackers.folder import FolderTracker
from bot.usecases.looking import tracked
from bot.usecases.setup import make
from tests.bench.logging_server import Fault, LoggingServer
from tests.bench.monitoring_server import MonitoringServer
from tests.faces.running import EXAMPLE, ROOT, Bot, contents

PROJECT = "harbor-prod"
WINDOW = ("--from", "2026-03-01T00:00:00Z", "--to", "2026-03-10T00:00:00Z")
ENTRIES: list[dict[str, Any]] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    """The bundled outage in a project's logs."""
    with LoggingServer() as server:
        server.add(PROJECT, ENTRIES)
        yield server


@pytest.fixture
def counts() -> Iterator[MonitoringServer]:
    """The requests of the bundled outage that succeeded, as Cloud Monitoring counts them."""
    with MonitoringServer() as counts:
        for one in filter(succeeded, ENTRIES):
            labels = one["resource"]["labels"]
            minute = minute_of(nanos_of(one["timestamp"]))
            counts.count(PROJECT, labels["service_name"], minute, 1, revision=labels["revision_name"])
        yield counts


def succeeded(one: dict[str, Any]) -> bool:
    """Whether an entry is a request that was answered well."""
    return bool(one.get("httpRequest", {}).get("status") == 200)


def of(server: LoggingServer) -> tuple[str, ...]:
    """The options that name the server's project."""
    return ("--project", PROJECT, "--logging-endpoint", server.address)


def test_project_files_what_its_exported_logs_file(bot: Bot, server: LoggingServer) -> None:
    """Issues from Cloud Logging are, to the byte, those from the same entries in a file; once more changes nothing."""
    assert bot("file", "--logs", EXAMPLE, "--folder", "from-file").status == 0
    ran = bot("file", *of(server), *WINDOW, "--folder", "from-cloud", "--format", "json")
    assert ran.status == 0, ran.err
    assert ran.json["read"]["sources"] == [f"project {PROJECT}"]
    issues = {
        name: text for name, text in contents(Path("from-cloud")).items() if "/" not in name and name[0].isdigit()
    }
    assert issues
    assert issues == {name: text for name, text in contents(Path("from-file")).items() if name in issues}
    again = bot("file", *of(server), *WINDOW, "--folder", "from-cloud", "--format", "json")
    assert {action["action"] for action in again.json["actions"]} <= {"none"}


def test_all_commands_read_projects(bot: Bot, server: LoggingServer) -> None:
    """`plan`, `cluster` and `explain` take the same options; several projects are read one by one."""
    server.add("harbor-staging", [{**ENTRIES[0], "insertId": "staging-1"}])
    both = (*of(server), "--project", "harbor-staging", *WINDOW)
    ran = bot("cluster", *both, "--format", "json")
    assert ran.json["window"]["entries"] == len({entry["insertId"] for entry in ENTRIES}) + 1
    assert bot("plan", *both).status == 0
    assert not Path("incidents").exists()
    assert bot("explain", *both, "--service", "checkout-api", "--severity", "error").status == 0
    assert "(severity>=ERROR)" in server.asked[-1].filter


def test_run_without_a_start_goes_on_from_the_last(bot: Bot, server: LoggingServer) -> None:
    """A second run asks from the watermark, an hour before it; nothing new is exit 0 and a watermark all the same."""
    assert bot("file", *of(server), "--now", "2026-03-04T09:30:00Z", "--folder", "issues").status == 0
    assert bot("file", *of(server), "--now", "2026-03-04T12:00:00Z", "--folder", "issues").status == 0
    assert [asked.filter.split('"')[1] for asked in server.asked] == [
        "2026-03-04T08:30:00.000000000Z",
        "2026-03-04T08:30:00.000000000Z",
    ]
    ran = bot("file", *of(server), "--now", "2026-03-04T20:00:00Z", "--folder", "issues")
    assert ran.status == 0
    assert server.asked[-1].filter.split('"')[1] == "2026-03-04T11:00:00.000000000Z"
    assert "2026-03-04T11:00:00Z to 2026-03-04T20:00:00Z" in ran.out


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--project", "p", "--logs", "x.json"), 2, "two places for the same logs"),
        (("--logs", "x.json", "--since", "1h"), 2, "--since is for Cloud Logging: give --project ID too"),
        (("--service", "api"), 2, "give --project ID too"),
        (("--project", "p", "--logging-endpoint", "logging.example.com:80"), 2, "only loopback is read without TLS"),
        (("--project", "p", "--severity", "loud"), 2, "--severity loud is none"),
        (("--project", "p", "--unlabelled"), 2, "--unlabelled adds to --severity"),
        (("--project", "Not A Project"), 2, "is no project id"),
        (("--project", "p", "--since", "soon"), 2, "write it as 30m, 2h or 1d"),
        (("--project", "p", "--service", 'x" OR severity="INFO'), 2, "is no service's name"),
        (("--logs", "x.json", "--request-counts"), 2, "--request-counts is for Cloud Logging"),
        (("--project", "p", "--monitoring-endpoint", "127.0.0.1:1"), 2, "give --request-counts too"),
        (
            ("--project", "p", "--request-counts", "--monitoring-endpoint", "example.com:1"),
            2,
            "--monitoring-endpoint example.com:1 is not on this machine",
        ),
    ],
)
def test_words_that_do_not_fit(bot: Bot, words: tuple[str, ...], status: int, says: str) -> None:
    """Each is one line that says what to do; nothing is read or written."""
    ran = bot("file", *words, "--folder", "issues")
    assert (ran.status, says in ran.err, ran.err.count("\n")) == (status, True, 1), ran.err
    assert not Path("issues").exists()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("PERMISSION_DENIED", "roles/logging.viewer"),
        ("INVALID_ARGUMENT", "the filter sent was"),
        ("NOT_FOUND", "--project"),
    ],
)
def test_refusals_are_one_line_and_exit_4(bot: Bot, server: LoggingServer, fault: str, says: str) -> None:
    """What Google refuses for good is told in one line; no issue is written."""
    server.faults = [Fault(fault)]
    ran = bot("file", *of(server), *WINDOW, "--folder", "issues")
    assert (ran.status, says in ran.err, ran.err.count("\n")) == (4, True, 1), ran.err
    assert not Path("issues").exists()


def traffic(folder: str) -> dict[str, tuple[str, dict[int, Served]]]:
    """Of each issue's service: its priority, and its requests by minute."""
    found, _ = tracked(FolderTracker(Path(folder)), make(Settings()))
    incidents = [one.state.incident for one in found if one.state]
    return {one.key.service: (one.priority, dict(one.traffic)) for one in incidents}


def test_counted_requests_stand_for_those_that_are_not_logged(bot: Bot, counts: MonitoringServer) -> None:
    """Without successes in the logs, counts give the same traffic and priority; with them, nothing counts twice."""
    asked = ("--request-counts", "--monitoring-endpoint", counts.address, *WINDOW)
    with LoggingServer() as whole, LoggingServer() as partial:
        whole.add(PROJECT, ENTRIES)
        partial.add(PROJECT, [one for one in ENTRIES if not succeeded(one)])
        for name, server, words in (
            ("logged", whole, WINDOW),
            ("both", whole, asked),
            ("counted", partial, asked),
            ("unknown", partial, WINDOW),
        ):
            assert bot("file", *of(server), *words, "--folder", name).status == 0
    assert traffic("logged")
    assert traffic("both") == traffic("counted") == traffic("logged")
    assert traffic("unknown") != traffic("logged")
    assert all(served.total == served.failed for _, found in traffic("unknown").values() for served in found.values())


def test_a_run_without_counts_says_so_and_files(
    bot: Bot, server: LoggingServer, counts: MonitoringServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing role ends the run with its name; where Cloud Monitoring stays away, it files all the same."""
    monkeypatch.setitem(RequestCounts.__init__.__kwdefaults__, "sleep", lambda _: None)  # type: ignore[arg-type]
    words = ("file", *of(server), *WINDOW, "--request-counts", "--monitoring-endpoint", counts.address)
    counts.forbidden.add(PROJECT)
    ran = bot(*words, "--folder", "issues")
    assert (ran.status, "roles/monitoring.viewer" in ran.err, Path("issues").exists()) == (4, True, False)
    counts.forbidden.clear()
    counts.faults = [Fault("UNAVAILABLE")] * 4
    ran = bot(*words, "--folder", "issues", "--format", "json")
    assert ran.status == 0, ran.err
    assert ran.json["read"]["skipped"][0]["source"] == f"request counts of project {PROJECT}"
    assert list(Path("issues").glob("*.md"))


def test_baseline_of_a_project(bot: Bot, server: LoggingServer) -> None:
    """`init --baseline` reads the project; the first run goes on where it ended, and files none of what it recorded."""
    begun = ("init", "--baseline", *of(server), "--from", "2026-03-04T00:00:00Z", "--to", "2026-03-04T10:00:00Z")
    ran = bot(*begun, "--folder", "issues", "--format", "json")
    assert ran.status == 0, ran.err
    assert ran.json["known"]
    server.asked.clear()
    ran = bot("file", *of(server), "--now", "2026-03-04T16:00:00Z", "--folder", "issues", "--format", "json")
    assert server.asked[0].filter.split('"')[1] == "2026-03-04T09:00:00.000000000Z"
    assert [action for action in ran.json["actions"] if action["action"] == "create"] == []
    assert any("known since init --baseline" in one["because"] for one in ran.json["incidents"])


def test_interrupt_ends_a_read_that_hangs(server: LoggingServer, tmp_path: Path) -> None:
    """SIGINT while Cloud Logging doesn't answer ends the program within seconds, without a traceback or an issue."""
    server.faults = [Fault("HANG")]
    command = [sys.executable, "-m", "bot", "file", *of(server), *WINDOW, "--folder", str(tmp_path / "issues")]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not server.asked and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode not in (0, None)
    assert "Traceback" not in err
    assert not (tmp_path / "issues").exists()


def test_missing_credentials_are_one_line(
    bot: Bot, server: LoggingServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without credentials that can be read, one line says how to get some; the exit code is that of missing logs."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    ran = bot("file", "--project", PROJECT, *WINDOW, "--logging-endpoint", f"https://{server.address}")
    assert (ran.status, "application-default login" in ran.err, ran.err.count("\n")) == (4, True, 1), ran.err


def certificate() -> bytes:
    """A certificate for 127.0.0.1 and localhost, signed by its own key, valid for an hour."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def account(folder: Path) -> Path:
    """A service account's key file; its tokens are signed here, so that no one else is asked for them."""
    file = folder / "account.json"
    told = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "k1",
        "private_key": PEM.decode(),
        "client_email": f"bot@{PROJECT}.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://127.0.0.1:1/token",
    }
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def test_real_client_over_tls_with_real_credentials(tmp_path: Path) -> None:
    """Google's client, unmodified, over TLS to the same server: it checks the certificate and sends a bearer token."""
    roots = tmp_path / "roots.pem"
    roots.write_bytes(certificate())
    credentials = grpc.ssl_server_credentials([(PEM, roots.read_bytes())])
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GOOGLE_", "GRPC_", "GITHUB_"))},
        "GOOGLE_APPLICATION_CREDENTIALS": str(account(tmp_path)),
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(roots),
    }
    with LoggingServer(credentials) as server:
        server.add(PROJECT, ENTRIES)
        endpoint = ("--project", PROJECT, "--logging-endpoint", f"https://localhost:{server.port}")
        command = [sys.executable, "-m", "bot", "cluster", *endpoint, *WINDOW, "--format", "json"]
        ran = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout)["window"]["entries"] == len({entry["insertId"] for entry in ENTRIES})
        [asked] = server.asked
    assert asked.metadata["authorization"].startswith("Bearer ey")
