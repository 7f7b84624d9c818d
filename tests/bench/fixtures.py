"""Fixtures of the bench. A test module imports the ones it uses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.trackers.github import GitHubTracker, open_github
from bot.trackers.github.commits import GitHubHost, open_github_code
from bot.trackers.github.wire import Policy
from tests.bench import cache, openapi
from tests.bench.codeforge import CodeForge
from tests.bench.emulator import TOKEN, Emulator
from tests.bench.proxy import Proxy, unscripted


class Bench:
    """The emulated GitHub of one test, behind the proxy. `slept` is what trackers would have slept, in seconds."""

    def __init__(self, emulator: Emulator, proxy: Proxy) -> None:
        self.emulator = emulator
        self.proxy = proxy
        self.slept: list[float] = []
        self.checked = True
        self.repo = emulator.new_repository()

    def open(self, **options: Any) -> GitHubTracker:
        """A tracker on the emulated repository; nothing sleeps, and a silent server is given up after half a second."""
        policy = Policy(connect=2.0, read=0.5, sleep=self.slept.append, clock=lambda: 1_700_000_000.0)
        given = {"repo": self.repo, "token": TOKEN, "api_url": self.proxy.url, "policy": policy, **options}
        return open_github(**given)

    def script(self) -> CodeForge:
        """Let the repository have code: an empty history that the test fills."""
        forge = CodeForge(self.repo, self.proxy.url)
        self.proxy.front = forge.answer
        return forge

    def code(self, **options: Any) -> GitHubHost:
        """The repository's code, as `open` gives its issues."""
        policy = Policy(connect=2.0, read=0.5, sleep=self.slept.append, clock=lambda: 1_700_000_000.0)
        given = {"repo": self.repo, "token": TOKEN, "api_url": self.proxy.url, "policy": policy, **options}
        return open_github_code(**given)

    def issues(self) -> list[dict[str, Any]]:
        """Every issue as a person sees it, uncounted, lowest number first."""
        return sorted(self._all(f"/repos/{self.repo}/issues?state=all"), key=lambda issue: int(issue["number"]))

    def comments(self, number: int) -> list[dict[str, Any]]:
        """Every comment of an issue, uncounted."""
        return self._all(f"/repos/{self.repo}/issues/{number}/comments?sort=created")

    def _all(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for page in range(1, 100):
            more = self.emulator.ask("GET", f"{path}&per_page=100&page={page}")
            rows += more
            if len(more) < 100:
                break
        return rows


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, Proxy]]:
    """The emulator and the proxy before it, for the whole session; skips where they can't be installed."""
    proxy = Proxy()
    try:
        openapi.description()
        emulator = Emulator(Path(tmp_path_factory.mktemp("emulator")), proxy.url)
    except cache.NotInstallable as reason:
        proxy.close()
        pytest.skip(f"no emulated GitHub here: {reason}")
    proxy.back = emulator.port
    yield emulator, proxy
    proxy.close()
    emulator.stop()


@pytest.fixture
def bench(servers: tuple[Emulator, Proxy]) -> Iterator[Bench]:
    """An empty repository. At the end, every request sent to it must be one that GitHub's description allows."""
    emulator, proxy = servers
    proxy.forget()
    made = Bench(emulator, proxy)
    yield made
    sent = [request for request in proxy.log if str(request) != "GET /user"]
    proxy.forget()
    proxy.front = unscripted
    if made.checked:
        assert openapi.violations(sent) == []
