"""A running relay, and a Slack that sends it signed commands."""

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from tests.bench.emulator import free_port
from tests.faces.running import ROOT

SECRET, ALERT_SECRET = "8f742231b10e8888abcd99yyyzzz85a5", "an-alert-secret-of-the-team"
TEAM, CHANNEL, USER = "T000000001", "C0000000OPS", "U0000000ANN"
PATIENCE = 15.0

SETTINGS = f"""
[slack]
mode = "MODE"
signing_secrets = ["{SECRET}"]
workspaces = ["{TEAM}"]
channels = ["{CHANNEL}"]
users = ["{USER}"]
contact = "#team-ops"
repository = "acme/shop"
ref = "main"
projects = ["acme-prod"]
alert_secret = "{ALERT_SECRET}"
queue = "queue.sqlite3"
"""


class Reply(NamedTuple):
    """What the relay answered."""

    status: int
    body: bytes
    seconds: float

    @property
    def message(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """What a person reads, without what keeps words from being linked."""
        return words(self.message)


def words(message: Any) -> str:
    """The text of a message's blocks, without the joiners that nobody sees."""
    shown = "\n".join(block["text"]["text"] for block in message["blocks"])
    return shown.replace("\u2060", "")


def form(text: str, url: str, **fields: str) -> bytes:
    """The body of a slash command."""
    given = {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO", "team_id": TEAM, "team_domain": "acme", "channel_id": CHANNEL,
        "channel_name": "ops", "user_id": USER, "user_name": "ann", "command": "/incident", "text": text,
        "response_url": url, "trigger_id": f"13345224609.{time.monotonic_ns()}",
    }  # fmt: skip
    return urlencode({**given, **fields}).encode()


def signed(body: bytes, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers that Slack sends with this body."""
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": str(signature),
    }


def basic(password: str) -> dict[str, str]:
    """The header of basic authentication."""
    return {"Authorization": f"Basic {base64.b64encode(f'incidentbot:{password}'.encode()).decode()}"}


class RelayProcess:
    """A relay on loopback, with its worker. `hooks` is the host and port that answers go to."""

    def __init__(
        self,
        folder: Path,
        hooks: str,
        env: dict[str, str],
        mode: str = "process",
        gate: dict[str, Any] | None = None,
        wiring: dict[str, str] | None = None,
    ) -> None:
        self.folder, self.hooks, self._env, self._gate = folder, hooks, env, gate or {}
        self.url = f"http://{hooks}/services/T000000001/B000000001/X000000001"
        self.port = free_port()
        self._wiring = wiring or {}
        (folder / "incidentbot.toml").write_text(SETTINGS.replace("MODE", mode))
        self.log = folder / "relay.log"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [self.hooks, str(self.port), json.dumps(self._gate), json.dumps(self._wiring)]
        keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faces.slack.process", "serve", *words],
                cwd=self.folder,
                env={**keep, "PYTHONPATH": str(ROOT), **self._env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._is_up, "the relay is up")

    def _is_up(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        try:
            return self.ask("GET", "/healthz").status == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        """A request, on a connection of its own."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body or None, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), time.monotonic() - began)
        finally:
            connection.close()

    def say(self, text: str, **fields: str) -> Reply:
        """A slash command, signed."""
        body = form(text, self.url, **fields)
        return self.ask("POST", "/slack/command", body, signed(body))

    def worker(self) -> int:
        """The process id of the worker."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return int(children.split()[0])

    def kill(self) -> None:
        """Kill relay and worker at once, as a machine that loses power does."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM to the relay alone; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)

    def close(self) -> None:
        """End whatever is left of it."""
        if self._process.poll() is None:
            self.kill()

    @property
    def told(self) -> str:
        """What it printed."""
        return self.log.read_text(encoding="utf-8")


def until(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait for something; fails where it doesn't come."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.01)
