"""The emulated GitHub: npm's `emulate`, pinned, one process for a test session, a new repository for each test."""

import http.client
import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.bench import cache

PACKAGE = "emulate@0.12.2"
ORG = "acme"
TOKEN, HUMAN_TOKEN, BOT = "tok_bot", "tok_human", "incident-bot"
START_SECONDS = 15.0

SEED = f"""
tokens:
  {TOKEN}: {{login: {BOT}, scopes: [repo]}}
  {HUMAN_TOKEN}: {{login: reader, scopes: [repo]}}
  tok_outsider: {{login: outsider, scopes: [repo]}}
github:
  users:
    - {{login: {BOT}, name: Incident Bot, email: bot@example.test}}
    - {{login: reader, name: Reader, email: reader@example.test}}
    - {{login: outsider, name: Outsider, email: outsider@example.test}}
  orgs:
    - {{login: acme, name: Acme, members: [{{login: {BOT}, role: admin}}, {{login: reader, role: admin}}]}}
  repos:
    - {{owner: acme, name: shop, description: a shop, auto_init: true}}
"""


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def installed() -> tuple[Path, Path]:
    """Paths of Node and of the emulator's entry point, installed on first use. Raises cache.NotInstallable."""
    home = cache.CACHE / "emulate"
    entry = home / "node_modules/emulate/dist/index.js"

    def make() -> None:
        home.mkdir(parents=True, exist_ok=True)
        cache.npm("install", "--prefix", home, "--no-audit", "--no-fund", "--silent", PACKAGE)

    program = cache.node()
    return program, cache.once(entry, make)


class Emulator:
    """A running emulator. `public` is the address that its answers name: that of the proxy before it."""

    def __init__(self, folder: Path, public: str) -> None:
        program, entry = installed()
        self.port = free_port()
        self._made = 0
        seed = folder / "seed.yaml"
        seed.write_text(SEED)
        self._process = subprocess.Popen(
            [
                program,
                entry,
                "start",
                "--service",
                "github",
                "--port",
                str(self.port),
                "--seed",
                seed,
                "--base-url",
                public,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise cache.NotInstallable(f"the emulator did not start within {START_SECONDS:.0f} s")

    def new_repository(self) -> str:
        """`owner/name` of a new, empty repository: the emulator itself can't be reset."""
        self._made += 1
        name = f"shop-{self._made}"
        self.ask("POST", f"/orgs/{ORG}/repos", {"name": name})
        return f"{ORG}/{name}"

    def ask(self, method: str, path: str, body: Any = None, token: str = HUMAN_TOKEN) -> Any:
        """A request past the proxy, as a person would make it; the decoded answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        assert answer.status < 400, f"{method} {path}: {answer.status} {data[:200]!r}"
        return json.loads(data) if data else None

    def stop(self) -> None:
        """End the process, by its own id."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
