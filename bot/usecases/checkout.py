"""What a working folder says of itself, by its files alone: the repository it is of, and where incidentbot came from.

Nothing is run, so that nothing in a repository's settings can be started.
"""

import json
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

_SECTION = re.compile(r'\s*\[\s*remote\s+"([^"\n]+)"\s*\]')
_URL = re.compile(r"\s*url\s*=\s*(\S+)\s*$")
_REPOSITORY = re.compile(r"/?([A-Za-z0-9][\w-]*/[\w.-]+?)(?:\.git)?/?", re.ASCII)
_SCP = re.compile(r"(?:[\w.-]+@)?([\w.-]+):(?!//)(.+)", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{40}")
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


class Source(msgspec.Struct, frozen=True):
    """Where this program came from: `repository` as owner/name, `sha` of its commit ("": not known), `tag` if named.

    `local`: a clone on this machine, whose commit no remote of it is known to have.
    """

    repository: str = ""
    sha: str = ""
    tag: str = ""
    local: bool = False


def root_of(folder: Path) -> Path | None:
    """The working tree's root: this folder or the nearest above it with a `.git`; None where there is none."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)


def repository_of(root: Path, hosts: tuple[str, ...] = ("github.com",)) -> str:
    """`owner/name` of the remote on one of these hosts: `origin`, else the only one; "" where that isn't known."""
    found = {name: told for name, url in remotes(root).items() if (told := repository_in(url, hosts))}
    if "origin" in found:
        return found["origin"]
    return next(iter(found.values())) if len(found) == 1 else ""


def remotes(root: Path) -> dict[str, str]:
    """URLs by the remotes' names, from the repository's own config file; empty where it can't be read."""
    git = _git_folder(root)
    found: dict[str, str] = {}
    name = ""
    for line in _read(git / "config").splitlines() if git else ():
        if line.lstrip().startswith("["):
            section = _SECTION.match(line)
            name = section[1] if section else ""
        elif name and (url := _URL.match(line)):
            found.setdefault(name, url[1].strip('"'))
    return found


def repository_in(url: str, hosts: tuple[str, ...]) -> str:
    """`owner/name` of a remote's URL at one of these hosts, as https, ssh or scp write it; "" for any other."""
    scp = _SCP.fullmatch(url)
    try:
        parts = urlsplit(url)
        host, path = (scp[1], scp[2]) if scp and "://" not in url else (parts.hostname or "", parts.path)
    except ValueError:
        return ""
    found = _REPOSITORY.fullmatch(path)
    return found[1] if found and host.lower() in hosts else ""


def head_of(root: Path) -> str:
    """The commit that is checked out, as 40 digits; "" where that can't be told."""
    git = _git_folder(root)
    own = _own_folder(root)
    if git is None or own is None:
        return ""
    said = _read(own / "HEAD").strip()
    ref = said.removeprefix("ref: ").strip()
    if ref == said:
        return said if _SHA.fullmatch(said) else ""
    packed = (line.split(" ", 1) for line in _read(git / "packed-refs").splitlines() if not line.startswith(("#", "^")))
    by_name = {name: sha for sha, name in (pair for pair in packed if len(pair) == 2)}
    sha = next((told for at in (own, git) if (told := _read(at / ref).strip())), by_name.get(ref, ""))
    return sha if _SHA.fullmatch(sha) else ""


def code_owners(root: Path) -> str:
    """Where CODEOWNERS is, of the three places GitHub looks in; "" where there is none."""
    return next((name for name in _OWNERS if (root / name).is_file()), "")


def own_source(hosts: tuple[str, ...] = ("github.com",)) -> Source:
    """Where the installed program came from, by what its installer recorded.

    Source: https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        told = distribution("incidentbot").read_text("direct_url.json")
        recorded = json.loads(told or "{}")
    except (PackageNotFoundError, OSError, ValueError):
        return Source()
    return source_of(recorded if isinstance(recorded, dict) else {}, hosts)


def source_of(recorded: Mapping[str, object], hosts: tuple[str, ...]) -> Source:
    """What a direct_url.json tells of a GitHub repository, or of a clone of one on this machine."""
    url, vcs = str(recorded.get("url") or ""), recorded.get("vcs_info")
    if isinstance(vcs, dict):
        sha, asked = str(vcs.get("commit_id") or ""), str(vcs.get("requested_revision") or "")
        tag = asked if re.fullmatch(r"v\d+\.\d+\.\d+", asked) else ""
        return Source(repository_in(url, hosts), sha if _SHA.fullmatch(sha) else "", tag)
    if not url.startswith("file://"):
        return Source()
    root = Path(unquote(urlsplit(url).path))
    sha = head_of(root)
    return Source(repository_of(root, hosts), sha, local=not _is_published(root, sha))


def _is_published(root: Path, sha: str) -> bool:
    """Whether a remote's branch was at this commit when it was last fetched from or pushed to."""
    git = _git_folder(root)
    if git is None or not sha:
        return False
    loose = (_read(ref).strip() for ref in (git / "refs" / "remotes").glob("**/*") if ref.is_file())
    packed = (line.split(" ", 1) for line in _read(git / "packed-refs").splitlines())
    return sha in loose or any(pair[0] == sha and pair[-1].startswith("refs/remotes/") for pair in packed)


def _own_folder(root: Path) -> Path | None:
    """Where HEAD is: `.git`, or what the file of that name points to, as in a worktree."""
    git = root / ".git"
    if git.is_dir():
        return git
    said = _read(git)
    return (root / said.removeprefix("gitdir:").strip()) if said.startswith("gitdir:") else None


def _git_folder(root: Path) -> Path | None:
    """Where config and refs are: a worktree shares them with the others."""
    own = _own_folder(root)
    if own is None:
        return None
    common = _read(own / "commondir").strip()
    return own / common if common else own


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
