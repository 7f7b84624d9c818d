"""The kinds of files that a change touches, and several commits' changes made one."""

import pytest

from bot.fixes.scope import part_of, scope_of
from bot.model.fix import FileChange
from bot.model.scope import Part

KINDS = {
    "app/main.py": Part.CODE,
    "src/shop/cart.ts": Part.CODE,
    "app/latest.py": Part.CODE,
    "cmd/contest.go": Part.CODE,
    "app/migrations.py": Part.CODE,
    "scripts/deploy.sh": Part.CODE,
    "LICENSE": Part.DOCUMENTS,
    "README.md": Part.DOCUMENTS,
    "docs/diagram.svg": Part.DOCUMENTS,
    "tests/test_main.py": Part.TESTS,
    "app/test_main.py": Part.TESTS,
    "pkg/db_test.go": Part.TESTS,
    "src/cart.spec.ts": Part.TESTS,
    "src/test/java/a/CartTest.java": Part.TESTS,
    "conftest.py": Part.TESTS,
    "requirements.txt": Part.DEPENDENCIES,
    "requirements/base.txt": Part.DEPENDENCIES,
    "services/a/package-lock.json": Part.DEPENDENCIES,
    "go.sum": Part.DEPENDENCIES,
    "pyproject.toml": Part.DEPENDENCIES,
    "app/migrations/0002_add.py": Part.MIGRATIONS,
    "alembic/versions/ab12_x.py": Part.MIGRATIONS,
    "db/V2__add.sql": Part.MIGRATIONS,
    "deploy/service.yaml": Part.CONFIGURATION,
    "infra/main.tf": Part.CONFIGURATION,
    ".env.production": Part.CONFIGURATION,
    "Dockerfile": Part.BUILD,
    "svc/api.Dockerfile": Part.BUILD,
    ".github/workflows/ci.yml": Part.BUILD,
    ".dockerignore": Part.BUILD,
}


@pytest.mark.parametrize("path", KINDS)
def test_kinds(path: str) -> None:
    """A path's kind is the one an engineer would give it; a name that only contains such a word is code."""
    assert part_of(path) is KINDS[path]


def test_several_commits() -> None:
    """A file that two commits touch is one file, with the lines of both; what one of them removed is gone."""
    one = [FileChange("a.py", "added", 3, 0, "@@ 1"), FileChange("b.py", "modified", 1, 1)]
    two = [FileChange("a.py", "modified", 1, 2, "@@ 2"), FileChange("b.py", "removed", 0, 9)]
    scope = scope_of([one, two])
    assert [(c.path, c.status, c.added, c.removed) for c, _ in scope.files] == [
        ("a.py", "added", 4, 2),
        ("b.py", "removed", 1, 10),
    ]
    assert scope.files[0][0].patch == "@@ 1\n@@ 2"
    assert (scope.added, scope.removed, scope.complete) == (5, 12, True)


def test_a_change_too_large_to_be_told() -> None:
    """Where a host tells of 300 files there may be more: the scope says that it is not complete."""
    assert not scope_of([[FileChange(f"{n}.py", "modified") for n in range(300)]]).complete
