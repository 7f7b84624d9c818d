"""The emulated Slack: npm's `emulate`, one process for a test session, behind a proxy that records what is posted."""

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench import cache
from tests.bench.emulator import START_SECONDS, free_port, installed
from tests.bench.proxy import Proxy

TOKEN = "xoxb-reader"
_SEED = f"""
tokens:
  {TOKEN}: {{login: U000000001, scopes: ["chat:write", "channels:read", "channels:history"]}}
slack:
  team: {{name: Acme, domain: acme}}
  channels: [{{name: general, topic: general}}]
"""


class SlackEmulator:
    """A running one. `proxy` stands before it, and is where answers are sent."""

    def __init__(self, folder: Path) -> None:
        program, entry = installed()
        self.port = free_port()
        seed = folder / "slack.yaml"
        seed.write_text(_SEED)
        words = ["start", "--service", "slack", "--port", str(self.port), "--seed", str(seed)]
        self._process = subprocess.Popen(
            [str(program), str(entry), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()
        self.proxy = Proxy()
        self.proxy.back = self.port
        self.hooks = self.proxy.url.removeprefix("http://")

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.ask("auth.test")
            except OSError:
                time.sleep(0.05)
            else:
                return
        self._process.kill()
        raise cache.NotInstallable(f"the emulated Slack did not start within {START_SECONDS:.0f} s")

    def ask(self, method: str, **fields: Any) -> Any:
        """A method of Slack's API; the decoded answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        connection.request("POST", f"/api/{method}", json.dumps(fields), headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return json.loads(data)

    def messages(self) -> list[Any]:
        """What stands in the channel, oldest first."""
        [channel] = [one["id"] for one in self.ask("conversations.list")["channels"] if one["name"] == "general"]
        return list(reversed(self.ask("conversations.history", channel=channel, limit=200)["messages"]))

    def close(self) -> None:
        """End the process, by its own id."""
        self.proxy.close()
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@pytest.fixture(scope="session")
def emulated_slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlackEmulator]:
    """The emulated Slack of the session; skips where it can't be installed."""
    try:
        emulator = SlackEmulator(tmp_path_factory.mktemp("slack"))
    except cache.NotInstallable as reason:
        pytest.skip(f"no emulated Slack here: {reason}")
    yield emulator
    emulator.close()


@pytest.fixture
def slack(emulated_slack: SlackEmulator) -> SlackEmulator:
    """The same, with an empty log."""
    emulated_slack.proxy.forget()
    return emulated_slack
