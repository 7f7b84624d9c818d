"""Each bundled playbook fits a message that its platform documents, and no other's."""

import tomllib
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.model.incident import Incident
from bot.triage import fitting, load_playbooks, triage
from tests.triage.scenes import cluster, ended, later, on, window

BOOKS = load_playbooks()
# The words are those of the pages that the playbooks refer to, or of the runtime's own reference.
DOCUMENTED = (
    ("Container called exit(1).", "container-exit"),
    (
        "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 "
        "environment variable",
        "container-exit",
    ),
    ("Memory limit of 512 MiB exceeded with 515 MiB used. Consider increasing the memory limit", "memory-limit"),
    ("Reason: OOMKilled", "memory-limit"),
    ("ModuleNotFoundError: No module named 'fastapi'", "python-import"),
    ("ImportError: cannot import name 'Mapping' from 'collections'", "python-import"),
    ("Error: Cannot find module 'express'", "node-module"),
    ("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'pg' imported from /app/index.js", "node-module"),
    ("java.lang.NoClassDefFoundError: org/acme/Tax", "java-class"),
    (
        "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30",
        "database-pool",
    ),
    ("HikariPool-1 - Connection is not available, request timed out after 30000ms.", "database-pool"),
    ("FATAL: sorry, too many clients already", "database-pool"),
    ('FATAL:  password authentication failed for user "andym"', "database-credentials"),
    ("ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)", "database-credentials"),
    ('connection to server at "10.0.0.3", port 5432 failed: Connection refused', "database-connection"),
    ('ERROR:  relation "orders" does not exist', "database-migration"),
    ("alembic.util.exc.CommandError: Can't locate revision identified by 'ae1027a6acf'", "database-migration"),
    ("ERROR:  deadlock detected", "database-lock"),
    ("ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction", "database-lock"),
    ("Back-off restarting failed container web in pod web-0", "crash-loop"),
    ("Container terminated on signal 9.", "killed-by-signal"),
    ('Failed to pull image "eu.example/web:v9": rpc error: code = NotFound', "image-pull"),
    ("exec /app/server: exec format error", "exec-format"),
    ("Error: listen EADDRINUSE: address already in use :::8080", "port-in-use"),
    ("429 RESOURCE_EXHAUSTED: Quota exceeded for quota metric 'Queries'", "quota"),
    ("google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found.", "credentials"),
    ("Request had invalid authentication credentials. Expected OAuth 2 access token", "credentials"),
    ("Permission denied on secret: projects/1/secrets/db/versions/2 for Revision service account", "secret"),
    ("PERMISSION_DENIED: The caller does not have permission", "permission-denied"),
    ("x509: certificate has expired or is not yet valid", "tls-certificate"),
    ("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "tls-certificate"),
    ("Readiness probe failed: HTTP probe failed with statuscode: 503", "probe"),
    ("OSError: [Errno 28] No space left on device", "disk-full"),
    ("OSError: [Errno 30] Read-only file system: '/app/cache'", "read-only-disk"),
    ("OSError: [Errno 24] Too many open files", "open-files"),
    ("The request was aborted because there was no available instance.", "no-instance"),
    (
        "The request failed because either the HTTP response was malformed or connection to the instance had an error.",
        "broken-response",
    ),
    ("[CRITICAL] WORKER TIMEOUT (pid:11)", "worker-timeout"),
    ('java.lang.NullPointerException: Cannot invoke "Order.total()" because "order" is null', "null-value"),
    ("TypeError: Cannot read properties of undefined (reading 'id')", "null-value"),
    ("java.lang.OutOfMemoryError: unable to create native thread", "threads"),
    ("OOM command not allowed when used memory > 'maxmemory'.", "cache-server"),
    ("0/4 nodes are available: 4 Insufficient cpu.", "scheduling"),
    ("getaddrinfo ENOTFOUND db.internal", "dns-and-network"),
    ("socket.gaierror: [Errno -2] Name or service not known", "dns-and-network"),
    (
        "The request has been terminated because it has reached the maximum request timeout.",
        "timeout",
    ),
    ("504 Deadline Exceeded: DEADLINE_EXCEEDED", "timeout"),
    ("read time-out after 30 s", "timeout"),
    ("the call timed out (30 s)", "timeout"),
    ("Timeout: no answer from ledger", "timeout"),
    ("KeyError: 'DATABASE_URL'", "missing-configuration"),
)


def _incident(said: str) -> Incident:
    return triage(window(cluster("root", on([0, 60, 120]), message=said)), {}).found[0].incident


@pytest.mark.parametrize(("said", "name"), DOCUMENTED, ids=[f"{name}-{at}" for at, (_, name) in enumerate(DOCUMENTED)])
def test_documented_message(said: str, name: str) -> None:
    """A message that the platform documents gets its own playbook, and that alone."""
    assert [book.name for book in fitting(_incident(said), BOOKS)] == [name]


def test_every_bundled_playbook_is_shown_and_whole() -> None:
    """Twenty playbooks or more, each met by a documented message, each with hint, checks, actions and a reference."""
    assert len(BOOKS) >= 20
    assert {book.name for book in BOOKS} == {name for _, name in DOCUMENTED}
    for book in BOOKS:
        assert book.hint, book.name
        assert all((book.checks, book.now, book.prevention)), book.name
        assert book.reference.startswith("https://"), book.name


NAMED = (
    "client.py:41: DeprecationWarning: Client(timeout=...) is deprecated, pass a Timeout",
    "Timeout(seconds): 30",
    'settings: {"timeout": 30}',
    "psycopg: connect(timeout=3)",
)


def test_an_ordinary_line_gets_none() -> None:
    """Where nothing fits, nothing is shown rather than something vague; a setting's name is no failure."""
    for said in (
        "order 17 lost",
        "could not render invoice",
        "user 12 has no access level",
        "H12 level reached",
        *NAMED,
    ):
        assert fitting(_incident(said), BOOKS) == (), said


def test_the_root_counts_before_its_symptoms() -> None:
    """A symptom's words choose a playbook only where the root's choose none."""
    seen = on([0, 60, 120])
    root = cluster("root", seen, message="KeyError: 'DATABASE_URL'")
    found = triage(window(root, ended(later(seen, 1))), {}).found[0].incident
    assert found.root.fingerprint == "root"
    assert [book.name for book in fitting(found, BOOKS)] == ["missing-configuration"]


def test_the_teams_own_come_first(tmp_path: Path) -> None:
    """A playbook of the team's folder stands before the bundled ones that fit as well."""
    (tmp_path / "zz.toml").write_text("name = 'ours'\nmatch = ['DATABASE_URL']\nhint = 'ask Ada'\n")
    books = fitting(_incident("KeyError: 'DATABASE_URL'"), load_playbooks(tmp_path))
    assert [book.name for book in books] == ["ours", "missing-configuration"]


@pytest.mark.parametrize("text", ["name = ", "name = 'x'\nmatch = ['(']\nhint = ''", "name = 'x'\nwhat = 1"])
def test_a_broken_playbook_is_named(tmp_path: Path, text: str) -> None:
    """A playbook that can't be used is an error of the settings that names its file."""
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"mine\.toml"):
        load_playbooks(tmp_path)


def test_files_are_named_after_their_playbook() -> None:
    """One finds the file of a playbook by its name."""
    folder = Path(__file__).parents[2] / "bot/triage/playbooks"
    for file in folder.glob("*.toml"):
        assert tomllib.loads(file.read_text())["name"] == file.stem
