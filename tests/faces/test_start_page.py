"""docs/start.md shows what the program prints: each command is run, in the order of the page, in a place like its."""

import json
import re
import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model.time import MINUTE, nanos_of
from bot.text.visible import visible
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.bench.logging_server import LoggingServer
from tests.bench.repository import Repository
from tests.faces.running import EXAMPLE, ROOT, Bot

__all__ = ["bench", "servers"]

PAGE = ROOT / "docs" / "start.md"
REPO, PROJECT = "acme/shop", "acme-prod"


class Installed:
    """The program as pip installed it from its repository."""

    def read_text(self, _: str) -> str:
        """What pip records."""
        vcs = {"vcs": "git", "requested_revision": "v0.1.0", "commit_id": "3d" * 20}
        return json.dumps({"url": "https://github.com/acme/incidentbot", "vcs_info": vcs})


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """(command, lines shown below it) of each command on the page."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


def recent(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bundled outage, as if it had ended ten minutes ago."""
    newest = max(nanos_of(one["timestamp"]) for one in entries)
    later = timedelta(microseconds=(time.time_ns() - 10 * MINUTE - newest) // 1000)
    return [{**one, "timestamp": f"{_time(one) + later:%Y-%m-%dT%H:%M:%S.%fZ}", "receiveTimestamp": None}
            for one in entries]  # fmt: skip


def _time(entry: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(nanos_of(entry["timestamp"]) / 1e9, UTC)


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    """The logs of the project that the page names."""
    with LoggingServer() as server:
        server.add(PROJECT, recent(json.loads(EXAMPLE.read_text(encoding="utf-8"))))
        yield server


@pytest.fixture
def newcomer(bot: Bot, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The program in a clone of an empty repository on GitHub, with logs of an outage."""
    Repository(tmp_path).git("remote", "add", "origin", f"git@github.com:{bench.repo}.git")
    (tmp_path / "logs.json").write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "broken.toml").write_text('templates = "pages"\n[slack]\nusers = ["U024BE7LH"]\n')
    bench.script().commit("begin", {"a.py": "1"}, at=int(time.time()) - 600)
    monkeypatch.setattr("bot.usecases.checkout.distribution", lambda _: Installed())
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    return bot


def agrees(shown: list[str], printed: list[str]) -> bool:
    """Whether these are the lines, in their order; `...` stands for any number of them, or for the rest of one."""
    if not shown:
        return True
    if shown[0].strip() == "...":
        return any(agrees(shown[1:], printed[at:]) for at in range(len(printed) + 1)) or not shown[1:]
    if not printed or not _same(shown[0], printed[0]):
        return False
    return agrees(shown[1:], printed[1:]) if len(shown) > 1 else len(printed) == 1


def _same(shown: str, printed: str) -> bool:
    return printed.startswith(shown.removesuffix("...")) if shown.endswith("...") else shown == printed


def test_the_page_shows_what_is_printed(
    newcomer: Bot, bench: Bench, server: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command works, and each line that is shown is printed."""
    commands = [(words, shown) for words, shown in blocks(PAGE.read_text(encoding="utf-8"))]
    assert sum(words.startswith("incidentbot ") for words, _ in commands) == 8
    for words, shown in commands:
        if words.startswith("export GITHUB_TOKEN"):
            monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        if not words.startswith("incidentbot "):
            assert shown == []
            continue
        asked = shlex.split(words.replace(REPO, bench.repo))[1:]
        place = ["--logging-endpoint", server.address] if PROJECT in asked and asked[0] != "init" else []
        place = place or (["--logging-endpoint", server.address] if "--baseline" in asked else [])
        ran = newcomer(*asked, *place)
        printed = visible(ran.out).replace(bench.repo, REPO).splitlines()
        assert ran.status == (1 if "broken.toml" in words else 0), (words, ran.err, ran.out)
        assert agrees(shown, printed), f"{words} prints:\n" + "\n".join(printed)
