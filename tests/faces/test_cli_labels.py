"""`labels` on the emulated GitHub: what is missing is made, what differs is mended, nothing else is touched."""

from pathlib import Path
from typing import Any

import pytest

from bot.model.issue import Label
from bot.settings import Labels
from bot.usecases.labelling import MEANINGS, Step, steps_of, wanted
from tests.bench.emulator import TOKEN
from tests.bench.fixtures import Bench, bench, servers
from tests.faces.running import Bot

__all__ = ["bench", "servers"]


@pytest.fixture
def github(bot: Bot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The program, with a token for the emulated repository."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", bench.proxy.url)
    return bot


def shown(bench: Bench) -> dict[str, tuple[str, str]]:
    """Colour and description of every label, by name."""
    found: list[dict[str, Any]] = bench.emulator.ask("GET", f"/repos/{bench.repo}/labels?per_page=100")
    return {one["name"]: (one["color"], one["description"] or "") for one in found}


def test_missing_labels_are_made_once(github: Bot, bench: Bench) -> None:
    """Every role's label is there afterwards, as described; once more sends no write."""
    before = shown(bench)
    ran = github("labels", "--repo", bench.repo)
    assert ran.status == 0, ran.err
    assert ran.out.count("create label") == len(MEANINGS)
    names = Labels()
    assert shown(bench) == before | {str(getattr(names, role)): told for role, told in MEANINGS.items()}
    writes = len(bench.proxy.writes)
    again = github("labels", "--repo", bench.repo, "--format", "json").json
    assert {one["action"] for one in again["labels"]} == {"keep"}
    assert bench.proxy.writes[writes:] == []


def test_only_what_differs_of_the_bots_own_is_mended(github: Bot, bench: Bench) -> None:
    """A colour that differs is mended, with one request; a label of nobody's role is left as it is."""
    github("labels", "--repo", bench.repo)
    for name, body in {"P1": {"color": "000000"}, "team/shop": {"color": "123456", "description": "ours"}}.items():
        method, path = ("PATCH", "/labels/P1") if name == "P1" else ("POST", "/labels")
        bench.emulator.ask(method, f"/repos/{bench.repo}{path}", {"name": name, **body} if method == "POST" else body)
    writes = len(bench.proxy.writes)
    ran = github("labels", "--repo", bench.repo, "--format", "markdown")
    assert "| mend | `P1` |" in ran.out
    assert bench.proxy.writes[writes:] == [f"PATCH /repos/{bench.repo}/labels/P1"]
    assert shown(bench)["P1"] == MEANINGS["P1"]
    assert shown(bench)["team/shop"] == ("123456", "ours")


def test_a_dry_run_says_and_writes_nothing(github: Bot, bench: Bench) -> None:
    """With --dry-run only reads are sent, and each label that would be made is named."""
    ran = github("labels", "--repo", bench.repo, "--dry-run")
    assert ran.out.count("would create label") == len(MEANINGS)
    assert bench.proxy.writes == []


def test_names_of_the_settings_count(github: Bot, bench: Bench) -> None:
    """Renamed roles get the colours of their roles, whatever their names; a name may hold a slash and a blank."""
    Path("incidentbot.toml").write_text('[labels]\nP0 = "sev/0 now"\n', encoding="utf-8")
    assert github("labels", "--repo", bench.repo).status == 0
    assert shown(bench)["sev/0 now"] == MEANINGS["P0"]
    assert "P0" not in shown(bench)
    bench.emulator.ask("PATCH", f"/repos/{bench.repo}/labels/sev%2F0%20now", {"color": "000000"})
    assert "mend label sev/0 now (colour)" in github("labels", "--repo", bench.repo).out
    assert shown(bench)["sev/0 now"] == MEANINGS["P0"]


def test_a_folder_has_none(bot: Bot, tmp_path: Path) -> None:
    """On a folder it says that labels are mere words there, and makes nothing."""
    ran = bot("labels", "--folder", tmp_path / "issues")
    assert ran.status == 0
    assert "its labels are words in the files" in ran.out
    assert not (tmp_path / "issues").exists()


def test_a_token_that_may_not_write_is_told(github: Bot, bench: Bench) -> None:
    """A refusal is exit 5, with the permission that is needed."""
    bench.proxy.answer("POST .*/labels$", 403, {"message": "Resource not accessible by integration"})
    ran = github("labels", "--repo", bench.repo)
    assert ran.status == 5
    assert '"issues: write"' in ran.err


def test_every_role_has_a_colour_and_a_meaning() -> None:
    """No role is left out; a meaning fits in GitHub's hundred characters."""
    assert list(MEANINGS) == list(Labels.model_fields)
    assert all(len(colour) == 6 and int(colour, 16) >= 0 for colour, _ in MEANINGS.values())
    assert all(0 < len(meaning) <= 100 for _, meaning in MEANINGS.values())


def test_names_compare_as_github_compares_them() -> None:
    """Another case is the same label, kept in GitHub's spelling; two roles with one name are one label."""
    steps = {one.role: one for one in steps_of(Labels(), [Label("p0", *MEANINGS["P0"])])}
    assert (steps["P0"].step, steps["P0"].there) == (Step.KEEP, "p0")
    assert [role for role, _ in wanted(Labels(P2="minor", P3="Minor"))].count("P3") == 0
