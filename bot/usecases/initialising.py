"""`init`: what a repository needs to have its incidents filed, shown whole before any of it is written."""

import contextlib
import difflib
import enum
import os
import re
import tempfile
from importlib.resources import files
from pathlib import Path

import jinja2
import msgspec

from bot.errors import UsageError
from bot.settings import FILE_NAME, Labels
from bot.usecases.checkout import Source, code_owners

WORKFLOW = ".github/workflows/incidentbot.yml"

_ACTION = re.compile(r"(?:[A-Za-z0-9][\w-]*/[\w.-]+(?:/[\w.-]+)*@[0-9a-f]{40}|\./[\w./-]*)", re.ASCII)
_USES = re.compile(r"^ *- name: File incidents\n +uses: (\S+(?: # v[\w.]+)?)", re.MULTILINE)
_OWN = "./ # zizmor: ignore[self-repository] this is the Action's own repository"


class Scene(msgspec.Struct, frozen=True):
    """What is known of a place, and wanted for it: `root` is its folder, with a `.git` where it `is_checkout`.

    `repository` on GitHub is owner/name ("": not known, or the issues go to a `folder`). `action` is what the last step
    of the workflow uses ("": no workflow), `from_clone` if that is a clone on this machine. Projects and services are
    Google Cloud's; `labels` are names by role.
    """

    root: Path
    is_checkout: bool = True
    repository: str = ""
    folder: str = ""
    action: str = ""
    from_clone: bool = False
    projects: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    labels: Labels = Labels()

    @property
    def notices(self) -> tuple[str, ...]:
        """What should be known before anything is written."""
        told = []
        if self.action and not self.is_checkout:
            told.append("This is no git repository: GitHub reads the workflow at the root of one, so move it there.")
        if self.action and not self.repository:
            told.append("No remote of this folder is on GitHub: the workflow files where it runs.")
        if self.action and self.from_clone and "@" in self.action:
            told.append(f"{self.action} is what is checked out in the clone incidentbot runs from: push that commit.")
        return tuple(told)

    @property
    def following(self) -> tuple[str, ...]:
        """What is left for a person to do, step by step."""
        where = f"--repo {self.repository or 'OWNER/NAME'}" if self.action or self.repository else ""
        where = where or f"--folder {self.folder or 'incidents'}"
        named = " ".join(f"--project {one}" for one in self.projects) or "--project ID"
        steps = [
            f"`incidentbot init --baseline {named} --since 1d {where}` records in one digest what is broken already."
        ]
        if self.action:
            variables = "" if self.projects else "GCP_PROJECT, "
            variables += "GCP_WORKLOAD_IDENTITY_PROVIDER and GCP_SERVICE_ACCOUNT"
            steps = [f"Set the repository's variables {variables}; the workflow says what they are.", *steps]
            steps.append("Commit and push what was written; start the workflow by hand once, and read its summary.")
        return (*steps, f"`incidentbot doctor {named} {where}` says what is missing.")


class Fate(enum.StrEnum):
    """What becomes of a file."""

    CREATE = "create"
    SAME = "same"
    KEEP = "keep"
    REPLACE = "replace"


class Piece(msgspec.Struct, frozen=True):
    """One file: its path below the root, what it is to say, and what it says now ("" and fate CREATE: it isn't there).

    KEEP: it says something else, and is left alone; REPLACE: it says something else, and is to be overwritten.
    """

    path: str
    text: str
    fate: Fate
    there: str = ""

    @property
    def diff(self) -> str:
        """What would change in a file that is there."""
        old, new = (text.splitlines(keepends=True) for text in (self.there, self.text))
        return "".join(difflib.unified_diff(old, new, self.path, f"{self.path} (init)"))


def action_ref(given: str, root: Path, source: Source) -> str:
    """What the workflow's step uses: what was `given`, else what the workflow that is there uses, else our `source`.

    In the Action's own repository that is the folder. Raises UsageError where none of them says.
    """
    if given:
        if not _ACTION.fullmatch(given):
            raise UsageError(
                f"--action-ref {given[:100]} is no pinned Action: give OWNER/REPO@SHA with the 40 digits of a commit, "
                "as `git ls-remote` shows them, or ./ for a copy of it in this repository."
            )
        return _OWN if given == "./" else given
    if found := _USES.search(_text_of(root / WORKFLOW) or ""):
        return _OWN if found[1] == "./" else found[1]
    if re.search(r"^name: incidentbot$", _text_of(root / "action.yml") or "", re.MULTILINE):
        return _OWN
    if source.repository and source.sha:
        return f"{source.repository}@{source.sha}{f' # {source.tag}' if source.tag else ''}"
    raise UsageError(
        "Where the Action is can't be told from how incidentbot was installed: give --action-ref OWNER/REPO@SHA, the "
        "repository it is in and the 40 digits of a commit there, or --no-workflow to go without."
    )


def drafted(scene: Scene, overwrite: bool = False) -> tuple[Piece, ...]:
    """Every file that is to be there, and what becomes of it. Writes nothing. Raises UsageError for what can't be read.

    A file that says something else is kept, or with `overwrite` replaced.
    """
    wanted = {WORKFLOW: _filled("incidentbot.yml", scene)} if scene.action else {}
    wanted[FILE_NAME] = _filled("incidentbot.toml", scene)
    return tuple(_piece(scene.root, path, text, overwrite) for path, text in wanted.items())


def write(root: Path, pieces: tuple[Piece, ...]) -> None:
    """Write what is to be created or replaced. Raises UsageError, too where a file changed since it was looked at."""
    for piece in pieces:
        if piece.fate not in (Fate.CREATE, Fate.REPLACE):
            continue
        there = _text_of(root / piece.path)
        if (there or "") != piece.there or (there is None) != (piece.fate is Fate.CREATE):
            raise UsageError(f"{piece.path} changed while init was asked: it is left alone; run init again.")
        try:
            _put(root / piece.path, piece.text)
        except OSError as error:
            raise UsageError(f"{piece.path} can't be written: {error.strerror}; give this user access to it.") from None


def _put(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _piece(root: Path, path: str, text: str, overwrite: bool) -> Piece:
    there = _text_of(root / path)
    if there is None:
        return Piece(path, text, Fate.CREATE)
    fate = Fate.SAME if there == text else Fate.REPLACE if overwrite else Fate.KEEP
    return Piece(path, text, fate, there)


def _text_of(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}; move it out of the way, or mend it.") from None


def _filled(name: str, scene: Scene) -> str:
    """A starter with its marks filled. Workflows use the braces of Jinja for themselves, so marks have brackets."""
    made = jinja2.Environment(
        block_start_string="[%", block_end_string="%]", variable_start_string="[[", variable_end_string="]]",
        comment_start_string="[#", comment_end_string="#]", trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, undefined=jinja2.StrictUndefined, autoescape=False,
    )  # fmt: skip
    starter = files("bot.usecases").joinpath("starters", name).read_text(encoding="utf-8")
    return made.from_string(starter).render(
        action=scene.action, projects=scene.projects, services=scene.services, codeowners=code_owners(scene.root),
        labels=list(scene.labels.model_dump().items()),
    )  # fmt: skip
