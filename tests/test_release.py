"""A release: the tag agrees with the version and the changelog, and only the job that publishes may publish."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import __version__

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
WRITTEN = f"# Changelog\n\n## [Unreleased]\n\n## [{__version__}] - 2026-01-02\n"


def checked(folder: Path, tag: str, changelog: str = WRITTEN) -> subprocess.CompletedProcess[str]:
    """What the check says of a tag, in a repository with this changelog."""
    for name in (".ci/release-check", "bot/__init__.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "CHANGELOG.md").write_text(changelog)
    return subprocess.run([folder / ".ci/release-check", tag], capture_output=True, text=True, check=False)


def test_a_tag_that_fits_is_released(tmp_path: Path) -> None:
    """It is v and the version of the package, and the changelog has its section."""
    done = checked(tmp_path, f"v{__version__}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("tag", ["v99.0.0", __version__, f"v{__version__}.1", "v", f"v{__version__}; true"])
def test_another_tag_is_refused(tmp_path: Path, tag: str) -> None:
    """What is said names both, and what to do."""
    done = checked(tmp_path, tag)
    assert done.returncode == 1
    assert f"Tag v{__version__}" in done.stderr


@pytest.mark.parametrize("changelog", ["", "## [Unreleased]\n", f"## [{__version__}0] - 2026-01-02\n"])
def test_a_version_without_its_changes_is_refused(tmp_path: Path, changelog: str) -> None:
    """The changelog is written before the tag."""
    done = checked(tmp_path, f"v{__version__}", changelog)
    assert done.returncode == 1
    assert "CHANGELOG.md" in done.stderr


def test_only_publishing_may_publish() -> None:
    """What runs the repository's code has no right but to read; what has rights runs none of it."""
    document: Any = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    jobs = document["jobs"]
    assert document["permissions"] == {}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "build": {"contents": "read"},
        "attest": {"id-token": "write", "attestations": "write"},
        "publish": {"id-token": "write"},
    }
    assert [name for name, job in jobs.items() if any("run" in step for step in job["steps"])] == ["build"]
    assert jobs["publish"]["environment"]["name"] == "pypi"
    assert (jobs["attest"]["needs"], jobs["publish"]["needs"]) == ("build", "attest")


def test_no_token_is_stored() -> None:
    """PyPI trusts the workflow itself."""
    assert "secrets." not in WORKFLOW.read_text(encoding="utf-8")
