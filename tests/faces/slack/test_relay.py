"""The running relay, with signed requests, against the emulated Slack and GitHub: what is done and answered."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.model.time import SECOND, iso
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.logging_server import LoggingServer
from tests.bench.proxy import ERROR_BEFORE, Proxy
from tests.faces.slack.relay_bench import (
    ALERT_SECRET,
    RelayProcess,
    basic,
    form,
    signed,
    until,
    words,
)
from tests.faces.slack.slack_emulator import SlackEmulator, emulated_slack, slack

__all__ = ["bench", "emulated_slack", "servers", "slack"]

SERVICES = ("mailer", "ledger")
BY = "ann (U0000000ANN in Slack)"


def failing(service: str, now: float, said: str) -> list[dict[str, Any]]:
    """Six failures of a service within the last half hour."""
    labels = {"project_id": "acme-prod", "service_name": service, "revision_name": f"{service}-00001-abc"}
    return [
        {
            "insertId": f"{service}{number}", "logName": "projects/acme-prod/logs/run.googleapis.com%2Fstderr",
            "resource": {"type": "cloud_run_revision", "labels": labels}, "severity": "ERROR", "textPayload": said,
            "timestamp": iso(int((now - 1800 + number * 200) * SECOND)),
        }
        for number in range(6)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def logging() -> Iterator[LoggingServer]:
    """Two services that fail."""
    with LoggingServer() as server:
        server.add("acme-prod", failing("mailer", time.time(), "relay refused <!channel> the recipient"))
        server.add("acme-prod", failing("ledger", time.time(), "balance of an account does not add up"))
        yield server


@pytest.fixture
def relay(slack: SlackEmulator, bench: Bench, logging: LoggingServer, tmp_path: Path) -> Iterator[RelayProcess]:
    """A relay that works in process."""
    bench.checked = False
    env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": bench.proxy.url, "GITHUB_SERVER_URL": "https://github.example"}
    wiring = {"repo": bench.repo, "endpoint": logging.address}
    running = RelayProcess(tmp_path, slack.hooks, env, wiring=wiring)
    yield running
    running.close()


@pytest.fixture(scope="module")
def idle(
    emulated_slack: SlackEmulator, logging: LoggingServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RelayProcess]:
    """A relay over an empty folder, for what needs no GitHub."""
    wiring = {"folder": "issues", "endpoint": logging.address}
    running = RelayProcess(tmp_path_factory.mktemp("idle"), emulated_slack.hooks, {}, wiring=wiring)
    yield running
    running.close()


def answered(slack: SlackEmulator, count: int) -> str:
    """The text of the newest answer, once so many came."""
    until(lambda: len(slack.proxy.log) >= count, f"{count} answers")
    assert len(slack.proxy.log) == count
    message = slack.messages()[-1]
    assert message["blocks"] == slack.proxy.log[-1].data["blocks"]
    return words(message)


def commit(bench: Bench) -> str:
    """The name of a commit that is pushed to the repository's branch."""
    content = {"message": "Add the account twice no more", "content": "eA==", "branch": "main"}
    made = bench.emulator.ask("PUT", f"/repos/{bench.repo}/contents/fix.py", content)
    return str(made["commit"]["sha"])


def incidents(bench: Bench) -> dict[str, dict[str, Any]]:
    """The bot's issues, by the service in their title."""
    shown = [issue for issue in bench.issues() if issue["title"].startswith("GCP-")]
    return {service: issue for issue in shown for service in SERVICES if service in issue["title"]}


def test_each_command_has_its_effect_and_its_answer(relay: RelayProcess, slack: SlackEmulator, bench: Bench) -> None:
    """In process: filed, shown, muted, fixed, merged; who asked is on record; each answer is in Slack, and inert."""
    one, two = filed_and_shown(relay, slack, bench)
    decided(relay, slack, bench, one, two)
    assert incidents(bench)["mailer"]["state"] == "closed"
    assert relay.say("status").text.splitlines()[0] == "1 incident open."
    assert relay.stop() == 0
    assert "Traceback" not in relay.told


def filed_and_shown(relay: RelayProcess, slack: SlackEmulator, bench: Bench) -> tuple[int, int]:
    """`file`, `status` and `explain`; the numbers of the two issues."""
    taken = relay.say("file mailer 1h")
    assert taken.text == "Taken: `file mailer 1h`. The answer comes here."
    assert taken.seconds < 3
    said = answered(slack, 1)
    assert "6 entries" in said
    assert "<!channel>" not in said
    [mailer] = incidents(bench).values()
    assert f"<https://github.example/{bench.repo}/issues/{mailer['number']}|filed #{mailer['number']}" in said
    assert f"{BY}" in mailer["body"].replace("`", "")
    assert "asked for the run that filed this issue" in mailer["body"]
    relay.say("file 1h")
    answered(slack, 2)
    one, two = (incidents(bench)[service]["number"] for service in SERVICES)
    assert relay.say("status").text.splitlines()[0] == "2 incidents open."
    assert f"#{one} is open, filed." in relay.say(f"status {one}").text
    explained = relay.say(f"explain #{one}").text
    assert "root:" in explained
    assert f"{BY} asked for the run" in explained.replace("`", "")
    return one, two


def decided(relay: RelayProcess, slack: SlackEmulator, bench: Bench, one: int, two: int) -> None:
    """`mute`, `resolve`, `verify` and `merge`."""
    relay.say(f"mute {one} 2h")
    assert f"#{one} is muted" in answered(slack, 3)
    [comment] = bench.comments(one)
    assert comment["body"].replace("`", "").startswith(f"{BY} muted this issue")
    fix = commit(bench)
    relay.say(f"resolve {two} {fix[:9]}")
    assert f"#{two} " in answered(slack, 4)
    comments = str(bench.comments(two)).replace("`", "")
    assert fix[:9] in comments
    assert BY in comments
    relay.say(f"verify {two}")
    assert f"#{two} is open, resolved-awaiting-deployment" in answered(slack, 5)
    relay.say(f"merge {two} {one}")
    assert f"#{one} is merged into #{two}" in answered(slack, 6)


def test_what_is_wrong_is_told_to_who_asked(idle: RelayProcess, slack: SlackEmulator) -> None:
    """A wrong word, an unknown issue and a stranger get a sentence, for their eyes alone; a forger gets 401."""
    assert "did you mean `mute`?" in idle.say("mut 1").text
    assert "Ask #team-ops to add `U0STRANGER` to `slack.users`" in idle.say("status", user_id="U0STRANGER").text
    assert "no issue 77" in idle.say("explain 77").text
    idle.say("mute 77")
    assert "no issue 77" in answered(slack, 1)
    assert {post.data["response_type"] for post in slack.proxy.log} == {"ephemeral"}
    body = form("mute 1", idle.url)
    assert idle.ask("POST", "/slack/command", body, signed(body, secret="forged")).status == 401
    assert idle.ask("POST", "/slack/command", body + b"\xff", signed(body)).status == 401
    assert len(slack.proxy.log) == 1


def test_an_answer_that_slack_did_not_take_comes_later(idle: RelayProcess, slack: SlackEmulator) -> None:
    """A failure of Slack's is tried again, and what was asked for is not done again."""
    slack.proxy.fail("POST", ERROR_BEFORE)
    idle.say("mute 77")
    until(lambda: len(slack.proxy.log) == 2, "the second use")
    assert slack.proxy.log[0].data == slack.proxy.log[1].data
    until(lambda: "again in 2 s" in idle.told, "the first failure in the log")


def test_a_machine_that_dies_after_the_acknowledgement(relay: RelayProcess, slack: SlackEmulator, bench: Bench) -> None:
    """Relay and worker killed as soon as it was said to be taken: done once after the restart, and answered."""
    assert relay.say("file ledger 1h").status == 200
    relay.kill()
    relay.start()
    until(lambda: len(slack.proxy.log) >= 1, "the answer")
    assert len(incidents(bench)) == 1
    assert len(slack.proxy.log) == 1


def test_an_alert_files_its_service(idle: RelayProcess, slack: SlackEmulator) -> None:
    """An alert with the secret files the logs of its service; repeated, over or without the secret it does nothing."""
    incident = {
        "incident_id": "0.lj2va6", "state": "open", "started_at": int(time.time()) - 1500,
        "policy_name": "5xx of mailer",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "mailer", "project_id": "acme-prod"}},
    }  # fmt: skip
    body = json.dumps({"version": "1.2", "incident": incident}).encode()
    assert idle.ask("POST", "/alert", body, basic("wrong")).status == 401
    over = json.dumps({"version": "1.2", "incident": {**incident, "state": "closed"}}).encode()
    assert b"asks for nothing" in idle.ask("POST", "/alert", over, basic(ALERT_SECRET)).body
    assert b"Taken" in idle.ask("POST", "/alert", body, basic(ALERT_SECRET)).body
    assert b"before" in idle.ask("POST", f"/alert?auth_token={ALERT_SECRET}", body).body
    issues = idle.folder / "issues"
    until(lambda: bool(list(issues.glob("0001*.md"))), "the issue")
    [page] = (file.read_text(encoding="utf-8") for file in issues.glob("0*.md"))
    assert "5xx of mailer" in page
    assert "ledger" not in page
    assert slack.proxy.log == []


@pytest.fixture
def actions() -> Iterator[Proxy]:
    """A GitHub that starts workflows; the emulated one knows none."""
    run = {"html_url": "https://github.com/acme/shop/actions/runs/7"}
    proxy = Proxy(lambda _: (200, {"Content-Type": "application/json"}, str(run).replace("'", '"').encode()))
    yield proxy
    proxy.close()


def test_by_dispatch_the_workflow_is_started_before_it_is_said(
    actions: Proxy, slack: SlackEmulator, tmp_path: Path
) -> None:
    """Each command that changes something is one confirmed request to GitHub; a refusal is told as it is."""
    relay = RelayProcess(tmp_path, slack.hooks, {"GITHUB_TOKEN": "tok", "GITHUB_API_URL": actions.url}, "dispatch")
    try:
        said = ("file mailer 1h", "resolve 12 2f130c1", "verify 12", "mute 12", "merge 12 15")
        for text in said:
            answer = relay.say(text)
            assert f"GitHub Actions does `{text}`" in answer.text
            assert "https://github.com/acme/shop/actions/runs/7" in answer.text
        sent = [request.data["inputs"] for request in actions.log]
        assert [f"{one['command']} {one['arguments']}" for one in sent] == list(said)
        assert {one["asked_by"] for one in sent} == {BY}
        assert all("hooks" not in str(request.data) for request in actions.log)
        alert = {"incident_id": "0.a", "state": "open", "started_at": int(time.time()), "policy_name": "5xx"}
        labels = {"resource": {"labels": {"service_name": "mailer"}}}
        body = json.dumps({"version": "1.2", "incident": {**alert, **labels}}).encode()
        assert b"was started" in relay.ask("POST", "/alert", body, basic(ALERT_SECRET)).body
        inputs = actions.log[-1].data["inputs"]
        assert (inputs["command"], inputs["asked_by"]) == ("file", "Cloud Monitoring's alert 5xx (0.a)")
        assert inputs["arguments"] in ("mailer 15m", "mailer 16m")
        actions.answer("dispatches", 404, {"message": "Not Found"})
        assert "slack.workflow" in relay.say("mute 12").text
        assert slack.proxy.log == []
        assert relay.stop() == 0
    finally:
        relay.close()


def test_a_worker_that_dies_is_started_again(idle: RelayProcess, slack: SlackEmulator) -> None:
    """The relay goes on answering, says so in its log, and the next worker does what was asked for."""
    os.kill(idle.worker(), signal.SIGKILL)
    assert idle.say("mute 78").status == 200
    until(lambda: len(slack.proxy.log) == 1, "the answer")
    assert "ERROR: the worker ended with -9" in idle.told
