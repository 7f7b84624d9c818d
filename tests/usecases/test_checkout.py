"""What a working folder's files say of its repository and of where the program came from; git itself agrees."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.usecases.checkout import (
    Source,
    code_owners,
    head_of,
    remotes,
    repository_in,
    repository_of,
    root_of,
    source_of,
)
from tests.bench.repository import Repository

HOSTS = ("github.com",)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,20}/[A-Za-z0-9_][A-Za-z0-9._-]{0,20}[A-Za-z0-9]", fullmatch=True)


@pytest.mark.parametrize(
    "form",
    [
        "https://github.com/{}", "https://github.com/{}.git", "https://github.com/{}/", "git@github.com:{}.git",
        "ssh://git@github.com/{}.git", "ssh://git@github.com:22/{}", "git://github.com/{}.git",
        "https://x-access-token:tok@github.com/{}.git", "GitHub.com:{}.git",
    ],
)  # fmt: skip
@given(name=NAMES.filter(lambda name: not name.endswith(".git")))
def test_every_form_of_a_remote_names_the_repository(form: str, name: str) -> None:
    """However a remote is written, its repository is found, and a token in it isn't part of that."""
    assert repository_in(form.format(name), HOSTS) == name


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/acme/shop.git", "git@github.com.evil.example:acme/shop.git", "/srv/git/acme/shop.git", "",
        "https://github.com/acme", "https://github.com/acme/shop/tree/main", "https://[/acme/shop", "C:\\acme\\shop",
        "https://evil.example/github.com/acme/shop", "https://github.com@evil.example/acme/shop",
        "https://github.com/acme/shop\nuses: x", "https://github.com/acme/sh op",
    ],
)  # fmt: skip
def test_what_is_not_on_github_names_none(url: str) -> None:
    """Another host, a path, too few or too many parts, what could not stand in a workflow: no repository."""
    assert repository_in(url, HOSTS) == ""


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_none(url: str) -> None:
    """No text raises; what is found is always two plain words."""
    found = repository_in(url, HOSTS)
    assert not found or (found.count("/") == 1 and found.isascii() and " " not in found)


def test_remotes_are_those_that_git_has(tmp_path: Path) -> None:
    """Each remote's address, other sections and comments aside; `origin` goes first, else the only one on GitHub."""
    made = Repository(tmp_path)
    for name, url in {"fork": "git@github.com:ann/shop.git", "mirror": "https://gitlab.com/a/b.git"}.items():
        made.git("remote", "add", name, url)
    made.git("config", "branch.main.url", "https://github.com/not/this")
    assert remotes(tmp_path) == {name: made.git("remote", "get-url", name) for name in ("fork", "mirror")}
    assert repository_of(tmp_path) == "ann/shop"
    made.git("remote", "add", "upstream", "https://github.com/acme/shop")
    assert repository_of(tmp_path) == ""
    made.git("remote", "add", "origin", "https://github.com/acme/shop")
    assert repository_of(tmp_path) == "acme/shop"
    assert repository_of(tmp_path, ("git.acme.example",)) == ""


def test_what_is_checked_out(tmp_path: Path) -> None:
    """HEAD on a branch, loose or packed, detached, in a worktree, before the first commit: as git says."""
    made = Repository(tmp_path / "one")
    assert head_of(made.folder) == ""
    first = made.commit("one", {"a": "1"})
    assert head_of(made.folder) == first
    made.git("pack-refs", "--all")
    assert head_of(made.folder) == first
    made.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "two"), first)
    second = made.commit("two", {"a": "2"}, branch="other")
    made.git("remote", "add", "origin", "https://github.com/acme/shop")
    assert (head_of(tmp_path / "two"), repository_of(tmp_path / "two")) == (second, "acme/shop")
    (made.folder / ".git" / "HEAD").write_text(first + "\n")
    assert head_of(made.folder) == first


def test_folders_that_are_none(tmp_path: Path) -> None:
    """Without git, or with a `.git` that says nothing, nothing is known and nothing raises."""
    assert (remotes(tmp_path), head_of(tmp_path), code_owners(tmp_path)) == ({}, "", "")
    (tmp_path / ".git").write_text("neither")
    (tmp_path / "a").mkdir()
    assert root_of(tmp_path / "a") == tmp_path
    assert (remotes(tmp_path), head_of(tmp_path)) == ({}, "")


def test_where_the_program_came_from(tmp_path: Path) -> None:
    """From a repository: its commit, and a tag that is a version; from a clone: what is checked out; else nothing."""
    url, sha = "https://github.com/acme/incidentbot", "c" * 40
    vcs = {"url": url, "vcs_info": {"vcs": "git", "commit_id": sha, "requested_revision": "main"}}
    assert source_of(vcs, HOSTS) == Source("acme/incidentbot", sha)
    vcs = {"url": url, "vcs_info": {"vcs": "git", "commit_id": "short", "requested_revision": "v1.0.0"}}
    assert source_of(vcs, HOSTS) == Source("acme/incidentbot", "", "v1.0.0")
    made = Repository(tmp_path / "a clone")
    made.git("remote", "add", "origin", f"{url}.git")
    head = made.commit("one", {"a": "1"})
    local = {"url": (tmp_path / "a clone").as_uri(), "dir_info": {"editable": True}}
    assert source_of(local, HOSTS) == Source("acme/incidentbot", head, local=True)
    made.git("update-ref", "refs/remotes/origin/main", head)
    assert source_of(local, HOSTS) == Source("acme/incidentbot", head)
    made.git("pack-refs", "--all")
    assert source_of(local, HOSTS) == Source("acme/incidentbot", head)
    ahead = made.commit("two", {"a": "2"})
    assert source_of(local, HOSTS) == Source("acme/incidentbot", ahead, local=True)
    for other in ({}, {"url": "https://files.example/incidentbot.whl", "archive_info": {}}, {"url": "file://%00"}):
        assert source_of(other, HOSTS).repository == ""
