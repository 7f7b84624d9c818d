"""How much a change touches, and of which kinds: by the names that tools give their files. Pure."""

import re
from collections.abc import Iterable

from bot.model.fix import FileChange
from bot.model.scope import Part, Scope

MOST_TOLD = 300
"""More files than a code host tells of one comparison."""

_DEPENDENCIES = (
    r"(?:^|/)(?:requirements[^/]*\.(?:txt|in)|constraints[^/]*\.txt|Pipfile(?:\.lock)?|poetry\.lock|uv\.lock|setup\.(?:py|cfg)"
    r"|pyproject\.toml|package(?:-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|go\.(?:mod|sum)|pom\.xml"
    r"|build\.gradle(?:\.kts)?|gradle\.lockfile|libs\.versions\.toml|Gemfile(?:\.lock)?|[^/]+\.gemspec|composer\.(?:json|lock)"
    r"|Cargo\.(?:toml|lock)|[^/]+\.csproj|packages\.lock\.json|Directory\.Packages\.props)$|(?:^|/)requirements/[^/]+$"
)
_MIGRATIONS = r"(?:^|/)(?:migrations?|alembic/versions|db/migrate|flyway|liquibase|changelogs?)/.+\.\w+$|\.sql$"
_TESTS = (
    r"(?:^|/)(?:tests?|__tests__|spec|specs|e2e|testdata|fixtures)/|(?:^|/)(?:test_[^/]+|conftest)\.py$"
    r"|(?:_test|_spec|Tests?|Spec|IT|\.test|\.spec)\.[a-z]{1,4}$"
)
_BUILD = (
    r"(?:^|/)(?:[^/]*Dockerfile[^/]*|Containerfile|\.dockerignore|docker-compose[^/]*|compose\.ya?ml|Makefile|Jenkinsfile"
    r"|cloudbuild\.ya?ml|\.gcloudignore|Procfile|skaffold\.ya?ml)$|^\.(?:github|gitlab|circleci|buildkite)[/-]|^\.gitlab-ci\.yml$"
)
_DOCUMENTS = r"\.(?:md|rst|txt|adoc)$|(?:^|/)(?:LICENSE|NOTICE|CODEOWNERS|AUTHORS)$|^docs/"
_CONFIGURATION = (
    r"\.(?:ya?ml|toml|ini|cfg|conf|properties|tf|tfvars|hcl|json)$|(?:^|/)\.?env[^/]*$|(?:^|/)(?:helm|k8s)/"
)
_RULES = tuple(
    (part, re.compile(pattern))
    for part, pattern in (
        (Part.DEPENDENCIES, _DEPENDENCIES),
        (Part.TESTS, _TESTS),
        (Part.MIGRATIONS, _MIGRATIONS),
        (Part.BUILD, _BUILD),
        (Part.DOCUMENTS, _DOCUMENTS),
        (Part.CONFIGURATION, _CONFIGURATION),
    )
)


def part_of(path: str) -> Part:
    """What kind of file a path names; code where no rule knows better."""
    return next((part for part, pattern in _RULES if pattern.search(path)), Part.CODE)


def scope_of(changes: Iterable[Iterable[FileChange]]) -> Scope:
    """The scope of several commits' changes together: a file that several touch is counted once, its lines added up."""
    every = [list(one) for one in changes]
    files: dict[str, FileChange] = {}
    for change in (change for one in every for change in one):
        files[change.path] = _joined(files.get(change.path), change)
    return Scope(
        tuple((files[path], part_of(path)) for path in sorted(files)), all(len(one) < MOST_TOLD for one in every)
    )


def _joined(had: FileChange | None, more: FileChange) -> FileChange:
    if had is None:
        return more
    status = "removed" if more.status == "removed" else had.status
    patch = "\n".join(part for part in (had.patch, more.patch) if part)
    return FileChange(more.path, status, had.added + more.added, had.removed + more.removed, patch, had.before)
