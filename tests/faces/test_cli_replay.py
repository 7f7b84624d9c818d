"""`replay`: what settings would have filed, as a diff, and nothing written."""

from pathlib import Path

from tests.faces.running import EXAMPLE, Bot, contents


def test_against_what_is_tracked(bot: Bot, tmp_path: Path) -> None:
    """With nothing tracked the outage is a difference; once it is filed there is none, and replay wrote nothing."""
    words = ("replay", "--logs", EXAMPLE, "--folder", tmp_path / "issues", "--format", "json")
    [missing] = bot(*words).json["differences"]
    assert missing["theirs"] is None
    assert (missing["ours"]["priority"], missing["ours"]["filed"]) == ("P0", True)
    assert not (tmp_path / "issues").exists()
    bot("file", "--logs", EXAMPLE, "--folder", tmp_path / "issues")
    before = contents(tmp_path / "issues")
    assert bot(*words).json["differences"] == []
    assert contents(tmp_path / "issues") == before


def test_against_other_settings(bot: Bot, tmp_path: Path) -> None:
    """A ceiling in the other settings shows as a changed priority; settings that are the same show nothing."""
    other = tmp_path / "other.toml"
    other.write_text('[ceilings]\nharbor-prod = "P1"\n')
    words = ("replay", "--logs", EXAMPLE, "--folder", tmp_path / "issues")
    ran = bot(*words, "--against", other)
    assert ran.status == 0
    assert "1 differences" not in ran.out
    assert "1 difference from the other settings" in ran.out
    assert "~ P0 checkout-api: KeyError" in ran.out
    assert "(there P1, filed)" in ran.out
    other.write_text("")
    assert "No difference from the other settings" in bot(*words, "--against", other).out
