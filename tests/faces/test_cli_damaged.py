"""An issue's file that was damaged by hand: what it stands for is never filed a second time."""

from pathlib import Path

from tests.faces.running import EXAMPLE, Bot


def damage(folder: Path) -> Path:
    """The only issue's file, without the line that opens its front matter."""
    [file] = folder.glob("0001*.md")
    file.write_text(file.read_text().removeprefix("---\n"))
    return file


def test_a_damaged_file_makes_no_duplicate(bot: Bot, tmp_path: Path) -> None:
    """Its incident is named as one that can't be filed now, also quietly, twice over; mended, it goes on as before."""
    assert bot("file", "--logs", EXAMPLE, "--folder", "issues").status == 0
    file = damage(tmp_path / "issues")
    for quiet in ((), ("-q",), ()):
        ran = bot("file", "--logs", EXAMPLE, "--folder", "issues", *quiet)
        assert ran.status == 0
        assert [one.name for one in (tmp_path / "issues").glob("0*.md")] == [file.name]
        assert "#1 names it, but its marker can't be read: mend that first" in ran.out
        assert "deleted" not in ran.err
        assert ("#1: its file can't be read" in ran.err, "front matter" in ran.err) == (not quiet, not quiet)
    file.write_text(f"---\n{file.read_text()}")
    ran = bot("file", "--logs", EXAMPLE, "--folder", "issues")
    assert "Nothing to change" in ran.out
    file.unlink()
    assert "it was deleted or moved elsewhere" in bot("file", "--logs", EXAMPLE, "--folder", "issues").err
