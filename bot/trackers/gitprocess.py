"""Git as a process that only reads: nothing that a repository's own settings could start, bounded in time and size.

Source of the variables and options: https://git-scm.com/docs/git and https://git-scm.com/docs/git-config
"""

import contextlib
import os
import re
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import msgspec

from bot.errors import TrackerUnavailable

SECONDS = 30.0
MOST_BYTES = 64 * 2**20

_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH")
_SAFE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "",
    "LC_ALL": "C",
}
_OVER = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.quotePath=false",
    "core.askPass=",
    "core.sshCommand=false",
    "credential.helper=",
    "protocol.allow=never",
    "diff.external=",
    "diff.orderFile=/dev/null",
    "diff.submodule=short",
    "log.showSignature=false",
    "log.mailmap=false",
    "gc.auto=0",
    "maintenance.auto=false",
)


_UNPRINTABLE = re.compile(r"[^ -~]+")


class Done(msgspec.Struct, frozen=True):
    """How a process ended: its exit status, what it wrote, the start of its complaint, printable."""

    status: int
    out: bytes
    complaint: str

    @property
    def text(self) -> str:
        """What it wrote, bytes that are no UTF-8 replaced, without the last line's end."""
        return self.out.decode("utf-8", "replace").removesuffix("\n")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """What of an environment git is given: where programs and its owner's settings are, and what keeps it to reading.

    No variable of the caller's that starts with GIT_ survives: a hook that runs the bot would otherwise decide which
    repository is read.
    """
    return {name: given[name] for name in _KEPT if name in given} | _SAFE


class Git:
    """Runs git in a folder. `started` counts processes."""

    def __init__(self, folder: Path, seconds: float = SECONDS, most: int = MOST_BYTES) -> None:
        self.folder = folder
        self.started = 0
        self._seconds = seconds
        self._most = most

    def ask(self, *arguments: str, given: bytes = b"", absent: bool = False) -> Done:
        """Run a git command with `given` on its input; with `absent`, what it asks for may not be there.

        Raises TrackerUnavailable where git isn't there, takes too long, writes too much or fails, and where the folder
        is no repository that may be read. Status 1 is an answer: no.
        """
        done = self._run(arguments, given)
        if done.status in (0, 1):
            return done
        if words := _trouble(done.complaint, self.folder):
            raise TrackerUnavailable(words)
        if not absent:
            raise TrackerUnavailable(
                f"git {arguments[0]} failed in {self.folder} ({done.complaint or done.status}): run git fsck there."
            )
        return done

    def _run(self, arguments: tuple[str, ...], given: bytes) -> Done:
        self.started += 1
        options = [part for value in _OVER for part in ("-c", value)]
        command = ["git", "--no-pager", "-C", str(self.folder), *options, *arguments]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(os.environ),
            )
        except OSError as error:
            raise TrackerUnavailable(
                f"Git can't be started ({error.strerror}): install git 2.31 or newer, or name a GitHub repository."
            ) from None
        with process:
            return self._watched(process, arguments[0], given)

    def _watched(self, process: "subprocess.Popen[bytes]", doing: str, given: bytes) -> Done:
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, end)
        timer.start()
        try:
            out, complaint = self._read(process, given)
        finally:
            timer.cancel()
        if late.is_set():
            raise TrackerUnavailable(
                f"git {doing} took over {self._seconds:.0f} s in {self.folder}: is its disk slow, or the repository"
                " damaged? Run git fsck there."
            )
        if len(out) > self._most:
            raise TrackerUnavailable(
                f"git {doing} answered more than {self._most // 2**20} MB in {self.folder}: ask for less at a time."
            )
        return Done(process.wait(), out, _UNPRINTABLE.sub("?", complaint.decode("utf-8", "replace"))[:300])

    def _read(self, process: "subprocess.Popen[bytes]", given: bytes) -> tuple[bytes, bytes]:
        """What it writes, one byte more than allowed at most; it is ended then."""
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        complaints: list[bytes] = []
        stderr, stdin = process.stderr, process.stdin
        reader = threading.Thread(target=lambda: complaints.append(_drained(stderr)), daemon=True)
        writer = threading.Thread(target=lambda: _fed(stdin, given), daemon=True)
        reader.start()
        writer.start()
        out = process.stdout.read(self._most + 1)
        if len(out) > self._most:
            process.kill()
        writer.join()
        reader.join()
        return out, b"".join(complaints)


def _drained(stream: IO[bytes]) -> bytes:
    kept = stream.read(4096)
    while stream.read(65_536):
        pass
    return kept


def _fed(stream: IO[bytes], given: bytes) -> None:
    with contextlib.suppress(OSError):
        stream.write(given)
        stream.close()


def _trouble(complaint: str, folder: Path) -> str:
    """What to do about a repository that can't be read at all; "" where the complaint is about something else."""
    words = complaint.lower()
    if "not a git repository" in words:
        return f"{folder} is no git repository: name the folder of a clone, or a repository on GitHub."
    if "dubious ownership" in words:
        return f"{folder} belongs to another account: run as its owner, or git config --global --add safe.directory it."
    if "cannot change to" in words or "no such file or directory" in words:
        return f"{folder} can't be entered: name the folder of a clone."
    return ""
