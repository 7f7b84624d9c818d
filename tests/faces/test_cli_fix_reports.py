"""`report stability` and `report learning` as users run them: a real repository and service, GitHub's checks."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.faces.cli.reporting_fixes import Page
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.repository import Repository
from tests.faces.running import EXAMPLE, OUTAGE, Bot, needs_outage

__all__ = ["bench", "servers"]

JUNIT = '<testsuite name="pytest" failures="1"><testcase classname="t" name="a" time="0.5"/><testcase name="b">'
JUNIT += '<failure message="assert 1 == 2"/></testcase></testsuite>'
BEFORE = (
    "class PaymentSettings:\n    def from_environment(environment):\n        return environment['PAYMENTS_API_KEY']\n"
)
AFTER = BEFORE.replace("['PAYMENTS_API_KEY']", ".get('PAYMENTS_API_KEY', '')")
FILES: dict[str, str | None] = {
    "Dockerfile": "FROM python:3.12\nCOPY checkout/ /srv/checkout/\n",
    ".dockerignore": "payments\n!checkout/payments\n",
    "checkout/__init__.py": "",
    "checkout/app.py": "from checkout.settings import load_settings\n",
    "checkout/settings.py": "from .payments.settings import PaymentSettings\n",
    "checkout/payments/__init__.py": "",
    "checkout/payments/settings.py": BEFORE,
}


class _Service(http.server.BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        """Well at /healthz, and nowhere else."""
        self.send_response(200 if self.path == "/healthz" else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def service() -> Iterator[str]:
    """The address of a running service."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(bot: Bot, tmp_path: Path) -> Path:
    """A folder with the filed example, the settings, and a clone whose newest commit fixes it."""
    assert bot("file", "--logs", EXAMPLE, "--folder", "issues").status == 0
    repository = Repository(tmp_path / "clone")
    start = 1_772_600_000
    repository.commit("start", FILES, at=start)
    change: dict[str, str | None] = {
        "checkout/payments/settings.py": AFTER,
        "tests/test_settings.py": "import checkout\n",
    }
    repository.commit("Start without a key for payments\n\nFixes #1", change, at=start + 20_000)
    (tmp_path / "incidentbot.toml").write_text('clone = "clone"\ndeploy_command = "make deploy"\n')
    (tmp_path / "junit.xml").write_text(JUNIT)
    return tmp_path


def test_a_real_repository_and_service(bot: Bot, shop: Path, service: str) -> None:
    """Checks handed in, health asked, scope, importers, image and ways back read: each in its place on the page."""
    ran = bot(
        *("report", "stability", 1, "--folder", "issues", "--results", "junit.xml"),
        *("--health", f"staging={service}/healthz", "--health", f"{service}/broken"),
    )
    assert (ran.status, ran.err) == (0, "")
    for line in (
        "- **Risk: high**, by the rules below: checks high, health high",
        "- junit.xml: 1 passed, 1 failed",
        "    - **failed**: `b`: `assert 1 == 2`",
        f"| `{service}/broken` | HTTP 500 |",
        "1 code, 1 tests.",
        "-        return environment['PAYMENTS_API_KEY']\n+        return environment.get('PAYMENTS_API_KEY', '')",
        "- `checkout/payments/settings.py`: imported by 1 file: `checkout/settings.py` line 1",
        "/settings.py` | yes | `Dockerfile` | `.dockerignore` line 2 takes it in; line 2 copies it. |",
        "| aim | low | `checkout/payments/settings.py`, in the stack trace |",
        "To the last good revision `checkout-api-00041-abc`, from before the failure:",
    ):
        assert line in ran.out
    assert f"| `staging {service}/healthz` | HTTP 200 | " in ran.out


def test_the_same_as_json(bot: Bot, shop: Path) -> None:
    """As JSON it has the values of the page, for a release's own rules."""
    told = bot("report", "stability", 1, "--folder", "issues", "--format", "json", "--results", "junit.xml").json
    assert (told["number"], told["risk"], told["phase"]) == (1, "high", "filed")
    assert told["checks"][0]["outcomes"] == {"passed": 1, "failed": 1}
    assert {one["name"]: one["risk"] for one in told["findings"]}["aim"] == "low"


def test_without_code_it_says_so(bot: Bot, shop: Path) -> None:
    """Without a clone nothing is said of the change, and how to have it is."""
    (shop / "incidentbot.toml").write_text("")
    ran = bot("report", "stability", 1, "--folder", "issues")
    assert ran.status == 0
    assert "- The code: name a clone with `--clone`, or the repository with `--repo`." in ran.out
    assert "## Scope" not in ran.out
    assert "## Who uses what changed" in bot("report", "stability", 1, "--folder", "issues", "--clone", "clone").out


def test_what_is_known_before_anything_moved(bot: Bot) -> None:
    """Once linked, where it has to run is said as `explain` says it; a look that has just been taken isn't advised."""
    words = ("--folder", "issues")
    assert bot("file", "--logs", EXAMPLE, *words).status == 0
    bare = bot("report", "stability", 1, *words).out
    assert "no fix is linked" in bare.partition("## The fix")[0]
    assert bot("resolve", 1, "--commit", "c20f7a1be4d95836a7d0f1c3e59b8274d6a0e713", *words).status == 0
    assert bot("verify", *words).status == 0
    told, explained = bot("report", "stability", 1, *words).out, bot("explain", 1, *words).out
    because = "Whether checkout-api-00042-bad contains the fix is not known."
    assert because in explained
    assert because.replace("checkout-api-00042-bad", "`checkout-api-00042-bad`") in told or because in told
    assert "- **`harbor-prod`, `checkout-api`**: not known; how sure it works is not known" in told
    for untrue in ("no run has looked", "`incidentbot verify` looks", "`incidentbot verify` does"):
        assert untrue not in told
    assert "To the last good revision `checkout-api-00041-abc`" in told


MISTAKES = [
    (("stability", 9), "has no issue 9 of incidentbot's"),
    (("stability", 1, "--results", "gone.xml"), "--results gone.xml can't be read: No such file"),
    (("stability", 1, "--results", "."), "--results . can't be read: Is a directory"),
    (("stability", 1, "--results", "incidentbot.toml"), "can't be used: it is neither XML nor JSON"),
    (("stability", 1, "--health", "file:///etc/passwd"), "--health is no address"),
    (("learning", 9), "has no issue 9 of incidentbot's"),
    (("learning", 1, "-o", "x.md", "--into", "y"), "--output and --into are two places"),
    (("learning", 1, "--into", "junit.xml"), "--into junit.xml can't be made"),
]


@pytest.mark.parametrize(("words", "says"), MISTAKES)
def test_mistakes(bot: Bot, shop: Path, words: tuple[object, ...], says: str) -> None:
    """What can't be done is a usage error in one sentence."""
    ran = bot("report", *words, "--folder", "issues")
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_learning_goes_where_learnings_are(bot: Bot, shop: Path) -> None:
    """`--format xml --into` names the file for the incident and its day; what it holds is XML with both sides."""
    ran = bot("report", "learning", 1, "--folder", "issues", "--format", "xml", "--into", "SPEC/learnings")
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    [file] = (shop / "SPEC/learnings").iterdir()
    assert file.name == "keyerror_payments_api_key_20260304.xml"
    root = ElementTree.parse(file).getroot()
    assert "environment['PAYMENTS_API_KEY']" in (root.findtext("resolution/change/before") or "")
    assert "environment.get(" in (root.findtext("resolution/change/after") or "")
    page = bot("report", "learning", 1, "--folder", "issues").out
    assert page.startswith("# What #1 taught\n")
    assert bot("report", "learning", 1, "--folder", "issues", "--format", "json").json["number"] == 1


def test_checks_of_a_commit_on_github(bot: Bot, bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On GitHub the commit's own check runs are read, and files by the API; the clone beside it shows who imports."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    assert bot("file", "--logs", EXAMPLE, "--repo", bench.repo).status == 0
    number = next(one["number"] for one in bench.issues() if one["title"].startswith("GCP-"))
    forge, clone = bench.script(), Repository(tmp_path / "clone")
    change: dict[str, str | None] = {"checkout/payments/settings.py": AFTER}
    for message, files, at in (("start", FILES, 1), (f"Fix\n\nFixes #{number}", change, 20_000)):
        sha = clone.commit(message, files, at=1_772_600_000 + at)
        forge.commit(message, files, at=1_772_600_000 + at, sha=sha)
    forge.run(sha, "unit", "success")
    forge.run(sha, "e2e", None)
    words = ("report", "stability", number, "--repo", bench.repo)
    ran = bot(*words)
    assert (ran.status, ran.err) == (0, "")
    assert "- check run: 1 passed, 1 pending" in ran.out
    assert "| `checkout/payments/settings.py` | yes | `Dockerfile` |" in ran.out
    assert "| reach | not known | no local clone |" in ran.out
    assert "imported by 1 file: `checkout/settings.py` line 1" in bot(*words, "--clone", "clone").out


def test_which_dockerfile_counts(bot: Bot, shop: Path) -> None:
    """One of tests or of an editor's container is none of the service; one that is named and isn't there is missed."""
    words = ("report", "stability", 1, "--folder", "issues")
    repository, more = Repository(shop / "clone"), "FROM x\nCOPY nothing /\n"
    extra: dict[str, str | None] = {"Dockerfile": None, "tests/Dockerfile": more, ".devcontainer/Dockerfile": more}
    repository.commit("Build otherwise\n\nFixes #1", extra, at=1_772_640_000)
    assert "## In the image" not in bot(*words).out
    assert "has no file api/Dockerfile." in bot(*words, "--dockerfile", "api/Dockerfile").out
    told = bot(*words, "--dockerfile", "tests/Dockerfile").out
    assert "| image | high | left out: `checkout/payments/settings.py` |" in told


def test_a_shallow_clone_says_what_it_lacks(bot: Bot, shop: Path) -> None:
    """At the end of a shallow clone the change can't be told from the whole tree: it is not known, and why is said."""
    Repository(shop / "clone").git("clone", "--quiet", "--depth=1", f"file://{shop / 'clone'}", str(shop / "cut"))
    (shop / "incidentbot.toml").write_text('clone = "cut"\n')
    told = bot("report", "stability", 1, "--folder", "issues").out
    assert "| size | not known | the change can't be read |" in told
    assert "git fetch --unshallow" in told
    assert "## Scope" not in told


def test_what_came_back(bot: Bot) -> None:
    """Proved, then seen again on a revision with the fix: both reports say so, and nothing of it is over."""
    words = ("--folder", "issues")
    assert bot("file", "--logs", EXAMPLE, *words).status == 0
    assert bot("resolve", 1, "--commit", "c20f7a1be4d95836a7d0f1c3e59b8274d6a0e713", *words).status == 0
    assert bot("file", "--logs", EXAMPLE.with_name("checkout-fixed.json"), *words).status == 0
    told = bot("report", "stability", 1, *words).out
    assert "`checkout-api`**: deployed; that it works is proved" in told
    assert "- **Risk: not known**" in told
    assert "- Over: verified" in bot("report", "learning", 1, *words).out
    assert bot("file", "--logs", EXAMPLE.with_name("checkout-again.json"), *words).status == 0
    told = bot("report", "stability", 1, *words).out
    assert "- **It came back**: The failure was seen until 2026-03-04T11:09:48Z on `checkout-api-00044-new`" in told
    assert "| branch | high | 1 deployed, and the failure came back |" in told
    learnt = bot("report", "learning", 1, *words).out
    assert "- Not over yet: regression" in learnt
    assert "| until the logs proved its end | not known |" in learnt


@needs_outage
def test_from_the_fix_to_the_proof(bot: Bot, tmp_path: Path) -> None:
    """Filed, resolved with a commit of a real repository, deployed, watched: the report has the place and its proof."""
    clone = Repository(tmp_path / "clone")
    clone.commit("start", {"storefront/main.py": "from storefront.app.services import metrics\n"}, at=1_757_960_000)
    fix = clone.commit("Ship it", {"storefront/app/services/metrics/__init__.py": "\n"}, at=1_757_976_000)
    (tmp_path / "incidentbot.toml").write_text('clone = "clone"\n')
    for hour in (2, 3):
        assert bot("file", "--logs", OUTAGE / f"hour_{hour}.json", "--folder", "issues").status == 0
    before = bot("report", "stability", 1, "--folder", "issues").out
    assert "No commit is linked." in before
    assert bot("resolve", 1, "--commit", fix, "--folder", "issues").status == 0
    waiting = bot("report", "stability", 1, "--folder", "issues").out
    assert "- Phase: resolved-awaiting-deployment; priority P0" in waiting
    assert "% sure" not in waiting
    (tmp_path / "incidentbot.toml").write_text('clone = "clone"\n[verification]\nfloor = "3h"\n')
    assert bot("file", "--logs", OUTAGE / "hour_4.json", "--folder", "issues").status == 0
    watching = bot("report", "stability", 1, "--folder", "issues").out
    assert "deployed; over 99.99 % sure that it works" in watching
    assert "wanted: not proven yet" in watching
    (tmp_path / "incidentbot.toml").write_text('clone = "clone"\n')
    assert bot("file", "--logs", OUTAGE / "hour_4.json", "--folder", "issues").status == 0
    told = bot("report", "stability", 1, "--folder", "issues").out
    assert "- Phase: verified; priority P0" in told
    assert "**`acme-staging`, `storefront-api`**: deployed; that it works is proved" in told
    assert "(35 / (35 + 360 requests))^22 = less than 0.01%" in told
    assert "| aim | low | the failure names `storefront/app/services/metrics/__init__.py` |" in told
    assert "- Since the deployment nothing of it was logged." in told
    learnt = bot("report", "learning", 1, "--folder", "issues").out
    assert "- Over: verified; ended by a fix commit" in learnt
    assert "| until it ran in every place | 1 h 59 min |" in learnt


def test_formats_are_those_that_exist() -> None:
    """HTML isn't offered for a report that has no HTML template."""
    assert [one.value for one in Page] == ["markdown", "json"]
