"""`file` tells Slack and PagerDuty, over real HTTP, and is none the worse where they don't answer."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import bot.faces.trackers
from bot.faces.action.brake import Brake
from bot.faces.action.main import main
from bot.notifying import slack as adapter
from bot.notifying.pagerduty import ADDRESSES
from bot.trackers.folder import FolderTracker
from tests.bench.emulator import TOKEN as GITHUB_TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.proxy import KILL_AFTER, KILL_BEFORE, Proxy
from tests.faces.running import EXAMPLE, ROOT, Bot
from tests.faces.slack.slack_emulator import TOKEN, SlackEmulator, emulated_slack, slack

_ = (emulated_slack, slack, bench, servers)
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def pager() -> Iterator[Proxy]:
    """An endpoint that takes every event."""
    proxy = Proxy(lambda _: (202, {}, b'{"status": "success"}'))
    yield proxy
    proxy.close()


@pytest.fixture
def told(slack: SlackEmulator, pager: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Proxy:
    """Settings that name both, whose addresses are those here; the way to Slack."""
    [channel] = [one["id"] for one in slack.ask("conversations.list")["channels"] if one["name"] == "general"]
    lines = (
        'owners = {checkout-api = ["@ada"]}', "[notify]", f'slack_channel = "{channel}"',
        'slack_mentions = {"@ada" = "U024BE7LH"}', f'pagerduty_routing_key = "{KEY}"',
    )  # fmt: skip
    (tmp_path / "incidentbot.toml").write_text("\n".join(lines))
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setattr(adapter, "SlackNotifier", partial(adapter.SlackNotifier, api=f"{slack.proxy.url}/api"))
    monkeypatch.setitem(ADDRESSES, "us", pager.url)
    return slack.proxy


def test_an_outage_is_told_once_and_its_end_too(
    bot: Bot,
    told: Proxy,
    slack: SlackEmulator,
    pager: Proxy,
) -> None:
    """One message and one alert, the owner mentioned; the same logs again tell nothing; the end resolves the alert."""
    before = len(slack.messages())
    for _ in range(2):
        assert bot("file", "--logs", EXAMPLE).status == 0
    assert len(slack.messages()) == before + 1
    message = slack.messages()[-1]
    assert "checkout-api does not start" in message["text"].replace("\u2060", "")
    assert "<@U024BE7LH>" in str(message["blocks"])
    assert [request.data["event_action"] for request in pager.log] == ["trigger"]
    assert bot("file", "--logs", EXAMPLE.with_name("checkout-fixed.json")).status == 0
    assert len(slack.messages()) == before + 1
    assert slack.messages()[-1]["text"].startswith("P0 recovered")
    assert [request.data["event_action"] for request in pager.log] == ["trigger", "resolve"]
    assert pager.log[0].data["dedup_key"] == pager.log[1].data["dedup_key"]


def test_on_github_it_links_the_issue_and_costs_nothing_where_nothing_is_news(
    bot: Bot, told: Proxy, slack: SlackEmulator, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message leads to the issue; two writes note it, the dashboard's page stays; the next run writes nothing."""
    monkeypatch.setenv("GITHUB_TOKEN", GITHUB_TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    assert bot("file", "--logs", EXAMPLE, "--repo", bench.repo).status == 0
    [issue] = [one for one in bench.issues() if one["title"].startswith("GCP-")]
    [dashboard] = [one for one in bench.issues() if one["title"] == "incidentbot dashboard"]
    assert f"<{issue['html_url']}|" in str(slack.messages()[-1]["blocks"])
    assert f"#{issue['number']}" in dashboard["body"].rpartition("-->")[2]
    number = dashboard["number"]
    written = [one for one in bench.proxy.writes if one.startswith("PATCH") and one.endswith(f"/issues/{number}")]
    assert len(written) >= 2
    bench.proxy.log.clear()
    asked = len(told.log)
    assert bot("file", "--logs", EXAMPLE, "--repo", bench.repo).status == 0
    assert (bench.proxy.writes, len(told.log)) == ([], asked)


def test_a_run_is_none_the_worse_where_nobody_can_be_told(bot: Bot, told: Proxy, pager: Proxy) -> None:
    """Both services fail: exit 0, the issue filed, two warnings without a secret; the next run makes up for it."""
    told.answer("chat.postMessage", 200, {"ok": False, "error": "not_in_channel"})
    pager.answer("POST", 400, {"errors": [f"no such key {KEY}"]})
    ran = bot("file", "--logs", EXAMPLE)
    assert ran.status == 0
    assert "create #1" in ran.out
    assert "invite the app to the channel" in ran.err
    assert "PagerDuty refused it (400" in ran.err
    assert KEY not in ran.err + ran.out
    again = bot("file", "--logs", EXAMPLE)
    assert (again.status, "notify" in again.err) == (0, False)
    assert pager.log[-1].data["event_action"] == "trigger"


def test_verify_tells_what_it_moved(bot: Bot, told: Proxy, slack: SlackEmulator, pager: Proxy) -> None:
    """An end that `verify` finds is told as one that `file` finds; a dry run of it isn't."""
    bot("file", "--logs", EXAMPLE)
    fixed = EXAMPLE.with_name("checkout-fixed.json")
    assert bot("verify", "--logs", fixed, "--dry-run").status == 0
    assert slack.messages()[-1]["text"].startswith("P0 new")
    assert bot("verify", "--logs", fixed).status == 0
    assert slack.messages()[-1]["text"].startswith("P0 recovered")
    assert [request.data["event_action"] for request in pager.log] == ["trigger", "resolve"]


def test_a_plan_tells_nobody(bot: Bot, told: Proxy, pager: Proxy) -> None:
    """Nothing is sent."""
    assert bot("plan", "--logs", EXAMPLE).status == 0
    assert [str(request) for request in (*told.log, *pager.log)] == []


def test_the_action_tells_too_and_warns_where_it_can_not(
    told: Proxy, slack: SlackEmulator, pager: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of the Action tells both; what one refuses is a warning of the run, whose exit code stays 0."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bot.faces.trackers, "open_tracker", lambda *_: FolderTracker(tmp_path / "issues"))
    monkeypatch.setattr(bot.faces.trackers, "with_code", lambda setup, *_: setup)
    env = {"INPUT_LOGS": str(EXAMPLE), "GITHUB_REPOSITORY": "acme/shop", "INPUT_REPORT": "false"}
    env |= {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    told.answer("chat.postMessage", 200, {"ok": False, "error": "not_in_channel"})
    before, log = len(slack.messages()), io.StringIO()
    assert main(env, Brake(), log) == 0
    assert [request.data["event_action"] for request in pager.log] == ["trigger"]
    assert "invite the app to the channel" in log.getvalue() + (tmp_path / "summary").read_text()
    assert main(env, Brake(), io.StringIO()) == 0
    assert len(slack.messages()) == before + 1


def test_an_unknown_key_names_those_there_are(bot: Bot, tmp_path: Path) -> None:
    """A misspelt key of the section is an error that lists the section's keys."""
    (tmp_path / "incidentbot.toml").write_text('[notify]\nchannel = "C0123OPS"\n')
    ran = bot("file", "--logs", EXAMPLE)
    assert ran.status == 3
    assert "notify.channel" in ran.err
    assert "slack_channel" in ran.err


@pytest.mark.parametrize("how", [KILL_BEFORE, KILL_AFTER])
@pytest.mark.parametrize("service", ["slack", "pagerduty"])
def test_killed_while_it_tells_it_is_told_once(
    told: Proxy, slack: SlackEmulator, pager: Proxy, tmp_path: Path, service: str, how: str
) -> None:
    """Killed (-9) before or after a service had the news: the next run goes on, and neither has it twice."""
    words = [sys.executable, "-m", "tests.faces.notifying_process", f"{told.url}/api", pager.url, "file"]
    command = [*words, "--logs", str(EXAMPLE), "--folder", str(tmp_path / "issues")]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    before, proxy = len(slack.messages()), told if service == "slack" else pager
    proxy.fail("chat.postMessage" if service == "slack" else "POST", how)
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL) as process:
        proxy.child = process.pid
    assert process.returncode == -9
    proxy.child = None
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, "notify" in done.stderr) == (0, False), done.stderr
    assert len(slack.messages()) == before + 1
    assert len({request.data["dedup_key"] for request in pager.log}) == 1
    assert len(pager.log) <= 2
