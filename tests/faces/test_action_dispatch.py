"""An alert to a run: what starts the workflow, what of the event reaches the Action, and what of it is refused."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.faces.action.brake import Brake
from bot.faces.action.main import main
from bot.model.time import HOUR, nanos_of
from tests.bench.logging_server import LoggingServer
from tests.faces.running import EXAMPLE, ROOT

WORKFLOW: Any = yaml.safe_load((ROOT / ".github/workflows/incidentbot.yml").read_text(encoding="utf-8"))
ALERT: Any = yaml.safe_load((ROOT / "examples/alert-dispatch.yaml").read_text(encoding="utf-8"))
PROJECT = "harbor-prod"
_WORD = re.compile(r"\s*(?:'((?:[^']|'')*)'|([\w.]+)|(\|\||&&|[()]))")

Context = Mapping[str, Mapping[str, str]]


class Expression:
    """As much of GitHub's expressions as the workflow has: names, strings, `&&`, `||` and parentheses.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
    """

    def __init__(self, text: str, context: Context) -> None:
        self._words = [found.groups() for found in _WORD.finditer(text.strip())]
        self._context = context

    def value(self) -> str:
        """The value; the empty string is false."""
        left = self._all()
        while self._take("||"):
            right = self._all()
            left = left or right
        return left

    def _all(self) -> str:
        left = self._one()
        while self._take("&&"):
            right = self._one()
            left = left and right
        return left

    def _one(self) -> str:
        if self._take("("):
            inner = self.value()
            assert self._take(")")
            return inner
        text, name, sign = self._words.pop(0)
        assert not sign
        if text is not None:
            return text.replace("''", "'")
        of, _, key = name.partition(".")
        return self._context[of].get(key, "")

    def _take(self, sign: str) -> bool:
        if not self._words or self._words[0][2] != sign:
            return False
        self._words.pop(0)
        return True


def given(event: Mapping[str, Any]) -> dict[str, str]:
    """What the workflow's last step gives the Action, for an event as GitHub delivers it."""
    known = WORKFLOW[True]["workflow_dispatch"]["inputs"]
    sent = event.get("inputs") or {}
    assert set(sent) <= set(known), "GitHub answers 422 to inputs that the workflow doesn't have"
    inputs = {name: str(sent.get(name, one["default"])) for name, one in known.items()} if "inputs" in event else {}
    context: Context = {"inputs": inputs, "vars": {"GCP_PROJECT": PROJECT}}
    [job] = WORKFLOW["jobs"].values()
    [step] = [step for step in job["steps"] if step.get("uses") == "./"]
    return {
        name: re.sub(r"\$\{\{(.+?)\}\}", lambda found: Expression(found[1], context).value(), value)
        for name, value in step["with"].items()
    }


def ran(event: Mapping[str, Any], server: LoggingServer, folder: Path) -> tuple[int, str]:
    """Exit code and log of a dry run that this event starts; no issue tracker listens."""
    words = {**given(event), "logging_endpoint": server.address, "dry_run": "true", "repo": "acme/shop"}
    env = {f"INPUT_{name.upper()}": value for name, value in words.items()}
    log = io.StringIO()
    code = main({**env, "GITHUB_STEP_SUMMARY": str(folder / "summary")}, Brake(), log)
    return code, log.getvalue()


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder for working in and for issues; nothing of this machine's GitHub."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_TOKEN", "t")
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")


def asked(event: Mapping[str, Any], tmp_path: Path) -> list[str]:
    """The filters that reach Cloud Logging in a run that this event starts."""
    with LoggingServer() as server:
        server.add(PROJECT, json.loads(EXAMPLE.read_text(encoding="utf-8")))
        code, log = ran(event, server, tmp_path)
        assert code == 0, log
        return [one.filter for one in server.asked]


def test_a_schedule_gives_no_inputs() -> None:
    """On its schedule the workflow reads every service, on from the last run."""
    words = given({"schedule": "7,22,37,52 * * * *"})
    assert (words["project"], words["service"], words["since"]) == (PROJECT, "", "")
    assert words["filter"] == 'resource.type="cloud_run_revision"'


def test_an_alert_reads_on_like_the_schedule() -> None:
    """The event of an alert has no inputs, and the run is one as any other, only sooner."""
    assert given({"ref": "refs/heads/main", "inputs": None}) == given({"schedule": ""})


def test_a_service_alone_is_read_for_an_hour() -> None:
    """A run over some services leaves the others' place alone: it reads a window, an hour if nothing else is said."""
    assert given({"inputs": {"service": "checkout-api"}})["since"] == "1h"
    assert given({"inputs": {"service": "checkout-api", "since": "3h"}})["since"] == "3h"
    assert given({"inputs": {"since": "3h"}})["since"] == "3h"


def test_the_events_inputs_reach_the_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tracked_nowhere: None
) -> None:
    """Service and length of a dispatch event are what Cloud Logging is asked for."""
    [first, *_] = asked({"inputs": {"service": "checkout-api\ncart", "since": "2h"}}, tmp_path)
    start, end = re.findall(r'timestamp[<>=]+"([^"]+)"', first)
    assert nanos_of(end) - nanos_of(start) == 2 * HOUR
    assert 'resource.labels.service_name="checkout-api"' in first
    assert 'resource.labels.service_name="cart"' in first


@pytest.fixture
def tracked_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issues are kept in a folder, as no GitHub is here."""
    from bot.faces import trackers
    from bot.trackers.folder import FolderTracker

    monkeypatch.setattr(trackers, "open_tracker", lambda *_: FolderTracker(Path("issues")))


HOSTILE = [
    ("since", "1h; touch taken"),
    ("since", "$(touch taken)"),
    ("since", "9999999h"),
    ("since", "-1h"),
    ("since", "1h\n2h"),
    ("since", "${{ secrets.GITHUB_TOKEN }}"),
    ("service", 'x" OR severity>=DEFAULT OR textPayload="'),
    ("service", "api) OR (severity>=DEFAULT"),
    ("service", "`touch taken`"),
    ("service", "--project=other"),
    ("service", "api\n::set-output name=created::9"),
    ("service", "api\u202eevil"),
    ("service", "a" * 200),
]


@pytest.mark.parametrize(("name", "value"), HOSTILE)
def test_hostile_inputs_are_refused(name: str, value: str, tmp_path: Path, tracked_nowhere: None) -> None:
    """What is no length and no service's name ends the run with exit code 2 before anything is read; nothing is run."""
    with LoggingServer() as server:
        server.add(PROJECT, [])
        code, log = ran({"inputs": {name: value}}, server, tmp_path)
        assert (code, server.asked) == (2, []), log
    assert f"--{name}" in log
    assert [line for line in log.splitlines() if line.startswith("::") and not line.startswith("::error")] == []
    assert not list(tmp_path.rglob("taken"))


def test_the_workflow_of_the_example_starts_ours() -> None:
    """What is deployed to Google Cloud asks for our workflow's file, with inputs that it has, once an alert opens."""
    steps = {name: step for one in ALERT["main"]["steps"] for name, step in one.items()}
    sent = steps["dispatch"]["try"]["args"]
    assert "/actions/workflows/incidentbot.yml/dispatches" in sent["url"]
    assert set(sent["body"].get("inputs", {})) <= set(WORKFLOW[True]["workflow_dispatch"]["inputs"])
    assert steps["look"]["switch"][0]["condition"] == '${alert.incident.state != "open"}'
    page = (ROOT / "docs/cloud-logging.md").read_text(encoding="utf-8")
    for name in (steps["authorise"]["args"]["secret_id"], "examples/alert-dispatch.yaml", "REPOSITORY="):
        assert name in page
