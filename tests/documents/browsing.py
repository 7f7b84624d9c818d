"""Headless Chromium over a page on disk, for tests that look at it; they skip where there is none."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.bench import mermaid
from tests.bench.cache import CACHE, NotInstallable, node, npm, once

SECONDS = 120
_PACKAGES = ("axe-core@4.14.1", "playwright-core@1.65.1")
_MODULES = CACHE / "page" / "node_modules"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The browser's program; "" where there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), "")


def browse(page: Path, pictures: Path | None = None, use: bool = True, judge: bool = False) -> Any:
    """What `browse.cjs` tells of a page; with `pictures`, a folder, it takes them too. Skips where it can't be run.

    Without `use` the page is only opened, and with `judge` looked at by axe-core.
    """
    return _ran("browse.cjs", [page, pictures or "", "" if use else "judge" if judge else "open"])


def draw(charts: list[str]) -> Any:
    """What Mermaid draws of each: `texts`, number of `foreign` elements, how far text is `beyond` a box; or an `error`.

    Skips where it can't be run.
    """
    try:
        library = mermaid.installed() / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
    except NotInstallable as error:
        pytest.skip(str(error))
    return _ran("draw.cjs", [library], json.dumps(charts))


def _ran(script: str, words: list[object], given: str = "") -> Any:
    program = chromium()
    if not program:
        pytest.skip("needs chromium")
    try:
        once(_MODULES / "playwright-core" / "package.json", _install)
        runner = node()
    except NotInstallable as error:
        pytest.skip(str(error))
    every = list(map(str, [runner, Path(__file__).with_name(script), _MODULES, program, *words]))
    done = subprocess.run(every, input=given, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _install() -> None:
    _MODULES.parent.mkdir(parents=True, exist_ok=True)
    npm("install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", _MODULES.parent, *_PACKAGES)
