"""What tests of the folder tracker do with its files, as a person would."""

from pathlib import Path

from bot.model.issue import Comment, Issue
from bot.trackers.folder import FolderTracker


def write(root: Path, name: str, text: str | bytes) -> Path:
    """Put a file into the folder, as a person would."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def contents(root: Path) -> dict[str, bytes]:
    """Every file below the folder, with its bytes."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def said(root: Path, number: int) -> list[Comment]:
    """The comments of an issue of which nothing is to be warned."""
    comments, warned = FolderTracker(root).comments(number)
    assert warned == []
    return comments


def listed(root: Path) -> list[Issue]:
    """The issues of a folder in which nothing is to be warned of."""
    issues, warned = FolderTracker(root).list_issues()
    assert warned == []
    return issues
