"""Real git repositories for tests: any graph of commits, with times, authors and bytes of one's own."""

import os
import subprocess
from pathlib import Path

from bot.trackers.git import GitHost

_AUTHOR = "Ann <ann@example.test>"


class Repository:
    """A repository in a folder. Times are seconds since 1970."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, given: bytes = b"") -> str:
        """Run git here, with nobody's settings."""
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=env, input=given, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    def commit(
        self,
        message: str | bytes,
        changes: dict[str, str | None] | None = None,
        parents: tuple[str, ...] | None = None,
        at: int = 1_757_900_000,
        branch: str = "main",
        author: str = _AUTHOR,
    ) -> str:
        """Put a commit onto a branch (no parents given: onto its tip), and say its name; None removes a file."""
        if parents is None:
            tip = self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
            parents = (tip,) if tip else ()
        text = message if isinstance(message, bytes) else message.encode()
        lines = [f"commit refs/import/{branch}\nmark :1\ncommitter {author} {at} +0000\n".encode(), _data(text)]
        lines += [f"{'merge' if n else 'from'} {parent}\n".encode() for n, parent in enumerate(parents)]
        for path, content in (changes or {}).items():
            lines += _change(path, content)
        lines += self._brought(parents)
        self.git("fast-import", "--quiet", "--force", "--export-marks=marks", given=b"".join(lines) + b"\ndone\n")
        sha = (self.folder / "marks").read_text().split()[1]
        self.git("update-ref", f"refs/heads/{branch}", sha)
        self.git("update-ref", "-d", f"refs/import/{branch}")
        return sha

    def open(self, branch: str = "main") -> GitHost:
        """The host of this folder."""
        return GitHost(self.folder, branch)

    def _brought(self, parents: tuple[str, ...]) -> list[bytes]:
        """What further parents add to the first one's files."""
        lines = []
        for parent in parents[1:]:
            for row in self.git("ls-tree", "-r", "-z", parent).split("\0"):
                facts, _, path = row.partition("\t")
                if path and not self.git("ls-tree", parents[0], "--", path):
                    mode, _, blob = facts.split()
                    lines.append(f"M {mode} {blob} {path}\n".encode())
        return lines


def _data(text: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(text), text)


def _change(path: str, content: str | None) -> list[bytes]:
    quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    if content is None:
        return [f"D {quoted}\n".encode()]
    return [f"M 100644 inline {quoted}\n".encode(), _data(content.encode())]
